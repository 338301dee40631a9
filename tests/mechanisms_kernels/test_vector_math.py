"""exp, log, pow and relaxations of packs: nearly as exact as the C library, and the same bits in every pack."""

import ctypes

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mechanisms_kernels.side_by_side import WIDTHS

DOUBLE = ctypes.POINTER(ctypes.c_double)


def apply(library, name, x, y=None, width=8):
    x = np.ascontiguousarray(x, dtype=float)
    padded = [np.resize(values, -(-len(x) // 8) * 8) for values in (x, x if y is None else np.asarray(y, dtype=float))]
    out = np.empty_like(padded[0])
    library[f"{name}_{width}"](len(out), *(array.ctypes.data_as(DOUBLE) for array in (*padded, out)))
    return out[: len(x)]


def relative_error(ours, exact):
    exact = np.asarray(exact, dtype=np.longdouble)
    return float(np.abs((ours - exact) / exact).max())


def test_exp_is_exact_to_a_rounding(math_library):
    x = np.concatenate([np.linspace(-707, 709, 100_001), np.linspace(-1, 1, 100_001)])
    assert relative_error(apply(math_library, "vexp", x), np.exp(x.astype(np.longdouble))) < 2.3e-16


def test_exp_saturates(math_library):
    low, high, infinite, nothing = apply(math_library, "vexp", [-1e4, 1e4, np.inf, np.nan])
    assert 0 < low < 1e-300
    assert 1e307 < high == infinite < np.inf
    assert np.isnan(nothing)


def test_quotient_of_expm1_is_exact_to_a_rounding(math_library):
    x = np.concatenate([np.geomspace(1e-300, 0.0624, 50_000), -np.geomspace(1e-300, 0.0624, 50_000)])
    exact = np.expm1(x.astype(np.longdouble)) / x.astype(np.longdouble)
    assert relative_error(apply(math_library, "vexpm1_quotient_near", x), exact) < 2.3e-16


@given(start=st.floats(0, 1), target=st.floats(0, 1), rate=st.floats(1e-9, 1e5))
def test_relaxation_is_the_solution_of_its_equation(math_library, start, target, rate):
    """From a step in which nothing happens to one in which everything does; dt is 1, x' = rate (target - x)."""
    reached = apply(math_library, "relax_to", [start, target, rate])[0]
    assert reached == pytest.approx(target + (start - target) * np.exp(-rate), rel=1e-14, abs=1e-15)


def test_log_is_exact_to_a_rounding(math_library):
    x = np.concatenate([np.geomspace(5e-324, 1e308, 100_000), 1 + np.geomspace(1e-15, 1, 50_000)])
    assert relative_error(apply(math_library, "vlog", x), np.log(x.astype(np.longdouble))) < 3e-16


def test_log_at_the_ends_of_its_range(math_library):
    zero, negative, infinite, nothing, one = apply(math_library, "vlog", [0.0, -1.0, np.inf, np.nan, 1.0])
    assert zero == -np.inf and np.isnan(negative) and infinite == np.inf and np.isnan(nothing) and one == 0.0


def test_pow_of_temperature_factors(math_library):
    base, exponent = (grid.ravel() for grid in np.meshgrid(np.linspace(1.1, 5, 300), np.linspace(-4, 4, 301)))
    exact = np.power(base.astype(np.longdouble), exponent.astype(np.longdouble))
    assert relative_error(apply(math_library, "vpow", base, exponent), exact) < 2e-15


def test_pow_of_zero_and_to_the_zero(math_library):
    assert apply(math_library, "vpow", [0.0, 0.0, 0.0, 7.0], [2.5, 0.0, -1.0, 0.0]).tolist() == [0, 1, np.inf, 1]


@pytest.mark.parametrize("name", ["vexp", "vlog", "vsqrt", "vfabs", "vpow"])
@given(data=st.data())
def test_a_lane_has_the_same_bits_in_every_pack(math_library, name, data):
    numbers = st.lists(st.floats(allow_nan=False), min_size=16, max_size=16)
    x, y = data.draw(numbers), data.draw(numbers)
    narrow, *wider = (apply(math_library, name, x, y, width) for width in WIDTHS)
    for other in wider:
        np.testing.assert_array_equal(narrow.view(np.int64), other.view(np.int64))


def test_neighbours_that_are_fast_do_not_change_a_slow_lane(math_library):
    """A relaxation takes a short way when all lanes of a pack are slow."""
    slow = np.linspace(0.001, 0.06, 7)
    alone = apply(math_library, "relax_lanes", [*slow, 0.01])
    beside = apply(math_library, "relax_lanes", [*slow, 50.0])
    np.testing.assert_array_equal(alone[:7], beside[:7])
    assert alone[7] != beside[7]
