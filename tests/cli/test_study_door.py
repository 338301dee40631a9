"""The Hydra door leaves the process as it found it."""

import logging

from ascent.cli import main


def test_composing_a_run_silences_no_logger(capsys) -> None:  # type: ignore[no-untyped-def]
    # Hydra's own "disabled" job logging disables every logger that exists: warnings of the package would be lost.
    logger = logging.getLogger("ascent.nerve.deformation")
    assert main(["+run=0", "+no_such_key=1"]) == 2
    assert not logger.disabled
