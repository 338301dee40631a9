"""Thresholds of a user's own fibers, interpolated over diameter from those of a sim, inner by inner."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.fiber_places import Ambiguous, fiberset_of, sample_of
from ascent.errors import ConfigError, RunDirectoryError
from ascent.nerve import affine

if TYPE_CHECKING:
    import pandas as pd

    from ascent.analysis.query import Query
    from ascent.nerve import Sample

_log = logging.getLogger(__name__)
#: Interpolation over so many diameters; quadratic over more.
_KINDS = {2: "linear"}
#: Simulated diameters closer than this are one, µm.
_SAME_UM = 1e-6


def read_custom_fibers(path: Path | str) -> pd.DataFrame:
    """Read a user's fibers.

    Parameters
    ----------
    path : path
        CSV with the columns ``x``, ``y`` (µm from the lower left corner of the mask images, before shrinkage
        correction), maybe ``diameter`` (µm), and any others, which are labels to break results out by.

    Raises
    ------
    ConfigError
        When it cannot be read, lacks x or y, or has something else than a number in x, y or diameter.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, skipinitialspace=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{path} cannot be read as CSV: {reason}.") from error
    table.columns = [str(name).strip() for name in table.columns]
    for name in ("x", "y"):
        if name not in table.columns:
            raise ConfigError(f"{path}: the column {name} is missing; the first line must name x, y[, diameter, …].")
    for name in ("x", "y", "diameter"):
        if name not in table.columns:
            continue
        numbers = pd.to_numeric(table[name], errors="coerce")
        wrong = ~np.isfinite(numbers) | ((numbers <= 0) if name == "diameter" else False)
        if wrong.any():
            row = int(np.argmax(wrong.to_numpy()))
            rule = "must be a number above 0 (µm)" if name == "diameter" else "must be a number (µm)"
            raise ConfigError(f"{path}, line {row + 2}: {name} is {table[name].iloc[row]}: {rule}.")
        table[name] = numbers.astype(float)
    if not len(table):
        raise ConfigError(f"{path} lists no fibers.")
    return table


def simulated_thresholds(query: Query) -> pd.DataFrame:
    """Mean threshold by inner and diameter of the one sim that was found.

    Returns
    -------
    DataFrame
        ``inner``, ``diameter`` (µm), ``threshold`` (mA, without sign) and ``n``, the fibers averaged.

    Raises
    ------
    Ambiguous
        When there are several sims, waveforms or contact weights.
    RunDirectoryError
        When thresholds are missing.
    """
    import pandas as pd

    sims = query.sims()
    if len(sims) > 1:
        shown = ", ".join("_".join(map(str, sim)) for sim in sims[:8])
        raise Ambiguous(f"{query.source}: there are the sims {shown}; choose one by sample, model and sim.")
    table = query.threshold_data()
    for column in ("waveform_index", "active_src_index"):
        values = sorted(table[column].unique().tolist())
        if len(values) > 1:
            raise Ambiguous(
                f"{query.source}: sim {sims[0][2]} has the {column} {values}; its n_sims may differ in diameter only."
            )
    pieces = []
    for n_sim in query.n_sims():
        rows = table[table["nsim"] == n_sim.name.n_sim]
        diameters = fiberset_of(query, n_sim).diameters[rows["index"].to_numpy(dtype=int)]
        pieces.append(rows.assign(diameter=np.round(diameters / _SAME_UM) * _SAME_UM))
    whole = pd.concat(pieces)
    return whole.groupby(["inner", "diameter"])["threshold"].agg(threshold="mean", n="size").reset_index()


def custom_fiber_thresholds(query: Query, fibers: pd.DataFrame, *, diameter_um: float | None = None) -> pd.DataFrame:
    """Thresholds of a user's fibers by their inner and diameter.

    Parameters
    ----------
    query : Query
        Has found one sim, whose n_sims differ in diameter.
    fibers : DataFrame
        As `read_custom_fibers` gives it.
    diameter_um : float, optional
        Diameter of all fibers, µm, where the table has none; the simulated one, when there is one only.

    Returns
    -------
    DataFrame
        The columns of `fibers`, ``diameter`` among them; ``x_um``, ``y_um`` in the frame of the finished section,
        ``inner``, ``fascicle`` and ``threshold`` (mA, without sign). Over three and more simulated diameters the
        interpolation is quadratic (`scipy.interpolate.interp1d`), over two linear. NaN outside the range simulated.
        Fibers that lie in no inner are left out, with a warning.

    Raises
    ------
    ConfigError
        When diameters are missing, or no fiber lies in an inner.
    RunDirectoryError
        When an inner that a fiber lies in was not simulated.
    """
    sims = query.sims()
    simulated = simulated_thresholds(query)
    located = locate(sample_of(query, sims[0][0]), fibers)
    known = sorted(simulated["diameter"].unique().tolist())
    if "diameter" not in located.columns:
        if diameter_um is None and len(known) > 1:
            listed = ", ".join(f"{value:g}" for value in known)
            raise ConfigError(f"The fibers have no diameter and several were simulated ({listed} µm): name one.")
        located["diameter"] = known[0] if diameter_um is None else diameter_um
    located["threshold"] = np.nan
    for inner, rows in located.groupby("inner"):
        curve = simulated[simulated["inner"] == inner]
        if not len(curve):
            raise RunDirectoryError(f"{query.source}: no fiber was simulated in inner {inner}, where some fibers lie.")
        located.loc[rows.index, "threshold"] = interpolate(
            curve["diameter"].to_numpy(), curve["threshold"].to_numpy(), rows["diameter"].to_numpy()
        )
    outside = int(located["threshold"].isna().sum())
    if outside:
        _log.warning(
            "%d of %d fibers are thinner or thicker than those simulated (%g to %g µm): they have no threshold.",
            outside, len(located), known[0], known[-1],
        )  # fmt: skip
    return located


def locate(sample: Sample, fibers: pd.DataFrame) -> pd.DataFrame:
    """The fibers that lie in an inner, with ``x_um``, ``y_um``, ``inner`` and ``fascicle``; warns about the others."""
    points = fibers[["x", "y"]].to_numpy(dtype=float)
    owner = np.full(len(points), -1)
    for inner in sample.image_section.inners:
        owner[inner.trace.contains_points(points)] = inner.global_index
    inside = owner >= 0
    if not inside.any():
        raise ConfigError(
            f"None of the {len(points)} fibers lies in an inner of sample {sample.name}; x and y must be in µm from "
            "the lower left corner of the mask images."
        )
    if not inside.all():
        first = fibers.index[~inside][:5].tolist()
        lines = ", ".join(str(row + 2) for row in first)
        _log.warning(
            "%d of %d fibers lie in no fascicle and are left out (lines %s%s).",
            int((~inside).sum()), len(points), lines, ", …" if (~inside).sum() > len(first) else "",
        )  # fmt: skip
    located = fibers[inside].copy().reset_index(drop=True)
    maps = [sample.inner_affines[index] for index in owner[inside]]
    final = np.array([affine.apply(matrix, point)[0] for matrix, point in zip(maps, points[inside], strict=True)])
    fascicles = np.array([inner.fascicle_index for inner in sample.inners])
    return located.assign(x_um=final[:, 0], y_um=final[:, 1], inner=owner[inside], fascicle=fascicles[owner[inside]])


def interpolate(
    diameters: NDArray[np.float64], thresholds: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Thresholds (mA) at the diameters `wanted` (µm), NaN outside those that there are."""
    from scipy.interpolate import interp1d

    if len(diameters) == 1:
        return np.where(np.abs(wanted - diameters[0]) < _SAME_UM, thresholds[0], np.nan)
    kind = _KINDS.get(len(diameters), "quadratic")
    curve = interp1d(diameters, thresholds, kind=kind, bounds_error=False, fill_value=np.nan)
    result: NDArray[np.float64] = np.asarray(curve(wanted), dtype=float)
    return result


def label_columns(fibers: pd.DataFrame) -> list[str]:
    """The user's own columns, to break results out by."""
    own = ("x", "y", "diameter", "x_um", "y_um", "inner", "fascicle", "threshold")
    return [name for name in fibers.columns if name not in own]
