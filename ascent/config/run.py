"""Schema of ``config/user/runs/<r>.json``: which sample, models and sims one run takes, and what it keeps."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from ascent.config.fields import FileSection, Index, Section, note

ExportBehavior = Literal["overwrite", "error", "selective"]

DEPRECATED = (
    "break_points",
    "local_avail_cpus",
    "submission_context",
    "partial_fem",
    "override_compiled_mods",
    "overwrite",
)


class KeepConfig(Section):
    """Which intermediate products stay on disk."""

    debug_geom: bool = Field(default=True, description="keep the geometry")
    mesh: bool = Field(default=True, description="keep the mesh")
    bases: bool = Field(default=True, description="keep the bases")


class RunConfig(FileSection):
    """A run: one sample, its models and the sims that are applied to each."""

    pseudonym: str | None = Field(default=None, description="a label of your own")
    sample: Index = Field(description="index of one sample")
    models: list[Index] = Field(default=[], description="indices of models; without them only the sample is built")
    sims: list[Index] = Field(default=[], description="indices of sims; without them nothing is exported")
    recycle_meshes: bool = Field(default=False, description="use the mesh of another model with the same geometry")
    endo_only_solution: bool = Field(default=False, description="keep potentials in the endoneurium only")
    keep: KeepConfig = Field(default_factory=KeepConfig, description="what to keep: debug_geom, mesh, bases")
    export_behavior: ExportBehavior = Field(default="selective", description="what to do with an n_sim exported before")
    popup_plots: bool = Field(default=False, description="show plots in windows")
    auto_submit_fibers: bool = Field(default=False, description="submit the fibers after export")
    models_exit_status: list[bool] | None = Field(
        default=None, description="written by the program: which models succeeded"
    )
    break_points: dict[str, bool] | None = Field(default=None, description="deprecated; use --break-point")
    local_avail_cpus: Any = Field(default=None, description="deprecated; use --num-cpu")
    submission_context: Any = Field(default=None, description="deprecated; use --local-submit or --cluster-submit")
    partial_fem: Any = Field(default=None, description="deprecated; use --partial-fem")
    override_compiled_mods: bool | None = Field(default=None, description="deprecated and ignored")
    overwrite: bool | None = Field(default=None, description="deprecated; use export_behavior")

    @model_validator(mode="after")
    def _deprecated(self, info: ValidationInfo) -> Self:
        for key in DEPRECATED:
            if key in self.model_fields_set:
                note(info, f"{key} is {type(self).model_fields[key].description}")
        return self
