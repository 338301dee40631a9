"""What the geometry stage hands to the mesh and the solver: one OCC shape and the names in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Contact:
    """An electrode contact: an equipotential boundary of the mesh, its metal left out.

    Attributes
    ----------
    name : str
        Name of its boundary faces, ``"contact_<k>"``, k counting from 0 over all cuffs in basis order.
    cuff_index : int
        ``cuff[].index`` of the model.
    label : str
        Label of the instance in the cuff preset.
    centre : tuple of float
        Point within the metal (ASCENT's point current source), x, y, z in µm.
    """

    name: str
    cuff_index: int
    label: str
    centre: tuple[float, float, float]


@dataclass(frozen=True)
class NerveGeometry:
    """Nerve, cuffs and surroundings as solids that share their faces, ready to be meshed once.

    Netgen meshes a shape the same way only when it is fresh, so build a new geometry for every mesh.
    Metal and insulator are no part of `shape`: a contact is an equipotential boundary, an insulator one
    without flux. That takes metal as a perfect conductor and silicone as a perfect insulator, whatever the
    conductivities of "conductor" and "insulator" in the model are.

    Attributes
    ----------
    shape : netgen.occ.TopoDS_Shape
        In µm, z along the nerve. Every solid carries the name of its domain in ``.mat``, every face that
        matters its name in ``.name`` (``contact_<k>``, ``insulator``, ``ground``, ``outer``,
        ``perineurium_<i>``); other faces are called ``interior``.
    conductivity : mapping of str to tuple of float
        (σx, σy, σz) in S/m of every domain in `shape`.
    endoneurium_domains : tuple of str
        ``"endoneurium_<i>"`` for every inner, i its global index: the domains in which fibers run.
    interfaces : mapping of str to float
        Contact conductance in S/m² of the thin perineurium, by the name of its faces. Face
        ``perineurium_<i>`` bounds the domain ``endoneurium_<i>``, in which the potential is separate from
        that outside. An endoneurium domain without an entry (its perineurium is meshed) is part of the rest.
    contacts : tuple of Contact
        In basis order. Always at least one.
    ground : str
        Name of the faces held at 0 V, the end caps of the endoneurium included where they lie in them.
    length_um : float
        Length of the nerve in µm; it runs from z = 0.
    distal_domains : tuple of str
        Domains outside the proximal cylinder, meshed with the `mesh.distal` parameters; may be empty.
    """

    shape: Any
    conductivity: Mapping[str, tuple[float, float, float]]
    endoneurium_domains: tuple[str, ...]
    interfaces: Mapping[str, float]
    contacts: tuple[Contact, ...]
    ground: str
    length_um: float
    distal_domains: tuple[str, ...] = ()
