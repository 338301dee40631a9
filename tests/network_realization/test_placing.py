"""Synapses on a cell: nearest points, electrical positions, distances; and files that do not fit together."""

import logging
from pathlib import Path

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.network.realization import CellLayout

from .conftest import Build, entry


def test_a_synapse_lies_at_the_nearest_point_the_first_of_equals(layout: CellLayout) -> None:
    assert layout.nearest_points(2, np.array([0.0, 0.2, 0.25, 0.62, 0.7])).tolist() == [0, 1, 1, 1, 3]


def test_it_acts_there_but_not_beyond_the_outermost_segment_centres(layout: CellLayout) -> None:
    x = layout.electrical_positions(1, np.array([0, 1, 5, 10], np.int32))

    assert x.tolist() == [0.1, 0.1, 0.5, 0.9]


def test_segments_are_numbered_through_the_cell(layout: CellLayout) -> None:
    assert layout.segments(1, np.array([0.0, 0.19, 0.2, 1.0])).tolist() == [1, 1, 2, 5]
    assert layout.segments(2, np.array([0.5])).tolist() == [7]


def test_distance_to_the_soma_leaves_the_soma_out(layout: CellLayout) -> None:
    assert layout.soma_distances(0, np.array([0.9])).tolist() == [0.0]
    assert layout.soma_distances(1, np.array([0.25])).tolist() == [25.0]
    assert layout.soma_distances(2, np.array([0.5])).tolist() == [25.0 + 100.0 * 0.6]


def test_a_section_that_the_cell_lacks_is_named_with_its_line(build: Build) -> None:
    with pytest.raises(ConfigError, match=r"test\.syn, line 6: there is no section 3 in three sections"):
        build({"a": entry()}, {"a": ([1, 3], [0.5, 0.5])}, {"a": ([0], [0])})


def test_a_connection_of_a_cell_beyond_the_number_of_cells_is_named_with_its_line(build: Build) -> None:
    network = build({"a": entry(2)}, {"a": ([1, 1], [0.5, 0.6])}, {"a": ([0, 2], [0, 1])})

    with pytest.raises(ConfigError, match=r"test\.param: network\.a\.cellNr: there are 2, but .*test\.con, line 6"):
        _ = network.connectome


def test_a_connection_of_a_synapse_that_is_not_there_is_named_with_its_line(build: Build) -> None:
    network = build({"a": entry(2)}, {"a": ([1], [0.5])}, {"a": ([0, 1], [0, 1])})

    with pytest.raises(ConfigError, match=r"network\.a\.synapses\.distributionFile: there are 1, but .*line 6"):
        _ = network.connectome


def test_a_type_without_connections_is_said_and_passed_over(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    network = build(
        {"a": entry(2), "L5tt_C2": entry(2)},
        {"a": ([1], [0.5]), "L5tt_C2": ([1], [0.5])},
        {"a": ([0], [0]), "L5tt_C3": ([0], [0])},
    )

    with caplog.at_level(logging.WARNING):
        connections = network.connectome

    assert connections.type_index.tolist() == [0]
    assert 'no connections of L5tt_C2: its cells act on nothing. did you mean "L5tt_C3"?' in caplog.text


def test_a_missing_connection_file_is_named_by_its_key(build: Build, tmp_path: Path) -> None:
    values = entry(2)
    del values["synapses"]["connectionFile"]
    network = build({"a": values}, {"a": ([1], [0.5])}, None)

    with pytest.raises(ConfigError, match=r"network\.a\.synapses\.connectionFile: is missing"):
        _ = network.connectome


def test_cells_are_numbered_through_the_types_in_the_order_of_the_parameters(build: Build) -> None:
    network = build(
        {"b": entry(3), "a": entry(5)},
        {"a": ([1, 2], [0.5, 0.5]), "b": ([1], [0.1])},
        {"a": ([4, 0], [1, 0]), "b": ([2], [0])},
    )

    rows = network.connectome
    assert rows.type_index.tolist() == [0, 1, 1]
    assert rows.cell.tolist() == [2, 3 + 4, 3 + 0]
    assert rows.synapse.tolist() == [0, 1, 0]
