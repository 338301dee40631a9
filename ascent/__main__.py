"""``python -m ascent``: the same as the ``ascent`` command."""

import sys

from ascent.cli import main

if __name__ == "__main__":
    sys.exit(main())
