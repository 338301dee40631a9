"""The modes of the passive cable between two nodes of Ranvier, of many fibers at a time.

Between nodes, with x the potentials inside (Vi, from rest) and just outside (Vx) of its sections and p those inside
the two nodes, the double cable obeys C x' + G x = f + axial·p + inputs of the applied potential e, with C and G
symmetric and positive definite. Let G S = C S diag(λ) and Sᵀ C S = 1. Implicit Euler makes of a mode
z = Sᵀ C (x - x_ref)

    z' = ρ (z + dt·Sᵀ(…)),   ρ = 1 / (1 + dt λ),

where x_ref = G⁻¹ f takes the constant currents away. With φ the mode's value in the section next to a node, and
z = ρ dt axial φ ζ, the nodes enter as ζ' = ρ ζ + p'_left ± p'_right + A W' - B W: every mode of a stretch that is its
own mirror image sees the sum or the difference. Substituting ζ = t-variable + (B/ρ) W leaves one drive D = A - B/ρ.
A stimulus that stays brings ζ to D W / (1 - ρ). Kept is ζ less that, so that only a change of W drives the modes, as
(ζ - p_left ∓ p_right) / ρ, which is ζ of the step before.
A stretch at the fiber's end includes the passive end node and has one port; its modes fill the same places.

Fibers of other diameters have other modes, and a search takes a few milliseconds, so the algebra is done for all
fibers of a call at once: arrays have a first axis over cables. Nothing is summed over that axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ascent.engines.batch.cables import Cable

Array = NDArray[np.float64]
#: Modes that see the sum, and as many that see the difference, of a stretch's nodes.
HALF = 11
MODES = 2 * HALF
#: Steps between two visits of the C++ solver to a mode.
BLOCK = 4
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
    driven, end_drive : ndarray
        From applied potentials (mV for 1 mA) of `sections`, (4 + 2 BLOCK + MODES, n): to the even and the odd part
        of the currents into the nodes at once, to those through the modes that a stimulus holds, to those (even ones
        first) in the step of a change and in the steps after it, and to each mode when it changes. To the potential
        of a passive end, (2 + BLOCK, n): at once, through the modes that it holds, and in the steps of a change.
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
    driven: Array
    end_drive: Array
    project: Array
    reference: Array

    @property
    def coefficients(self) -> Array:
        """As the C++ structure has them."""
        return np.concatenate([self.decay, self.weight, self.end, self.scalars])


def stretches(
    cables: Sequence[Cable], dt: float, first: int, last: int, ports: Literal["left", "right", "both"]
) -> list[Stretch]:
    """The stretch of sections `first` to `last` of each cable, beside which the nodes in `ports` are.

    The cables have bare sections (whose Vx is the applied potential) in the same places.
    """
    n = last - first + 1
    has_left, has_right = ports in ("left", "both"), ports in ("right", "both")
    begin, end = first - has_left, last + 1 + has_right
    near, far = (0, n - 1) if has_left else (n - 1, 0)
    rest = np.array([cable.leak_source[1] / cable.leak[1] for cable in cables])
    axial = np.array([cable.axial[first - 1] if has_left else cable.axial[last] for cable in cables])[:, None]
    capacity, conduct, constant = _matrices(cables, first, last, rest)
    applied, stored = _inputs(cables, first, last, begin, end)
    # a short circuit to the applied potential makes Vx known: it is no unknown
    bare = cables[0].outer_capacitance[first : last + 1] == 0
    known = n + np.flatnonzero(bare)
    unknown = np.ones(2 * n, dtype=bool)
    unknown[known] = False
    free = np.flatnonzero(unknown)
    for place in known:
        # Vx = e there, so its couplings become inputs of the applied potential, now and in the step before
        section = place - n + first - begin
        applied[:, free, section] -= conduct[:, free, place]
        stored[:, free, section] -= capacity[:, free, place]
    block = np.ix_(np.arange(len(cables)), free, free)
    capacity, conduct = capacity[block], conduct[block]
    applied, stored = np.ascontiguousarray(applied[:, free]), np.ascontiguousarray(stored[:, free])
    reference = np.zeros((len(cables), 2 * n))
    reference[:, free] = np.linalg.solve(conduct, constant[:, free, None])[..., 0]
    rates, shapes, parity = _modes(capacity, conduct, n if ports == "both" else 0)
    seen = shapes[:, near]
    kept = np.abs(seen) > UNSEEN * np.abs(seen).max(axis=1, keepdims=True)
    # a port at the right sees its node as minus the difference
    entry = axial * seen * (parity if ports == "right" else 1.0)
    inverse = np.divide(1.0, entry, out=np.zeros_like(entry), where=kept)
    decay = np.where(kept, 1 / (1 + dt * rates), 0.0)
    scale = decay * dt * entry  # z = scale ζ
    weight = entry * scale
    across = shapes.transpose(0, 2, 1)
    push = (across @ applied - rates[..., None] * (across @ stored)) * inverse[..., None]
    # 1 - ρ = dt λ ρ; of what is kept, a step sees ρ times the change
    jump = push / (dt * rates)[..., None]
    # A W' of the balance: what drives a mode when nothing is substituted
    direct = (across @ (applied + stored / dt)) * inverse[..., None]
    unscale = np.divide(1.0, scale, out=np.zeros_like(scale), where=kept)

    slots = np.concatenate([np.arange((parity > 0).sum()), HALF + np.arange((parity < 0).sum())])

    def placed(values: Array) -> Array:
        out = np.zeros((len(cables), MODES, *values.shape[2:]))
        out[:, slots] = values
        return out

    flow = _by_parity(placed(weight[..., None] * direct))
    held_flow = _by_parity(placed(weight[..., None] * jump))
    # what is left of a mode in the step of a change, and in the steps after it
    left_over = decay[:, None] ** np.arange(1, BLOCK + 1)[:, None]
    changed = [_by_parity(placed((weight * left)[..., None] * -jump)) for left in left_over.swapaxes(0, 1)]
    changes = np.stack(changed, axis=2).reshape(len(cables), 2 * BLOCK, -1)
    driven = np.concatenate([flow, held_flow, changes, placed(-jump)], axis=1)
    even, odd = _by_parity(placed(weight)).T
    project = np.zeros((len(cables), MODES, 2 * n))
    project[:, :, free] = placed((across @ capacity) * unscale[..., None])
    own, nothing = axial[:, 0] - even - odd, np.zeros(len(cables))
    flows = axial * reference[:, [0, n - 1]]
    end_drive = np.zeros((len(cables), 2 + BLOCK, end - begin))
    out = np.zeros_like(scale)
    end_constant, at_end = nothing, nothing
    if ports == "both":
        selves = [own, own, even - odd, flows[:, 0], flows[:, 1]]
    elif has_left:
        selves = [own, nothing, nothing, flows[:, 0], nothing]
    else:
        selves = [nothing, own, nothing, nothing, flows[:, 1]]
    if ports != "both":
        out_shape = shapes[:, far]
        if bare[far]:
            end_drive[:, 0, far + first - begin] = -1.0
        else:
            out_shape = out_shape - shapes[:, np.searchsorted(free, n + far)]
        out = out_shape * scale
        end_drive[:, :1] += out[:, None] @ direct
        end_drive[:, 1:] += np.concatenate([out[:, None], -out[:, None] * left_over], axis=1) @ jump
        end_constant, at_end = rest + reference[:, far] - reference[:, n + far], np.ones(len(cables))
    scalars = np.stack([*selves, *_by_parity(placed(out)).T, end_constant, at_end], axis=1)
    decays, weights, ends = placed(decay), placed(weight * decay), placed(out * decay)
    return [
        Stretch(
            sections=slice(begin, end),
            inner=slice(first, last + 1),
            decay=decays[place],
            weight=weights[place],
            end=ends[place],
            scalars=scalars[place],
            driven=driven[place],
            end_drive=end_drive[place],
            project=project[place],
            reference=reference[place],
        )
        for place in range(len(cables))
    ]


def mirrored(left: Stretch, n_sections: int) -> Stretch:
    """The stretch at the other end of a cable that is its own mirror image.

    There the node lies at the other side, so modes in the places of the difference change sign.
    """
    sign, block = np.repeat([1.0, -1.0], HALF), np.repeat([1.0, -1.0], BLOCK)
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
        driven=(left.driven * np.concatenate([[1.0, -1.0, 1.0, -1.0], block, sign])[:, None])[:, ::-1],
        end_drive=left.end_drive[:, ::-1],
        project=(left.project * sign[:, None])[:, turned],
        reference=left.reference[turned],
    )


def _by_parity(values: Array) -> Array:
    """Sums over the modes that see the sum, and over those that see the difference: axis 1 becomes these two."""
    return np.stack([values[:, :HALF].sum(axis=1), values[:, HALF:].sum(axis=1)], axis=1)


def _matrices(cables: Sequence[Cable], first: int, last: int, rest: Array) -> tuple[Array, Array, Array]:
    """C (nF), G (µS) and f (nA) of sections `first` to `last`, all of Vi before all of Vx.

    Vi counts from `rest` (mV), where the neighbours are held.
    """
    n = last - first + 1
    shape = (len(cables), 2 * n, 2 * n)
    capacity, conduct, constant = np.zeros(shape), np.zeros(shape), np.zeros(shape[:2])
    inside, outside = np.arange(n), n + np.arange(n)

    def of_sections(name: str) -> Array:
        return np.array([getattr(cable, name)[first : last + 1] for cable in cables])

    def between(name: str) -> Array:
        """Conductances to the section before the first, …, to the section after the last; 0 where there is none."""
        return np.array([np.pad(getattr(cable, name), (1, 0))[first : last + 2] for cable in cables])

    for matrix, membrane, outer in (
        (capacity, of_sections("capacitance"), of_sections("outer_capacitance")),
        (conduct, of_sections("leak"), of_sections("outer_conductance")),
    ):
        matrix[:, inside, inside] = membrane
        matrix[:, inside, outside] = matrix[:, outside, inside] = -membrane
        matrix[:, outside, outside] = membrane + outer
    for places, along in ((inside, between("axial")), (outside, between("outer_axial"))):
        conduct[:, places, places] += along[:, :-1] + along[:, 1:]
        conduct[:, places[:-1], places[1:]] = conduct[:, places[1:], places[:-1]] = -along[:, 1:-1]
    source = of_sections("leak_source") - of_sections("leak") * rest[:, None]
    constant[:, inside], constant[:, outside] = source, -source
    return capacity, conduct, constant


def _inputs(cables: Sequence[Cable], first: int, last: int, begin: int, end: int) -> tuple[Array, Array]:
    """What the applied potentials of sections `begin` to `end` do: e' times the first, (e' - e)/dt times the second."""
    n = last - first + 1
    outside, own = n + np.arange(n), np.arange(n) + first - begin
    applied, stored = np.zeros((2, len(cables), 2 * n, end - begin))
    for cable, now, change in zip(cables, applied, stored, strict=True):
        now[outside, own] = cable.outer_conductance[first : last + 1]
        change[outside, own] = cable.outer_capacitance[first : last + 1]
        if begin < first:
            now[n, 0] += cable.outer_axial[begin]
        if end > last + 1:
            now[2 * n - 1, -1] += cable.outer_axial[last]
    return applied, stored


def _modes(capacity: Array, conduct: Array, mirrored: int) -> tuple[Array, Array, Array]:
    """Rates λ (1/ms; cables, modes), shapes S (cables, unknowns, modes) and parity (modes) of the modes.

    A stretch of `mirrored` sections is its own mirror image, and its even and odd modes are solved for separately;
    without (0) the parity only says which half of the places a mode takes.
    """
    size = capacity.shape[-1]
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
        found.append((rates, fold @ shapes, np.full(2 * half, sign)))
    even, odd = found
    return (
        np.concatenate([even[0], odd[0]], axis=1),
        np.concatenate([even[1], odd[1]], axis=2),
        np.concatenate([even[2], odd[2]]),
    )


def _eigen(conduct: Array, capacity: Array) -> tuple[Array, Array]:
    """λ and S of G S = C S diag(λ), Sᵀ C S = 1 for each cable, refined to the accuracy of double numbers.

    Rates of the myelin span nine decades, of which a solver in double precision loses as many digits in the slow
    modes; two steps of the iteration of Ogita & Aishima (2018), Japan J Indust Appl Math 35:1007-1035, in extended
    precision bring them back.
    """
    inverse = np.linalg.inv(np.linalg.cholesky(capacity))
    across = inverse.transpose(0, 2, 1)
    _, vectors = np.linalg.eigh(inverse @ conduct @ across)
    shapes = (across @ vectors).astype(np.longdouble)
    rates = np.empty(shapes.shape[:2], dtype=np.longdouble)
    eye = np.eye(shapes.shape[-1], dtype=np.longdouble)
    going = np.arange(len(shapes))
    for _ in range(2):
        present = shapes[going]
        turned = present.transpose(0, 2, 1)
        missing = eye - turned @ (capacity[going].astype(np.longdouble) @ present)
        product = turned @ (conduct[going].astype(np.longdouble) @ present)
        found = _diagonal(product) / (1 - _diagonal(missing))
        gaps = found[:, None, :] - found[:, :, None]
        size = np.abs(found)
        close = np.abs(gaps) <= 1e-12 * size.max(axis=1)[:, None, None] * eye + 1e-14 * size[:, None, :]
        change = (product + found[:, None, :] * missing) / np.where(close, 1, gaps)
        change = np.where(close, missing / 2, change)
        shapes[going], rates[going] = present + present @ change, found
        going = going[np.abs(change).max(axis=(1, 2)) >= CONVERGED]
        if not going.size:
            break
    return rates.astype(np.float64), shapes.astype(np.float64)


def _diagonal(matrices: NDArray[np.longdouble]) -> NDArray[np.longdouble]:
    return np.diagonal(matrices, axis1=1, axis2=2)
