"""Two-dimensional nerve morphology: masks, traces, fascicles, perineurium and mock nerves, up to a `Sample`."""

from ascent.nerve.mock import generate_mock
from ascent.nerve.sample import Sample, build_sample
from ascent.nerve.section import Fascicle, Inner, Section
from ascent.nerve.trace import Ellipse, Trace

__all__ = ["Ellipse", "Fascicle", "Inner", "Sample", "Section", "Trace", "build_sample", "generate_mock"]
