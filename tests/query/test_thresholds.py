"""Thresholds of what a query found, as ASCENT's tables."""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ascent import Query
from ascent.analysis.query.thresholds import MissingResults
from ascent.errors import RunDirectoryError
from ascent.runs.archive import write_archive
from ascent.runs.thresholds import write_thresholds

from .conftest import FIBERS, threshold_of

#: The order is ASCENT's; users' scripts rely on it.
ASCENT_COLUMNS = (
    "sample model sim nsim inner fiber index fiberset_index waveform_index active_src_index active_rec_index threshold"
)
ASCENT_MEAN_COLUMNS = (
    "sample model sim nsim fiberset_index waveform_index active_src_index active_rec_index mean std sem"
)
MODEL_0 = {"indices": {"sample": 0, "model": 0, "sim": 7}}


def query(project: Path) -> Query:
    return Query(MODEL_0, project=project)


def parquet_of(table: pd.DataFrame) -> pd.DataFrame:
    own = {"diameter_um": 5.7, "x_um": 0.0, "y_um": 0.0, "status": "ok", "n_runs": 1, "engine": "batch"}
    return table.rename(columns={"threshold": "threshold_mA"}).assign(**own)


def test_columns_have_ascents_names_and_order(project: Path) -> None:
    assert list(query(project).threshold_data()) == ASCENT_COLUMNS.split()


def test_thresholds_are_absolute_values_of_the_files(project: Path) -> None:
    table = query(project).threshold_data()
    expected = [abs(threshold_of(0, row.nsim, row.index)) for row in table.itertuples(index=False)]
    assert len(table) == 4 * len(FIBERS)
    np.testing.assert_allclose(table["threshold"], expected, rtol=1e-12)


def test_rows_go_by_inner_and_index_is_the_place_in_the_fiberset(project: Path) -> None:
    rows = query(project).threshold_data().head(3)[["inner", "fiber", "index"]]
    assert rows.to_numpy().tolist() == [[0, 0, 1], [0, 1, 2], [1, 0, 0]]


def test_combinations_are_told_apart(project: Path) -> None:
    table = query(project).threshold_data().drop_duplicates("nsim")
    assert table["fiberset_index"].tolist() == [0, 1, 0, 1]
    assert table["active_src_index"].tolist() == [0, 0, 1, 1]
    assert table["active_rec_index"].tolist() == [[0]] * 4


def test_combinations_are_computed_for_folders_that_ascent_wrote(project: Path) -> None:
    expected = query(project).threshold_data()
    for file in project.rglob("combination.json"):
        file.unlink()
    pd.testing.assert_frame_equal(query(project).threshold_data(), expected)


def test_of_several_values_in_a_file_the_last_counts(project: Path) -> None:
    outputs = project / "samples/0/models/0/sims/7/n_sims/0/data/outputs"
    (outputs / "thresh_inner0_fiber0.dat").write_text("-0.5\n-0.25\n")
    assert query(project).threshold_data()["threshold"][0] == 0.25


def test_means_have_ascents_columns_and_sample_deviation(project: Path) -> None:
    table = query(project).threshold_data(meanify=True)
    assert list(table) == ASCENT_MEAN_COLUMNS.split()
    values = [abs(threshold_of(0, 1, index)) for index in range(3)]
    row = table.iloc[1]
    assert row["mean"] == pytest.approx(np.mean(values))
    assert row["std"] == pytest.approx(np.std(values, ddof=1))
    assert row["sem"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(3))


def test_a_missing_threshold_is_an_error_that_names_the_file(project: Path) -> None:
    missing = project / "samples/0/models/0/sims/7/n_sims/2/data/outputs/thresh_inner0_fiber1.dat"
    missing.unlink()
    with pytest.raises(MissingResults, match=str(missing)):
        query(project).threshold_data()


def test_a_missing_threshold_may_be_ignored(project: Path) -> None:
    (project / "samples/0/models/0/sims/7/n_sims/2/data/outputs/thresh_inner0_fiber1.dat").unlink()
    table = query(project).threshold_data(ignore_missing=True)
    assert table.loc[table["threshold"].isna(), ["nsim", "inner", "fiber"]].to_numpy().tolist() == [[2, 0, 1]]


def test_a_damaged_threshold_is_an_error_that_names_the_file(project: Path) -> None:
    file = project / "samples/0/models/0/sims/7/n_sims/2/data/outputs/thresh_inner0_fiber1.dat"
    file.write_text("nonsense")
    with pytest.raises(RunDirectoryError, match=str(file)):
        query(project).threshold_data()


def test_only_the_sims_asked_for(project: Path) -> None:
    everything = Query({"include_downstream": True}, project=project)
    assert set(everything.threshold_data(sim_indices=[7])["model"]) == {0, 1}
    with pytest.raises(IndexError, match="sims \\[3\\]"):
        everything.threshold_data(sim_indices=[3])


def test_a_current_table_is_read_in_place_of_the_files(project: Path) -> None:
    expected = query(project).threshold_data()
    write_thresholds(parquet_of(expected.assign(threshold=1.5)), project / "thresholds.parquet")
    assert set(query(project).threshold_data()["threshold"]) == {1.5}


def test_a_table_older_than_a_result_is_not_read(project: Path) -> None:
    expected = query(project).threshold_data()
    write_thresholds(parquet_of(expected.assign(threshold=1.5)), project / "thresholds.parquet")
    long_ago = time.time() - 3600
    os.utime(project / "thresholds.parquet", (long_ago, long_ago))
    pd.testing.assert_frame_equal(query(project).threshold_data(), expected)


@pytest.mark.parametrize("kind", ["tar.gz", "tar.zst"])
def test_an_archive_gives_the_same_answers_and_leaves_nothing(project: Path, tmp_path: Path, kind: str) -> None:
    if kind == "tar.zst":
        pytest.importorskip("zstandard")
    expected = query(project).threshold_data()
    archive = write_archive(project, tmp_path / f"run.{kind}", 0.0)
    shutil.rmtree(project)
    with Query(MODEL_0, project=archive) as packed:
        pd.testing.assert_frame_equal(packed.threshold_data(), expected)
        unpacked = packed.folder.root
    assert not unpacked.exists()


def test_of_an_archive_the_fields_along_fibers_are_left_packed(project: Path, tmp_path: Path) -> None:
    sim = project / "samples/0/models/0/sims/7"
    for name in ("fibersets_bases/0/0/0.dat", "waveforms/0.dat"):
        (sim / name).parent.mkdir(parents=True)
        (sim / name).write_text("1\n0\n")
    archive = write_archive(project, tmp_path / "run.tar.gz", 0.0)
    with Query(MODEL_0, project=archive) as packed:
        unpacked = packed.folder.sim_folder(0, 0, 7)
        assert (unpacked / "waveforms/0.dat").is_file()
        assert not (unpacked / "fibersets_bases/0/0/0.dat").exists()


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"nowhere\.tar\.gz does not exist"):
        Query(project=tmp_path / "nowhere.tar.gz")


def test_the_current_folder_does_not_matter(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = query(project).threshold_data()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    pd.testing.assert_frame_equal(query(project).threshold_data(), expected)
    monkeypatch.setenv("ASCENT_PROJECT_PATH", str(project))
    pd.testing.assert_frame_equal(Query(MODEL_0).threshold_data(), expected)


def test_a_sim_of_finite_amplitudes_has_no_thresholds_and_says_so(project: Path) -> None:
    file = project / "config/user/sims/7.json"
    file.write_text(file.read_text().replace("ACTIVATION_THRESHOLD", "FINITE_AMPLITUDES"))
    with pytest.raises(MissingResults, match="sim 7 runs finite amplitudes"):
        query(project).threshold_data()


def test_a_sim_without_n_sims_is_an_error_that_names_it(project: Path) -> None:
    shutil.rmtree(project / "samples/0/models/0/sims/7/n_sims")
    with pytest.raises(RunDirectoryError, match="sims/7/n_sims holds no n_sims"):
        query(project).threshold_data()
