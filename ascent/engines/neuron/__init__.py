"""The reference engine: NEURON, one fiber at a time."""

import os

# Without this NEURON looks for a display when it is imported and says on standard error that there is none.
os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
