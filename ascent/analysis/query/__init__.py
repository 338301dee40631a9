"""Query: find samples, models and sims by their parameters, and read their results as tables."""

from ascent.analysis.query.membrane_currents import import_tm_current_matrix
from ascent.analysis.query.objects import Config, Object, Simulation
from ascent.analysis.query.query import NothingFound, Query

__all__ = ["Config", "NothingFound", "Object", "Query", "Simulation", "import_tm_current_matrix"]
