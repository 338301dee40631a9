"""Exact potentials in a layered cylinder: what the finite elements are checked against.

A cylinder of length L stands on z = 0. Its core (r < a, conductivities sigma_r across and sigma_z along) is a
fascicle, its layer (a < r < b, isotropic conductivity sigma) the tissue around; between them lies a thin sheet of
conductance g per area (the perineurium), and both ends are at 0 V.

Derivation. Separation of div(sigma grad V) = 0 with V = 0 at both ends gives terms cos(m theta) sin(k z), k = j pi / L,
whose radial factor obeys Bessel's modified equation, with k replaced by kappa = k sqrt(sigma_z / sigma_r) in the core:

    core   A I_m(kappa r)                          (finite on the axis)
    layer  B I_m(k r) + C K_m(k r)

At r = a the current density is continuous and drives the potential step across the sheet,

    sigma_r kappa A I_m'(kappa a) = sigma k (B I_m'(k a) + C K_m'(k a)) = g (V_layer(a) - V_core(a)),

and at r = b either V or the inward current density sigma dV/dr is given. Three linear equations per (m, k).
The functions are those of Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 9.6.1; they are used scaled
by exp(-x) and exp(x) (I and K), so that no term over- or underflows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LayeredCylinder:
    """Core, sheet and layer.

    Attributes
    ----------
    core_radius_um, outer_radius_um, length_um : float
        a, b and L, µm.
    core_conductivity_s_per_m : (float, float)
        Across (r) and along (z) the core, S/m.
    layer_conductivity_s_per_m : float
        S/m, isotropic.
    sheet_conductance_s_per_m2 : float
        g, S/m²: the inverse of the contact resistance in Ω·m².
    """

    core_radius_um: float = 150.0
    outer_radius_um: float = 400.0
    length_um: float = 3000.0
    core_conductivity_s_per_m: tuple[float, float] = (1 / 6, 1 / 1.75)
    layer_conductivity_s_per_m: float = 1 / 6.3
    sheet_conductance_s_per_m2: float = 100.0

    def potential(
        self, points_um: Array, coefficients: Array, *, drive: Literal["potential", "current_density"] = "potential"
    ) -> Array:
        """Potential for a drive at the outer surface.

        Parameters
        ----------
        points_um : ndarray, shape (n, 3)
            Inside the cylinder, µm. Points on r = a take the value of the core.
        coefficients : ndarray, shape (n_m, n_k)
            c[m, j-1] of the drive sum c cos(m theta) sin(j pi z / L), in V, or in A/m² flowing inwards.
        drive : "potential" or "current_density"
            What is given at r = b.

        Returns
        -------
        ndarray, shape (n,)
            V.
        """
        points = np.atleast_2d(np.asarray(points_um, dtype=float))
        radius = np.hypot(points[:, 0], points[:, 1])
        angle = np.arctan2(points[:, 1], points[:, 0])
        wave_numbers = np.pi * np.arange(1, coefficients.shape[1] + 1) / self.length_um
        along = np.sin(np.multiply.outer(points[:, 2], wave_numbers))
        total = np.zeros(len(points))
        for order, row in enumerate(coefficients):
            if np.any(row):
                radial = self._radial(order, wave_numbers, radius, drive)
                total += np.cos(order * angle) * ((radial * along) @ row)
        return total

    def _radial(self, order: int, k: Array, radius: Array, drive: str) -> Array:
        """Radial factor of every term, shape (n_points, n_k): 1 V or 1 A/m² at the outer surface."""
        from scipy.special import ive, kve

        def i_and_slope(x: Array) -> tuple[Array, Array]:
            """I_m and I_m', both times exp(-x)."""
            return ive(order, x), 0.5 * (ive(order - 1, x) + ive(order + 1, x))

        def k_and_slope(x: Array) -> tuple[Array, Array]:
            """K_m and K_m', both times exp(x)."""
            return kve(order, x), -0.5 * (kve(order - 1, x) + kve(order + 1, x))

        a, b = self.core_radius_um, self.outer_radius_um
        across, along = self.core_conductivity_s_per_m
        layer, sheet = self.layer_conductivity_s_per_m, self.sheet_conductance_s_per_m2 * 1e-6  # S/m per µm
        kappa = k * np.sqrt(along / across)
        # Unknowns are scaled so that each basis function is 1 (to within a power law) where it is largest:
        # A exp(kappa a), B exp(k b), C exp(-k a).
        decay = np.exp(-k * (b - a))
        i_core, i_core_slope = i_and_slope(kappa * a)
        i_in, i_in_slope = i_and_slope(k * a)
        k_in, k_in_slope = k_and_slope(k * a)
        i_out, i_out_slope = i_and_slope(k * b)
        k_out, k_out_slope = k_and_slope(k * b)
        matrix = np.zeros((len(k), 3, 3))
        matrix[:, 0, 0] = across * kappa * i_core_slope
        matrix[:, 0, 1] = -layer * k * i_in_slope * decay
        matrix[:, 0, 2] = -layer * k * k_in_slope
        matrix[:, 1, 0] = across * kappa * i_core_slope + sheet * i_core
        matrix[:, 1, 1] = -sheet * i_in * decay
        matrix[:, 1, 2] = -sheet * k_in
        if drive == "potential":
            matrix[:, 2, 1], matrix[:, 2, 2] = i_out, k_out * decay
            given = 1.0
        else:
            matrix[:, 2, 1], matrix[:, 2, 2] = layer * k * i_out_slope, layer * k * k_out_slope * decay
            given = 1e-6  # A/m² to S/m * V/µm
        right = np.zeros((len(k), 3, 1))
        right[:, 2] = given
        unknown = np.linalg.solve(matrix, right)[..., 0]
        r = radius[:, None]
        in_core = ive(order, kappa * r) * np.exp(-kappa * np.maximum(a - r, 0)) * unknown[:, 0]
        outside = np.maximum(r, a)
        in_layer = (
            ive(order, k * outside) * np.exp(-k * (b - outside)) * unknown[:, 1]
            + kve(order, k * outside) * np.exp(-k * (outside - a)) * unknown[:, 2]
        )
        return np.where(r <= a, in_core, in_layer)

    def patch(
        self,
        *,
        half_angle_rad: float,
        centre_um: float,
        width_um: float,
        n_angles: int,
        n_waves: int,
        edge_um: float = 0.0,
    ) -> Array:
        """Coefficients of a rectangular patch with value 1 on the outer surface: an electrode's drive.

        Parameters
        ----------
        half_angle_rad : float
            The patch covers \\|theta\\| < half_angle_rad; π makes a ring.
        centre_um, width_um : float
            Along z, µm.
        n_angles, n_waves : int
            Terms in theta and z.
        edge_um : float
            Standard deviation of a Gaussian that blurs the patch along z and, as an arc, around (µm), so that
            few terms suffice and the field is smooth.

        Returns
        -------
        ndarray, shape (n_angles, n_waves)
        """
        orders = np.arange(n_angles)
        around = (
            np.where(orders == 0, half_angle_rad, 2 * np.sin(orders * half_angle_rad) / np.maximum(orders, 1)) / np.pi
        )
        around = around * np.exp(-0.5 * (orders * edge_um / self.outer_radius_um) ** 2)
        k = np.pi * np.arange(1, n_waves + 1) / self.length_um
        low, high = centre_um - width_um / 2, centre_um + width_um / 2
        along = 2 / self.length_um * (np.cos(k * low) - np.cos(k * high)) / k * np.exp(-0.5 * (k * edge_um) ** 2)
        return np.multiply.outer(around, along)
