"""Run units in worker processes on this machine.

Each worker is a fresh interpreter with a connection of its own, so that the unit a dead worker was
on is known, which the pools of the standard library cannot tell.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from ascent.errors import AscentError
from ascent.schedule.outcome import Failure, Outcome, describe
from ascent.schedule.threads import single_thread_environment
from ascent.schedule.worker import PREPARE

Unit = TypeVar("Unit")
Result = TypeVar("Result")

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "from ascent.schedule.worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)
_GRACE_SECONDS = 2.0


class Worker:
    """One worker process and the unit that it is on.

    Parameters
    ----------
    function_bytes : bytes, optional
        The pickled function; without it the worker waits for :meth:`introduce`.
    """

    def __init__(self, function_bytes: bytes | None = None) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self.index: int | None = None
        self.started = 0.0
        self.ready = False
        self.units_done = 0
        self._introduced = False
        self._answers_due = 0
        with theirs:
            self.process = _start(theirs)
        if function_bytes is not None:
            self.introduce(function_bytes)

    def introduce(self, function_bytes: bytes) -> None:
        """Say what is to be done with units from now on."""
        self._tell(function_bytes)
        self._introduced = True
        self._answers_due += 1

    def prepare(self, function: Callable[[Any], Any], argument: Any) -> None:
        """Let an idle worker call a function and then wait for :meth:`introduce`."""
        self._tell(PREPARE + pickle.dumps((function, argument)))
        self._introduced = False

    def _tell(self, content: bytes) -> None:
        message = pickle.dumps((None, content)) if self._introduced else content
        self.ready = False
        with suppress(OSError):
            self.connection.send_bytes(message)

    def answered(self) -> bool:
        """Note that the worker has loaded a function; whether it was the last one that it was told of."""
        self._answers_due -= 1
        self.ready = self._answers_due == 0
        return self.ready

    def give(self, index: int, unit: Any) -> None:
        """Send a unit; a worker that is already dead is noticed when its connection is read."""
        self.index = index
        self.started = time.perf_counter()
        message = pickle.dumps((index, pickle.dumps(unit)))
        with suppress(OSError):
            self.connection.send_bytes(message)

    def dismiss(self) -> None:
        """Let an idle worker end by itself."""
        self.connection.close()

    def cause_of_death(self) -> str:
        """Say how the process ended."""
        try:
            code = self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if code >= 0:
            return f"exit code {code}"
        hint = ", perhaps because memory ran out" if -code == signal.SIGKILL else ""
        return f"{signal.Signals(-code).name}{hint}"


def execute(
    units: Sequence[Unit],
    names: Sequence[str],
    function: Callable[[Unit], Result],
    *,
    workers: int,
    units_per_worker: int | None = None,
    waiting: deque[int] | None = None,
    stop: Connection | None = None,
    first: Worker | None = None,
) -> Iterator[Outcome[Result]]:
    """Yield the outcome of each unit as it comes; ends all workers when closed.

    Parameters
    ----------
    units, names : sequence
        The whole plan.
    function : callable
        Takes a unit.
    workers : int
        Number of processes.
    units_per_worker : int, optional
        Replace a worker after so many units.
    waiting : deque of int, optional
        Places in the plan of the units to do, which others may take from as well; all by default.
    stop : Connection, optional
        Ends the work at once when something can be read from it.
    first : Worker, optional
        A worker that waits already; it is one of the `workers`, and waits again afterwards if it is still well.

    Raises
    ------
    AscentError
        When no worker can be started.
    TypeError
        When `function` is defined in ``__main__`` and so cannot be imported by a worker.
    """
    if getattr(function, "__module__", None) == "__main__":
        raise TypeError("a function that runs in worker processes must be importable from a module")
    function_bytes = pickle.dumps(function)
    waiting = deque(range(len(units))) if waiting is None else waiting
    pool = {}
    if first is not None:
        first.introduce(function_bytes)
        pool[first.connection] = first
    while len(pool) < workers:
        worker = Worker(function_bytes)
        pool[worker.connection] = worker
    retired: list[Worker] = []

    def assign(worker: Worker) -> Iterator[Outcome[Result]]:
        while True:
            try:
                index = waiting.popleft()
            except IndexError:
                return
            try:
                worker.give(index, units[index])
            except Exception as error:  # the unit does not pickle
                worker.index = None
                yield _failed(names, index, describe(error), 0.0)
                continue
            return

    try:
        while waiting or any(worker.index is not None for worker in pool.values()):
            for connection in wait([*pool, stop] if stop is not None else list(pool)):
                if connection is stop:
                    return
                worker = pool[connection]  # type: ignore[index]
                message = _receive(worker.connection)
                if message is None:
                    del pool[worker.connection]
                    worker.connection.close()
                    death = worker.cause_of_death()
                    if worker.index is not None:
                        yield _died(names, worker, death)
                    if not worker.ready:
                        if not pool:
                            raise AscentError(f"No worker process could be started ({death}).")
                    elif waiting:
                        replacement = Worker(function_bytes)
                        pool[replacement.connection] = replacement
                    continue
                if message[0] == "log":
                    logging.getLogger(message[2]).log(message[1], "%s", message[3])
                    continue
                if message[0] == "broken":
                    raise AscentError(f"The work cannot be loaded in a worker process: {message[1].error}.")
                if message[0] == "ready":
                    if not worker.answered():
                        continue
                else:
                    worker.index = None
                    worker.units_done += 1
                    yield _outcome(names, message)
                    if worker.units_done == units_per_worker:
                        del pool[worker.connection]
                        worker.dismiss()
                        retired.append(worker)
                        if not waiting:
                            continue
                        worker = Worker(function_bytes)
                        pool[worker.connection] = worker
                        continue
                yield from assign(worker)
    finally:
        # also one that is still loading: the next units will find it prepared
        kept = {first.connection} if first is not None and first.index is None else set()
        _end([*(worker for connection, worker in pool.items() if connection not in kept), *retired])


def _start(theirs: Connection) -> subprocess.Popen[bytes]:
    arguments = [str(theirs.fileno()), str(os.getpid()), json.dumps(sys.path)]
    # The mask is inherited, so Ctrl-C on the terminal reaches the parent alone, which ends the workers.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(
            [sys.executable, "-c", _BOOT, *arguments],
            stdin=subprocess.DEVNULL,
            # What a library prints belongs beside the log, not into a result on standard output.
            stdout=2,
            env=single_thread_environment(),
            pass_fds=[theirs.fileno()],
        )
    except OSError as error:
        raise AscentError(f"A worker process could not be started: {error.strerror or error}.") from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _receive(connection: Connection) -> tuple[Any, ...] | None:
    try:
        message: tuple[Any, ...] = pickle.loads(connection.recv_bytes())
        return message
    except (EOFError, OSError):
        return None


def _outcome(names: Sequence[str], message: tuple[Any, ...]) -> Outcome[Any]:
    kind, index, content, seconds = message
    return outcome_of(names[index], index, kind, content, seconds)


def outcome_of(name: str, index: int, kind: str, content: Any, seconds: float) -> Outcome[Any]:
    """Return the outcome that another process sent: ``"done"`` with a pickled value, or ``"failed"``."""
    if kind == "done":
        try:
            return Outcome(name, index, pickle.loads(content), seconds=seconds)
        except Exception as error:
            content = describe(error)
    return Outcome(name, index, None, content.error, content.error_type, content.traceback, seconds)


def _failed(names: Sequence[str], index: int, failure: Failure, seconds: float) -> Outcome[Any]:
    return Outcome(names[index], index, None, failure.error, failure.error_type, failure.traceback, seconds)


def _died(names: Sequence[str], worker: Worker, death: str) -> Outcome[Any]:
    assert worker.index is not None
    sentence = f"The worker process died while it ran this unit ({death})."
    failure = Failure(sentence, "WorkerDied", sentence)
    return _failed(names, worker.index, failure, time.perf_counter() - worker.started)


def _end(workers: Sequence[Worker]) -> None:
    """End every worker: idle ones by themselves, busy ones by SIGTERM, stubborn ones by SIGKILL."""
    for worker in workers:
        if not worker.connection.closed:
            worker.connection.close()
        if worker.index is not None and worker.process.poll() is None:
            worker.process.terminate()
    deadline = time.monotonic() + _GRACE_SECONDS
    for worker in workers:
        try:
            worker.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
