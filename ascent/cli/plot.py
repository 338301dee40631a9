"""``ascent plot …``: each picture of `ascent.plotter` from the shell."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ascent.cli.plot_options import (
    AmplitudeIndexOption,
    FiberOption,
    InnerOption,
    Selection,
    with_selection,
)
from ascent.cli.shared import new_application

if TYPE_CHECKING:
    from ascent.analysis.fiber_places import FiberPlace

application = new_application()


class Mode(StrEnum):
    """Modes of heatmaps."""

    FIBERS = "fibers"
    FIBERS_ON_OFF = "fibers_on_off"
    INNERS = "inners"
    INNERS_ON_OFF = "inners_on_off"


ModeOption = Annotated[Mode, typer.Option("--mode", help="A point a fiber or a fill an inner; a scale or two colours.")]
CutoffOption = Annotated[float | None, typer.Option("--cutoff", metavar="MA", help="For the on-off modes, mA.")]
ColorMapOption = Annotated[str, typer.Option("--cmap", help="Colour map of matplotlib.")]
MinOption = Annotated[float | None, typer.Option("--min", metavar="MA", help="Lower end of the colours, mA.")]
MaxOption = Annotated[float | None, typer.Option("--max", metavar="MA", help="Upper end of the colours, mA.")]
OutersOption = Annotated[bool, typer.Option("--outers", help="Draw the outer boundaries of the perineurium.")]
OrientationOption = Annotated[bool, typer.Option("--cuff-orientation", help="Mark the direction of the contacts.")]
ScaleBarOption = Annotated[
    float | None, typer.Option("--scale-bar", metavar="UM", help="Scale bar of this length, µm, in place of axes.")
]
GroupOption = Annotated[str, typer.Option("--x", metavar="COLUMN", help="What the groups along x are.")]
HueOption = Annotated[str | None, typer.Option("--hue", metavar="COLUMN", help="What the colours are.")]
StimulusOption = Annotated[float, typer.Option("--amplitude", metavar="MA", help="Amplitude, mA.")]
AllFibersOption = Annotated[bool, typer.Option("--all-fibers", help="Every fiber of the n_sim.")]


@application.callback()
def plot() -> None:
    """Draw samples, fibers, potentials, recordings and thresholds as PNG, SVG or PDF."""


def _command(name: str, options: str = "") -> Any:
    """Register a function that draws as ``ascent plot NAME``."""
    example = f"Example: ascent plot {name} {options + ' ' if options else ''}--project my_study"

    def register(function: Any) -> Any:
        application.command(name, epilog=example)(with_selection(function))
        return function

    return register


@_command("heatmap", "--sample 0 --model 0 --sim 0 --n-sim 0")
def heatmap(
    selection: Selection,
    mode: ModeOption = Mode.FIBERS,
    cutoff: CutoffOption = None,
    cmap: ColorMapOption = "viridis_r",
    least: MinOption = None,
    most: MaxOption = None,
    outers: OutersOption = False,
    cuff_orientation: OrientationOption = False,
    min_max_ticks: Annotated[bool, typer.Option("--min-max-ticks", help="Ticks at the ends of the bar only.")] = False,
    no_colorbar: Annotated[bool, typer.Option("--no-colorbar", help="Leave the colour bar out.")] = False,
    missing_color: Annotated[str, typer.Option("--missing-color", help="Fibers without threshold.")] = "red",
    suprathresh_color: Annotated[str, typer.Option("--suprathresh-color", help="Above the cut-off.")] = "#0072B2",
    subthresh_color: Annotated[str, typer.Option("--subthresh-color", help="Up to the cut-off.")] = "#88CC55",
    scale_bar: ScaleBarOption = None,
) -> None:
    """Thresholds of one n_sim on the cross-section, mA."""
    from ascent.analysis.plotter import heatmaps

    n_sim = selection.n_sim()
    table = selection.thresholds()
    rows = table[(table[list(n_sim.keys())] == list(n_sim.keys().values())).all(axis=1)]
    diameters = sorted(set(rows["diameter_um"].round(3)))
    of = f"{diameters[0]:g} µm" if len(diameters) == 1 else f"{diameters[0]:g} to {diameters[-1]:g} µm"
    axes = heatmaps(
        data=rows,
        title=selection.title or f"n_sim {n_sim.name}: thresholds of {of} fibers",
        **_heatmap_options(selection, n_sim, mode, cutoff, cmap, least, most, outers, cuff_orientation, scale_bar),
        min_max_ticks=min_max_ticks,
        colorbar=not no_colorbar,
        missing_color=missing_color,
        suprathresh_color=suprathresh_color,
        subthresh_color=subthresh_color,
    )
    _save(selection, axes, "threshold_heatmap.png")


def _heatmap_options(
    selection: Selection,
    n_sim: Any,
    mode: Mode,
    cutoff: float | None,
    cmap: str,
    least: float | None,
    most: float | None,
    outers: bool,
    cuff_orientation: bool,
    scale_bar: float | None,
) -> dict[str, Any]:
    return {
        "project": selection.query.source,
        "mode": mode.value,
        "cutoff_thresh": cutoff,
        "cmap": cmap,
        **({} if least is None else {"min_thresh": least}),
        **({} if most is None else {"max_thresh": most}),
        "plot_outers": outers,
        "cuff_orientation": cuff_orientation,
        "scale_bar": scale_bar,
    }


@_command("heatmap-facets", "--row model --col nsim")
def heatmap_facets(
    selection: Selection,
    row: Annotated[str | None, typer.Option("--row", metavar="COLUMN", help="What the rows of the grid are.")] = None,
    col: Annotated[str, typer.Option("--col", metavar="COLUMN", help="What its columns are.")] = "nsim",
    own_scales: Annotated[bool, typer.Option("--own-scales", help="A range of colours for each panel.")] = False,
    mode: ModeOption = Mode.FIBERS,
    cutoff: CutoffOption = None,
    cmap: ColorMapOption = "viridis_r",
    least: MinOption = None,
    most: MaxOption = None,
    outers: OutersOption = False,
    cuff_orientation: OrientationOption = False,
    scale_bar: ScaleBarOption = None,
) -> None:
    """A grid of heatmaps, one for each n_sim."""
    from ascent.analysis.plotter import heatmap_facets

    table = selection.thresholds()
    options = _heatmap_options(selection, None, mode, cutoff, cmap, least, most, outers, cuff_orientation, scale_bar)
    figure = heatmap_facets(table, row=row, col=col, same_scale=not own_scales, **options)
    if selection.title:
        figure.suptitle(selection.title)
    _save(selection, figure, "threshold_heatmap_grid.png")


@_command("threshold-barchart", "--x diameter_um --hue model")
def threshold_barchart(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Mean thresholds of groups of fibers as bars, with standard deviations."""
    from ascent.analysis.plotter import threshold_barchart

    axes = threshold_barchart(selection.thresholds(), x=x, hue=hue, title=selection.title)
    _save(selection, axes, "threshold_comparison_barchart.png")


@_command("threshold-boxplot", "--x diameter_um --hue model")
def threshold_boxplot(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Quartiles of thresholds of groups of fibers."""
    from ascent.analysis.plotter import threshold_boxplot

    axes = threshold_boxplot(selection.thresholds(), x=x, hue=hue, title=selection.title)
    _save(selection, axes, "threshold_comparison_boxplot.png")


@_command("threshold-swarmplot", "--x diameter_um --hue model")
def threshold_swarmplot(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Every fiber's threshold as a point, by groups."""
    from ascent.analysis.plotter import threshold_swarmplot

    axes = threshold_swarmplot(selection.thresholds(), x=x, hue=hue, title=selection.title)
    _save(selection, axes, "threshold_comparison_swarmplot.png")


@_command("dose-response", "--by diameter_um --by fascicle")
def dose_response(
    selection: Selection,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="COLUMN", help="What the curves are; may be repeated.")
    ] = None,
) -> None:
    """Fraction of fibers that each amplitude activates."""
    from ascent.analysis.plotter import dose_response

    axes = dose_response(selection.thresholds(), by=by or ["diameter_um"], title=selection.title)
    _save(selection, axes, "dose_response_curves.png")


@_command("custom-dose-response", "fibers.csv --sample 0 --model 0 --sim 0")
def custom_dose_response(
    selection: Selection,
    fibers: Annotated[
        Path, typer.Argument(metavar="CSV", help="x, y[, diameter, labels…]; µm from the image's lower left corner.")
    ],
    diameter: Annotated[
        float | None, typer.Option("--diameter", metavar="UM", help="Of all fibers, where the file has none, µm.")
    ] = None,
    file_format: Annotated[str, typer.Option("--format", help="png, svg or pdf.")] = "png",
) -> None:
    """Dose-response of your own fibers: thresholds interpolated over diameter, broken out by fascicle and label.

    --output is a folder here; output/<sample>_<model>_<sim> of the project by default.
    """
    from ascent.analysis.plotter import custom_fiber_dose_response

    s, m, k = selection.query.sims()[0]
    folder = selection.output or selection.path("x.png").parents[1] / f"{s}_{m}_{k}"
    table, files = custom_fiber_dose_response(
        selection.query, fibers, folder, diameter_um=diameter, suffix=f".{file_format.lstrip('.')}"
    )
    selection.report(*files, fibers=len(table))


@_command("convergence", "--reference 0")
def convergence(
    selection: Selection,
    reference: Annotated[int, typer.Option("--reference", metavar="MODEL", help="Model that is taken as exact.")],
    criterion: Annotated[float, typer.Option("--criterion", metavar="PERCENT", help="Accepted error, %.")] = 2.0,
    label: Annotated[
        str | None, typer.Option("--label", metavar="KEY", help="Key of model.json that names models along x.")
    ] = None,
) -> None:
    """Errors of thresholds against those of a reference model, percent."""
    from ascent.analysis.plotter import convergence
    from ascent.analysis.query.matching import value_at

    table = selection.thresholds()
    labels = None
    if label:
        places = table[["sample", "model"]].drop_duplicates().itertuples(index=False, name=None)
        configs = {m: selection.query.get_config("model", (int(s), int(m))) for s, m in places}
        labels = {int(m): str(value_at(config, tuple(label.split(".")))) for m, config in configs.items()}
    axes = convergence(table, reference, labels=labels, criterion_percent=criterion, title=selection.title)
    if label:
        axes.set_xlabel(label)
    _save(selection, axes, "convergence.png")


@_command("ap-loctime", "--distribution")
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
    path = _write(selection, found.figure, f"ap_time_loc_{numbers}.png")
    selection.report(path, fibers=len(found.table), with_action_potential=int(started.sum()))


@_command("sample", "--sample 0")
def sample(
    selection: Selection,
    no_outers: Annotated[bool, typer.Option("--no-outers", help="Leave out the outer perineurium.")] = False,
    labels: Annotated[bool, typer.Option("--labels", help="Write the number of each inner.")] = False,
    no_axis: Annotated[bool, typer.Option("--no-axis", help="Leave out the axes.")] = False,
    scale_bar: ScaleBarOption = None,
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
    _save(selection, axes, f"sample_{index}.png")


@_command("fibers", "--sample 0 --model 0 --sim 0 --n-sim 0")
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
    _save(selection, axes, f"fibers_{n_sim.name}.png")


@_command("waveform", "--sim 0 --n-sim 0")
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
    _save(selection, axes, f"waveform_{n_sim.name}.png")


@_command("ve", "--n-sim 0 --inner 0 --fiber 0")
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
    _save(selection, axes, f"ve_{chosen[0].n_sim.name}.png")


@_command("ve-difference", "--n-sim 0 --inner 0 --fiber 0")
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
    _save(selection, axes, f"ve_difference_{chosen[0].n_sim.name}.png")


@_command("recording", "--variable Vm --n-sim 0 --inner 0 --fiber 0")
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
    _save(selection, axes, f"{variable}_{kind}_{chosen.n_sim.name}_inner{chosen.inner}_fiber{chosen.fiber}.png")


@_command("sfap", "--n-sim 0 --all-fibers")
def sfap(selection: Selection, all_fibers: AllFibersOption = False, amp: AmplitudeIndexOption = 0) -> None:
    """Single fiber action potentials at the recording cuff, µV; of fiber 0, or of all."""
    from ascent.analysis.plotter import sfaps

    axes = sfaps(_signals(selection, all_fibers, amp), amplitude=amp, title=selection.title)
    _save(selection, axes, "sfap.png")


@_command("cnap", "--n-sim 0")
def cnap(selection: Selection, amp: AmplitudeIndexOption = 0) -> None:
    """Compound action potential of the nerve, the sum of the signals of all fibers, µV."""
    from ascent.analysis.plotter import cnap

    axes = cnap(_signals(selection, True, amp), amplitude=amp, title=selection.title)
    _save(selection, axes, "cnap.png")


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


def _write(selection: Selection, drawn: Any, name: str) -> Path:
    from ascent.analysis.style import save

    figure = drawn.get_figure(root=True) if hasattr(drawn, "get_figure") else drawn
    return save(figure, selection.path(name))


def _save(selection: Selection, drawn: Any, name: str) -> None:
    selection.report(_write(selection, drawn, name))
