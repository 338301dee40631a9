"""Schemas of what is asked of a cluster: ``config/system/slurm_params.json``, and a launcher of sweeps."""

from __future__ import annotations

from pydantic import Field

from ascent.config.fields import Count, FileSection, Index, Section


class SlurmConfig(FileSection):
    """Defaults of ``ascent submit`` on a cluster."""

    partition: str = Field(default="common", description="name of the partition")
    jobs_per_array: Count = Field(default=10, description="jobs in each job array")
    fibers_per_job: Count = Field(default=32, description="fibers of one n_sim that a job runs, one after the other")
    memory_per_fiber: Count = Field(default=2000, description="memory of a job, MB")


class SlurmSweepConfig(Section):
    """``hydra.launcher`` of ``hydra/launcher=slurm``: what each point of a sweep asks of a cluster."""

    job_name: str = Field("ascent", min_length=1, description="name of the jobs")
    partition: str | None = Field(None, description="name of the partition; null for the cluster's default")
    minutes: Count = Field(60, description="time limit of a point, minutes")
    requeues: Index = Field(3, description="how often a point that reaches its time limit is queued again")
    cores: Count = Field(1, description="cores of a point")
    memory_mb: Count = Field(4000, description="memory of a point, MB")
    at_once: Count = Field(256, description="points that run at the same time")
    account: str | None = Field(None, description="account that pays")
    qos: str | None = Field(None, description="quality of service")
    constraint: str | None = Field(None, description="features that nodes must have")
    setup: list[str] = Field(default_factory=list, description="shell lines before a point")
    options: dict[str, str | int | bool] = Field(default_factory=dict, description="further options of sbatch")
    image: str | None = Field(None, description="a SIF file that points run in")
    image_options: str = Field("", description="options of apptainer, such as --bind /scratch")
    wait: bool = Field(False, description="stay until every point is done")
