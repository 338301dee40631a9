"""What a run is worth: numbers out of its tables, and a formula that combines them."""

from pathlib import Path

import pandas as pd
import pytest

from ascent.config.loading import validate
from ascent.config.objective import ObjectiveConfig
from ascent.errors import ConfigError
from ascent.sweeps.objective import objective_of

RATIO = {
    "expression": "spared / target",
    "terms": {
        "target": {"statistic": "max", "where": {"fascicle": 0}},
        "spared": {"statistic": "min", "where": {"fascicle": [1, 2]}, "missing": 10},
    },
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    table = pd.DataFrame({"fascicle": [0, 0, 1, 2], "threshold_mA": [-0.1, -0.2, -0.5, float("nan")]})
    table.to_parquet(tmp_path / "thresholds.parquet")
    return tmp_path


def objective(**changes: object) -> ObjectiveConfig:
    checked: ObjectiveConfig = validate({**RATIO, **changes}, ObjectiveConfig, "configuration objective")
    return checked


def test_a_formula_of_selected_rows(run: Path) -> None:
    assert objective_of(run, objective()) == pytest.approx(2.5)


def test_a_list_of_formulas_makes_several_objectives(run: Path) -> None:
    assert objective_of(run, objective(expression=["target", "min(spared, 1)"])) == pytest.approx([0.2, 0.5])


def test_a_fiber_without_threshold_is_not_passed_over(run: Path) -> None:
    terms = {"spared": {"statistic": "min", "where": {"fascicle": 2}}}
    with pytest.raises(ConfigError, match="objective.terms.spared.missing"):
        objective_of(run, objective(expression="spared", terms=terms))
    assert objective_of(run, objective(expression="s", terms={"s": {**terms["spared"], "missing": 7}})) == 7


def test_rows_that_are_not_there_are_said(run: Path) -> None:
    with pytest.raises(ConfigError, match="terms.t: no rows are left"):
        objective_of(run, objective(expression="t", terms={"t": {"where": {"fascicle": 9}}}))


@pytest.mark.parametrize(
    ("term", "named"),
    [
        ({"table": "spikes"}, "spikes.parquet"),
        ({"column": "threshold"}, "threshold_mA"),
        ({"where": {"f": 1}}, "where is f"),
    ],
)
def test_tables_and_columns_that_do_not_exist_are_named(run: Path, term: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        objective_of(run, objective(expression="t", terms={"t": term}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"expression": "spared / other"},
        {"expression": "spared /"},
        {"terms": {}},
        {"terms": {"t": {"statistic": "mode"}}},
    ],
)
def test_an_objective_that_cannot_be_evaluated_is_refused_before_anything_runs(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="configuration objective"):
        objective(**wrong)
