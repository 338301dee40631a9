"""Every example of the documentation runs as it stands there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from doc_blocks import DOCS, Block, blocks_of, pages

from ascent.cli import COMMANDS

ROOT = DOCS.parent


def runnable(blocks: list[Block], slow: bool) -> list[Block]:
    """Those that a test runs; the slow test runs the quick ones too, which they may build on."""
    kept = []
    for block in blocks:
        kind, _, rest = block.mark.partition(" ")
        if kind == "not" or (kind == "slow" and not slow) or (kind == "command" and rest not in COMMANDS):
            continue
        kept.append(block)
    return kept


def quick_pages() -> list[Path]:
    return [page for page in pages() if runnable(blocks_of(page), slow=False)]


def slow_pages() -> list[Path]:
    return [page for page in pages() if any(block.mark == "slow" for block in blocks_of(page))]


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A shell in which `ascent` is the one under test."""
    programs = tmp_path_factory.mktemp("bin")
    # Not links: a Python that is started through one does not see its environment's packages.
    for name, words in (("ascent", f'"{sys.executable}" -m ascent'), ("python", f'"{sys.executable}"')):
        (programs / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    python_path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PATH": path, "PYTHONPATH": python_path}


def run_page(page: Path, slow: bool, folder: Path, environment: dict[str, str]) -> None:
    """Run the examples of a page in order, in one folder; its Python shares one process."""
    blocks = runnable(blocks_of(page), slow)
    python = [block for block in blocks if block.language == "python"]
    for block in blocks:
        for command in block.commands if block.language == "console" else []:
            check(
                ["bash", "-euo", "pipefail", "-c", command],
                folder,
                environment,
                f"{block.page}:{block.line}: {command}",
            )
    if python:
        script = folder / "example.py"
        script.write_text("\n".join(block.text for block in python), encoding="utf-8")
        check(["python", str(script)], folder, environment, f"{page.name}: Python from line {python[0].line}")


def check(command: list[str], folder: Path, environment: dict[str, str], what: str) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{what}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize("page", quick_pages(), ids=lambda page: page.stem)
def test_the_quick_examples_of_a_page_run(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    run_page(page, False, tmp_path, environment)


@pytest.mark.slow
@pytest.mark.parametrize("page", slow_pages(), ids=lambda page: page.stem)
def test_all_examples_of_a_page_run(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    run_page(page, True, tmp_path, environment)


def test_the_refusal_in_getting_started_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ascent.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["+run=0", "sample.scale.shrinkage=7"]) == 2
    assert capsys.readouterr().err.strip() in (DOCS / "getting-started.md").read_text(encoding="utf-8")


def test_marks_are_those_that_are_explained() -> None:
    marks = [(block.page, block.line, block.mark) for page in pages() for block in blocks_of(page) if block.mark]
    known = ("slow", "not run: ", "command ")
    assert [found for found in marks if not found[2].startswith(known)] == []


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.stem)
@pytest.mark.slow
def test_an_example_script_runs(example: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    check(["python", str(example)], tmp_path, environment, example.name)
