"""Schema of `objective`: which number of a finished run an optimisation makes larger or smaller."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ascent.config.expressions import evaluate, names_in
from ascent.config.fields import Number, Section
from ascent.errors import ConfigError

Statistic = Literal["min", "median", "mean", "max", "sum", "count"]


class ObjectiveTerm(Section):
    """One number out of a table of the run: a statistic of a column over the rows that are wanted."""

    table: str = Field("thresholds", pattern=r"^[A-Za-z0-9_]+$", description="name of a Parquet file of the run")
    column: str = Field("threshold_mA", min_length=1, description="column of that table")
    statistic: Statistic = Field("median", description="min, median, mean, max, sum or count")
    absolute: bool = Field(True, description="take sizes: thresholds bear the sign of their pulse")
    where: dict[str, Any] = Field(
        default_factory=dict, description="rows that count: value or list of values of other columns"
    )
    missing: Number | None = Field(None, description="value of rows that hold none, such as fibers without threshold")

    @field_validator("where")
    @classmethod
    def _simple(cls, where: dict[str, Any]) -> dict[str, Any]:
        for name, value in where.items():
            values = value if isinstance(value, list | tuple) else [value]
            if not values or not all(isinstance(v, bool | int | float | str) for v in values):
                raise ValueError(f"{name} must be a number, a text or a list of them")
        return where


class ObjectiveConfig(Section):
    """What a run is worth.

    `expression` combines `terms` by their names with + - * / ^, min and max; a list of expressions makes an
    optimisation of several objectives.
    """

    expression: str | list[str] = Field(description="formula of the terms, or a list of formulas")
    terms: dict[str, ObjectiveTerm] = Field(min_length=1, description="named numbers out of the run's tables")
    failed: Number | None = Field(
        None, description="value of a run that failed; without one the run counts for nothing"
    )

    @model_validator(mode="after")
    def _names_are_terms(self) -> ObjectiveConfig:
        # Values that make no difference and no quotient special: this is about the formula's form.
        trial = {name: math.sqrt(2 + index) for index, name in enumerate(self.terms)}
        for expression in self.expressions:
            try:
                unknown = sorted(names_in(expression) - set(self.terms))
                if unknown:
                    raise ConfigError(f"expression names {unknown[0]}, which is none of terms: {', '.join(self.terms)}")
                evaluate(expression, trial)
            except ConfigError as error:
                raise ValueError(str(error)) from error
        return self

    @property
    def expressions(self) -> list[str]:
        """The formulas, also when there is one."""
        return [self.expression] if isinstance(self.expression, str) else list(self.expression)
