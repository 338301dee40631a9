"""What a user sees while units run."""

import io

import pytest

from ascent.schedule.progress import LineProgress, progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_come_for_every_tenth_of_the_work() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = LineProgress(100, "thresholds", stream, interval=3, clock=clock)
    for _ in range(100):
        clock.now += 1
        lines.advance(True)
    written = stream.getvalue().splitlines()
    assert len(written) == 10
    assert written[0] == "thresholds: 10/100, 10 s, about 90 s left"
    assert written[-1] == "thresholds: 100/100, 100 s"


def test_lines_never_come_more_often_than_the_interval() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = LineProgress(1000, "solves", stream, interval=3, clock=clock)
    for _ in range(1000):
        clock.now += 0.01
        lines.advance(True)
    assert len(stream.getvalue().splitlines()) <= 4


def test_failures_are_counted() -> None:
    stream = io.StringIO()
    lines = LineProgress(2, "units", stream)
    lines.advance(False)
    lines.advance(True)
    assert stream.getvalue().startswith("units: 2/2, 1 failed")


def test_quiet_says_nothing() -> None:
    stream = io.StringIO()
    with progress(2, "units", quiet=True, stream=stream) as display:
        display.advance(True)
        display.advance(False)
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress(2, "thresholds", stream=stream) as display:
        display.advance(True)
        display.advance(False)
    assert "thresholds" in stream.getvalue()
    assert "2/2" in stream.getvalue()
    assert "1 failed" in stream.getvalue()
