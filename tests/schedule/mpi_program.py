"""What the tests of the scheduler ask an MPI job to do; rank 0 prints what came of it as JSON."""

import json
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import schedule_workloads as work

from ascent.schedule import mpi, prepare, run_units


def program() -> int:
    records: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    logging.getLogger("ascent").addHandler(Kept())
    logging.getLogger("ascent").setLevel(logging.INFO)
    told: list[int] = []
    squares = run_units(list(range(30)), work.square, quiet=True, on_result=lambda outcome: told.append(outcome.index))
    failing = run_units([1, 2, 3], work.raise_on_two, quiet=True)
    many = run_units([2 if place % 9 == 4 else place for place in range(200)], work.raise_on_two, quiet=True)
    exiting = run_units([1, 2, 3], work.exit_on_two, quiet=True)
    stubborn = run_units([1, 2, 3], work.unpicklable_on_two, quiet=True)
    processes = run_units(list(range(12)), work.process_after_a_moment, quiet=True)
    prepare(work.remember, 7)
    prepare(work.raise_on_two, 2)
    prepared = dict(outcome.value for outcome in run_units(list(range(12)), work.remembered_after_a_moment, quiet=True))
    run_units([1, 2], work.log_and_print, quiet=True)
    nested = run_units([1, 2, 3], work.processes_of_nested_units, quiet=True)
    threads = run_units([1, 2, 3], work.thread_settings, quiet=True)
    drawn = [outcome.value for outcome in run_units([0, 1, 2], work.draw, quiet=True)]
    print(
        json.dumps(
            {
                "size": mpi.size(),
                "squares": [outcome.value for outcome in squares],
                "told": sorted(told),
                "errors": [outcome.error for outcome in failing],
                "many": [outcome.value for outcome in many],
                "exits": [outcome.succeeded for outcome in exiting],
                "stubborn": [outcome.succeeded for outcome in stubborn],
                "processes": len({outcome.value for outcome in processes}),
                "prepared": list(prepared.values()),
                "records": sorted(records),
                "nested": [set(outcome.value[0]) == {outcome.value[1]} for outcome in nested],
                "threads": [outcome.value for outcome in threads],
                "drawn": drawn,
                "one_process": [outcome.value for outcome in run_units([0, 1, 2], work.draw, workers=1, quiet=True)],
            }
        )
    )
    return 3


if __name__ == "__main__":
    sys.exit(mpi.run(program))
