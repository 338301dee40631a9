"""What ``ascent doctor`` says of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ascent.cli.doctor import Finding, examine


def _ffmpeg() -> Finding:
    (found,) = [finding for finding in examine(paths=True) if finding.what == "ffmpeg"]
    return found


def test_the_ffmpeg_that_videos_use_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    from imageio_ffmpeg import get_ffmpeg_exe

    found = _ffmpeg()
    assert found.found
    assert found.detail == f"{get_ffmpeg_exe()}: video"


def test_an_ffmpeg_that_the_user_names_and_cannot_be_run_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", os.fspath(tmp_path / "ffmpeg"))
    found = _ffmpeg()
    assert not found.found
    assert f"{tmp_path / 'ffmpeg'}, named by $IMAGEIO_FFMPEG_EXE, cannot be run" in found.detail
