"""The examples in docs/*.md: blocks of ``console`` and ``python``, and what a comment before a block says about it.

A comment ``% test: …`` on the line before a block, which the site does not show, says:

- ``slow``: run by `make test-slow` only;
- ``not run: REASON``: shown only;
- ``command NAME``: run once `ascent NAME` exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_FENCE = re.compile(r"^```(\w+)?[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"^% test: (.*)$")


@dataclass(frozen=True)
class Block:
    """One example.

    Attributes
    ----------
    page, line : str, int
        Where it begins.
    language : str
        ``console`` or ``python``.
    text : str
    mark : str
        What the comment before it says; empty without one.
    """

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def commands(self) -> list[str]:
        """The lines after ``$``, continued where they end in a backslash."""
        joined = self.text.replace("\\\n", " ")
        return [line[2:] for line in joined.splitlines() if line.startswith("$ ")]


def pages() -> list[Path]:
    """Every page by hand."""
    return sorted(path for path in DOCS.rglob("*.md") if "reference" not in path.relative_to(DOCS).parts)


def blocks_of(path: Path) -> list[Block]:
    """The examples of a page, in order."""
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        if match[1] not in ("console", "python"):
            continue
        before = text[: match.start()].splitlines()
        comment = _COMMENT.match(before[-1]) if before else None
        name = path.relative_to(DOCS).as_posix()
        found.append(Block(name, len(before) + 1, match[1], match[2], comment[1].strip() if comment else ""))
    return found
