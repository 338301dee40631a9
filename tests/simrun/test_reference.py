"""simrun's own example beside ours: the same tables to the byte, the same spikes, the stored trials again.

The reference is a run of simrun with the seed 12345, and the six trials that are published with it; see the files in
``shared/data/simrun/reference``.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ascent
from ascent.network.cell import Cell, create_cell
from ascent.network.cell.recording import recording_sites
from ascent.network.formats.activations import cell_activation_text, synapse_activation_text
from ascent.network.formats.traces import read_voltage_traces, spike_times
from ascent.network.realization import CellLayout, Network, NetworkRealizer
from ascent.network.realization.replay import replay_realization
from ascent.network.simulation import SimulationSettings, Simulator, Site

SPIKES = ([36.825, 46.675, 58.875, 125.7, 258.975], [207.575, 258.9])
DT = 0.025

Files = tuple[Path, Path]


@pytest.fixture(scope="module")
def cell(example_files: Files) -> Iterator[Cell]:
    built = create_cell(example_files[0])
    yield built
    built.discard()


@pytest.fixture(scope="module")
def network(cell: Cell, example_files: Files) -> Network:
    return Network.of(example_files[1], CellLayout.of(cell))


def test_seed_12345_draws_what_simrun_drew(simrun_dir: Path, cell: Cell, network: Network) -> None:
    realizer = NetworkRealizer(network, 300, 12345, "isf")
    trace = json.loads((simrun_dir / "reference" / "rng_trace_seed12345.json").read_text())

    for sweep in range(2):
        spikes, realization = realizer.realize(sweep)
        if sweep == 0:
            for number, times in trace["spikes_first_type"].items():
                assert spikes.of_cell(0, int(number)).tolist() == times
            assert np.count_nonzero(spikes.counts) == trace["n_cells_with_spikes"]
            assert len(spikes.times) == trace["n_spikes"]
            assert realization.n_synapses == trace["n_active_synapses"]
            assert len(realization.release_times) == trace["n_releases"]
            state = realizer._stream.get_state()
            assert realizer._stream.random_sample() == trace["next_rand"]
            realizer._stream.set_state(state)
        stem = simrun_dir / "reference" / "seed12345" / f"simulation_run{sweep:04d}"
        labels = network.layout.labels
        assert synapse_activation_text(realization, labels) == Path(f"{stem}_synapses.csv").read_text()
        assert cell_activation_text(spikes) == Path(f"{stem}_presynaptic_cells.csv").read_text()


@pytest.mark.parametrize("engine", ["batch", pytest.param("neuron", marks=pytest.mark.slow)])
def test_a_run_with_simruns_stream_is_simruns_run(
    simrun_dir: Path, example_files: Files, tmp_path: Path, engine: str
) -> None:
    directory = Path(
        ascent.run_new_simulations(
            *example_files, tmp_path, nSweeps=2, nprocs=1, tStop=300, seed=12345, rng="isf", engine=engine
        )
    )

    reference = simrun_dir / "reference" / "seed12345"
    for path in sorted(reference.glob("simulation_run*.csv")):
        assert (directory / path.name).read_bytes() == path.read_bytes(), path.name
    for path in sorted(reference.glob("seed12345_*_traces.csv")):
        site = path.name.split("_", 2)[2]
        ours = read_voltage_traces(next(directory.glob(f"seed12345_*_{site}")))
        theirs = read_voltage_traces(path)
        assert np.array_equal(ours.times, theirs.times)
        assert (len(ours.times), ours.times[-1]) == (12_002, 300.02499999986406)
        assert np.abs(ours.voltages - theirs.voltages).max() < 1e-6
        if site == "vm_all_traces.csv":
            for sweep, expected in enumerate(SPIKES):
                assert spike_times(ours.times, ours.voltages[sweep]).tolist() == pytest.approx(expected, abs=DT)


def stored_trials(simrun_dir: Path) -> Path:
    (folder,) = (simrun_dir / "getting_started" / "example_data" / "simulation_data").glob("C2_evoked*/20150815-*")
    return folder


@pytest.mark.parametrize("engine", ["batch", pytest.param("neuron", marks=pytest.mark.slow)])
def test_the_six_stored_trials_run_again(
    simrun_dir: Path, example_files: Files, cell: Cell, network: Network, engine: str
) -> None:
    folder = stored_trials(simrun_dir)
    landmarks = simrun_dir / "getting_started" / "example_data" / "apical_proximal_distal_rec_sites.landmarkAscii"
    (site,) = recording_sites([landmarks], cell)
    sites = (Site("soma", cell.soma.index, 0), Site(site.label, site.section, site.segment))
    settings = SimulationSettings(-75.0, DT, 345.0, 34.0, sites)
    realizations = [replay_realization(network, folder / f"simulation_run{n:04d}_synapses.csv", n) for n in range(6)]

    results = {
        item.sweep: item.voltages for item in Simulator(cell, network.receptors, settings, engine).run(realizations)
    }

    soma = read_voltage_traces(folder / "20240_vm_all_traces.csv")
    # The files of the dendrite carry each other's content: the one that is named after section 25 holds section 38.
    (named_25,) = folder.glob("20240_*_sec_025_*_vm_dend_traces.csv")
    apical = read_voltage_traces(named_25)
    again = np.load(simrun_dir / "reference" / "replay_6trials_sites.npz")
    begin = int(np.argmin(np.abs(settings.times - soma.times[0])))
    away, simruns = [], []
    for trial in range(6):
        ours = results[trial][:, begin : begin + len(soma.times)]
        count = ours.shape[1]
        away.append(np.abs(ours[0] - soma.voltages[trial][:count]))
        replayed = again[f"run{trial}_soma"][begin : begin + count]
        simruns.append(np.median(np.abs(replayed - soma.voltages[trial][:count])))
        for site_index, name in enumerate(("soma", "s38_32")):
            assert np.abs(results[trial][site_index] - again[f"run{trial}_{name}"]).max() <= 1e-6
        assert np.abs(ours[1] - apical.voltages[trial][:count]).max() <= 0.01
        times = soma.times[:count]
        expected = spike_times(times, soma.voltages[trial][:count])
        assert spike_times(times, ours[0]) == pytest.approx(expected, abs=DT * 1.01)
    # The stored trials are of NEURON 7.8 and have 12 digits. simrun's own replay of them in NEURON 8.2.6 is as far from
    # them as ours, trial by trial: 4.78e-4, 2.95e-4, 8.81e-4, 9.89e-4, 1.0257e-3 and 6.96e-4 mV. So the fifth cannot
    # be within 1e-3 for whoever solves the same equations; it is held to simrun's own distance.
    medians = [float(np.median(trial)) for trial in away]
    assert medians == pytest.approx(simruns, abs=1e-6)
    assert simruns[4] == pytest.approx(1.0257e-3, abs=1e-7)
    assert max(median for trial, median in enumerate(medians) if trial != 4) <= 1e-3
    assert np.median(away) <= 1e-3


@pytest.mark.slow
def test_a_thousand_sweeps_have_the_statistics_of_the_published_trials(example_files: Files, tmp_path: Path) -> None:
    """200 published trials: 2.97 Hz from 100 to 245 ms, P(spike 245-270) 0.885, P(245-295) 0.905."""
    import pandas as pd

    count = 1000
    directory = ascent.run_new_simulations(*example_files, tmp_path, nSweeps=count, nprocs=2, seed=1)

    spikes = pd.read_parquet(Path(directory) / "spike_times.parquet").query("site == 'soma'")
    ongoing = spikes[(spikes.t_ms >= 100) & (spikes.t_ms < 245)]
    rate = len(ongoing) / count / 0.145
    # Counts of the published trials and of ours both vary: Poisson for the rate, binomial for the probabilities.
    error = np.sqrt(2.97 / 0.145 * (1 / 200 + 1 / count))
    assert abs(rate - 2.97) < 3 * error
    for end, expected in ((270, 0.885), (295, 0.905)):
        found = spikes[(spikes.t_ms >= 245) & (spikes.t_ms < end)].sweep.nunique() / count
        error = np.sqrt(expected * (1 - expected) * (1 / 200 + 1 / count))
        assert abs(found - expected) < 3 * error, (end, found)
