"""Sphinx configuration: `make docs` builds the site into build/docs."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "extensions"), str(Path(__file__).parents[1])]

from ascent import __version__  # noqa: E402  (found through the path above)

project = "ascent"
author = "the authors of ascent"
copyright = "the authors of ascent"
version = release = __version__

extensions = ["myst_parser", "ascent_reference", "mathtext"]
myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 4
exclude_patterns = ["_build"]
templates_path: list[str] = []

html_theme = "furo"
html_title = f"ascent {release}"
html_static_path = ["_static"]
html_css_files = ["ascent.css"]
html_show_sourcelink = False
html_copy_source = False
# Equations become pictures when the site is built, so that pages need no network.
html_math_renderer = "mathtext"
