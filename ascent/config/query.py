"""Schema of ``config/user/query_criteria/<i>.json``: which samples, models and sims a query finds."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ascent.config.fields import FileSection, Index, Section

Indices = Index | list[Index] | None


class QueryIndicesConfig(Section):
    """Indices to look among; null means all."""

    sample: Indices = Field(default=None, description="one index, a list, or null")
    model: Indices = Field(default=None, description="one index, a list, or null")
    sim: Indices = Field(default=None, description="one index, a list, or null")


class QueryCriteriaConfig(FileSection):
    """Parts of configurations that must agree."""

    partial_matches: bool = Field(default=False, description="lists match when they hold what is asked for")
    include_downstream: bool = Field(default=False, description="find what lies below a match without criteria")
    sample: dict[str, Any] | None = Field(default=None, description="part of a sample.json")
    model: dict[str, Any] | None = Field(default=None, description="part of a model.json")
    sim: dict[str, Any] | None = Field(default=None, description="part of a sim.json")
    indices: QueryIndicesConfig = Field(default_factory=QueryIndicesConfig, description="sample, model, sim")
