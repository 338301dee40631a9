"""Schema of ``config/system/env.json``: folders of an ASCENT installation."""

from __future__ import annotations

from pydantic import Field

from ascent.config.fields import FileSection


class EnvConfig(FileSection):
    """Folders; those of COMSOL and Java are accepted and not used."""

    ASCENT_PROJECT_PATH: str | None = Field(default=None, description="the project folder")
    ASCENT_NSIM_EXPORT_PATH: str | None = Field(default=None, description="the folder that n_sims are exported to")
    ASCENT_DATASET_EXPORT_PATH: str | None = Field(default=None, description="the folder that datasets are exported to")
    ASCENT_COMSOL_PATH: str | None = Field(default=None, description="not used")
    ASCENT_JDK_PATH: str | None = Field(default=None, description="not used")
