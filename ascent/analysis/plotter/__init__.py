"""ascent.plotter: pictures of samples, fibers, potentials, recordings and thresholds, with ASCENT's arguments.

Each function draws into the axes that it is given, or into a figure of its own, and returns them;
`save(figure, path)` writes PNG, SVG or PDF. ``ascent plot`` does the same from the shell.
"""

from ascent.analysis.heatmap import heatmap, recruitment_curve
from ascent.analysis.plotter.ap_location import ap_loctime
from ascent.analysis.plotter.comparisons import (
    convergence,
    threshold_barchart,
    threshold_boxplot,
    threshold_swarmplot,
)
from ascent.analysis.plotter.custom_fibers import custom_fiber_dose_response
from ascent.analysis.plotter.dose_response import dose_response
from ascent.analysis.plotter.fibers_in_space import current, potentials, recording, second_difference, waveform
from ascent.analysis.plotter.heatmaps import heatmap_facets, heatmaps
from ascent.analysis.plotter.samples import fibers, sample
from ascent.analysis.plotter.signals import cnap, sfaps
from ascent.analysis.style import save
from ascent.analysis.templates import generate_templates

__all__ = [
    "ap_loctime",
    "cnap",
    "convergence",
    "current",
    "custom_fiber_dose_response",
    "dose_response",
    "fibers",
    "generate_templates",
    "heatmap",
    "heatmap_facets",
    "heatmaps",
    "potentials",
    "recording",
    "recruitment_curve",
    "sample",
    "save",
    "second_difference",
    "sfaps",
    "threshold_barchart",
    "threshold_boxplot",
    "threshold_swarmplot",
    "waveform",
]
