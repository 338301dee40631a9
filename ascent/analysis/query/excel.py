"""What a query found as an Excel file: one sheet a sim, one row an n_sim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.analysis.query.matching import nearest, paths, value_at
from ascent.config.factors import find_factors
from ascent.errors import ConfigError, Problem
from ascent.files import replacing

if TYPE_CHECKING:
    from ascent.analysis.query.n_sims import NSimPlace
    from ascent.analysis.query.query import Query

Keys = Mapping[str, Sequence[Sequence[str] | str]]

_DEPTH = {"sample": 1, "model": 2, "sim": 3}


def write_excel(
    query: Query,
    path: Path,
    keys: Keys,
    *,
    individual_indices: bool = True,
    config_paths: bool = True,
    column_width: float | None = None,
    console_output: bool = True,
) -> Path:
    """Write an overview of the n_sims that a query found.

    Parameters
    ----------
    query : Query
    path : Path
        The ``.xlsx`` file to write, whole or not at all.
    keys : mapping
        For "sample", "model" and "sim", keys of their configurations that become columns (headed
        ``sample->scale->shrinkage``): lists of keys, or dotted texts. Parameters that a sim loops over always are
        columns, with the value of each n_sim.
    individual_indices : bool
        Columns for the indices of sample, model, sim and n_sim, beside ``s_m_sim_n``.
    config_paths : bool
        Columns for the paths of the files, relative to the project.
    column_width : float, optional
        Width of all columns, in characters; as wide as their content by default.
    console_output : bool
        Print each sheet.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    ConfigError
        When a key is in no configuration, or `path` does not end in ``.xlsx``.
    RunDirectoryError
        When there are no n_sims, or the file cannot be written.
    """
    import pandas as pd

    if path.suffix != ".xlsx":
        raise ConfigError(f"{path}: the name of an Excel file must end in .xlsx.")
    columns = {
        level: [tuple(key.split(".")) if isinstance(key, str) else tuple(key) for key in listed]
        for level, listed in keys.items()
    }
    n_sims = query.n_sims()
    _refuse_unknown(query, n_sims, columns)
    sheets = {}
    for sim in dict.fromkeys(n_sim.name.sim for n_sim in n_sims):
        rows = [
            _row(query, n_sim, columns, individual_indices, config_paths) for n_sim in n_sims if n_sim.name.sim == sim
        ]
        sheets[f"Sim {sim}"] = pd.DataFrame(rows)
    with replacing(path) as temporary, pd.ExcelWriter(temporary, engine="openpyxl") as writer:
        for title, table in sheets.items():
            table.to_excel(writer, sheet_name=title, index=False)
            _set_widths(writer.sheets[title], column_width)
    if console_output:
        for title, table in sheets.items():
            print(f"{title}\n{table.to_string(index=False)}")
    return path


def _row(
    query: Query,
    n_sim: NSimPlace,
    columns: Mapping[str, Sequence[tuple[str, ...]]],
    individual_indices: bool,
    config_paths: bool,
) -> dict[str, Any]:
    name = n_sim.name
    indices = (name.sample, name.model, name.sim)
    row: dict[str, Any] = {"Indices": str(name)}
    if individual_indices:
        row |= {f"{title} Index": value for title, value in zip(("Sample", "Model", "Sim"), indices, strict=True)}
        row["Nsim Index"] = name.n_sim
    if config_paths:
        root = query.folder.root
        for level, depth in _DEPTH.items():
            file = query.build_path(level, indices[:depth])
            row[f"{level.capitalize()} Config Path"] = file.relative_to(root).as_posix()
        row["NSIM Path"] = n_sim.folder.relative_to(root).as_posix()
    for level, depth in _DEPTH.items():
        config = query.get_config(level, indices[:depth])
        for key in columns.get(level, ()):
            row["->".join((level, *key))] = _cell(value_at(config, key))
    return row | _looped(query.get_config("sim", indices), n_sim)


def _looped(sim: dict[str, Any], n_sim: NSimPlace) -> dict[str, Any]:
    """The value in an n_sim of each parameter that its sim loops over."""
    found: dict[str, Any] = {}
    for section, position in (("fibers", n_sim.combination.fiberset), ("waveform", n_sim.combination.waveform)):
        factors = find_factors(sim, (section,))
        # The last parameter varies fastest.
        for path, values in reversed(factors.items()):
            position, index = divmod(position, len(values))
            found["->".join(path)] = _cell(values[index])
    return dict(sorted(found.items()))


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value


def _refuse_unknown(
    query: Query, n_sims: Sequence[NSimPlace], columns: Mapping[str, Sequence[tuple[str, ...]]]
) -> None:
    problems = []
    for level, wanted in columns.items():
        places = {(n.name.sample, n.name.model, n.name.sim)[: _DEPTH[level]] for n in n_sims}
        known = {path for place in places for path in paths(query.get_config(level, place))}
        for key in wanted:
            if key not in known:
                near = " or ".join(nearest(key, known)) or ", ".join(sorted({path[0] for path in known}))
                problems.append(Problem(f"{level}_keys", ".".join(key), "", f"no {level} has this key; try {near}."))
    if problems:
        raise ConfigError(problems=problems)


def _set_widths(sheet: Any, width: float | None) -> None:
    for column in sheet.columns:
        needed = max(len(str(cell.value)) for cell in column if cell.value is not None) + 2
        sheet.column_dimensions[column[0].column_letter].width = needed if width is None else width
