"""The site: internal links lead somewhere, generated pages follow the code, and it builds without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from doc_blocks import DOCS, pages

from ascent.cli import COMMANDS

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def anchors_of(path: Path) -> set[str]:
    """What GitHub and MyST make of the headings of a page."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated pages, in a folder of their own."""
    from ascent_reference import write_reference

    target = tmp_path_factory.mktemp("site") / "reference"
    write_reference(target, DOCS / "command_notes")
    return target


@pytest.mark.parametrize("page", [*pages(), DOCS.parent / "README.md"], ids=lambda path: path.name)
def test_every_internal_link_leads_somewhere(page: Path, reference: Path) -> None:
    broken = []
    for target in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file) if file else page
        generated = re.match(r"(?:\.\./)*(?:docs/)?reference/(.+)", file)
        path = reference / generated[1] if generated else path
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors_of(path)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    names = [page.relative_to(DOCS).with_suffix("").as_posix() for page in pages()]
    shown = [name for name in names if name != "index" and not name.startswith("command_notes/")]
    assert [name for name in shown if not re.search(rf"^{re.escape(name)}$", index, re.MULTILINE)] == []


def test_every_command_has_a_page_with_its_options(reference: Path) -> None:
    for name in COMMANDS:
        text = (reference / "commands" / f"{name}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# `ascent {name}`")
    assert "`--thresholds`" in (reference / "commands/query.md").read_text(encoding="utf-8")
    assert "`ascent mechanisms build`" in (reference / "commands/mechanisms.md").read_text(encoding="utf-8")


def test_every_key_of_every_schema_is_described(reference: Path) -> None:
    from ascent_reference import models_in, schemas

    def keys(model: type) -> list[str]:
        fields = model.model_fields  # type: ignore[attr-defined]
        nested = [key for field in fields.values() for one in models_in(field.annotation) for key in keys(one)]
        return [field.alias or name for name, field in fields.items()] + nested

    for schema in schemas():
        text = (reference / "configuration" / f"{schema.page}.md").read_text(encoding="utf-8")
        assert [key for key in keys(schema.model) if f"| `{key}` |" not in text] == [], schema.page


def test_types_are_written_in_words() -> None:
    from typing import Literal

    from ascent_reference import type_text

    from ascent.config.fields import PositiveNumber

    assert type_text(PositiveNumber) == "number > 0"
    assert type_text(PositiveNumber | list[PositiveNumber] | None) == "number > 0, or a list of them"
    assert type_text(Literal["a", "b"]) == "`a`, `b`"
    assert type_text(dict[str, int]) == "object of whole number"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("furo", reason="the extra docs is not installed")
    call = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-n",
        "-q",
        "-b",
        "html",
        "-d",
        str(tmp_path / "trees"),
    ]
    done = subprocess.run([*call, str(DOCS), str(tmp_path / "site")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site" / "engine.html").read_text(encoding="utf-8")
    assert re.search(r'<div class="equation[^>]*aria-label="[^"]+"[^>]*><svg', page)
    assert "cdn" not in page
