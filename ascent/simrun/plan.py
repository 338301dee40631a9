"""What a run of sweeps is made of, as data that travels to worker processes."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ascent.config.network.network import NetworkParameters, check_network
from ascent.errors import ConfigError
from ascent.network.formats.parameter_set import ParameterSet


@dataclass(frozen=True)
class SweepPlan:
    """A run of sweeps.

    Attributes
    ----------
    cell, network : ParameterSet
        The whole parameter files, with ``sim.tStop`` set.
    n_sweeps : int
        Number of sweeps; also of stored ones.
    t_stop : float
        End of a sweep, ms.
    seed : int
        Seed of the run.
    rng : str
        ``"philox"`` or ``"isf"``.
    engine : str
        ``"auto"``, ``"batch"`` or ``"neuron"``.
    simulated : bool
        Whether sweeps are simulated, or only drawn.
    activations : tuple of str
        Files of stored sweeps; empty when sweeps are drawn.
    functions : bytes
        Functions that the user gave, by name, as `pickled_functions` packs them.
    only_named : bool
        Whether processes need no mechanisms but those that the parameters name; see
        :func:`ascent.mechanisms.build.only_mechanisms`.
    """

    cell: ParameterSet
    network: ParameterSet
    n_sweeps: int
    t_stop: float
    seed: int = 0
    rng: str = "philox"
    engine: str = "auto"
    simulated: bool = True
    activations: tuple[str, ...] = ()
    functions: bytes = b""
    only_named: bool = field(default=False, compare=False)
    key: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self._digest())

    def _digest(self) -> str:
        """A name by which a process knows a plan that it has worked on before."""
        parts = (self.cell.to_dict(), self.network.to_dict(), self.t_stop, self.seed, self.rng, self.engine)
        more = (self.simulated, self.activations, self.functions)
        return hashlib.sha256(pickle.dumps((parts, more))).hexdigest()

    def function(self, name: str) -> Callable[..., Any] | None:
        """A function that the user gave, or None."""
        return self._functions.get(name)

    @property
    def hooks(self) -> dict[str, Callable[..., Any]]:
        """Functions of the cell that are called after each sweep, by name."""
        return dict(self._functions.get("post_hook", {}))

    @cached_property
    def _functions(self) -> dict[str, Any]:
        import cloudpickle

        return cloudpickle.loads(self.functions) if self.functions else {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_functions"}

    @cached_property
    def network_parameters(self) -> NetworkParameters:
        """The network parameters, checked."""
        return check_network(self.network)


def pickled_functions(functions: Mapping[str, Any]) -> bytes:
    """Pack the functions that are not None, lambdas too, for worker processes.

    Raises
    ------
    ConfigError
        When one cannot be called or cannot travel.
    """
    given = {name: function for name, function in functions.items() if function is not None}
    if not given:
        return b""
    import cloudpickle

    for name, function in given.items():
        if not callable(function) and not isinstance(function, Mapping):
            raise ConfigError(f"{name} is {function!r}; it must be a function.")
    try:
        data: bytes = cloudpickle.dumps(given)
    except Exception as error:
        raise ConfigError(f"{' and '.join(given)} cannot be sent to worker processes: {error}.") from error
    return data


@dataclass(frozen=True)
class SweepUnit:
    """Sweeps that are done together: a unit of work.

    Attributes
    ----------
    sweeps : tuple of int
        Their numbers.
    """

    sweeps: tuple[int, ...]

    @property
    def id(self) -> str:
        """Name in the journal."""
        first, last = self.sweeps[0], self.sweeps[-1]
        return f"sweep {first:04d}" if first == last else f"sweeps {first:04d}-{last:04d}"


def units_of(sweeps: list[int], size: int) -> list[SweepUnit]:
    """Sweeps in units of at most `size`."""
    return [SweepUnit(tuple(sweeps[begin : begin + size])) for begin in range(0, len(sweeps), size)]
