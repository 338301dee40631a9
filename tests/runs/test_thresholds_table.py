"""`thresholds.parquet`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ascent.errors import RunDirectoryError
from ascent.runs.thresholds import COLUMNS, KEYS, read_thresholds, write_thresholds


@pytest.fixture
def table() -> pd.DataFrame:
    count = 6
    integers = {name: np.zeros(count, dtype=int) for name, kind in COLUMNS.items() if kind == "int64"}
    columns: dict[str, object] = {
        **integers,
        "fiber": np.arange(count),
        "active_rec_index": [None] * (count - 1) + [[0, 1]],
        "diameter_um": 5.7,
        "x_um": np.arange(count, dtype=float),
        "y_um": 0.0,
        "threshold_mA": [-0.027, np.nan, -0.1, -0.2, -0.3, -0.4],
        "status": "found",
        "engine": "neuron",
    }
    return pd.DataFrame(columns)[list(COLUMNS)]


def test_it_comes_back_as_it_was(tmp_path: Path, table: pd.DataFrame) -> None:
    write_thresholds(table, tmp_path / "t.parquet")
    back = read_thresholds(tmp_path / "t.parquet")
    assert list(back.columns) == list(COLUMNS)
    numbers = [name for name, kind in COLUMNS.items() if kind in ("int64", "float64")]
    pd.testing.assert_frame_equal(back[numbers], table[numbers], check_exact=True)
    assert list(back["status"]) == list(table["status"])
    assert list(back["active_rec_index"].iloc[-1]) == [0, 1]


def test_the_bytes_do_not_depend_on_the_order_of_rows_and_columns(tmp_path: Path, table: pd.DataFrame) -> None:
    write_thresholds(table, tmp_path / "a.parquet")
    shuffled = table.sample(frac=1, random_state=3)[list(reversed(COLUMNS))]
    write_thresholds(shuffled, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_rows_are_sorted_by_their_place(tmp_path: Path, table: pd.DataFrame) -> None:
    write_thresholds(table.iloc[::-1], tmp_path / "t.parquet")
    keys = list(read_thresholds(tmp_path / "t.parquet")[list(KEYS)].itertuples(index=False, name=None))
    assert keys == sorted(keys)


def test_an_empty_table_keeps_its_columns(tmp_path: Path, table: pd.DataFrame) -> None:
    write_thresholds(table.iloc[:0], tmp_path / "t.parquet")
    assert list(read_thresholds(tmp_path / "t.parquet").columns) == list(COLUMNS)


def test_the_fascicle_of_each_fiber_is_kept_where_it_is_known(tmp_path: Path, table: pd.DataFrame) -> None:
    write_thresholds(table.assign(fascicle=range(6)), tmp_path / "t.parquet")
    back = read_thresholds(tmp_path / "t.parquet")
    assert back.columns[-1] == "fascicle"
    assert back["fascicle"].tolist() == list(range(6))


def test_a_missing_column_is_one_sentence(tmp_path: Path, table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="lacks the column engine"):
        write_thresholds(table.drop(columns="engine"), tmp_path / "t.parquet")


def test_an_unknown_column_is_one_sentence(tmp_path: Path, table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="unknown column colour"):
        write_thresholds(table.assign(colour="red"), tmp_path / "t.parquet")


def test_a_column_of_the_wrong_type_is_one_sentence(tmp_path: Path, table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="column n_runs of thresholds must hold int64"):
        write_thresholds(table.assign(n_runs="many"), tmp_path / "t.parquet")


def test_a_fiber_that_occurs_twice_is_one_sentence(tmp_path: Path, table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="two rows for"):
        write_thresholds(pd.concat([table, table]), tmp_path / "t.parquet")


def test_damaged_files_are_one_sentence(tmp_path: Path, table: pd.DataFrame) -> None:
    path = tmp_path / "t.parquet"
    write_thresholds(table, path)
    data = path.read_bytes()
    generator = np.random.default_rng(5)
    for cut in generator.integers(0, len(data), 100):
        path.write_bytes(data[:cut])
        with pytest.raises(RunDirectoryError):
            read_thresholds(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="could not be read"):
        read_thresholds(tmp_path / "t.parquet")
