"""Equations as SVG in the page, drawn by matplotlib's mathtext: no script, no network."""

from __future__ import annotations

import io
import re
from functools import cache
from html import escape
from typing import Any

_POINTS = 11.0


@cache
def drawn(formula: str, size: float = _POINTS) -> tuple[str, float]:
    """An SVG of one formula in the colour of the text, and how far it reaches below the line, pt."""
    from matplotlib import rc_context
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser, math_to_image

    text = "$" + " ".join(formula.split()) + "$"
    with rc_context({"svg.hashsalt": "ascent", "mathtext.fontset": "stix"}):
        properties = FontProperties(size=size)
        depth = float(MathTextParser("path").parse(text, dpi=72, prop=properties)[2])
        stream = io.StringIO()
        math_to_image(text, stream, prop=properties, dpi=72, format="svg")
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="patch_1">.*?</g>', "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r"#000000", "currentColor", svg)
    return _with_own_names(svg, formula), depth


def _with_own_names(svg: str, formula: str) -> str:
    """Names of glyphs made unique on the page."""
    mark = f"m{abs(hash_of(formula)):x}-"
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{mark}\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{mark}\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}\1)", svg)
    return svg.replace("<svg ", '<svg style="fill: currentColor" ', 1)


def hash_of(text: str) -> int:
    """A number for a text, the same in every process."""
    import zlib

    return zlib.crc32(text.encode("utf-8"))


def visit_math(self: Any, node: Any) -> None:
    """A formula in a line."""
    from docutils.nodes import SkipNode

    formula = node.astext()
    svg, depth = drawn(formula)
    label = escape(formula, quote=True)
    self.body.append(
        f'<span class="formula" role="img" aria-label="{label}" style="vertical-align: {-depth:.2f}pt">{svg}</span>'
    )
    raise SkipNode


def visit_displaymath(self: Any, node: Any) -> None:
    """Formulas of their own, one a line of the source (``\\\\`` ends a line)."""
    from docutils.nodes import SkipNode

    for line in re.split(r"\\\\\s*(?:\n|$)", node.astext()):
        if line.strip():
            label = escape(" ".join(line.split()), quote=True)
            svg, _ = drawn(line, 1.15 * _POINTS)
            self.body.append(f'<div class="equation formula" role="img" aria-label="{label}">{svg}</div>')
    raise SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer, see ``html_math_renderer``."""
    app.add_html_math_renderer("mathtext", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
