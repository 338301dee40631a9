"""Traces as smooth curves with few points."""

import numpy as np
import pytest
from geometry_samples import volumes
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ascent.errors import GeometryError
from ascent.field.traces3d import extrude_outline, polygon_area, sample_outline, smooth_outline, spline_area


def blob(wobbles: list[tuple[float, float]], noise: float = 0.0) -> NDArray[np.float64]:
    """Return a star-shaped outline about 100 µm in radius with the given (cosine, sine) harmonics from the second."""
    angle = np.linspace(0, 2 * np.pi, 700, endpoint=False)
    radius = np.full_like(angle, 100.0)
    for order, (cosine, sine) in enumerate(wobbles, start=2):
        radius += 10 * (cosine * np.cos(order * angle) + sine * np.sin(order * angle))
    radius += noise * np.random.default_rng(0).standard_normal(len(angle))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


harmonics = st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=4)


@given(harmonics, st.floats(0.003, 0.03))
def test_the_area_is_kept_and_the_curve_stays_within_the_tolerance(
    wobbles: list[tuple[float, float]], tolerance: float
) -> None:
    trace = blob(wobbles)
    outline = smooth_outline(trace, tolerance)
    assert spline_area(outline) == pytest.approx(polygon_area(trace), rel=1e-12)
    curve = sample_outline(outline, 4000)
    nearest = np.sqrt(((trace[::20, None, :] - curve[None]) ** 2).sum(axis=2)).min(axis=1)
    assert nearest.max() <= tolerance * np.ptp(trace, axis=0).max() + 0.2


def test_an_outline_with_the_noise_of_pixels_takes_48_points() -> None:
    assert len(smooth_outline(blob([(1.0, 0.5)], noise=0.3), 0.01)) == 48


def test_a_clockwise_trace_gives_the_same_curve() -> None:
    trace = blob([(1.0, 0.0)])
    assert spline_area(smooth_outline(trace[::-1], 0.01)) == pytest.approx(polygon_area(trace))


def test_the_extruded_solid_has_the_area_of_the_trace_times_its_length() -> None:
    trace = blob([(1.0, 0.5), (0.3, -0.8)])
    solid = extrude_outline(smooth_outline(trace, 0.01), 300.0)
    (volume,) = volumes(solid, largest=60.0).values()
    assert volume == pytest.approx(300.0 * polygon_area(trace), rel=2e-4)


def test_an_outline_too_ragged_for_its_tolerance_is_refused() -> None:
    with pytest.raises(GeometryError, match="fascicle 3 cannot be followed.*interp_tol"):
        smooth_outline(blob([(0.0, 0.0)], noise=15.0), 0.001, "fascicle 3")
