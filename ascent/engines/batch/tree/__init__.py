"""The batch engine on branched cells: many sweeps of one cell advance together, a sweep a lane.

``TreeEngine(cell, receptors, …).run(realizations, t_stop, sites)`` yields voltages sweep by sweep; what it does not
cover is named by `why_not_cell` and `why_not_receptors`, so that whoever asks can take NEURON.
"""

from __future__ import annotations

from ascent.engines.batch.tree.coverage import why_not_cell, why_not_receptors
from ascent.engines.batch.tree.engine import SweepVoltages, TreeEngine

__all__ = ["SweepVoltages", "TreeEngine", "why_not_cell", "why_not_receptors"]
