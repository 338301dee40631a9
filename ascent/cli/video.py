"""``ascent video``: a state variable over space and time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ascent.cli.plot_options import AmplitudeIndexOption, FiberOption, InnerOption, Selection, with_selection
from ascent.cli.shared import new_application

if TYPE_CHECKING:
    from ascent.analysis.fiber_places import FiberPlace
    from ascent.analysis.propagation import Propagation
    from ascent.analysis.query.n_sims import NSimPlace

application = new_application()


@application.command("video", epilog="Example: ascent video --sample 0 --model 0 --sim 0 --n-sim 0 -o action.mp4")
@with_selection
def video(
    selection: Selection,
    inner: InnerOption = None,
    fiber: FiberOption = None,
    variable: Annotated[str, typer.Option("--variable", help="Vm, or a gate (m, h, …) that the sim saved.")] = "Vm",
    amp: AmplitudeIndexOption = 0,
    start: Annotated[float | None, typer.Option("--start", metavar="MS", help="From here on, ms.")] = None,
    stop: Annotated[
        float | None, typer.Option("--stop", metavar="MS", help="Up to here, ms; else a little after the spike passed.")
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Show the whole simulation.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", metavar="S", help="How long the video plays, s.")] = 6.0,
    fps: Annotated[int, typer.Option("--fps", help="Frames a second.")] = 25,
) -> None:
    """Animate a saved state variable along a fiber as .mp4 or .gif; says the conduction velocity too.

    The sim must save it at nodes (saving.time: vm or gating, with locs "all"). Also said is the shortest simulation
    time that would have sufficed to see the action potential where the protocol looks for it.
    """
    from ascent.analysis.fiber_places import one_fiber
    from ascent.analysis.recordings import over_time
    from ascent.analysis.video import shown_span, write_video
    from ascent.stimulus.waveform_files import read_waveform

    n_sim = selection.n_sim()
    chosen = one_fiber(selection.query, n_sim, inner, fiber)
    recorded = over_time(chosen, variable, amp)
    found = _propagation(selection, n_sim, chosen, amp)
    begin, end = (float(recorded.time[0]), float(recorded.time[-1])) if whole else shown_span(recorded, found)
    name = f"{variable}_{n_sim.name}_inner{chosen.inner}_fiber{chosen.fiber}.mp4"
    written = write_video(
        selection.path(name),
        recorded,
        chosen,
        waveform=read_waveform(n_sim.folder / "data" / "inputs" / "waveform.dat"),
        amplitude_mA=_amplitude(selection, n_sim, chosen, amp),
        start_ms=begin if start is None else start,
        stop_ms=end if stop is None else stop,
        seconds=seconds,
        frames_per_second=fps,
        title=selection.title,
        quiet=selection.quiet,
    )
    speed = found.velocity if found else math.nan
    enough = found.sufficient_time if found else math.nan
    simulated = float(recorded.time[-1])
    if not selection.as_json and not selection.quiet:
        typer.echo(
            f"{written.frames} frames, {written.seconds:g} s, {written.start_ms:g} to {written.stop_ms:g} ms", err=True
        )
        typer.echo(_sentence(found, simulated), err=True)
    selection.report(
        written.path,
        frames=written.frames,
        seconds=written.seconds,
        start_ms=round(written.start_ms, 9),
        stop_ms=round(written.stop_ms, 9),
        conduction_velocity_m_per_s=None if math.isnan(speed) else round(speed, 6),
        sufficient_time_ms=None if math.isnan(enough) else round(enough, 9),
        simulated_time_ms=simulated,
    )


def _propagation(selection: Selection, n_sim: NSimPlace, fiber: FiberPlace, amplitude: int) -> Propagation | None:
    """The action potential, where the sim saved the potential of all nodes."""
    from ascent.analysis.propagation import propagation
    from ascent.analysis.recordings import NotRecorded, over_time

    try:
        voltage = over_time(fiber, "Vm", amplitude)
    except NotRecorded:
        return None
    if len(voltage.nodes) != len(fiber.node_z):
        return None
    name = n_sim.name
    protocol = selection.query.get_config("sim", (name.sample, name.model, name.sim)).get("protocol", {})
    threshold = protocol.get("threshold", {})
    found = propagation(
        voltage, fiber.node_z, float(threshold.get("value", -30)), float(threshold.get("ap_detect_location", 0.9))
    )
    # A block is the absence of an action potential: no shorter simulation would have shown it.
    return replace(found, sufficient_time=math.nan) if protocol.get("mode") == "BLOCK_THRESHOLD" else found


def _amplitude(selection: Selection, n_sim: NSimPlace, fiber: FiberPlace, index: int) -> float | None:
    """Amplitude that was simulated, mA: the threshold, or one of the finite amplitudes."""
    from ascent.project.outputs import outputs_folder

    name = n_sim.name
    protocol = selection.query.get_config("sim", (name.sample, name.model, name.sim)).get("protocol", {})
    if protocol.get("mode") == "FINITE_AMPLITUDES":
        return float(protocol["amplitudes"][index])
    file = outputs_folder(n_sim.folder) / f"thresh_inner{fiber.inner}_fiber{fiber.fiber}.dat"
    return float(file.read_text().split()[-1]) if file.is_file() else None


def _sentence(found: Propagation | None, simulated: float) -> str:
    if found is None:
        return "conduction velocity and sufficient time: the sim does not save Vm at all nodes (saving.time.locs)"
    if found.first_node is None:
        return "no action potential"
    parts = [f"the action potential starts at node {found.first_node}"]
    if math.isfinite(found.velocity):
        parts.append(f"travels at {found.velocity:.1f} m/s (70 to 90 % of the fiber)")
    if math.isfinite(found.sufficient_time):
        parts.append(f"{found.sufficient_time:.3f} ms of the {simulated:g} ms simulated would have sufficed")
    return "; ".join(parts)
