"""``ascent plot``: samples, fibers, potentials, waveforms, recordings and signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ascent.cli.plot_options import AmplitudeIndexOption, FiberOption, InnerOption, Selection
from ascent.cli.plot_registry import picture, write, write_and_report

if TYPE_CHECKING:
    from ascent.analysis.fiber_places import FiberPlace

StimulusOption = Annotated[float, typer.Option("--amplitude", metavar="MA", help="Amplitude, mA.")]
AllFibersOption = Annotated[bool, typer.Option("--all-fibers", help="Every fiber of the n_sim.")]


@picture("ap-loctime", "--distribution")
def ap_loctime(
    selection: Selection,
    distribution: Annotated[bool, typer.Option("--distribution", help="How many fibers start where.")] = False,
    subplots: Annotated[bool, typer.Option("--subplots", help="A panel for each n_sim.")] = False,
    nodes_only: Annotated[bool, typer.Option("--nodes-only", help="Number nodes rather than give z.")] = False,
    amp: AmplitudeIndexOption = 0,
) -> None:
    """Where and when action potentials start (the sim saves aploctime)."""
    from ascent.analysis.plotter import ap_loctime

    found = ap_loctime(
        selection.query, selection.n_sim_numbers, plot=not distribution, plot_distribution=distribution,
        subplots=subplots, nodes_only=nodes_only, amp=amp,
    )  # fmt: skip
    assert found.figure is not None  # it was asked for
    if selection.title:
        found.figure.suptitle(selection.title)
    started = found.table["node"].notna()
    numbers = "_".join(str(number) for number in sorted(found.table["nsim"].unique()))
    path = write(selection, found.figure, f"ap_time_loc_{numbers}.png")
    selection.report(path, fibers=len(found.table), with_action_potential=int(started.sum()))


@picture("sample", "--sample 0")
def sample(
    selection: Selection,
    no_outers: Annotated[bool, typer.Option("--no-outers", help="Leave out the outer perineurium.")] = False,
    labels: Annotated[bool, typer.Option("--labels", help="Write the number of each inner.")] = False,
    no_axis: Annotated[bool, typer.Option("--no-axis", help="Leave out the axes.")] = False,
    scale_bar: Annotated[
        float | None, typer.Option("--scale-bar", metavar="UM", help="Scale bar of this length, µm, in place of axes.")
    ] = None,
) -> None:
    """The cross-section of a sample."""
    from ascent.analysis.fiber_places import section_of
    from ascent.analysis.plotter import sample

    index = selection.sample()
    axes = sample(
        section_of(selection.query, index),
        title=selection.title or f"sample {index}",
        outers_flag=not no_outers,
        inner_index_labels=labels,
        show_axis=not no_axis and scale_bar is None,
        scalebar=scale_bar is not None,
        scalebar_length=scale_bar,
    )
    write_and_report(selection, axes, f"sample_{index}.png")


@picture("fibers", "--sample 0 --model 0 --sim 0 --n-sim 0")
def fibers(
    selection: Selection,
    labels: Annotated[bool, typer.Option("--labels", help="Write the number of each inner.")] = False,
) -> None:
    """Where the fibers of an n_sim are on the cross-section."""
    from ascent.analysis.fiber_places import fiberset_of, section_of
    from ascent.analysis.plotter import fibers

    n_sim = selection.n_sim()
    fiberset = fiberset_of(selection.query, n_sim)
    axes = fibers(
        fiberset,
        section_of(selection.query, n_sim.name.sample),
        title=selection.title or f"n_sim {n_sim.name}: {len(fiberset)} fibers",
        inner_index_labels=labels,
    )
    write_and_report(selection, axes, f"fibers_{n_sim.name}.png")


@picture("waveform", "--sim 0 --n-sim 0")
def waveform(
    selection: Selection,
    start: Annotated[float | None, typer.Option("--start", metavar="MS", help="From here on, ms.")] = None,
    stop: Annotated[float | None, typer.Option("--stop", metavar="MS", help="Up to here, ms.")] = None,
    amplitude: Annotated[
        float | None, typer.Option("--amplitude", metavar="MA", help="Draw the current of this amplitude, mA.")
    ] = None,
) -> None:
    """The stimulation waveform of an n_sim."""
    from ascent.analysis.plotter import waveform
    from ascent.stimulus.waveform_files import read_waveform

    n_sim = selection.n_sim()
    axes = waveform(
        read_waveform(n_sim.folder / "data" / "inputs" / "waveform.dat"),
        start_ms=start,
        stop_ms=stop,
        amplitude_mA=amplitude,
        title=selection.title or f"n_sim {n_sim.name}: waveform",
    )
    write_and_report(selection, axes, f"waveform_{n_sim.name}.png")


@picture("ve", "--n-sim 0 --inner 0 --fiber 0")
def ve(
    selection: Selection,
    inner: InnerOption = None,
    fiber: FiberOption = None,
    all_fibers: AllFibersOption = False,
    amplitude: StimulusOption = 1.0,
) -> None:
    """Extracellular potentials along fibers, mV."""
    from ascent.analysis.fiber_places import stimulus_potentials
    from ascent.analysis.plotter import potentials

    chosen = _fibers(selection, inner, fiber, all_fibers)
    values = [stimulus_potentials(one) for one in chosen]
    axes = potentials(chosen, values, amplitude_mA=amplitude, title=_title(selection, chosen))
    write_and_report(selection, axes, f"ve_{chosen[0].n_sim.name}.png")


@picture("ve-difference", "--n-sim 0 --inner 0 --fiber 0")
def ve_difference(
    selection: Selection,
    inner: InnerOption = None,
    fiber: FiberOption = None,
    all_fibers: AllFibersOption = False,
    amplitude: StimulusOption = 1.0,
) -> None:
    """Second difference of the potentials from node to node, mV."""
    from ascent.analysis.fiber_places import stimulus_potentials
    from ascent.analysis.plotter import second_difference

    chosen = _fibers(selection, inner, fiber, all_fibers)
    values = [stimulus_potentials(one) for one in chosen]
    axes = second_difference(chosen, values, amplitude_mA=amplitude, title=_title(selection, chosen))
    write_and_report(selection, axes, f"ve_difference_{chosen[0].n_sim.name}.png")


@picture("recording", "--variable Vm --n-sim 0 --inner 0 --fiber 0")
def recording(
    selection: Selection,
    variable: Annotated[str, typer.Option("--variable", help="Vm, a gate (m, h, …), or Istim.")] = "Vm",
    space: Annotated[bool, typer.Option("--space", help="Along the fiber at the times saved.")] = False,
    inner: InnerOption = None,
    fiber: FiberOption = None,
    amp: AmplitudeIndexOption = 0,
) -> None:
    """What the sim saved of a fiber: membrane potential, gates, intracellular current."""
    from ascent.analysis import recordings
    from ascent.analysis.plotter import current
    from ascent.analysis.plotter import recording as draw

    (chosen,) = _fibers(selection, inner, fiber, False)
    if variable == "Istim":
        axes = current(*recordings.intracellular_current(chosen, amp))
        axes.set_title(_title(selection, [chosen]))
    else:
        read = recordings.over_space if space else recordings.over_time
        axes = draw(read(chosen, variable, amp), chosen, title=_title(selection, [chosen]))
    kind = "space" if space else "time"
    write_and_report(
        selection, axes, f"{variable}_{kind}_{chosen.n_sim.name}_inner{chosen.inner}_fiber{chosen.fiber}.png"
    )


@picture("sfap", "--n-sim 0 --all-fibers")
def sfap(selection: Selection, all_fibers: AllFibersOption = False, amp: AmplitudeIndexOption = 0) -> None:
    """Single fiber action potentials at the recording cuff, µV; of fiber 0, or of all."""
    from ascent.analysis.plotter import sfaps

    axes = sfaps(_signals(selection, all_fibers, amp), amplitude=amp, title=selection.title)
    write_and_report(selection, axes, "sfap.png")


@picture("cnap", "--n-sim 0")
def cnap(selection: Selection, amp: AmplitudeIndexOption = 0) -> None:
    """Compound action potential of the nerve, the sum of the signals of all fibers, µV."""
    from ascent.analysis.plotter import cnap

    axes = cnap(_signals(selection, True, amp), amplitude=amp, title=selection.title)
    write_and_report(selection, axes, "cnap.png")


def _signals(selection: Selection, all_fibers: bool, amplitude: int) -> Any:
    table = selection.query.sfap_data(all_fibers=all_fibers, amplitude_indices=(amplitude,))
    return table[table["nsim"].isin(selection.n_sim_numbers)] if selection.n_sim_numbers else table


def _fibers(selection: Selection, inner: int | None, fiber: int | None, all_fibers: bool) -> list[FiberPlace]:
    from ascent.analysis.fiber_places import fibers_of, one_fiber

    n_sim = selection.n_sim()
    if all_fibers:
        return fibers_of(selection.query, n_sim)
    return [one_fiber(selection.query, n_sim, inner, fiber)]


def _title(selection: Selection, fibers: list[FiberPlace]) -> str:
    first = fibers[0]
    of = first.title if len(fibers) == 1 else f"{len(fibers)} fibers"
    return selection.title or f"n_sim {first.n_sim.name}: {of}"


@picture("templates", "--sample 0 --model 0 --sim 0")
def templates(selection: Selection) -> None:
    """Templates of membrane currents as .mat, for CAPulator (the sim saves Imembrane_matrix)."""
    from ascent.analysis.templates import generate_templates

    name = "template_data_" + "_".join(map(str, selection.query.sims()[0])) + ".mat"
    default = selection.path("x.png").parent / "templates" / name
    selection.report(generate_templates(selection.query, selection.output or default))
