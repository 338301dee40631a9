"""A trace is a closed outline with exact area, centroid and affine maps, and ASCENT's offsets on whole µm."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon

from ascent.errors import MorphologyError
from ascent.nerve import Trace, affine

lengths = st.floats(5, 500)
coordinates = st.floats(-2000, 2000)
angles = st.floats(-math.pi, math.pi)


def ellipse(a: float, b: float, x: float = 0.0, y: float = 0.0, count: int = 90) -> Trace:
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Trace(np.column_stack([x + a * np.cos(t), y + b * np.sin(t)]))


def test_a_closing_point_is_dropped() -> None:
    trace = Trace([(0, 0), (4, 0), (4, 3), (0, 0)])
    assert len(trace) == 3
    assert trace.area == 6


def test_points_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        ellipse(10, 10).points[0, 0] = 1


TWO_POINTS = [(0, 0), (1, 1)]


@pytest.mark.parametrize("points", [TWO_POINTS, [*TWO_POINTS, (0, 0)], [(0, 0, 0)] * 3, [(0, 0), (1, np.nan), (1, 0)]])
def test_too_few_flat_or_infinite_points_are_refused(points: list) -> None:
    with pytest.raises(MorphologyError):
        Trace(points)


def test_an_outline_that_crosses_itself_is_not_valid() -> None:
    assert not Trace([(0, 0), (10, 10), (10, 0), (0, 10)]).is_valid


@given(lengths, lengths, coordinates, coordinates)
def test_centroid_and_area_of_an_ellipse(a: float, b: float, x: float, y: float) -> None:
    trace = ellipse(a, b, x, y)
    assert trace.area == pytest.approx(45 * a * b * math.sin(2 * math.pi / 90), rel=1e-9)
    assert trace.centroid == pytest.approx((x, y), abs=1e-6)


@given(lengths, lengths, coordinates, coordinates, angles, st.floats(0.1, 10))
def test_affine_maps_move_the_centroid_and_scale_the_area(
    a: float, b: float, x: float, y: float, angle: float, factor: float
) -> None:
    trace = ellipse(a, b, x, y)
    matrix = affine.translation(3, -4) @ affine.rotation(angle, (1, 2)) @ affine.scaling(factor, (5, 6))
    mapped = trace.transformed(matrix)
    assert mapped.area == pytest.approx(factor**2 * trace.area, rel=1e-6)
    assert mapped.centroid == pytest.approx(affine.apply(matrix, trace.centroid)[0], abs=1e-5)


@given(lengths, coordinates, coordinates, angles)
def test_an_affine_map_and_its_inverse_cancel(factor: float, x: float, y: float, angle: float) -> None:
    matrix = affine.rotation(angle, (x, y)) @ affine.scaling(factor, (y, x))
    points = ellipse(50, 20).points
    assert affine.apply(np.linalg.inv(matrix), affine.apply(matrix, points)) == pytest.approx(points, abs=1e-6)


def test_offsets_are_made_on_whole_micrometres() -> None:
    # Measured with ASCENT 1.4.0: a square from 0 to 10.7 µm, offset by 2.6 µm, has these among its vertices.
    vertices = Trace([(0, 0), (10.7, 0), (10.7, 10.7), (0, 10.7)]).offset(2.6).points.tolist()
    assert [12, -2] in vertices
    assert [13, 0] in vertices
    assert [13, 10] in vertices


@given(st.floats(60, 400), st.floats(60, 400), st.floats(-30, 60))
def test_an_offset_adds_perimeter_times_distance(a: float, b: float, distance: float) -> None:
    trace = ellipse(a, b)
    expected = trace.polygon.buffer(distance)
    # a µm of quantisation, and half a µm for arcs drawn as chords, along the outline
    tolerance = 1.5 * max(trace.polygon.length, expected.length)
    assert trace.offset(distance).area == pytest.approx(expected.area, abs=tolerance)


def test_an_offset_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(MorphologyError, match="Nothing is left"):
        ellipse(10, 10).offset(-20)


@given(st.floats(80, 300), st.floats(80, 300), st.floats(1, 20))
def test_smoothing_keeps_the_area(a: float, b: float, distance: float) -> None:
    trace = ellipse(a, b)
    assert trace.smoothed(distance)[0].area == pytest.approx(trace.area, abs=1)


def test_smoothing_by_nothing_changes_nothing() -> None:
    trace = ellipse(10, 7)
    smooth, rescaling = trace.smoothed(0)
    assert smooth is trace
    assert (rescaling == np.eye(3)).all()


def test_smoothing_fills_a_notch() -> None:
    notched = Trace([(0, 0), (100, 0), (100, 100), (52, 100), (50, 60), (48, 100), (0, 100)])
    smooth, _ = notched.smoothed(10)
    hull = Polygon(smooth.points).convex_hull.area
    assert smooth.area / hull > 0.98


@given(lengths, coordinates, coordinates)
def test_minimum_enclosing_circle_of_an_ellipse(b: float, x: float, y: float) -> None:
    centre_x, centre_y, radius = ellipse(600, b, x, y).minimum_enclosing_circle()
    assert (centre_x, centre_y, radius) == pytest.approx((x, y, 600), abs=0.5)


def test_fitted_ellipse_gives_full_axes_and_angle() -> None:
    fit = ellipse(300, 200, 50, 40).ellipse()
    assert (fit.x, fit.y, fit.a, fit.b) == pytest.approx((50, 40, 400, 600), abs=1)
    assert fit.angle == pytest.approx(90, abs=1)


def test_a_triangle_has_a_fitted_ellipse() -> None:
    assert Trace([(0, 0), (100, 0), (0, 100)]).ellipse().a > 0


def test_contains_points_means_strictly_inside() -> None:
    square = Trace([(0, 0), (2, 0), (2, 2), (0, 2)])
    assert square.contains_points([(1, 1), (0, 1), (3, 1)]).tolist() == [True, False, False]
