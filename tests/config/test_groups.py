"""Bare numbers given to configuration groups reach Hydra as strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.config.groups import configuration_folder, configuration_groups, quote_group_numbers

GROUPS = frozenset({"run", "cuff", "hydra/launcher"})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("+run=3", '+run="3"'),
        ("run=3", '+run="3"'),
        ("+run=1,2,3", '+run="1","2","3"'),
        ("+run=1, 2", '+run="1","2"'),
        ("++run=3", '++run="3"'),
        ("+run@part=3", '+run@part="3"'),
        ("+run=[1,2]", '+run=["1","2"]'),
        ("cuff=300", 'cuff="300"'),
        ("cuff=cortec_300", "cuff=cortec_300"),
        ("seed=3", "seed=3"),
        ("sim.run=3", "sim.run=3"),
        ("-m", "-m"),
        ("+run=", "+run="),
    ],
)
def test_numbers_given_to_a_group_are_quoted(typed: str, expected: str) -> None:
    assert quote_group_numbers([typed], GROUPS) == [expected]


@given(st.text(max_size=40))
def test_what_is_no_override_of_a_group_stays_as_typed(text: str) -> None:
    if not any(text.lstrip("+").startswith(group) for group in GROUPS):
        assert quote_group_numbers([text], GROUPS) == [text]


@given(st.lists(st.integers(0, 99).map(str), min_size=1, max_size=4))
def test_quoting_twice_is_quoting_once(numbers: list[str]) -> None:
    once = quote_group_numbers(["+run=" + ",".join(numbers)], GROUPS)
    assert quote_group_numbers(once, GROUPS) == once


def test_the_shipped_tree_has_the_groups_that_users_override() -> None:
    wanted = {"run", "sample", "model", "sim", "cuff", "material", "fiber", "engine", "results"}
    assert wanted <= configuration_groups(configuration_folder())
