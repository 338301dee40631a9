"""``ascent plot``: heatmaps, comparisons, dose-response, convergence."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ascent.cli.plot_options import Selection
from ascent.cli.plot_registry import picture, write_and_report


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


@picture("heatmap", "--sample 0 --model 0 --sim 0 --n-sim 0")
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
    write_and_report(selection, axes, "threshold_heatmap.png")


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
        # Of an archive, what is unpacked already.
        "project": selection.query.folder.root,
        "mode": mode.value,
        "cutoff_thresh": cutoff,
        "cmap": cmap,
        **({} if least is None else {"min_thresh": least}),
        **({} if most is None else {"max_thresh": most}),
        "plot_outers": outers,
        "cuff_orientation": cuff_orientation,
        "scale_bar": scale_bar,
    }


@picture("heatmap-facets", "--row model --col nsim")
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
    write_and_report(selection, figure, "threshold_heatmap_grid.png")


@picture("threshold-barchart", "--x diameter_um --hue model")
def threshold_barchart(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Mean thresholds of groups of fibers as bars, with standard deviations."""
    from ascent.analysis.plotter import threshold_barchart

    axes = threshold_barchart(selection.thresholds(), x=x, hue=hue, title=selection.title)
    write_and_report(selection, axes, "threshold_comparison_barchart.png")


@picture("threshold-boxplot", "--x diameter_um --hue model")
def threshold_boxplot(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Quartiles of thresholds of groups of fibers."""
    from ascent.analysis.plotter import threshold_boxplot

    axes = threshold_boxplot(selection.thresholds(), x=x, hue=hue, title=selection.title)
    write_and_report(selection, axes, "threshold_comparison_boxplot.png")


@picture("threshold-swarmplot", "--x diameter_um --hue model")
def threshold_swarmplot(selection: Selection, x: GroupOption = "nsim", hue: HueOption = None) -> None:
    """Every fiber's threshold as a point, by groups."""
    from ascent.analysis.plotter import threshold_swarmplot

    axes = threshold_swarmplot(selection.thresholds(), x=x, hue=hue, title=selection.title)
    write_and_report(selection, axes, "threshold_comparison_swarmplot.png")


@picture("dose-response", "--by diameter_um --by fascicle")
def dose_response(
    selection: Selection,
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="COLUMN", help="What the curves are; may be repeated.")
    ] = None,
) -> None:
    """Fraction of fibers that each amplitude activates."""
    from ascent.analysis.plotter import dose_response

    axes = dose_response(selection.thresholds(), by=by or ["diameter_um"], title=selection.title)
    write_and_report(selection, axes, "dose_response_curves.png")


@picture("custom-dose-response", "fibers.csv --sample 0 --model 0 --sim 0")
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


@picture("convergence", "--reference 0")
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
    write_and_report(selection, axes, "convergence.png")
