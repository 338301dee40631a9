"""The C++ solver of fibers as a shared library, for a membrane and a cable, called by ctypes.

ctypes releases the Global Interpreter Lock while the library computes.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ascent.engines.batch.programs import Program, build_program, carried_program, chosen_lanes, supported_lanes
from ascent.mechanisms.kernels import MembraneKernel

SOURCE = Path(__file__).parent / "source"
#: Linear solvers of ``source/``.
CABLES = ("DoubleCable", "ModalCable", "SingleCable")
IDLE, RUNNING, ENDED, FIRED, AT_REST = range(5)
#: Numbers that the solver says of a run that has ended.
REPORT = 9

_doubles = ctypes.POINTER(ctypes.c_double)
_integers = ctypes.POINTER(ctypes.c_int64)


class Job(ctypes.Structure):
    """``ascent::Job`` of ``source/batch.hpp``, field for field; `kept` is what must live as long as the job."""

    kept: Any

    _fields_ = [
        ("n_nodes", ctypes.c_int64),
        ("coefficients", ctypes.c_void_p),
        ("areas", ctypes.c_void_p),
        ("parameters", ctypes.c_void_p),
        ("celsius", ctypes.c_double),
        ("diameter", ctypes.c_double),
        ("area", ctypes.c_double),
        ("drive", ctypes.c_void_p),
        ("start", ctypes.c_void_p),
        ("finish", ctypes.c_void_p),
        ("waveform", ctypes.c_void_p),
        ("current", ctypes.c_void_p),
        ("clamp_node", ctypes.c_int64),
        ("first_step", ctypes.c_int64),
        ("n_steps", ctypes.c_int64),
        ("amplitude", ctypes.c_double),
        ("detect_node", ctypes.c_int64),
        ("threshold", ctypes.c_double),
        ("stop_when_fired", ctypes.c_int64),
        ("not_before", ctypes.c_int64),
        ("stop_at_rest", ctypes.c_int64),
        ("calm_from", ctypes.c_int64),
        ("check_interval", ctypes.c_int64),
        ("hold", ctypes.c_int64),
        ("rest", ctypes.c_void_p),
        ("band", ctypes.c_void_p),
        ("n_traces", ctypes.c_int64),
        ("n_profiles", ctypes.c_int64),
        ("n_profile", ctypes.c_int64),
        ("traces", ctypes.c_void_p),
        ("profile_steps", ctypes.c_void_p),
        ("profile", ctypes.c_void_p),
        ("trace_out", ctypes.c_void_p),
        ("profile_out", ctypes.c_void_p),
        ("n_outflows", ctypes.c_int64),
        ("outflows", ctypes.c_void_p),
        ("outflow_out", ctypes.c_void_p),
        ("weights", ctypes.c_void_p),
        ("signal_out", ctypes.c_void_p),
        ("amplitudes", ctypes.c_void_p),
        ("after", ctypes.c_void_p),
        ("place", ctypes.c_int64),
        ("last_step", ctypes.c_int64),
    ]


class Ended(NamedTuple):
    """How a lane's run has ended.

    Attributes
    ----------
    status : int
        ENDED, FIRED or AT_REST.
    step : int
        Steps taken.
    spike_count, last_spike : int
        Action potentials at the detection node, and the step of the last.
    place, runs_before, steps_before : int
        Of a search that went on by itself: where the run was in the tree, the runs before it, and their steps.
    spikes : bytes
        Node and step of every action potential, 64-bit integers.
    """

    status: int
    step: int
    spike_count: int = 0
    last_spike: int = 0
    place: int = 0
    runs_before: int = 0
    steps_before: int = 0
    spikes: bytes = b""


class Solver:
    """A batch of runs in C++; see ``source/batch.hpp``.

    Parameters
    ----------
    library : ctypes.CDLL
        From :func:`load_library`.
    capacity : int
        Nodes of the longest fiber.
    sections_per_node : int
    dt : float
        ms.
    """

    def __init__(self, library: ctypes.CDLL, capacity: int, sections_per_node: int, dt: float) -> None:
        self._library = library
        self._batch = library.ascent_open(capacity, sections_per_node, dt)
        if not self._batch:
            raise MemoryError(f"No memory for a batch of fibers with {capacity} nodes.")
        self.capacity = capacity
        self.dt = dt
        self.lanes: int = library.ascent_lanes()
        self.n_coefficients, self.n_drive, self.n_state, self.n_values = (
            int(library.ascent_size(self._batch, what)) for what in range(4)
        )
        # of each lane what Ended has, then where all spikes are and the bytes that they take
        self._report = (ctypes.c_int64 * (REPORT * self.lanes))()

    def __del__(self) -> None:
        batch, self._batch = getattr(self, "_batch", None), None
        if batch:
            self._library.ascent_close(batch)

    def assign(self, lane: int, job: Job) -> None:
        """Begin `job` in a lane; its arrays must stay alive until the lane's next job has begun."""
        self._library.ascent_assign(self._batch, lane, ctypes.byref(job))

    def run(self, max_steps: int) -> int:
        """Advance until a run ends, at most `max_steps`; the lanes whose runs have ended, one bit each."""
        return int(self._library.ascent_run(self._batch, max_steps, self._report))

    def ended(self, lane: int) -> Ended:
        """How the run of a lane ended, once :meth:`run` has said that it did and before the lane's next job."""
        *values, address, length = self._report[REPORT * lane : REPORT * (lane + 1)]
        return Ended._make([*values, ctypes.string_at(address, length) if length else b""])


def initial_variables(
    library: ctypes.CDLL,
    parameters: NDArray[np.float64],
    celsius: float,
    diameter: float,
    area: float,
    voltage: float,
    variables: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A membrane's variables after initialisation at `voltage` (mV), ion currents there included."""
    out = np.array(variables, dtype=np.float64)
    library.ascent_initial(
        parameters.ctypes.data_as(_doubles),
        celsius,
        diameter,
        area,
        voltage,
        out.ctypes.data_as(_doubles),
    )
    return out


def fiber_program(cable: str, single: bool = False) -> Program:
    """The solver of fibers of one kind of cable, in double or in single precision."""
    defines = (f"ASCENT_CABLE={cable}", f"ASCENT_PACK={'FloatPack' if single else 'Pack'}")
    return Program(SOURCE / "interface.cpp", "membrane.hpp", (SOURCE,), defines, 2 if single else 1)


def load_library(kernel: MembraneKernel, cable: str, lanes: int | None = None, single: bool = False) -> ctypes.CDLL:
    """The solver for a membrane and a kind of cable, compiled if the cache has none.

    Parameters
    ----------
    kernel : MembraneKernel
        From :func:`ascent.mechanisms.kernels.membrane_kernel`.
    cable : str
        Name of a solver in ``source/linear_solvers.hpp``.
    lanes : int, optional
        Of double precision; by default what the processor does best.
    single : bool
        Whether to compute in single precision, in twice the lanes.

    Raises
    ------
    MechanismError
        When the processor is too old, there is no compiler, or the kernel does not compile.
    """
    return _load(kernel.header, cable, chosen_lanes(lanes), single)


def build_library(kernel: MembraneKernel, cable: str, lanes: int) -> Path:
    """Compile the solver for processors that do `lanes`, whether or not this one does; where it lies.

    Raises
    ------
    MechanismError
        When there is no compiler, or the kernel does not compile.
    """
    return build_program(fiber_program(cable), kernel.header, lanes)


@cache
def _load(header: str, cable: str, lanes: int, single: bool) -> ctypes.CDLL:
    path = str(build_program(fiber_program(cable, single), header, lanes))
    library = ctypes.CDLL(path)
    library.ascent_open.restype = ctypes.c_void_p
    library.ascent_open.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_double]
    library.ascent_close.restype = None
    library.ascent_close.argtypes = [ctypes.c_void_p]
    library.ascent_size.restype = ctypes.c_int64
    library.ascent_size.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.ascent_run.restype = ctypes.c_uint
    library.ascent_run.argtypes = [ctypes.c_void_p, ctypes.c_int64, _integers]
    # this only hands over numbers: letting other threads run meanwhile would cost more than it takes
    library.__dict__["ascent_assign"] = ctypes.PyDLL(path).ascent_assign
    library.ascent_assign.restype = None
    library.ascent_assign.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(Job)]
    library.ascent_initial.restype = None
    library.ascent_initial.argtypes = [_doubles, *[ctypes.c_double] * 4, _doubles]
    return library


def is_carried(kernel: MembraneKernel) -> bool:
    """Whether an image carries a solver for the kernel (``$ASCENT_PREBUILT_DIR``), so that no compiler is needed."""
    lanes = supported_lanes()[:1]
    return any(carried_program(fiber_program(cable), kernel.header, count) for cable in CABLES for count in lanes)
