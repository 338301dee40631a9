"""Spread units of work over one process or many: same results, same order, whatever finishes first."""

from ascent.schedule.mpi import prepare
from ascent.schedule.outcome import Outcome
from ascent.schedule.run import available_cores, run_units

__all__ = ["Outcome", "available_cores", "prepare", "run_units"]
