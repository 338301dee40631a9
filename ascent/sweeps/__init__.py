"""Sweeps: many points of one study under one folder, how far each is, and all of them in one table."""

from ascent.sweeps.collect import collect
from ascent.sweeps.folder import PointRecord, SweepFolder
from ascent.sweeps.status import sweep_status

__all__ = ["PointRecord", "SweepFolder", "collect", "sweep_status"]
