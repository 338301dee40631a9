"""Workers import the functions under test by name, so their folder must be on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
