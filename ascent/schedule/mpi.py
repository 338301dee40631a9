"""Run units on the ranks of an MPI job, through :mod:`mpi4py.futures`.

Rank 0 runs the program: it composes, plans, schedules and writes. The other ranks do nothing but units. In a small
job a worker process beside rank 0 takes units too, so that no core idles; in a large one rank 0 has its hands full
with what the others send. mpi4py is imported only where a launcher has started more than one process.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ascent.errors import AscentError, ConfigError
from ascent.schedule import nesting, processes
from ascent.schedule.launcher import launch
from ascent.schedule.mpi_library import connected, library_name
from ascent.schedule.mpi_units import prepare as prepare_rank
from ascent.schedule.mpi_units import serve
from ascent.schedule.outcome import Outcome, describe
from ascent.schedule.threads import VARIABLES
from ascent.schedule.worker import warm_up

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: From so many ranks on, rank 0 takes no units: what it would do is less than what it would hold up.
DEDICATED_FROM = 32
#: How long rank 0 sleeps at most between looks for messages, s, where a worker needs its core: a look takes that
#: core 50 µs, the library's millisecond so 5 % of it. The library's value holds where rank 0 has nothing else to do.
_PATIENCE_SECONDS = 0.006
_PATIENCE_VARIABLE = "MPI4PY_FUTURES_BACKOFF"
#: Units that travel to a rank together, at most, and how long they may take, s: rank 0 sees a result some
#: milliseconds late, and a rank that waits for its next unit works on nothing. What the units of a message have
#: finished is lost where the job dies before the last of them has.
_TOGETHER, _TOGETHER_SECONDS = 10, 2.0
#: How long running units are waited for when the program ends before them, s.
_GRACE_SECONDS = 5.0
_ENVIRONMENT = {**dict.fromkeys(VARIABLES, "1"), "NEURON_INIT_MPI": "0"}


@dataclass(eq=False)
class Session:
    """An MPI job as rank 0 sees it.

    Attributes
    ----------
    executor : mpi4py.futures.MPIPoolExecutor
        The ranks that serve units.
    size : int
        Number of ranks, this one included.
    library : str
        Name and version of the MPI library.
    running : set of Future
        Units that are on a rank or wait for one.
    threads : list of Thread
        Those that feed the worker beside rank 0.
    beside : Worker or None
        The worker beside rank 0, which waits for work.
    """

    executor: Any
    size: int
    library: str
    running: set[Future[Any]] = field(default_factory=set)
    threads: list[threading.Thread] = field(default_factory=list)
    beside: processes.Worker | None = None

    @property
    def takes_units(self) -> bool:
        """Whether a worker process beside rank 0 takes units too."""
        return self.size < DEDICATED_FROM

    def idle_beside(self) -> processes.Worker | None:
        """The worker beside rank 0 once it has ended what was scheduled before; None when there is none."""
        for thread in self.threads:
            thread.join()
        self.threads.clear()
        if self.beside is not None and (self.beside.connection.closed or self.beside.process.poll() is not None):
            self.beside = None
        return self.beside

    def prepare(self, function: Callable[[Any], Any], argument: Any) -> None:
        """Let ranks and worker call a function before they take units; what comes of it is not waited for."""
        work = _packed(function)
        for _ in range(self.size - 1):
            future = self.executor.submit(prepare_rank, work, pickle.dumps(argument))
            self.running.add(future)
            future.add_done_callback(self.running.discard)
        if (worker := self.idle_beside()) is not None:
            worker.prepare(function, argument)


_session: Session | None = None


def session() -> Session | None:
    """Return the MPI job that this process is rank 0 of; None elsewhere, and inside units.

    Raises
    ------
    ConfigError
        When a launcher has started several copies of a program that does not know of them.
    """
    if nesting.inside_unit():
        return None
    if _session is None and (started := launch()) is not None and started.size > 1:
        raise ConfigError(
            f"{started.launcher} has started {started.size} copies of this program, and each would do the whole of the "
            "work: start it as `mpirun -n N ascent …`, or a script as `mpirun -n N python mpi/driver.py SCRIPT.py`."
        )
    return _session


def size() -> int:
    """Return the number of ranks that share the work; 1 without MPI."""
    return _session.size if _session is not None else 1


def run(program: Callable[[], int], modules: Sequence[str] = ()) -> int:
    """Run a program on rank 0 while the other ranks serve the units that it schedules.

    Without a launcher, or when it has started one process, the program just runs.

    Parameters
    ----------
    program : callable
        Returns an exit code.
    modules : sequence of str
        Names of the modules that most units need: ranks load them while rank 0 reads and plans.

    Returns
    -------
    int
        What the program returned; 0 on the other ranks, 2 when MPI does not work as it was asked to.
    """
    started = launch()
    if started is None or started.size == 1 or nesting.inside_unit() or _session is not None:
        return program()
    os.environ.update(_ENVIRONMENT)
    try:
        mpi = connected(started)
    except ConfigError as error:
        if started.rank == 0:
            print(f"ascent: {error}", file=sys.stderr)
        return error.exit_code
    if mpi.COMM_WORLD.Get_rank() > 0:
        _serve_until_released(mpi)
        return 0
    return _lead(mpi, program, modules)


def prepare(function: Callable[[Any], Any], argument: Any) -> None:
    """Let the other ranks call a function while this one plans, such as one that reads what all units share.

    Nothing is done without an MPI job and inside units. What the function returns or raises is dropped.

    Parameters
    ----------
    function : callable
        Must be importable from a module.
    argument : object
        Must pickle.
    """
    job = session()
    if job is not None:
        job.prepare(function, argument)


def execute(
    units: Sequence[Unit],
    names: Sequence[str],
    function: Callable[[Unit], Result],
    *,
    job: Session,
    workers: int | None = None,
    units_per_worker: int | None = None,
) -> Iterator[Outcome[Result]]:
    """Yield the outcome of each unit as it comes from the ranks.

    Parameters
    ----------
    units, names : sequence
        The whole plan.
    function : callable
        Takes a unit; must be importable from a module.
    job : Session
        The MPI job.
    workers : int, optional
        At most so many units at a time.
    units_per_worker : int, optional
        For the worker process beside rank 0; ranks are not replaced.
    """
    if getattr(function, "__module__", None) == "__main__":
        raise TypeError("a function that runs on MPI ranks must be importable from a module")
    dispatch = _Dispatch(units, names, function, job, job.size if workers is None else workers, units_per_worker)
    try:
        dispatch.start()
        for _ in range(len(units)):
            arrived = dispatch.arrived.get()
            if isinstance(arrived, BaseException):
                raise arrived
            yield arrived
    finally:
        dispatch.close()


class _Dispatch:
    """One call of :func:`execute`: units that wait, and outcomes that have arrived."""

    def __init__(
        self,
        units: Sequence[Any],
        names: Sequence[str],
        function: Callable[[Any], Any],
        job: Session,
        at_once: int,
        units_per_worker: int | None,
    ) -> None:
        self._units, self._names, self._function, self._job = units, names, function, job
        self._work = _packed(function)
        self._units_per_worker = units_per_worker
        job.idle_beside()
        self._beside = job.takes_units
        on_ranks = max(1, min(at_once - self._beside, job.size - 1))
        # Some more than there are ranks, so that none waits for the next; no more than the limit where there is one.
        self._in_flight = on_ranks + (0 if self._beside or at_once < job.size else job.size // 8)
        self._waiting = deque(range(len(units)))
        self._seconds, self._measured = 0.0, 0
        self._beside_runs = False
        self._stop, self._stopped = multiprocessing.Pipe(duplex=False)
        self.arrived: queue.SimpleQueue[Outcome[Any] | BaseException] = queue.SimpleQueue()

    def start(self) -> None:
        """Send the first units to the ranks, and let the worker beside rank 0 begin."""
        for _ in range(min(self._in_flight, len(self._units))):
            self._send_next()
        if self._beside and self._waiting:
            self._beside_runs = True
            if self._job.beside is None:
                self._job.beside = processes.Worker()
            thread = threading.Thread(target=self._run_beside, name="units beside rank 0")
            self._job.threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Send nothing more; units that ranks are on go on."""
        self._waiting.clear()
        for future in list(self._job.running):
            future.cancel()
        # Not waited for: after an interruption there may be half a second left to say so in the manifest.
        self._stopped.close()
        if not self._beside_runs:
            self._stop.close()

    def _take(self) -> list[int]:
        """The next units for a rank: several short ones while many wait."""
        mean = self._seconds / self._measured if self._measured else _TOGETHER_SECONDS
        short = int(_TOGETHER_SECONDS / max(mean, _TOGETHER_SECONDS / _TOGETHER))
        count = max(1, min(short, len(self._waiting) // (2 * self._job.size)))
        taken: list[int] = []
        # another thread takes units too
        with suppress(IndexError):
            while len(taken) < count:
                taken.append(self._waiting.popleft())
        return taken

    def _send_next(self) -> None:
        while taken := self._take():
            pickled = {}
            for index in taken:
                try:
                    pickled[index] = pickle.dumps(self._units[index])
                except Exception as error:
                    self._failed([index], error)
            if not pickled:
                continue
            indices = list(pickled)
            try:
                future = self._job.executor.submit(serve, self._work, list(pickled.values()))
            except Exception as error:
                self._failed(indices, error)
                continue
            self._job.running.add(future)
            future.add_done_callback(lambda done, indices=indices: self._received(done, indices))  # type: ignore[misc]
            return

    def _failed(self, indices: Sequence[int], error: BaseException) -> None:
        failure = describe(error)
        for index in indices:
            self.arrived.put(processes.outcome_of(self._names[index], index, "failed", failure, 0.0))

    def _received(self, future: Future[Any], indices: Sequence[int]) -> None:
        """Take what a rank sent; runs in the executor's thread, which sends the next units before anything else."""
        self._job.running.discard(future)
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._send_next()
            self._failed(indices, error)
            return
        outcomes = future.result()
        self._seconds += sum(seconds for _, _, seconds, _ in outcomes)
        self._measured += len(outcomes)
        self._send_next()
        for index, (kind, content, seconds, records) in zip(indices, outcomes, strict=False):
            for level, logger, message in records:
                logging.getLogger(logger).log(level, "%s", message)
            if kind == "broken":
                self.arrived.put(AscentError(f"The work cannot be loaded on an MPI rank: {content.error}."))
                return
            self.arrived.put(processes.outcome_of(self._names[index], index, kind, content, seconds))

    def _run_beside(self) -> None:
        try:
            for outcome in processes.execute(
                self._units,
                self._names,
                self._function,
                workers=1,
                units_per_worker=self._units_per_worker,
                waiting=self._waiting,
                stop=self._stop,
                first=self._job.beside,
            ):
                self.arrived.put(outcome)
        except BaseException as error:
            self.arrived.put(error)
        finally:
            self._stop.close()


def _lead(mpi: Any, program: Callable[[], int], modules: Sequence[str]) -> int:
    """Run the program on rank 0, and end the job even where units are still running."""
    global _session
    from mpi4py.futures import MPICommExecutor

    library = library_name(mpi.Get_library_version())
    size = mpi.COMM_WORLD.Get_size()
    if size < DEDICATED_FROM:
        # By the variable, not as an argument, which would make the ranks wait as long for their next units.
        os.environ.setdefault(_PATIENCE_VARIABLE, str(_PATIENCE_SECONDS))
    with MPICommExecutor(mpi.COMM_WORLD, root=0) as executor:
        _session = Session(executor, size, library)
        if _session.takes_units:
            _session.beside = processes.Worker()
        _session.prepare(warm_up, modules)
        try:
            code = program()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            running, threads, spare, _session = _session.running, _session.threads, _session.beside, None
            if spare is not None:
                spare.connection.close()
                spare.process.kill()
                spare.process.wait()
            for thread in threads:
                thread.join(_GRACE_SECONDS)
            if running and wait_for(list(running), timeout=_GRACE_SECONDS).not_done:
                sys.stdout.flush()
                print("ascent: units that were still running are given up.", file=sys.stderr, flush=True)
                mpi.COMM_WORLD.Abort(1)
    return code


def _packed(function: Callable[[Any], Any]) -> bytes:
    """A function as it travels to the ranks, with where to import it from."""
    return pickle.dumps((list(sys.path), pickle.dumps(function)))


def _serve_until_released(mpi: Any) -> None:
    from mpi4py.futures import MPICommExecutor

    # Rank 0 decides what an interruption means; a rank that acted on Ctrl-C by itself would break the job.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # mpirun ends all ranks with SIGTERM, and kills what is left a second later or once the first has ended: rank 0
    # needs that second to say in the manifest what happened.
    signal.signal(signal.SIGTERM, lambda number, frame: signal.setitimer(signal.ITIMER_REAL, _GRACE_SECONDS))
    # What a library prints belongs beside the log, not into a result on standard output.
    with suppress(OSError):
        os.dup2(2, 1)
    nesting.serve_units()
    with MPICommExecutor(mpi.COMM_WORLD, root=0):
        pass
