"""The modes of the passive cable between two nodes of Ranvier, for ``source/modal_cable.hpp``.

Between nodes, with x the potentials inside (Vi, from rest) and just outside (Vx) of its sections and p those inside
the two nodes, the double cable obeys C x' + G x = f + axial·p + inputs of the applied potential e, with C and G
symmetric and positive definite. Let G S = C S diag(λ) and Sᵀ C S = 1. Implicit Euler makes of a mode
z = Sᵀ C (x - x_ref)

    z' = ρ (z + dt·Sᵀ(…)),   ρ = 1 / (1 + dt λ),

where x_ref = G⁻¹ f takes the constant currents away. With φ the mode's value in the section next to a node, and
z = ρ dt axial φ ζ, the nodes enter as ζ' = ρ ζ + p'_left ± p'_right + A W' - B W: every mode of a stretch that is its
own mirror image sees the sum or the difference. Substituting ζ = t-variable + (B/ρ) W leaves one drive D = A - B/ρ.
What the solver keeps is (ζ - p_left ∓ p_right) / ρ, which is ζ of the step before.
A stretch at the fiber's end includes the passive end node and has one port; its modes fill the same places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ascent.engines.batch.cables import Cable

Array = NDArray[np.float64]
#: Modes that see the sum, and as many that see the difference, of a stretch's nodes.
HALF = 11
MODES = 2 * HALF
#: Values of a stretch, a node and a node's drive and state in the C++ arrays.
N_STRETCH, N_NODE, N_DRIVE, N_STATE = 3 * MODES + 9, 5, 3 + MODES, MODES + 1
#: A correction of the modes below this leaves an error of its square.
CONVERGED = 1e-9
#: Modes that the ports see less than this (relative) are left out.
UNSEEN = 1e-13


@dataclass(frozen=True, eq=False)
class Stretch:
    """Modes of a stretch; arrays over its `MODES` places are 0 where a place has no mode.

    Attributes
    ----------
    sections : slice
        Those whose applied potential drives the stretch: its own and the nodes beside it.
    decay, weight, end : ndarray
        As in the C++ structure of this name: `weight` and `end` are for modes divided by their decay.
    scalars : ndarray
        The rest of that structure.
    push, ports, end_drive : ndarray
        From applied potentials (mV for 1 mA) of `sections` to D of each mode (MODES, n), to the even and the odd
        part of the currents into the nodes (2, n), and to the potential of a passive end (n,).
    project, reference : ndarray
        ζ = project·(x - reference), for x = (Vi, Vx) of `inner` sections: (MODES, 2n), (2n,).
    inner : slice
        The stretch's own sections (of the stretches inside, the first's).
    """

    sections: slice
    inner: slice
    decay: Array
    weight: Array
    end: Array
    scalars: Array
    push: Array
    ports: Array
    end_drive: Array
    project: Array
    reference: Array

    @property
    def coefficients(self) -> Array:
        """As the C++ structure has them."""
        return np.concatenate([self.decay, self.weight, self.end, self.scalars])


class ModalCable:
    """A double cable reduced to its nodes and modes, for a step of `dt` (ms)."""

    name = "ModalCable"

    def __init__(self, cable: Cable, dt: float) -> None:
        self._cable = cable
        self._unit = unit = cable.sections_per_node
        self._rest = cable.leak_source[1] / cable.leak[1]
        last = len(cable.axial) - 1
        self._inside = _stretch(cable, dt, unit + 1, 2 * unit - 1, "both")
        self._left = _stretch(cable, dt, 0, unit - 1, "right")
        if _is_symmetric(cable):
            self._right = _mirrored(self._left, len(cable.axial))
        else:
            self._right = _stretch(cable, dt, last - unit + 1, last, "left")
        self._dt = dt

    @property
    def _stretches(self) -> list[tuple[Stretch, NDArray[np.intp]]]:
        """The kinds of stretches, and which of the cable's stretches are of each."""
        last = self._cable.n_nodes - 2
        places = (np.array([0]), np.arange(1, last), np.array([last]))
        return list(zip((self._left, self._inside, self._right), places, strict=True))

    def coefficients(self, capacity: int) -> Array:
        """Stretches inside, at the left and at the right end; then the nodes."""
        nodes = np.zeros((capacity, N_NODE))
        nodes[:, 0] = 1.0
        active = np.arange(1, self._cable.n_nodes - 1)
        at = active * self._unit
        cable = self._cable
        ones = np.ones(len(at))
        columns = [cable.capacitance[at] / self._dt, cable.leak[at], cable.leak_source[at], self._rest * ones, ones]
        nodes[active] = np.stack(columns, axis=1)
        stretches = [stretch.coefficients for stretch in (self._inside, self._left, self._right)]
        return np.concatenate([*stretches, nodes.ravel()])

    def drive(self, potentials: Array, capacity: int) -> Array:
        """Drive of the C++ solver for the potentials (mV for 1 mA) at the fiber's sections."""
        n_nodes, unit = self._cable.n_nodes, self._unit
        out = np.zeros((capacity, N_DRIVE))
        out[1 : n_nodes - 1, 0] = potentials[unit : (n_nodes - 1) * unit : unit]
        windows = np.lib.stride_tricks.sliding_window_view(potentials, unit + 1)[unit : (n_nodes - 2) * unit : unit]
        # written out so that a stretch's sums have one order, whatever the number of stretches
        out[1 : n_nodes - 2, 1:] = np.einsum(
            "kn,jn->jk", np.concatenate([self._inside.ports, self._inside.push]), windows, optimize=False
        )
        for place, stretch in ((0, self._left), (n_nodes - 2, self._right)):
            own = potentials[stretch.sections]
            out[place, 1:3], out[place, 3:] = stretch.ports @ own, stretch.push @ own
        ends = [stretch.end_drive @ potentials[stretch.sections] for stretch in (self._left, self._right)]
        return np.concatenate([ends, out.ravel()])

    def state(self, sections: Array, capacity: int) -> Array:
        """State of the C++ solver, from membrane and periaxonal potentials of the sections, without stimulus."""
        n_nodes, unit = self._cable.n_nodes, self._unit
        inside = sections.sum(axis=1) - self._rest
        out = np.zeros((capacity, N_STATE))
        out[1 : n_nodes - 1, -1] = inside[unit : (n_nodes - 1) * unit : unit]
        x = np.concatenate([inside, sections[:, 1]])
        for stretch, places in self._stretches:
            n = stretch.inner.stop - stretch.inner.start
            first = stretch.inner.start + unit * np.arange(len(places))
            own = first[:, None] + np.concatenate([np.arange(n), len(inside) + np.arange(n)])
            # written out so that a stretch's sums have one order, whatever the number of stretches
            modes = np.einsum("kn,jn->jk", stretch.project, x[own] - stretch.reference, optimize=False)
            left, right = out[places, -1], out[places + 1, -1]
            modes[:, :HALF] -= (left + right)[:, None]
            modes[:, HALF:] -= (left - right)[:, None]
            # kept divided by its decay; places without a mode have none
            out[places, :-1] = np.divide(modes, stretch.decay, out=np.zeros_like(modes), where=stretch.decay > 0)
        return out.ravel()


def _stretch(cable: Cable, dt: float, first: int, last: int, ports: str) -> Stretch:
    """Sections `first` to `last`, beside which the nodes in `ports` ("left", "right", "both") are."""
    n = last - first + 1
    inner = slice(first, last + 1)
    has_left, has_right = ports in ("left", "both"), ports in ("right", "both")
    begin, end = first - has_left, last + 1 + has_right
    rest = cable.leak_source[1] / cable.leak[1]
    capacity, conduct, constant = _matrices(cable, first, last, rest)
    applied, stored = _inputs(cable, first, last, begin, end)
    # a short circuit to the applied potential makes Vx known: it is no unknown
    bare = cable.outer_capacitance[inner] == 0
    known = np.flatnonzero(np.concatenate([np.zeros(n, dtype=bool), bare]))
    free = np.setdiff1d(np.arange(2 * n), known)
    for place in known:
        # Vx = e there, so its couplings become inputs of the applied potential, now and in the step before
        section = place - n + first - begin
        applied[free, section] -= conduct[free, place]
        stored[free, section] -= capacity[free, place]
    capacity, conduct = capacity[np.ix_(free, free)], conduct[np.ix_(free, free)]
    applied, stored, constant = applied[free], stored[free], constant[free]
    reference = np.zeros(2 * n)
    reference[free] = np.linalg.solve(conduct, constant)
    rates, shapes, parity = _modes(capacity, conduct, n if ports == "both" else 0)
    axial = cable.axial[first - 1] if has_left else cable.axial[last]
    near = 0 if has_left else n - 1
    seen = shapes[near]
    kept = np.abs(seen) > UNSEEN * np.abs(seen).max()
    rates, shapes, parity, seen = rates[kept], shapes[:, kept], parity[kept], seen[kept]
    decay = 1 / (1 + dt * rates)
    # a port at the right sees its node as minus the difference
    sign = np.ones(len(rates))
    places = np.concatenate([np.flatnonzero(parity > 0), np.flatnonzero(parity < 0)])
    slots = np.concatenate([np.arange((parity > 0).sum()), HALF + np.arange((parity < 0).sum())])
    if ports == "right":
        sign = np.where(parity > 0, 1.0, -1.0)
    scale = decay * dt * axial * seen * sign  # z = scale ζ

    def placed(values: Array) -> Array:
        out = np.zeros((MODES, *values.shape[1:]))
        out[slots] = values[places]
        return out

    push = (shapes.T @ applied - rates[:, None] * (shapes.T @ stored)) / (axial * seen * sign)[:, None]
    weight = axial * seen * sign * scale
    # A W' of the balance: what drives a mode when nothing is substituted
    direct = (shapes.T @ (applied + stored / dt)) / (axial * seen * sign)[:, None]
    by_mode = placed(weight[:, None] * direct)
    flow = np.stack([by_mode[:HALF].sum(axis=0), by_mode[HALF:].sum(axis=0)])
    even, odd = weight[parity > 0].sum(), weight[parity < 0].sum()
    project = np.zeros((MODES, 2 * n))
    project[:, free] = placed((shapes.T @ capacity) / scale[:, None])
    if ports == "both":
        self_left = self_right = axial - even - odd
        cross = even - odd
        offsets = axial * reference[0], axial * reference[n - 1]
    else:
        own = axial - even - odd
        self_left, self_right = (own, 0.0) if has_left else (0.0, own)
        cross = 0.0
        offsets = (axial * reference[0], 0.0) if has_left else (0.0, axial * reference[n - 1])
    out_shape = np.zeros(len(rates))
    end_drive = np.zeros(end - begin)
    end_constant, at_end = 0.0, 0.0
    if ports != "both":
        far = 0 if has_right else n - 1
        out_shape = shapes[far].copy()
        if bare[far]:
            end_drive[far + first - begin] = -1.0
        else:
            out_shape -= shapes[np.searchsorted(free, n + far)]
        end_constant, at_end = rest + reference[far] - reference[n + far], 1.0
    out = out_shape * scale
    end_drive += out @ direct
    scalars = [
        self_left,
        self_right,
        cross,
        *offsets,
        out[parity > 0].sum(),
        out[parity < 0].sum(),
        end_constant,
        at_end,
    ]
    return Stretch(
        sections=slice(begin, end),
        inner=inner,
        decay=placed(decay),
        weight=placed(weight * decay),
        end=placed(out * decay),
        scalars=np.array(scalars),
        push=placed(push),
        ports=flow,
        end_drive=end_drive,
        project=project,
        reference=reference,
    )


def _is_symmetric(cable: Cable) -> bool:
    """Whether a cable is its own mirror image, as fibers are."""
    sections = (
        cable.capacitance,
        cable.leak,
        cable.leak_source,
        cable.outer_capacitance,
        cable.outer_conductance,
        cable.axial[:-1],
        cable.outer_axial[:-1],
    )
    return all(np.array_equal(values, values[::-1]) for values in sections)


def _mirrored(left: Stretch, n_sections: int) -> Stretch:
    """The stretch at the other end of a cable that is its own mirror image.

    There the node lies at the other side, so modes in the places of the difference change sign.
    """
    sign = np.repeat([1.0, -1.0], HALF)
    self_left, self_right, cross, left_flow, right_flow, even, odd, constant, at_end = left.scalars
    n = left.inner.stop - left.inner.start
    turned = np.concatenate([np.arange(n)[::-1], n + np.arange(n)[::-1]])
    return Stretch(
        sections=slice(n_sections - left.sections.stop, n_sections - left.sections.start),
        inner=slice(n_sections - left.inner.stop, n_sections - left.inner.start),
        decay=left.decay,
        weight=left.weight,
        end=left.end * sign,
        scalars=np.array([self_right, self_left, cross, right_flow, left_flow, even, -odd, constant, at_end]),
        push=(left.push * sign[:, None])[:, ::-1],
        ports=(left.ports * [[1.0], [-1.0]])[:, ::-1],
        end_drive=left.end_drive[::-1],
        project=(left.project * sign[:, None])[:, turned],
        reference=left.reference[turned],
    )


def _matrices(cable: Cable, first: int, last: int, rest: float) -> tuple[Array, Array, Array]:
    """C (nF), G (µS) and f (nA) of sections `first` to `last`, all of Vi before all of Vx.

    Vi counts from `rest` (mV), where the neighbours are held.
    """
    n = last - first + 1
    capacity, conduct, constant = np.zeros((2 * n, 2 * n)), np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    for a, section in enumerate(range(first, last + 1)):
        inside, outside = a, n + a
        for matrix, membrane, outer in (
            (capacity, cable.capacitance[section], cable.outer_capacitance[section]),
            (conduct, cable.leak[section], cable.outer_conductance[section]),
        ):
            matrix[inside, inside] += membrane
            matrix[inside, outside] -= membrane
            matrix[outside, inside] -= membrane
            matrix[outside, outside] += membrane + outer
        source = cable.leak_source[section] - cable.leak[section] * rest
        constant[inside] += source
        constant[outside] -= source
        for neighbour, axial, around in (
            (section - 1, cable.axial[section - 1], cable.outer_axial[section - 1]),
            (section + 1, cable.axial[section], cable.outer_axial[section]),
        ):
            if not 0 <= neighbour < len(cable.axial):
                continue
            for place, conductance in ((inside, axial), (outside, around)):
                conduct[place, place] += conductance
                if first <= neighbour <= last:
                    conduct[place, place + neighbour - section] -= conductance
    return capacity, conduct, constant


def _inputs(cable: Cable, first: int, last: int, begin: int, end: int) -> tuple[Array, Array]:
    """What the applied potentials of sections `begin` to `end` do: e' times the first, (e' - e)/dt times the second."""
    n = last - first + 1
    applied, stored = np.zeros((2 * n, end - begin)), np.zeros((2 * n, end - begin))
    for a, section in enumerate(range(first, last + 1)):
        applied[n + a, section - begin] += cable.outer_conductance[section]
        stored[n + a, section - begin] += cable.outer_capacitance[section]
    if begin < first:
        applied[n, 0] += cable.outer_axial[begin]
    if end > last + 1:
        applied[2 * n - 1, -1] += cable.outer_axial[last]
    return applied, stored


def _modes(capacity: Array, conduct: Array, mirrored: int) -> tuple[Array, Array, Array]:
    """Rates λ (1/ms), shapes S and parity of the modes.

    A stretch of `mirrored` sections is its own mirror image, and its even and odd modes are solved for separately;
    without (0) the parity only says which half of the places a mode takes.
    """
    size = len(capacity)
    if not mirrored:
        rates, shapes = _eigen(conduct, capacity)
        return rates, shapes, np.where(np.arange(size) < HALF, 1.0, -1.0)
    n, half = mirrored, mirrored // 2
    found = []
    for sign in (1.0, -1.0):
        fold = np.zeros((size, 2 * half))
        for a in range(half):
            for block in (0, 1):
                fold[block * n + a, block * half + a] = 1.0
                fold[block * n + n - 1 - a, block * half + a] = sign
        fold /= np.sqrt(2.0)
        rates, shapes = _eigen(fold.T @ conduct @ fold, fold.T @ capacity @ fold)
        found.append((rates, fold @ shapes, np.full(len(rates), sign)))
    even, odd = found
    return (
        np.concatenate([even[0], odd[0]]),
        np.concatenate([even[1], odd[1]], axis=1),
        np.concatenate([even[2], odd[2]]),
    )


def _eigen(conduct: Array, capacity: Array) -> tuple[Array, Array]:
    """λ and S of G S = C S diag(λ), Sᵀ C S = 1, refined to the accuracy of double numbers.

    Rates of the myelin span nine decades, of which a solver in double precision loses as many digits in the slow
    modes; two steps of the iteration of Ogita & Aishima (2018), Japan J Indust Appl Math 35:1007-1035, in extended
    precision bring them back.
    """
    _, shapes = scipy.linalg.eigh(conduct, capacity)
    extended = shapes.astype(np.longdouble)
    g, c = conduct.astype(np.longdouble), capacity.astype(np.longdouble)
    rates = np.diag(g)
    for _ in range(2):
        missing = np.eye(len(g), dtype=np.longdouble) - extended.T @ c @ extended
        product = extended.T @ g @ extended
        rates = np.diag(product) / (1 - np.diag(missing))
        gaps = rates[None, :] - rates[:, None]
        close = np.abs(gaps) <= 1e-12 * np.abs(rates).max() * np.eye(len(g)) + 1e-14 * np.abs(rates[None, :])
        change = (product + rates[None, :] * missing) / np.where(close, 1, gaps)
        change = np.where(close, missing / 2, change)
        extended = extended + extended @ change
        if np.abs(change).max() < CONVERGED:
            break
    return rates.astype(np.float64), extended.astype(np.float64)


def reducible(cable: Cable) -> bool:
    """Whether a cable has this form: a double cable with passive ends and at least one whole stretch inside."""
    return (
        cable.kind == "DoubleCable"
        and cable.n_nodes >= 4
        and cable.channel_area[0] == 0 == cable.channel_area[-1]
        and bool(cable.outer_capacitance[1] > 0)
    )
