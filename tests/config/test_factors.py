"""Factors of a sim: parameters that are lists."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ascent.config.factors import combine, find_factors
from ascent.config.loading import dump, validate
from ascent.config.sim import SimConfig


def test_factors_stand_in_the_order_of_the_file(check: Callable[..., Any]) -> None:
    raw = check("sim").raw
    assert find_factors(raw) == {
        ("fibers", "z_parameters", "diameter"): [5.7, 8.7],
        ("waveform", "BIPHASIC_PULSE_TRAIN", "pulse_width"): [0.1, 0.2],
    }
    assert list(find_factors(raw, ["waveform"])) == [("waveform", "BIPHASIC_PULSE_TRAIN", "pulse_width")]


def test_one_combination_is_a_sim_again(check: Callable[..., Any]) -> None:
    raw = check("sim").raw
    one = combine(
        raw, {("fibers", "z_parameters", "diameter"): 5.7, ("waveform", "BIPHASIC_PULSE_TRAIN", "pulse_width"): 0.2}
    )
    sim = validate(one, SimConfig, "n_sim")
    assert (sim.n_dimensions, sim.fibers.z_parameters.diameter) == (0, 5.7)
    assert raw["fibers"]["z_parameters"]["diameter"] == [5.7, 8.7]


@given(
    diameters=st.lists(st.floats(min_value=2, max_value=16), min_size=1, max_size=4),
    spokes=st.integers(min_value=1, max_value=12),
    offset=st.floats(min_value=0, max_value=1),
)
def test_sims_survive_being_written_and_read(diameters: list[float], spokes: int, offset: float, check: Any) -> None:
    changes = {
        "fibers/z_parameters/diameter": diameters if len(diameters) > 1 else diameters[0],
        "fibers/xy_parameters/spoke_count": spokes,
        "fibers/z_parameters/offset": offset,
        "n_dimensions": 1 + (len(diameters) > 1),
    }
    sim = check("sim", changes)
    assert validate(dump(sim), SimConfig, "again") == sim
    assert dump(sim) == sim.raw
