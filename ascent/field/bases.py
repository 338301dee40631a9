"""The bases of a model: potentials for 1 mA out of each contact, kept as arrays that need no solver to be read."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import GeometryError, RunDirectoryError
from ascent.field.elements import ElementTable
from ascent.field.geometry import Contact
from ascent.files import replacing

Array = NDArray[np.float64]

FILE_NAME = "bases.npz"
_FORMAT = 1
_ARRAYS = ("shape_points", "shape_nodes", "values", "nodes", "domains", "walls")


@dataclass(frozen=True)
class FieldReport:
    """What a field was solved with and how well.

    Attributes
    ----------
    elements, mended_elements, unknowns : int
    order, shape_order : int
        Degree of the potential and of the elements' shape.
    method : str
        "iterative" or "direct".
    residuals : tuple of float
        Relative, of each contact's solution.
    iterations : tuple of int
    symmetry_error : float
        Largest difference between G and its transpose, relative to its largest entry.
    current_sum_error : float
        Sum of the currents through all contacts and the ground, relative to the current itself.
    """

    elements: int
    mended_elements: int
    unknowns: int
    order: int
    shape_order: int
    method: str
    residuals: tuple[float, ...]
    iterations: tuple[int, ...]
    symmetry_error: float
    current_sum_error: float


@dataclass(frozen=True)
class Bases:
    """Potentials of a model.

    Attributes
    ----------
    table : ElementTable
        Fields in the order of `contacts`, V for 1 mA.
    contacts : tuple of Contact
    conductance : ndarray, shape (n_contacts, n_contacts)
        S: current out of contact j while contact i is at 1 V and the others and the ground are at 0 V.
    impedance : ndarray, shape (n_contacts, n_contacts)
        Ω, to ground; the inverse of `conductance`.
    endoneurium_domains : tuple of str
    field_report : FieldReport
    sol_time_ms : float
        Of assembling and solving, ``model.json``'s ``solution.sol_time``.
    error_estimate : dict or None
        See `ascent.field.accuracy.estimate_error`.
    """

    table: ElementTable
    contacts: tuple[Contact, ...]
    conductance: Array
    impedance: Array
    endoneurium_domains: tuple[str, ...]
    field_report: FieldReport
    sol_time_ms: float = 0.0
    error_estimate: dict[str, float] | None = None

    def potentials(self, points_um: Array, *, anywhere: bool = False, what: str = "point") -> Array:
        """Potentials at points within the endoneurium.

        Parameters
        ----------
        points_um : ndarray, shape (n, 3)
            x, y, z in µm.
        anywhere : bool
            Allow every domain that was kept, see `ascent.field.solve.solve_bases`.
        what : str
            What to call a point in an error, for example ``"fiber 3, point"``.

        Returns
        -------
        ndarray, shape (n_contacts, n)
            V for 1 mA out of each contact. A point's value does not depend on the other points.

        Raises
        ------
        GeometryError
            When a point is not inside an endoneurium, or on its perineurium.
        """
        points = np.asarray(points_um, dtype=float)
        if points.ndim != 2 or points.shape[1] != 3:
            raise GeometryError(f"Potentials are asked for at points of shape (n, 3), not {points.shape}.")
        known = np.array([anywhere or name in self.endoneurium_domains for name in self.table.domain_names])
        if not known.any():
            known[:] = True
        elements, barycentric, on_wall = self.table.locate(points, known)
        wrong = elements < 0
        if not anywhere:
            wrong |= on_wall
        if wrong.any():
            index = int(np.argmax(wrong))
            x, y, z = points[index]
            others = f" (and {int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
            place = "the solved domain" if anywhere or not self.endoneurium_domains else "an endoneurium"
            raise GeometryError(
                f"{what} {index} at ({x:.6g}, {y:.6g}, {z:.6g}) µm{others} is on or outside the boundary of {place}: "
                "increase xy_trace_buffer, or keep z between 0 and the length of the nerve."
            )
        return self.table.evaluate(elements, barycentric)

    def with_error_estimate(self, estimate: dict[str, float]) -> Bases:
        """The same bases with an error estimate in their report."""
        return replace(self, error_estimate=dict(estimate))

    def report(self) -> dict[str, Any]:
        """What to print and to keep with the results: see `FieldReport`, impedances in Ω, error estimate."""
        return {
            **{key: list(item) if isinstance(item, tuple) else item for key, item in asdict(self.field_report).items()},
            "contacts": [contact.label for contact in self.contacts],
            "impedance_ohm": self.impedance.tolist(),
            "error_estimate": self.error_estimate,
        }

    def current_ids(self) -> dict[str, dict[str, dict[str, Any]]]:
        """ASCENT's ``im.json``: which contact each basis belongs to, counted from 1."""
        return {
            "currentIDs": {
                str(number): {"name": contact.name, "pcs": contact.label, "cuff_index": contact.cuff_index}
                for number, contact in enumerate(self.contacts, start=1)
            }
        }

    def write(self, directory: Path | str) -> Path:
        """Write ``bases.npz`` into `directory`; equal bases give equal bytes."""
        path = Path(directory) / FILE_NAME
        table = self.table
        head = {
            "format": _FORMAT,
            "shape_order": table.shape_order,
            "order": table.order,
            "domain_names": list(table.domain_names),
            "endoneurium_domains": list(self.endoneurium_domains),
            "contacts": [asdict(contact) for contact in self.contacts],
            "field_report": asdict(self.field_report),
            "error_estimate": self.error_estimate,
        }
        arrays = {name: getattr(table, name) for name in _ARRAYS}
        for name in ("shape_nodes", "nodes", "domains"):
            arrays[name] = arrays[name].astype(np.int32)
        with replacing(path) as temporary, open(temporary, "wb") as file:
            np.savez_compressed(
                file,
                head=np.frombuffer(json.dumps(head, sort_keys=True).encode(), dtype=np.uint8),
                conductance=self.conductance,
                impedance=self.impedance,
                **arrays,
            )
        return path

    @classmethod
    def read(cls, directory: Path | str) -> Bases:
        """Read what `write` wrote; potentials are the same bits.

        Raises
        ------
        RunDirectoryError
            When the file is missing, damaged or of another format.
        """
        path = Path(directory) / FILE_NAME
        try:
            with np.load(path, allow_pickle=False) as file:
                head = json.loads(bytes(file["head"]).decode())
                if head["format"] != _FORMAT:
                    raise RunDirectoryError(
                        f"{path} has format {head['format']}, but {_FORMAT} is read here: solve the model again."
                    )
                arrays = {name: file[name] for name in _ARRAYS}
                conductance, impedance = file["conductance"], file["impedance"]
        except FileNotFoundError as error:
            raise RunDirectoryError(f"{path} is missing: solve the model first.") from error
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise RunDirectoryError(f"{path} is damaged ({error}): solve the model again.") from error
        for name in ("shape_nodes", "nodes", "domains"):
            arrays[name] = arrays[name].astype(np.int64)
        report: dict[str, Any] = {
            key: tuple(item) if isinstance(item, list) else item for key, item in head["field_report"].items()
        }
        return cls(
            table=ElementTable(
                shape_order=head["shape_order"], order=head["order"], domain_names=tuple(head["domain_names"]), **arrays
            ),
            contacts=tuple(Contact(**{**contact, "centre": tuple(contact["centre"])}) for contact in head["contacts"]),
            conductance=conductance,
            impedance=impedance,
            endoneurium_domains=tuple(head["endoneurium_domains"]),
            field_report=FieldReport(**report),
            error_estimate=head["error_estimate"],
        )
