"""Which samples, models and sims agree with criteria."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent import Query
from ascent.analysis.query import NothingFound
from ascent.analysis.query.matching import matches, paths, value_at
from ascent.errors import ConfigError

ALL_OF_0 = [{"index": 0, "sims": [7]}, {"index": 1, "sims": [7]}]


def found(project: Path, **criteria: Any) -> Any:
    return Query(criteria, project=project).run().summary()["samples"]


def test_all_downstream_is_found_when_included(project: Path) -> None:
    expected = [{"index": 0, "models": ALL_OF_0}, {"index": 2, "models": [{"index": 0, "sims": []}]}]
    assert found(project, include_downstream=True) == expected


def test_nothing_below_is_found_unless_included(project: Path) -> None:
    assert found(project, sample={"sample": "rat"}) == [{"index": 0, "models": []}]


def test_a_part_of_a_configuration_is_enough(project: Path) -> None:
    assert found(project, sample={"modes": {"deform": "PHYSICS"}}) == [{"index": 2, "models": []}]


def test_indices_may_be_one_number_or_several(project: Path) -> None:
    indices = {"sample": 0, "model": [1, 5], "sim": [7]}
    assert found(project, indices=indices) == [{"index": 0, "models": [{"index": 1, "sims": [7]}]}]


def test_criteria_for_a_sim_are_looked_for_below_levels_without_any(project: Path) -> None:
    assert found(project, sim={"fibers": {"mode": "MRG_DISCRETE"}}) == [{"index": 0, "models": ALL_OF_0}]


def test_a_sample_without_what_is_asked_for_below_is_left_out(project: Path) -> None:
    models = [{"index": 1, "sims": []}]
    assert found(project, model={"temperature": 25}) == [{"index": 0, "models": models}]


def test_one_of_several_cuffs_may_agree(project: Path) -> None:
    criteria = {"cuff": {"preset": "CorTec300.json"}}
    assert found(project, model=criteria) == [{"index": 0, "models": [{"index": 1, "sims": []}]}]


def test_criteria_may_be_a_file(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "criteria.json"
    file.write_text('{"sample": {"sample": "pig"}}')
    assert Query(file, project=project).summary()["samples"] == [{"index": 2, "models": []}]


def test_nothing_found_is_an_index_error_that_names_the_project(project: Path) -> None:
    with pytest.raises(NothingFound, match="project") as caught:
        found(project, sample={"sample": "cat"})
    assert isinstance(caught.value, IndexError)


def test_a_key_that_no_config_has_is_refused_with_near_ones(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"sample\.scale\.shrinkag: .*did you mean scale\.shrinkage\?"):
        found(project, sample={"scale": {"shrinkag": 0.2}})


def test_a_key_that_some_configs_have_does_not_match_the_others(project: Path) -> None:
    (project / "samples/2/sample.json").write_text('{"sample": "pig", "sex": "F"}')
    assert found(project, sample={"sex": "F"}) == [{"index": 2, "models": []}]


def test_an_unknown_section_of_the_criteria_is_refused(project: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean"):
        found(project, samples={"sample": "rat"})


@pytest.mark.parametrize(
    ("criteria", "value", "whole", "partial"),
    [
        (5.7, [5.7, 8.7], False, True),
        ([5.7, 8.7], 5.7, False, True),
        ([5.7], [5.7, 8.7], False, True),
        ([5.7, 8.7], [5.7, 8.7], True, True),
        ([8.7, 5.7], [5.7, 8.7], False, True),
        ([5.7, 1], [5.7, 8.7], False, False),
        (5.7, 5.7, True, True),
        (1, True, False, False),
        ({"a": 1}, {"a": 1, "b": 2}, True, True),
        ({"a": 1}, {"b": 2}, False, False),
        ({"a": 1}, [{"a": 2}, {"a": 1}], True, True),
    ],
)
def test_lists_match_whole_or_in_part(criteria: Any, value: Any, whole: bool, partial: bool) -> None:
    assert matches(criteria, value, partial=False) is whole
    assert matches(criteria, value, partial=True) is partial


names = st.text("abc", min_size=1, max_size=3)
scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.text("xy", max_size=2)
configurations = st.dictionaries(
    names,
    st.recursive(scalars, lambda below: st.lists(scalars, max_size=3) | st.dictionaries(names, below), max_leaves=8),
)


@given(configurations, st.booleans())
def test_every_configuration_matches_itself(config: dict[str, Any], partial: bool) -> None:
    assert matches(config, config, partial=partial)


@given(configurations)
def test_each_key_leads_to_its_value(config: dict[str, Any]) -> None:
    for path in paths(config):
        assert matches(_nested(path, value_at(config, path)), config, partial=False)


def _nested(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value
