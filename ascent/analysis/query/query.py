"""ASCENT's Query: which samples, models and sims agree with criteria, and what came out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ascent.analysis.query import objects
from ascent.analysis.query.matching import matches, refuse_unknown_keys
from ascent.analysis.query.membrane_currents import import_tm_current_matrix
from ascent.analysis.query.n_sims import NSimIndex, NSimPlace
from ascent.analysis.query.objects import Config, Object
from ascent.analysis.query.on_class import AlsoOnClass
from ascent.analysis.query.places import Place, numbered
from ascent.config.loading import load, read_json, validate
from ascent.config.query import QueryCriteriaConfig
from ascent.errors import AscentError, ConfigError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: Key of `DataFrame.attrs` of threshold tables: the project that they are of.
SOURCE = "ascent_project"
_LEVELS = ("sample", "model", "sim")
_BELOW = {"sample": "models", "model": "sims"}


class NothingFound(AscentError, IndexError):
    """Nothing agrees with the criteria of a query."""


class Query:
    """Find samples, models and sims, and read their results.

    Parameters
    ----------
    criteria : dict or path
        As in ``config/user/query_criteria/<i>.json``, or that file. Null indices mean all. What lies below a level
        that nothing is asked for at is found with `include_downstream` only; where something is asked for
        further below, the levels between are looked through. All samples by default, with all below.
    project : path, optional
        Project folder, run directory or the archive of one (``.tar.gz``, ``.tar.zst``); found as commands find
        it by default (``$ASCENT_PROJECT_PATH``, the nearest parent with ``config/user``).

    Raises
    ------
    ConfigError
        When the criteria are wrong.
    RunDirectoryError
        When the project is not there, or is an archive that is damaged.

    Notes
    -----
    `build_path`, `get_config` and `get_object` may be called on the class too, as in ASCENT; the project is then found
    as commands find it. An archive is unpacked to a temporary folder, which goes with the object, at `close` or at
    the end of a ``with`` block.
    """

    def __init__(
        self, criteria: Mapping[str, Any] | Path | str | None = None, project: Path | str | None = None
    ) -> None:
        if criteria is None:
            criteria = {"include_downstream": True}
        if isinstance(criteria, Mapping):
            self._source = "criteria"
            self.criteria = validate(criteria, QueryCriteriaConfig, self._source)
        else:
            self._source = str(criteria)
            self.criteria = load(criteria, QueryCriteriaConfig)
        self._place = Place(project)
        self.folder = self._place.folder
        self._configs: dict[Path, Any] = {}
        self._compared: dict[str, list[Any]] = {}
        self._index = NSimIndex(self.folder)
        self._result: dict[str, Any] | None = None

    @property
    def source(self) -> Path:
        """The project folder, run directory or archive."""
        return self._place.source

    def __enter__(self) -> Query:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove what an archive was unpacked to."""
        self._place.close()

    def run(self) -> Query:
        """Find what agrees with the criteria; returns the query itself.

        Raises
        ------
        ConfigError
            When the criteria have a key that none of the configurations has; near ones are listed.
        NothingFound
            When nothing agrees (an IndexError too, as in ASCENT).
        """
        self._compared = {level: [] for level in _LEVELS}
        found = self._found("sample", ())
        for level, configs in self._compared.items():
            refuse_unknown_keys(getattr(self.criteria, level) or {}, configs, level, self._source)
        if not found:
            raise NothingFound(f"{self.source}: no sample, with what is asked for below it, agrees.")
        self._result = {"samples": found}
        return self

    def summary(self) -> dict[str, Any]:
        """What was found: ``{"samples": [{"index", "models": [{"index", "sims": [...]}]}]}``."""
        if self._result is None:
            self.run()
        return self._result or {"samples": []}

    def sims(self, sim_indices: Sequence[int] | int | None = None) -> list[tuple[int, int, int]]:
        """The sims found, as (sample, model, sim).

        Parameters
        ----------
        sim_indices : int or sequence of int, optional
            Only these.

        Raises
        ------
        NothingFound
            When there are none.
        """
        wanted = [sim_indices] if isinstance(sim_indices, int) else sim_indices
        found = [
            (sample["index"], model["index"], sim)
            for sample in self.summary()["samples"]
            for model in sample["models"]
            for sim in model["sims"]
            if wanted is None or sim in wanted
        ]
        if not found:
            hint = f"none of the sims {list(wanted)} was found" if wanted is not None else "no sims were found"
            raise NothingFound(f"{self.source}: {hint}; ask for them, or set include_downstream to true.")
        return found

    def n_sims(self, sim_indices: Sequence[int] | int | None = None) -> list[NSimPlace]:
        """The n_sims of the sims found, in order; arguments and errors are those of `sims`."""
        return list(self._index.n_sims(self.sims(sim_indices)))

    def fibers(self, n_sim: NSimPlace) -> NDArray[np.int64]:
        """inner, number in the inner and index in the fiberset of the fibers of an n_sim, shape (n_fibers, 3)."""
        return self._index.fibers(n_sim)

    def threshold_data(
        self,
        sim_indices: Sequence[int] | int | None = None,
        ignore_missing: bool = False,
        meanify: bool = False,
    ) -> pd.DataFrame:
        """Thresholds of all fibers found, mA without sign.

        Parameters
        ----------
        sim_indices : int or sequence of int, optional
            Only these sims.
        ignore_missing : bool
            A fiber without threshold is NaN, rather than an error.
        meanify : bool
            One row an n_sim: mean, standard deviation (n − 1) and standard error over its fibers.

        Returns
        -------
        DataFrame
            sample, model, sim, nsim, inner, fiber, index (in the fiberset), fiberset_index, waveform_index,
            active_src_index, active_rec_index (a list), threshold; with `meanify` sample, model, sim, nsim,
            fiberset_index, waveform_index, active_src_index, active_rec_index, mean, std, sem.

        Raises
        ------
        MissingResults
            When thresholds are missing and `ignore_missing` is not set.
        RunDirectoryError
            When a file is damaged.
        """
        from ascent.analysis.query.thresholds import mean_thresholds, threshold_table

        n_sims = self.n_sims(sim_indices)
        if not ignore_missing:
            self._refuse_finite_amplitudes(n_sims)
        table = threshold_table(self.folder.root, n_sims, self._index, ignore_missing=ignore_missing)
        # Lets what draws the table find the samples that it is of.
        table.attrs[SOURCE] = str(self.source)
        return mean_thresholds(table) if meanify else table

    def sfap_data(
        self,
        fiber_indices: Sequence[int] | int | None = None,
        all_fibers: bool = False,
        ignore_missing: bool = False,
        amplitude_indices: Sequence[int] = (0,),
        time_offset_ms: float = 1.2,
    ) -> pd.DataFrame:
        """Single fiber action potentials found, one row a time step.

        Parameters
        ----------
        fiber_indices : int or sequence of int, optional
            Indices in the fiberset; fiber 0 by default.
        all_fibers : bool
            All fibers, whatever `fiber_indices` says.
        ignore_missing : bool
            Leave out what is missing, rather than refuse.
        amplitude_indices : sequence of int
            One column ``SFAP<amplitude>`` each.
        time_offset_ms : float
            Taken from the times of the files, ms; ASCENT always takes 1.2.

        Returns
        -------
        DataFrame
            The columns of `threshold_data` up to active_rec_index, SFAP_times (ms), SFAP<amplitude> (µV).
        """
        from ascent.analysis.query.sfap import sfap_table

        if fiber_indices is None:
            fiber_indices = [0]
        wanted = [fiber_indices] if isinstance(fiber_indices, int) else list(fiber_indices)
        return sfap_table(
            self.n_sims(),
            self._index,
            fibers=None if all_fibers else wanted,
            amplitudes=amplitude_indices,
            ignore_missing=ignore_missing,
            time_offset_ms=time_offset_ms,
        )

    def excel_output(
        self,
        filepath: Path | str,
        sample_keys: Sequence[Sequence[str] | str] = (),
        model_keys: Sequence[Sequence[str] | str] = (),
        sim_keys: Sequence[Sequence[str] | str] = (),
        individual_indices: bool = True,
        config_paths: bool = True,
        column_width: float | None = None,
        console_output: bool = True,
    ) -> Path:
        """Write what was found to an Excel file, one sheet a sim; see `ascent.analysis.query.excel.write_excel`."""
        from ascent.analysis.query.excel import write_excel

        keys = {"sample": sample_keys, "model": model_keys, "sim": sim_keys}
        return write_excel(
            self,
            Path(filepath),
            keys,
            individual_indices=individual_indices,
            config_paths=config_paths,
            column_width=column_width,
            console_output=console_output,
        )

    import_tm_current_matrix = staticmethod(import_tm_current_matrix)

    @AlsoOnClass
    def build_path(
        self, mode: Config | Object | str, indices: Sequence[int] | int | None = None, just_directory: bool = False
    ) -> Path:
        """Path of a configuration file, or of the folder of an object.

        Parameters
        ----------
        mode : Config, Object or str
            A `Config` ("sample", "model", "sim") gives its file, an `Object` its folder.
        indices : sequence of int, optional
            Sample; sample and model; or sample, model and sim. Zeros by default.
        just_directory : bool
            The folder that the file lies in.
        """
        if indices is None:
            indices = [0] * (1 if mode == "sample" else 2 if mode == "model" else 3)
        if isinstance(mode, Object) or mode == Object.SIMULATION:
            return objects.object_folder(self.folder, mode, indices)
        path = objects.config_path(self.folder, mode, indices)
        return path.parent if just_directory else path

    @AlsoOnClass
    def get_config(self, mode: Config | str, indices: Sequence[int] | int) -> dict[str, Any]:
        """A configuration as its file has it; `mode` and `indices` as in `build_path`.

        Raises
        ------
        ConfigError
            When the file is missing or damaged.
        """
        path = objects.config_path(self.folder, mode, indices)
        if path not in self._configs:
            content = read_json(path)
            if not isinstance(content, dict):
                raise ConfigError(f"{path} must hold a JSON object ({{…}}).")
            self._configs[path] = content
        config: dict[str, Any] = self._configs[path]
        return config

    @AlsoOnClass
    def get_object(self, mode: Object | str, indices: Sequence[int] | int) -> Any:
        """A `Sample`, `ModelConfig` or `Simulation`, rebuilt from its files; arguments as in `build_path`."""
        return objects.build_object(self.folder, mode, indices)

    def _refuse_finite_amplitudes(self, n_sims: Sequence[NSimPlace]) -> None:
        from ascent.analysis.query.thresholds import MissingResults

        for place in dict.fromkeys((n.name.sample, n.name.model, n.name.sim) for n in n_sims):
            protocol = self.get_config("sim", place).get("protocol")
            if isinstance(protocol, dict) and protocol.get("mode") == "FINITE_AMPLITUDES":
                raise MissingResults(
                    f"{self.source}: sim {place[2]} runs finite amplitudes, so it has no thresholds; how many action "
                    "potentials each amplitude evoked is in activation_inner<l>_fiber<k>_amp<a>.dat."
                )

    def _found(self, level: str, above: tuple[int, ...]) -> list[Any]:
        """What agrees at a level below the indices `above`, with what was found below it."""
        criteria = getattr(self.criteria, level)
        entries: list[Any] = []
        for index in self._candidates(level, above):
            place = (*above, index)
            if criteria is not None:
                config = self.get_config(level, place)
                self._compared[level].append(config)
                if not matches(criteria, config, partial=self.criteria.partial_matches):
                    continue
            if level == "sim":
                entries.append(index)
                continue
            lower = _LEVELS[_LEVELS.index(level) + 1]
            asked = self._asked(lower)
            below = self._found(lower, place) if asked or self.criteria.include_downstream else []
            if below or not asked:
                entries.append({"index": index, _BELOW[level]: below})
        return entries

    def _candidates(self, level: str, above: tuple[int, ...]) -> list[int]:
        if level == "sample":
            present = numbered(self.folder.root / "samples", "sample.json")
        elif level == "model":
            present = numbered(self.folder.sample_folder(*above) / "models", "model.json")
        else:
            present = numbered(self.folder.model_folder(*above) / "sims")
        wanted = getattr(self.criteria.indices, level)
        if wanted is None:
            return present
        chosen = [wanted] if isinstance(wanted, int) else wanted
        return [index for index in present if index in chosen]

    def _asked(self, level: str) -> bool:
        """True when something is asked for at a level or below."""
        lower = _LEVELS[_LEVELS.index(level) :]
        return any(
            getattr(self.criteria, name) is not None or getattr(self.criteria.indices, name) is not None
            for name in lower
        )
