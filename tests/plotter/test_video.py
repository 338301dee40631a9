"""Videos: ffmpeg reads back as many frames as were written, and the curve moves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import count_frames_and_secs, get_ffmpeg_exe

from ascent import Query
from ascent.analysis.fiber_places import one_fiber, one_n_sim
from ascent.analysis.propagation import propagation
from ascent.analysis.recordings import over_time
from ascent.analysis.video import shown_span, write_video
from ascent.cli import main
from ascent.errors import AscentError, ConfigError

from .conftest import FIRST_NODE, FIRST_TIME, NODE_DELAY, NODES


def frames(path: Path) -> np.ndarray:
    """Every frame in grey, shape (n, 120, 180)."""
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path), "-vf", "scale=180:120", "-pix_fmt", "gray"]
    raw = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, 120, 180)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_frames_and_duration_are_those_asked_for(query: Query, tmp_path: Path, suffix: str) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    path = tmp_path / f"spike{suffix}"
    written = write_video(path, over_time(fiber), fiber, seconds=1.2, frames_per_second=25, quiet=True)
    assert (written.frames, written.seconds) == (30, 1.2)
    assert count_frames_and_secs(path) == (30, pytest.approx(1.2, abs=0.01))
    shown = frames(path)
    # Before the spike nothing but the clock changes; then the curve jumps.
    changes = np.abs(np.diff(shown.astype(int), axis=0)).sum(axis=(1, 2))
    assert np.argmax(changes) == pytest.approx(30 * FIRST_TIME / 3.0, abs=3)


def test_the_same_video_is_the_same_bytes(query: Query, tmp_path: Path) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, over_time(fiber), fiber, seconds=0.4, quiet=True)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_gate_at_some_nodes_can_be_animated(query: Query, tmp_path: Path) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    write_video(tmp_path / "m.gif", over_time(fiber, "m"), fiber, seconds=0.4, frames_per_second=20, quiet=True)
    assert count_frames_and_secs(tmp_path / "m.gif")[0] == 8


def test_the_video_ends_a_little_after_the_spike_was_seen(query: Query) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    recorded = over_time(fiber)
    start, stop = shown_span(recorded, propagation(recorded, fiber.node_z))
    arrival = FIRST_TIME + NODE_DELAY * (int(0.9 * (NODES - 1)) - FIRST_NODE)
    assert start == 0
    assert arrival < stop < 1.5 * arrival


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("spike.avi", {}, "must be named .mp4 or .gif"),
        ("spike.mp4", {"seconds": 0}, "seconds is 0"),
        ("spike.mp4", {"start_ms": 2.0, "stop_ms": 1.0}, "start must be before stop"),
        ("spike.mp4", {"stop_ms": 99.0}, "within the simulation"),
    ],
)
def test_wrong_calls_are_refused_and_leave_nothing(
    query: Query, tmp_path: Path, name: str, options: dict[str, float], message: str
) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    with pytest.raises(ConfigError, match=message):
        write_video(tmp_path / name, over_time(fiber), fiber, quiet=True, **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_velocity_and_sufficient_time(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--model", "1", "--sim", "0", "--n-sim", "2", "--inner", "0", "--fiber", "1", "-o", "v.gif"]
    assert main(["video", "--project", str(project), "--seconds", "0.4", "--json", "--quiet", *words]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["conduction_velocity_m_per_s"] == pytest.approx(40, rel=1e-6)
    assert said["sufficient_time_ms"] == pytest.approx(1.125, abs=0.006)
    assert said["frames"] == count_frames_and_secs(tmp_path / "v.gif")[0] == 10


def test_what_the_sim_did_not_save_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--model", "0", "--n-sim", "0", "--variable", "h"]
    assert main(["video", "--project", str(project), "--quiet", *words]) == 1
    assert "the sim does not save it (saving.time)" in capsys.readouterr().err


def test_a_machine_without_ffmpeg_is_told_what_to_do(
    query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere" / "ffmpeg"))
    fiber = one_fiber(query, one_n_sim(query, 0))
    with pytest.raises(AscentError, match="nowhere/ffmpeg cannot be run.*name it in .IMAGEIO_FFMPEG_EXE"):
        write_video(tmp_path / "v.mp4", over_time(fiber), fiber, seconds=0.4, quiet=True)
    assert list(tmp_path.iterdir()) == []
