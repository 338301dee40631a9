"""Heatmaps of tables of thresholds: what is in the axes is what is in the table."""

from __future__ import annotations

import shutil
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from ascent import Query, plotter
from ascent.errors import ConfigError, RunDirectoryError

from .conftest import FIBERS, threshold_of


def one(query: Query, n_sim: int = 0) -> pd.DataFrame:
    table = query.threshold_data()
    return table[table["nsim"] == n_sim]


def positions(axes: Axes) -> np.ndarray:
    return np.vstack([np.asarray(points.get_offsets()) for points in axes.collections])


def test_every_fiber_is_drawn_where_it_is(query: Query) -> None:
    axes = plotter.heatmaps(data=one(query))
    assert {tuple(xy) for xy in positions(axes).tolist()} == {(x, y) for _, x, y in FIBERS}


def test_colours_follow_the_thresholds_of_the_fibers(query: Query) -> None:
    table = one(query)
    axes = plotter.heatmaps(data=table)
    (points,) = axes.collections
    colors = {tuple(xy): tuple(c) for xy, c in zip(points.get_offsets(), points.get_facecolor(), strict=True)}
    scale = matplotlib.colors.Normalize(table["threshold"].min(), table["threshold"].max())
    for index, (_, x, y) in enumerate(FIBERS):
        expected = matplotlib.colormaps["viridis_r"](scale(abs(threshold_of(0, 0, index))))
        assert colors[(x, y)] == pytest.approx(expected)


def test_the_colour_bar_has_its_unit_and_the_axes_theirs(query: Query) -> None:
    axes = plotter.heatmaps(data=one(query))
    (bar,) = [other for other in axes.figure.axes if other is not axes]
    assert (bar.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("mA", "x (µm)", "y (µm)")


def test_above_the_cut_off_is_suprathreshold(query: Query) -> None:
    cutoff = abs(threshold_of(0, 0, 1)) + 1e-9
    axes = plotter.heatmaps(
        data=one(query), mode="fibers_on_off", cutoff_thresh=cutoff, suprathresh_color="blue", subthresh_color="green"
    )
    drawn = {}
    for points in axes.collections:
        for xy in points.get_offsets():
            drawn[tuple(xy)] = tuple(points.get_facecolor()[0])
    expected = ["green", "green", "blue", "blue"]
    assert [drawn[(x, y)] for _, x, y in FIBERS] == [to_rgba(color) for color in expected]


def test_inners_are_filled_by_their_means(query: Query) -> None:
    axes = plotter.heatmaps(data=one(query), mode="inners")
    means = [0.5 * sum(abs(threshold_of(0, 0, i)) for i in (0, 1)), *(abs(threshold_of(0, 0, i)) for i in (2, 3))]
    scale = matplotlib.colors.Normalize(min(means), max(means))
    expected = [matplotlib.colormaps["viridis_r"](scale(mean)) for mean in means]
    assert [tuple(patch.get_facecolor()) for patch in axes.patches] == [pytest.approx(color) for color in expected]


def test_the_contacts_are_marked_at_their_angle_and_distance(query: Query, project: Path) -> None:
    axes = plotter.heatmaps(data=one(query), cuff_orientation=True)
    (mark,) = [points for points in axes.collections if points.get_label() == "contact"]
    x, y = np.asarray(mark.get_offsets())[0]
    # The model says no pos_ang, so the contacts are where the preset has them, 144°: with 317.5 µm at rest the cuff
    # does not open around this nerve, whose radius is 220 µm.
    assert np.hypot(x, y) == pytest.approx(1.2 * 220, rel=1e-3)
    assert np.degrees(np.arctan2(y, x)) == pytest.approx(144, abs=0.5)


def test_objects_of_the_query_need_no_project(query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = one(query)
    table.attrs = {}
    sample, sim = query.get_object("sample", [0]), query.get_object("simulation", [0, 0, 0])
    monkeypatch.chdir(tmp_path)
    axes = plotter.heatmaps(data=table, sample_object=sample, sim_object=sim)
    assert len(positions(axes)) == len(FIBERS)


def test_the_current_folder_does_not_matter(query: Query, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(positions(plotter.heatmaps(data=one(query)))) == len(FIBERS)


def test_a_sample_that_ascent_1_4_wrote_is_drawn_from_its_traces(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    (copy / "samples/0/sample_state.json").unlink()
    with Query({"indices": {"sample": 0, "model": 0, "sim": 0}}, project=copy) as old:
        axes = plotter.heatmaps(data=one(old))
    assert len(positions(axes)) == len(FIBERS)
    assert len(axes.lines) == 4  # the nerve and three inners


@pytest.mark.parametrize("method", ["map", "map_dataframe"])
def test_seaborn_facets_draw_their_own_rows(every_model: Query, method: str) -> None:
    import matplotlib.pyplot as plt
    import seaborn

    table = every_model.threshold_data()
    grid = seaborn.FacetGrid(table, row="model", col="nsim", sharex=False, sharey=False)
    project = str(every_model.source)
    if method == "map":
        grid.map(plotter.heatmaps, *table.columns, colorbar=False, project=project)
    else:
        grid.map_dataframe(plotter.heatmaps, colorbar=False, project=project)
    assert [len(positions(axes)) for axes in grid.axes.flat] == [len(FIBERS)] * 6
    plt.close(grid.figure)


def test_a_grid_has_a_panel_for_each_n_sim_on_one_scale(every_model: Query) -> None:
    table = every_model.threshold_data()
    figure = plotter.heatmap_facets(table, row="model", col="nsim")
    panels = [axes for axes in figure.axes if axes.get_title() != "mA" and axes.get_visible()]
    assert [axes.get_title() for axes in panels] == [f"model {m}, nsim {n}" for m in (0, 1) for n in (0, 1, 2)]
    (bar,) = [axes for axes in figure.axes if axes.get_title() == "mA"]
    assert bar.get_ylim() == pytest.approx((table["threshold"].min(), table["threshold"].max()))


def test_fibers_that_the_files_contradict_are_an_error(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    fiberset = copy / "samples/0/models/0/sims/0/fibersets/0"
    with Query({"indices": {"sample": 0, "model": 0, "sim": 0}}, project=copy) as found:
        table = one(found)
        (fiberset / "1.dat").write_text("133\nnonsense\n")
        with pytest.raises(RunDirectoryError, match=r"fibersets/0/1\.dat cannot be read"):
            plotter.heatmaps(data=table)
        (fiberset / "diams.txt").write_text("5.7\n")
        with pytest.raises(RunDirectoryError, match="it has 1 of 4 fibers"):
            plotter.heatmaps(data=table)


def test_a_table_of_several_n_sims_is_refused(query: Query) -> None:
    with pytest.raises(ConfigError, match="the table has nsim 0, 1, 2"):
        plotter.heatmaps(data=query.threshold_data())


def test_a_misspelt_argument_is_answered_with_the_nearest(query: Query) -> None:
    with pytest.raises(ConfigError, match="did you mean cutoff_thresh"):
        plotter.heatmaps(data=one(query), cutof_thresh=1)
