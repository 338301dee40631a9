"""The Hydra door leaves the process as it found it."""

import logging
import sys

import pytest

from ascent.cli import main
from ascent.errors import ConfigError


def test_composing_a_run_silences_no_logger(capsys) -> None:  # type: ignore[no-untyped-def]
    # Hydra's own "disabled" job logging disables every logger that exists: warnings of the package would be lost.
    logger = logging.getLogger("ascent.nerve.deformation")
    assert main(["+run=0", "+no_such_key=1"]) == 2
    assert not logger.disabled


def test_the_command_line_on_record_is_the_one_that_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Hydra takes +run=0 as +run="0".
    seen: list[list[str]] = []

    def run(*_: object, **__: object) -> None:
        seen.append(list(sys.argv))
        raise ConfigError("enough.")

    monkeypatch.setattr("ascent.project.study.run_composed", run)
    before = list(sys.argv)
    assert main(["+run=0", "seed=5"]) == 2
    assert seen == [["ascent", "+run=0", "seed=5"]]
    assert sys.argv == before
