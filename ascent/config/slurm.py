"""Schema of ``config/system/slurm_params.json``: what fibers ask of a cluster."""

from __future__ import annotations

from pydantic import Field

from ascent.config.fields import Count, FileSection


class SlurmConfig(FileSection):
    """Defaults of ``ascent submit`` on a cluster."""

    partition: str = Field(default="common", description="name of the partition")
    jobs_per_array: Count = Field(default=10, description="fibers in each job array")
    memory_per_fiber: Count = Field(default=2000, description="memory of a task, MB")
