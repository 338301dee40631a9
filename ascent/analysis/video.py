"""Animations of a state variable along a fiber, as .mp4 or .gif."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.fiber_places import FiberPlace
from ascent.analysis.propagation import Propagation
from ascent.analysis.recordings import OverTime
from ascent.analysis.style import PALETTE, new_figure, styled
from ascent.errors import AscentError, ConfigError
from ascent.files import replacing
from ascent.schedule.progress import progress

if TYPE_CHECKING:
    from ascent.stimulus.waveform_files import Waveform

FORMATS = (".mp4", ".gif")
#: The delay of a frame of a .gif is a whole number of hundredths of a second.
_GIF_TICKS_PER_SECOND = 100
_DPI = 120
_WIDTH_MM, _HEIGHT_MM = 150.0, 100.0
#: Added after the action potential has been seen, as a part of the time until then.
_AFTERWARDS = 0.25
_HINT = "install one and name it in $IMAGEIO_FFMPEG_EXE."
_GIF_FILTER = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer:bayer_scale=4"


@dataclass(frozen=True)
class Video:
    """A video that was written.

    Attributes
    ----------
    path : Path
    frames : int
    seconds : float
        How long it plays.
    start_ms, stop_ms : float
        What it shows.
    """

    path: Path
    frames: int
    seconds: float
    start_ms: float
    stop_ms: float


def shown_span(recorded: OverTime, found: Propagation | None) -> tuple[float, float]:
    """Start and stop (ms) that show the action potential: until a little after it is seen, else everything."""
    start, stop = float(recorded.time[0]), float(recorded.time[-1])
    if found is None or not np.isfinite(found.sufficient_time):
        return start, stop
    return start, min(stop, start + (1 + _AFTERWARDS) * (found.sufficient_time - start))


def write_video(
    path: Path | str,
    recorded: OverTime,
    fiber: FiberPlace,
    *,
    waveform: Waveform | None = None,
    amplitude_mA: float | None = None,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    seconds: float = 6.0,
    frames_per_second: int = 25,
    title: str | None = None,
    quiet: bool = False,
) -> Video:
    """Animate a variable along a fiber, over a picture of the waveform.

    Parameters
    ----------
    path : path
        ``.mp4`` (H.264) or ``.gif`` to write, whole or not at all.
    recorded : OverTime
        The variable, at nodes of the fiber.
    fiber : FiberPlace
        Where the nodes are.
    waveform : Waveform, optional
        Drawn below, with the time marked.
    amplitude_mA : float, optional
        What the waveform is multiplied by, mA.
    start_ms, stop_ms : float, optional
        Part of the simulation to show, ms; all by default.
    seconds : float
        How long the video plays.
    frames_per_second : int
        A .gif plays at 100, 50, 33, 25, 20, … frames a second; the nearest is taken.
    title : str, optional
    quiet : bool
        Show no progress.

    Returns
    -------
    Video

    Raises
    ------
    ConfigError
        When the name does not end in .mp4 or .gif, or numbers are out of range.
    AscentError
        When ffmpeg fails.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in FORMATS:
        raise ConfigError(f"{target}: a video must be named .mp4 or .gif.")
    if not seconds > 0 or not 1 <= frames_per_second <= 100:
        raise ConfigError(f"seconds is {seconds:g} and fps {frames_per_second}: they must be above 0, and 1 to 100.")
    rate: float = frames_per_second
    if suffix == ".gif":
        rate = _GIF_TICKS_PER_SECOND / max(2, round(_GIF_TICKS_PER_SECOND / frames_per_second))
    begin = float(recorded.time[0]) if start_ms is None else start_ms
    end = float(recorded.time[-1]) if stop_ms is None else stop_ms
    if not recorded.time[0] - 1e-9 <= begin < end <= recorded.time[-1] + 1e-9:
        raise ConfigError(
            f"start and stop are {begin:g} and {end:g} ms: start must be before stop, both within the simulation, "
            f"{recorded.time[0]:g} to {recorded.time[-1]:g} ms."
        )
    count = max(2, round(seconds * rate))
    steps = np.clip(np.searchsorted(recorded.time, np.linspace(begin, end, count)), 0, len(recorded.time) - 1)
    with replacing(target) as temporary, progress(count, "frames", quiet) as bar:
        pictures = _frames(recorded, fiber, steps, (begin, end), waveform, amplitude_mA, title)
        first = next(pictures)
        with _Encoder(temporary, first.shape[1], first.shape[0], rate, suffix) as encoder:
            encoder.add(first)
            bar.advance(True)
            for picture in pictures:
                encoder.add(picture)
                bar.advance(True)
    return Video(target, count, count / rate, begin, end)


class _Encoder:
    """ffmpeg, which takes raw frames and writes a file."""

    def __init__(self, path: Path, width: int, height: int, rate: float, suffix: str) -> None:
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{rate:g}", "-i", "-"]
        how = (
            ["-filter_complex", _GIF_FILTER, "-loop", "0"]
            if suffix == ".gif"
            # What every player and browser shows: 4:2:0, with the index at the front.
            else ["-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        )
        # One thread: the same bytes on every machine, and the other cores stay free.
        plain = ["-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]
        command = [_ffmpeg(), "-y", "-loglevel", "error", *source, *how, *plain, str(path)]
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        except OSError as error:
            raise AscentError(f"{command[0]} cannot be run: {error.strerror or error}; {_HINT}") from error

    def __enter__(self) -> _Encoder:
        return self

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Take one frame, shape (height, width, 3)."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(picture).data)
        except BrokenPipeError:
            self._refuse()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._process.kill()
            self._process.wait()
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.wait() != 0:
            self._refuse()

    def _refuse(self) -> None:
        assert self._process.stderr is not None
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        raise AscentError(f"ffmpeg could not write the video: {said[-1] if said else 'it stopped'}.")


def _ffmpeg() -> str:
    """Path of the ffmpeg that comes with imageio-ffmpeg, or that $IMAGEIO_FFMPEG_EXE names."""
    from imageio_ffmpeg import get_ffmpeg_exe

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError as error:
        raise AscentError(f"There is no ffmpeg for this machine; {_HINT}") from error


def _frames(
    recorded: OverTime,
    fiber: FiberPlace,
    steps: NDArray[np.int64],
    span: tuple[float, float],
    waveform: Waveform | None,
    amplitude_mA: float | None,
    title: str | None,
) -> Iterator[NDArray[np.uint8]]:
    """Frames of shape (height, width, 3); both even, as H.264 demands."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with styled():
        figure = new_figure(_WIDTH_MM, _HEIGHT_MM)
        figure.set_dpi(_DPI)
        canvas = FigureCanvasAgg(figure)
        moving, clock = _draw(figure, recorded, fiber, span, waveform, amplitude_mA, title)
        # Once laid out, only what moves is drawn again: ten times as fast.
        canvas.draw()
        figure.set_layout_engine("none")
        for artist in moving:
            artist.set_animated(True)
        canvas.draw()
        background = canvas.copy_from_bbox(figure.bbox)
    for step in steps:
        clock(int(step))
        canvas.restore_region(background)
        for artist in moving:
            artist.axes.draw_artist(artist)
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        height, width = (size - size % 2 for size in pixels.shape[:2])
        yield pixels[:height, :width].copy()


def _draw(
    figure: Any,
    recorded: OverTime,
    fiber: FiberPlace,
    span: tuple[float, float],
    waveform: Waveform | None,
    amplitude_mA: float | None,
    title: str | None,
) -> tuple[list[Any], Any]:
    """What moves, and the function that moves it to a step."""
    from ascent.analysis.plotter.fibers_in_space import waveform as draw_waveform

    panels = figure.subplots(2, 1, height_ratios=[3, 1]) if waveform is not None else [figure.add_subplot()]
    main = panels[0]
    z = fiber.node_z[recorded.nodes] / 1e3
    shown = recorded.values[(recorded.time >= span[0]) & (recorded.time <= span[1])]
    least, most = float(np.nanmin(shown)), float(np.nanmax(shown))
    margin = 0.06 * ((most - least) or 1.0)
    main.set(xlabel="z (mm)", ylabel=recorded.label, ylim=(least - margin, most + margin))
    main.set_xlim(z.min() - 0.02 * np.ptp(z), z.max() + 0.02 * np.ptp(z))
    # What each node reached so far stays as a trace behind the curve.
    (peak,) = main.plot(z, np.full(len(z), np.nan), color=PALETTE[5], linewidth=1)
    (curve,) = main.plot(z, recorded.values[0], color=PALETTE[0], marker="o", markersize=3, linewidth=1.8)
    main.set_title(title or fiber.title, loc="left")
    text = main.text(1, 1.02, "", transform=main.transAxes, ha="right", va="bottom", fontsize=10)
    moving: list[Any] = [peak, curve, text]
    if waveform is not None:
        draw_waveform(waveform, panels[1], start_ms=span[0], stop_ms=span[1], amplitude_mA=amplitude_mA)
        (cursor,) = panels[1].plot([span[0]] * 2, panels[1].get_ylim(), color=PALETTE[1], linewidth=1.2)
        panels[1].set_ylabel("current (mA)" if amplitude_mA is not None else "waveform (1)")
        moving.append(cursor)
    highest = np.fmax.accumulate(recorded.values, axis=0)

    def clock(step: int) -> None:
        curve.set_ydata(recorded.values[step])
        peak.set_ydata(highest[step])
        text.set_text(f"{recorded.time[step]:.2f} ms")
        if waveform is not None:
            cursor.set_xdata([recorded.time[step]] * 2)

    return moving, clock
