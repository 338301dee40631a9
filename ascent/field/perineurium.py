"""The perineurium as a thin resistive sheath: its resistivity and what a unit of area conducts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ascent.errors import ConfigError, GeometryError

MEASURED = "MEASURED"
# Below this frequency the sheath is taken to be purely resistive, with the value of 37 °C.
LOWEST_FREQUENCY_HZ = 10.0
RESISTIVITY_DC_OHM_M = 1149.0
SHEATH_THICKNESS_M = 21.75e-6
MEASURED_AT_CELSIUS = 21.0
Q10 = 1.5


def weerasuriya_resistivity(frequency_hz: float, temperature_celsius: float) -> float:
    """Return the resistivity of the perineurium in Ω·m.

    Circuits A and B that Weerasuriya, Spangler, Rapoport and Taylor, Biophys J 1984;46:167-174, fitted to the
    frog sciatic nerve, each with the mean of its two sets of values; the mean of both moduli over a sheath of
    21.75 µm, with a Q10 of 1.5 from 21 °C. (ASCENT's documentation says circuits C and D, its code A and B.)

    Parameters
    ----------
    frequency_hz : float
        Of the stimulus.
    temperature_celsius : float
        Of the tissue.

    Raises
    ------
    ConfigError
        Below 10 Hz when the temperature is not 37 °C, where only one value (1149 Ω·m) is known.
    """
    if frequency_hz < LOWEST_FREQUENCY_HZ:
        if temperature_celsius != 37:
            raise ConfigError(
                f"model.json: temperature is {temperature_celsius:g}: RHO_WEERASURIYA below 10 Hz (frequency is "
                f"{frequency_hz:g}) is known at 37 °C only; use 37 or modes.rho_perineurium MANUAL."
            )
        return RESISTIVITY_DC_OHM_M
    omega = 2 * math.pi * frequency_hz
    impedances = (_circuit_a(omega), _circuit_b(omega))
    area_resistance = sum(abs(z) for z in impedances) / 2 * 1e-4
    area_resistance /= Q10 ** ((temperature_celsius - MEASURED_AT_CELSIUS) / 10)
    return area_resistance / SHEATH_THICKNESS_M


def _circuit_a(omega: float) -> complex:
    """Return R1, C1 and the series of R2 and C2, all in parallel; Ω·cm²."""
    r1, r2 = (385 + 493) / 2, (1271 + 2168) / 2
    c1, c2 = (0.081 + 0.075) / 2 * 1e-6, (2.71 + 5.12) / 2 * 1e-6
    return 1 / (1 / r1 + 1j * omega * c1 + 1 / (r2 + 1 / (1j * omega * c2)))


def _circuit_b(omega: float) -> complex:
    """Return two parallel RC pairs in series; Ω·cm²."""
    r1, r2 = (108 + 155) / 2, (277 + 338) / 2
    c1, c2 = (43.7 + 202) / 2 * 1e-6, (0.088 + 0.083) / 2 * 1e-6
    return 1 / (1 / r1 + 1j * omega * c1) + 1 / (1 / r2 + 1j * omega * c2)


def sheath_thickness(
    inner_area: float, outer_area: float | None, mode: str, coefficients: Mapping[str, tuple[float, float]]
) -> float:
    """Return the thickness in µm that the sheath of one fascicle has as a contact impedance.

    Parameters
    ----------
    inner_area, outer_area : float
        Areas in µm² within the inner and the outer border of the perineurium; the outer may be None.
    mode : str
        ``modes.ci_perineurium_thickness`` of sample.json; ``"MEASURED"`` takes the difference of the
        effective radii, any other name the line a·d + b over the effective inner diameter d.
    coefficients : mapping of str to tuple of float
        (a without unit, b in µm) by mode.

    Raises
    ------
    GeometryError
        For an unknown mode, or a measured sheath that is not thicker than 0.
    """
    inner_radius = math.sqrt(inner_area / math.pi)
    if mode == MEASURED:
        thickness = math.sqrt((outer_area or 0.0) / math.pi) - inner_radius
    elif mode in coefficients:
        slope, intercept = coefficients[mode]
        thickness = slope * 2 * inner_radius + intercept
    else:
        known: Sequence[str] = (MEASURED, *coefficients)
        raise GeometryError(f"sample.json: modes.ci_perineurium_thickness is {mode}: use one of {', '.join(known)}.")
    if thickness <= 0:
        raise GeometryError(
            f"The perineurium of a fascicle would be {thickness:.3g} µm thick (mode {mode}): its outer trace must "
            "enclose its inner trace."
        )
    return thickness


def sheath_conductance(conductivity: float, thickness: float) -> float:
    """Return the contact conductance in S/m² of a sheath of `conductivity` S/m and `thickness` µm."""
    return conductivity / (thickness * 1e-6)
