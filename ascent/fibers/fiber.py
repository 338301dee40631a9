"""A fiber: model, geometry and the potentials at its sections for 1 mA. Plain data that can be pickled."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError
from ascent.fibers.geometry import Geometry, section_geometry
from ascent.fibers.models import CONVENTIONS, Convention, FiberModel, Membrane, load_membrane, load_model


@dataclass(eq=False)
class Fiber:
    """One fiber, straight along z unless `coordinates` says otherwise.

    Attributes
    ----------
    geometry : MyelinatedGeometry, UnmyelinatedGeometry or InsulatedGeometry
        Lengths and diameters, µm.
    n_sections : int
    temperature : float
        °C.
    convention : {"ascent", "pyfibers"}
        Which published implementation's end nodes and lamellae are used.
    coordinates : ndarray, shape (n_sections, 3)
        Section centres, µm; by default along z from 0 at the outer edge of the first section.
    label : str
        Name used in messages and tables.
    """

    geometry: Geometry
    n_sections: int
    temperature: float = 37.0
    convention: Convention = "ascent"
    label: str = ""
    coordinates: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)), repr=False)
    _potentials: NDArray[np.float64] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.n_nodes = self.geometry.n_nodes(self.n_sections)
        if not len(self.coordinates):
            self.coordinates = np.zeros((self.n_sections, 3))
            self.coordinates[:, 2] = self.geometry.centres(self.n_sections)
        self.label = self.label or f"{self.geometry.model} {self.geometry.diameter:g} µm"

    @cached_property
    def model(self) -> FiberModel:
        """The fiber's model."""
        return load_model(self.geometry.model)

    @cached_property
    def membrane(self) -> Membrane:
        """Electrical data of the fiber's model."""
        return load_membrane(self.model.membrane)

    @cached_property
    def own_model(self) -> tuple[str, ...]:
        """What a model of the user's own says, by which fibers of one file at different times differ; else nothing."""
        if not os.path.isabs(self.geometry.model):
            return ()
        return (self.model.model_dump_json(), self.membrane.model_dump_json())

    @property
    def rest(self) -> float:
        """Potential (mV) from which the membrane is initialised."""
        own = self.membrane.conventions[self.convention].rest
        return self.membrane.rest if own is None else own

    @property
    def diameter(self) -> float:
        """Outer diameter, µm."""
        return self.geometry.diameter

    @cached_property
    def length(self) -> float:
        """Length from edge to edge, µm."""
        return float(self.geometry.lengths(self.n_sections).sum())

    @property
    def node_sections(self) -> NDArray[np.int64]:
        """Section index of every node, shape (n_nodes,)."""
        return np.arange(self.n_nodes) * self.geometry.sections_per_node

    @property
    def potentials(self) -> NDArray[np.float64]:
        """Potential (mV) at every section for a stimulus amplitude of 1 mA, shape (n_sections,)."""
        if self._potentials is None:
            raise ConfigError(
                f"Fiber {self.label} has no potentials; set them to {self.n_sections} values in mV for 1 mA."
            )
        return self._potentials

    @potentials.setter
    def potentials(self, values: ArrayLike) -> None:
        array = np.array(values, dtype=np.float64)
        if array.shape != (self.n_sections,):
            raise ConfigError(
                f"Fiber {self.label} has {self.n_sections} sections, so its potentials need that many values; "
                f"got an array of shape {array.shape}."
            )
        if not np.isfinite(array).all():
            raise ConfigError(
                f"Fiber {self.label}: the potential at section {int(np.flatnonzero(~np.isfinite(array))[0])} is not a "
                f"finite number; potentials are mV for 1 mA."
            )
        self._potentials = array

    def point_source_potentials(
        self, x: float, y: float, z: float, i0: float, sigma: float | tuple[float, float, float]
    ) -> NDArray[np.float64]:
        """Potentials of a point source in an infinite homogeneous medium.

        Parameters
        ----------
        x, y, z : float
            Place of the source, µm, in the frame of :attr:`coordinates`.
        i0 : float
            Current, mA.
        sigma : float or (sx, sy, sz)
            Conductivity, S/m.

        Returns
        -------
        ndarray, shape (n_sections,)
            mV: V = I / (4π √(σy σz Δx² + σx σz Δy² + σx σy Δz²)), which is I / (4πσr) when isotropic
            (Plonsey & Barr, Bioelectricity, ch. 2).

        Raises
        ------
        ConfigError
            When a conductivity is not positive or the source lies on a section centre.
        """
        conductivity = np.broadcast_to(np.asarray(sigma, dtype=np.float64), (3,))
        if not (conductivity > 0).all():
            raise ConfigError(f"sigma is {sigma}; a conductivity in S/m is greater than 0.")
        offset = (self.coordinates - np.array([x, y, z], dtype=np.float64)) * 1e-6  # m
        sx, sy, sz = conductivity
        distance = np.sqrt(offset**2 @ np.array([sy * sz, sx * sz, sx * sy]))
        if (distance == 0).any():
            raise ConfigError(f"The point source at ({x:g}, {y:g}, {z:g}) µm lies on a section of fiber {self.label}.")
        potentials: NDArray[np.float64] = (i0 * 1e-3) / (4 * np.pi * distance) * 1e3
        return potentials


def build_fiber(
    model: str | Path,
    diameter: float,
    n_sections: int | None = None,
    temperature: float = 37.0,
    *,
    n_nodes: int | None = None,
    length: float | None = None,
    convention: Convention = "ascent",
    fiber_z: Any | None = None,
    label: str = "",
) -> Fiber:
    """A fiber of a published model.

    Parameters
    ----------
    model : str or path
        ``MRG_DISCRETE``, ``MRG_INTERPOLATION``, …: :func:`ascent.fibers.models.available_models`; or a ``.yaml`` file
        of your own (:func:`ascent.fibers.models.load_model`).
    diameter : float
        Outer diameter, µm.
    n_sections, n_nodes, length : int, int, float
        Exactly one of them: number of sections (11·k + 1 for MRG models, 2·k + 1 for SWEENEY), of nodes, or the
        greatest length in µm.
    temperature : float
        °C.
    convention : {"ascent", "pyfibers"}
        Which implementation's passive end nodes and rounding of lamellae to use; results differ slightly.
    fiber_z : FiberZConfig or mapping, optional
        Lengths of a project that override the model's own.
    label : str
        Name used in messages and tables.

    Raises
    ------
    ConfigError
        When the model or convention is unknown, or the diameter or size is not possible.
    """
    if convention not in CONVENTIONS:
        raise ConfigError(f"convention is {convention!r}; it should be one of {', '.join(CONVENTIONS)}.")
    geometry = section_geometry(str(model), diameter, fiber_z)
    if sum(size is not None for size in (n_sections, n_nodes, length)) != 1:
        raise ConfigError(f"A fiber {geometry.model} needs exactly one of n_sections, n_nodes and length.")
    if length is not None:
        n_nodes = int(float(length) / geometry.delta_z)
    if n_nodes is not None:
        n_sections = geometry.sections_per_node * (int(n_nodes) - 1) + 1
    assert n_sections is not None
    return Fiber(geometry, int(n_sections), float(temperature), convention, label)
