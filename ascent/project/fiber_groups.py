"""Groups of fibers as units of work: as many as an engine does side by side, however many processes there are.

How fibers are grouped follows from the n_sim alone, and a fiber's result does not depend on its companions, so
neither do the bits depend on the number of workers or ranks.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ascent.errors import AscentError
from ascent.project.fiber_units import FiberUnit, job_of, unit_name
from ascent.project.outputs import failure_marker, outputs_folder
from ascent.schedule import Outcome, prepare, run_units
from ascent.schedule.outcome import describe

if TYPE_CHECKING:
    from ascent.protocols import FiberJob, FiberResult

#: Fibers of a group: fewer leave lanes of a processor empty, more leave processes without work at the end.
SMALLEST, USUAL = 8, 32
#: Fibers of a group where there are so many that thousands of ranks share them: rank 0 must keep up with the groups.
LARGEST = 1024
#: Groups that an n_sim is divided into before they grow beyond the smallest, and before they grow beyond the usual.
_FEW, _MANY = 32, 1024
#: What the recordings of a group may take up, bytes.
_RECORDING_BYTES = 256e6

_COLUMNS = ("inner", "fiber", "threshold_mA", "n_runs", "n_steps", "engine")


@dataclass(frozen=True)
class FiberGroup:
    """Fibers of one n_sim that are run together.

    What they share is said once: where thousands of ranks wait for groups, rank 0 has a fraction of a millisecond to
    send one of a thousand fibers.

    Attributes
    ----------
    id : str
        ``<s>_<m>_<k>_<n>/fibers_<first>-<last>``, places among the n_sim's fibers.
    first : FiberUnit
        The first that is to be run, which shares all but its numbers with the others.
    members : array of int
        Inner, fiber and place of each that is to be run, one after the other; those that have results are not in it.
    """

    id: str
    first: FiberUnit
    members: array[int]

    @classmethod
    def of(cls, name: str, units: Sequence[FiberUnit]) -> FiberGroup:
        """Some fibers of one n_sim, at least one."""
        members = array("i")
        for unit in units:
            members.extend((unit.inner, unit.fiber, unit.place))
        return cls(name, units[0], members)

    def __len__(self) -> int:
        return len(self.members) // 3

    @property
    def names(self) -> list[str]:
        """Names of those that are to be run."""
        n_sim = self.first.n_sim
        return [unit_name(n_sim, inner, fiber) for inner, fiber, _ in self._numbers()]

    @property
    def fibers(self) -> list[FiberUnit]:
        """Those that are to be run."""
        return [
            replace(self.first, id=name, inner=inner, fiber=fiber, place=place)
            for name, (inner, fiber, place) in zip(self.names, self._numbers(), strict=True)
        ]

    def _numbers(self) -> Iterable[tuple[int, int, int]]:
        numbers = iter(self.members)
        return zip(numbers, numbers, numbers, strict=True)


def group_fibers(units: Sequence[FiberUnit]) -> list[FiberGroup]:
    """Divide fibers into groups, in their order."""
    starts: dict[str, list[int]] = {}
    groups: dict[tuple[str, int], list[FiberUnit]] = {}
    for unit in units:
        if unit.n_sim not in starts:
            starts[unit.n_sim] = _starts(unit.among, _size(unit))
        groups.setdefault((unit.n_sim, bisect(starts[unit.n_sim], unit.place)), []).append(unit)
    return [_group(name, starts[name], number, members) for (name, number), members in groups.items()]


def run_fiber_group(group: FiberGroup) -> dict[str, Any]:
    """Find what the protocol of each fiber asks for, and write it into the n_sim's outputs.

    Returns
    -------
    dict
        ``n_sim``; of those that succeeded ``inner``, ``fiber``, ``threshold_mA`` (None for given amplitudes),
        ``n_runs`` and ``n_steps``, a list each; ``engine``, one name where they share it, else a list; ``errors``:
        sentence by name of those that failed, which have a marker instead of results. Of a large group the lists are
        one text, ``packed``, that :func:`values_of` reads.

    Raises
    ------
    RunDirectoryError
        When outputs cannot be written.
    """
    from ascent.protocols import write_outputs

    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    errors: dict[str, str] = {}
    for unit, result in _results(group.fibers):
        marker = outputs_folder(unit.folder) / failure_marker(unit.inner, unit.fiber)
        if isinstance(result, str):
            errors[unit.id] = result
            unit.mark_failure(result)
            continue
        write_outputs(result, outputs_folder(unit.folder))
        marker.unlink(missing_ok=True)
        row = (unit.inner, unit.fiber, result.threshold, result.n_runs, result.n_steps, result.engine)
        for name, value in zip(_COLUMNS, row, strict=True):
            columns[name].append(value)
    return {"n_sim": group.first.n_sim, **compact(columns), "errors": errors}


def compact(columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Columns of a group's results as they travel and are journaled.

    Rank 0 receives and journals thousands of groups. What all fibers share is said once; and where there are many, the
    text that the journal will hold is made here, on the rank that has the time for it.
    """
    engines = set(columns["engine"])
    table = {**columns, "engine": engines.pop()} if len(engines) == 1 else columns
    if len(columns["inner"]) <= USUAL:
        return table
    return {"packed": base64.b64encode(zlib.compress(json.dumps(table).encode("ascii"))).decode("ascii")}


def values_of(table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What :func:`run_fiber_group` gave, by fiber."""
    if "packed" in table:
        table = {**table, **json.loads(zlib.decompress(base64.b64decode(table["packed"])))}
    engine = table["engine"]
    engines = [engine] * len(table["inner"]) if isinstance(engine, str) else engine
    columns = [engines if name == "engine" else table[name] for name in _COLUMNS]
    return {
        unit_name(table["n_sim"], inner, fiber): dict(zip(_COLUMNS[2:], rest, strict=True))
        for inner, fiber, *rest in zip(*columns, strict=True)
    }


def run_fibers(
    units: Sequence[FiberUnit],
    *,
    workers: int | None = None,
    quiet: bool = False,
    on_group: Callable[[Outcome[dict[str, Any]]], None] | None = None,
    on_plan: Callable[[int], None] | None = None,
) -> list[Outcome[dict[str, Any]]]:
    """Run fibers over processes or ranks; each that fails leaves a marker beside its results.

    Parameters
    ----------
    units : sequence of FiberUnit
        The fibers to run.
    workers : int, optional
        Number of processes; every core by default.
    quiet : bool
        Show no progress.
    on_group : callable, optional
        Told of the outcome of each group as it comes.
    on_plan : callable, optional
        Told the number of groups before the first begins.

    Returns
    -------
    list of Outcome
        One for each fiber; its value has threshold_mA, n_runs, n_steps and engine.
    """
    from ascent.mechanisms.build import build_mechanisms

    build_mechanisms()
    if len(units) > 1:
        # Ranks read the first n_sim and load its engine meanwhile, as planning does here.
        prepare(_size, units[0])
    done: list[tuple[FiberGroup, Outcome[dict[str, Any]]]] = []
    waves = [group_fibers(wave) for wave in _waves(units)]
    if on_plan is not None:
        on_plan(sum(map(len, waves)))
    for groups in waves:

        def finished(outcome: Outcome[dict[str, Any]], groups: list[FiberGroup] = groups) -> None:
            if on_group is not None:
                on_group(outcome)
            done.append((groups[outcome.index], outcome))

        run_units(groups, run_fiber_group, workers=workers, label="groups of fibers", on_result=finished, quiet=quiet)
    # Fiber by fiber only now: while ranks work, rank 0 has their next groups to send.
    places = {unit.id: place for place, unit in enumerate(units)}
    outcomes = {one.unit_id: one for group, outcome in done for one in _of_fibers(group, outcome, places)}
    return [outcomes[unit.id] for unit in units]


def _waves(units: Sequence[FiberUnit]) -> list[list[FiberUnit]]:
    """Fibers whose bounds come from others of them run after those, whatever the number of processes."""
    waves, left = [], list(units)
    while left:
        names = {unit.n_sim for unit in left}
        wave = [unit for unit in left if unit.scout is None or unit.scout not in names or unit.scout == unit.n_sim]
        waves.append(wave or left)
        chosen = {unit.id for unit in waves[-1]}
        left = [unit for unit in left if unit.id not in chosen]
    return waves


def _of_fibers(
    group: FiberGroup, outcome: Outcome[dict[str, Any]], places: dict[str, int]
) -> list[Outcome[dict[str, Any]]]:
    seconds = outcome.seconds / len(group)
    if outcome.value is None:
        error = outcome.error or "failed"
        for unit in group.fibers:
            unit.mark_failure(error)
        return [
            Outcome(name, places[name], None, error, outcome.error_type, outcome.traceback, seconds)
            for name in group.names
        ]
    values, errors = values_of(outcome.value), outcome.value["errors"]
    return [Outcome(name, places[name], values.get(name), errors.get(name), seconds=seconds) for name in group.names]


def _results(units: Sequence[FiberUnit]) -> list[tuple[FiberUnit, FiberResult | str]]:
    """Result of each fiber, or the sentence that says why it has none."""
    from ascent.protocols import run_fibers as run_jobs

    results: list[tuple[FiberUnit, FiberResult | str]] = []
    ready: list[tuple[FiberUnit, FiberJob]] = []
    for unit in units:
        try:
            ready.append((unit, job_of(unit)))
        except AscentError as error:
            results.append((unit, str(error)))
    try:
        found: Sequence[FiberResult | AscentError] = run_jobs([job for _, job in ready])
    except (Exception, SystemExit) as error:
        if len(units) == 1:
            return [(units[0], describe(error).error)]
        # One of them is to blame, and the others shall not fail with it.
        return [pair for unit in units for pair in _results([unit])]
    results += [
        (unit, str(result) if isinstance(result, AscentError) else result)
        for (unit, _), result in zip(ready, found, strict=True)
    ]
    return results


def _starts(count: int, size: int) -> list[int]:
    """First fiber of each group of `size`; the last groups halve, so that all workers end at about the same time."""
    starts = [0]
    while (left := count - starts[-1]) > 0:
        tapered = max(SMALLEST, left // 2 // SMALLEST * SMALLEST)
        starts.append(starts[-1] + min(size, tapered, left))
    return starts[:-1]


def _group(name: str, starts: Sequence[int], number: int, members: list[FiberUnit]) -> FiberGroup:
    last = (starts[number] if number < len(starts) else members[0].among) - 1
    return FiberGroup.of(f"{name}/fibers_{starts[number - 1]}-{last}", members)


def _size(unit: FiberUnit) -> int:
    """Number of fibers in each group of an n_sim, one of whose fibers is `unit`."""
    from ascent.engines import get_engine
    from ascent.fibers.fiber import build_fiber

    try:
        job = job_of(unit)
        fiber = build_fiber(job.model, job.diameter, len(job.potentials), job.temperature, fiber_z=job.fiber_z)
        engine = get_engine(unit.engine).name_for(fiber)
    except AscentError:
        return 1
    if engine != "batch":
        return 1
    fitting = int(_RECORDING_BYTES // max(1, _recorded_bytes(job)))
    usual = max(SMALLEST, min(USUAL, -(-unit.among // _FEW)))
    return max(1, min(max(usual, -(-unit.among // _MANY)), LARGEST, fitting))


def _recorded_bytes(job: FiberJob) -> int:
    """About what the recordings over time of a fiber take up."""
    saving: Any = job.saving if isinstance(job.saving, dict) else {}
    over_time = saving.get("time") or {}
    kinds = bool(over_time.get("vm")) + 4 * bool(over_time.get("gating"))
    places = over_time.get("locs")
    columns = len(job.potentials) if places == "all" else len(places or ())
    protocol: Any = job.protocol if isinstance(job.protocol, dict) else {}
    return 8 * kinds * columns * len(job.waveform) * max(1, len(protocol.get("amplitudes") or ()))
