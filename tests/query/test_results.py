"""Signals, membrane currents, spreadsheets, paths and objects of what a query found."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from ascent import Query
from ascent.analysis.query import Config, Object, Simulation, import_tm_current_matrix
from ascent.analysis.query.thresholds import MissingResults
from ascent.config.model import ModelConfig
from ascent.errors import ConfigError, RunDirectoryError
from ascent.nerve import Fascicle, Sample, Section, Trace
from ascent.runs.archive import write_archive
from ascent.stimulus.waveform_files import Waveform, write_waveform

from .conftest import FIBERS, SIM, write

MODEL_0 = {"indices": {"sample": 0, "model": 0, "sim": 7}}
N_SIM = "samples/0/models/0/sims/7/n_sims"


@pytest.fixture
def query(project: Path) -> Query:
    return Query(MODEL_0, project=project)


def write_signals(project: Path, n_sim: int = 0, amplitudes: tuple[int, ...] = (0, 1)) -> None:
    for index, (inner, fiber) in enumerate(FIBERS):
        for amplitude in amplitudes:
            rows = "".join(f"{0.1 * step:f} {(index + 1) * (amplitude + 1) * step:e}\n" for step in range(3))
            name = f"SFAP_time_inner{inner}_fiber{fiber}_amp{amplitude}.dat"
            write(project / N_SIM / str(n_sim) / "data/outputs" / name, f"Time(ms) SFAP(uV)\n{rows}")


def only_n_sim_0(project: Path) -> None:
    import shutil

    for n_sim in (1, 2, 3):
        shutil.rmtree(project / N_SIM / str(n_sim))


def test_signals_have_ascents_columns_and_times(project: Path, query: Query) -> None:
    only_n_sim_0(project)
    write_signals(project)
    table = query.sfap_data(all_fibers=True, amplitude_indices=(0, 1))
    columns = (
        "sample model sim nsim inner fiber index fiberset_index waveform_index active_src_index active_rec_index "
        "SFAP_times SFAP0 SFAP1"
    )
    assert list(table) == columns.split()
    # ASCENT takes 1.2 ms off.
    assert table["SFAP_times"].tolist() == pytest.approx([-1.2, -1.1, -1.0] * 3)
    first = table[table["index"] == 0]
    assert first["SFAP1"].tolist() == [0, 2, 4]


def test_of_all_fibers_the_first_is_meant_unless_said_otherwise(project: Path, query: Query) -> None:
    only_n_sim_0(project)
    write_signals(project)
    assert set(query.sfap_data()["index"]) == {0}
    assert set(query.sfap_data([1, 2])["index"]) == {1, 2}


def test_a_missing_signal_is_an_error_unless_ignored(project: Path, query: Query) -> None:
    write_signals(project, 0)
    with pytest.raises(MissingResults, match=r"n_sims/1/.*SFAP_time_inner1_fiber0_amp0\.dat is missing"):
        query.sfap_data()
    assert set(query.sfap_data(ignore_missing=True)["nsim"]) == {0}


def test_membrane_currents_come_out_of_neurons_binary(project: Path) -> None:
    currents = np.arange(12.0).reshape(3, 4)
    header = struct.pack("@iidiidiidii", 1, 4, 0.3, 1, 4, 0.1, 1, 4, 3.0, 12, 4)
    path = project / N_SIM / "0/data/outputs/Imembrane_inner0_fiber0_amp0.dat"
    path.write_bytes(header + currents.tobytes())
    tstop, time, matrix = Query.import_tm_current_matrix(project / N_SIM / "0", 0, 0)
    assert tstop == 0.3
    np.testing.assert_allclose(time, [0, 0.1, 0.2, 0.3])
    np.testing.assert_array_equal(matrix, currents)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunDirectoryError, match="is damaged"):
        import_tm_current_matrix(project / N_SIM / "0", 0, 0)


def sheet(path: Path, title: str = "Sim 7") -> tuple[list[str], list[dict[str, object]]]:
    rows = list(openpyxl.load_workbook(path)[title].iter_rows(values_only=True))
    header = [str(cell) for cell in rows[0]]
    return header, [dict(zip(header, row, strict=True)) for row in rows[1:]]


def test_the_spreadsheet_has_one_sheet_a_sim_and_one_row_an_n_sim(project: Path, query: Query, tmp_path: Path) -> None:
    path = query.excel_output(tmp_path / "out.xlsx", console_output=False)
    assert openpyxl.load_workbook(path).sheetnames == ["Sim 7"]
    _, rows = sheet(path)
    assert [row["Indices"] for row in rows] == [f"0_0_7_{n}" for n in range(4)]
    assert [row["fibers->z_parameters->diameter"] for row in rows] == [5.7, 8.7, 5.7, 8.7]
    assert rows[3]["NSIM Path"] == f"{N_SIM}/3"


def test_keys_of_the_configurations_are_columns(query: Query, tmp_path: Path) -> None:
    path = query.excel_output(
        tmp_path / "out.xlsx", sample_keys=[["scale", "shrinkage"]], model_keys=["medium.proximal.length"],
        sim_keys=[["fibers", "mode"]], individual_indices=False, config_paths=False, console_output=False,
    )  # fmt: skip
    header, rows = sheet(path)
    assert header[:4] == ["Indices", "sample->scale->shrinkage", "model->medium->proximal->length", "sim->fibers->mode"]
    assert [rows[0][name] for name in header[1:4]] == [0.2, 12500, "MRG_DISCRETE"]


def test_columns_are_as_wide_as_asked_for(query: Query, tmp_path: Path) -> None:
    path = query.excel_output(tmp_path / "out.xlsx", column_width=31, console_output=False)
    widths = {dimension.width for dimension in openpyxl.load_workbook(path)["Sim 7"].column_dimensions.values()}
    assert widths == {31}


def test_the_sheet_is_printed_when_asked_for(query: Query, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query.excel_output(tmp_path / "out.xlsx")
    assert "0_0_7_3" in capsys.readouterr().out


def test_a_column_that_no_configuration_has_is_refused_with_near_ones(query: Query, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sample_keys: .*scale\.shrinkage"):
        query.excel_output(tmp_path / "out.xlsx", sample_keys=[["scale", "shrinkag"]], console_output=False)
    assert not (tmp_path / "out.xlsx").exists()


def test_a_spreadsheet_of_an_archive_is_the_same(project: Path, query: Query, tmp_path: Path) -> None:
    archive = write_archive(project, tmp_path / "run.tar.gz", 0.0)
    query.excel_output(tmp_path / "folder.xlsx", console_output=False)
    with Query(MODEL_0, project=archive) as packed:
        packed.excel_output(tmp_path / "archive.xlsx", console_output=False)
    assert sheet(tmp_path / "folder.xlsx") == sheet(tmp_path / "archive.xlsx")


def test_paths_are_those_of_the_project(project: Path, query: Query) -> None:
    assert query.build_path(Config.SAMPLE, [0]) == project / "samples/0/sample.json"
    assert query.build_path(Config.MODEL, [0, 1]) == project / "samples/0/models/1/model.json"
    assert query.build_path(Config.SIM, [0, 0, 7]) == project / "config/user/sims/7.json"
    assert query.build_path(Config.MODEL, [0, 1], just_directory=True) == project / "samples/0/models/1"
    assert query.build_path(Object.SIMULATION, [0, 0, 7]) == project / "samples/0/models/0/sims/7"


def test_configurations_are_as_their_files_have_them(query: Query) -> None:
    assert query.get_config(Config.SIM, [0, 0, 7]) == SIM
    with pytest.raises(ConfigError, match="a model has the indices sample, model"):
        query.get_config(Config.MODEL, [0])


def test_paths_and_configurations_may_be_asked_of_the_class(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCENT_PROJECT_PATH", str(project))
    assert Query.build_path(Config.SAMPLE, [2]) == project / "samples/2/sample.json"
    assert Query.get_config(Config.SAMPLE, [2])["sample"] == "pig"


FULL_MODEL = {
    "modes": {"rho_perineurium": "MANUAL", "cuff_shift": "NONE"},
    "medium": {"proximal": {"distant_ground": True, "length": 12500, "radius": 3000}, "distal": {"exist": False}},
    "inner_interp_tol": 0.01,
    "outer_interp_tol": 0.01,
    "cuff": {"preset": "Purdue.json"},
    "mesh": {"proximal": {"hmax": 1600, "hmin": 10, "hgrad": 2.5, "hcurve": 0.2, "hnarrow": 1}},
    "temperature": 37,
    "conductivities": {
        name: "saline"
        for name in ("medium", "perineurium", "endoneurium", "epineurium", "conductor", "insulator", "fill")
    },
}
FULL_SIM = {
    "n_dimensions": 0,
    "active_srcs": {"Purdue.json": [[1, -1]]},
    "fibers": {
        "mode": "MRG_DISCRETE",
        "xy_trace_buffer": 5,
        "xy_parameters": {"mode": "CENTROID"},
        "z_parameters": {"diameter": 5.7, "min": 0, "max": 5000, "offset": 0, "seed": 1},
    },
    "waveform": {
        "global": {"dt": 0.01, "on": 0.1, "off": 2, "stop": 3},
        "MONOPHASIC_PULSE_TRAIN": {"pulse_width": 0.2, "pulse_repetition_freq": 1, "digits": 4},
    },
    "protocol": {
        "mode": "FINITE_AMPLITUDES", "initSS": -200, "dt_initSS": 10, "amplitudes": [-0.1],
        "threshold": {"value": -30, "n_min_aps": 1, "ap_detect_location": 0.9},
    },
}  # fmt: skip


def test_objects_are_rebuilt_from_files_and_nothing_is_unpickled(project: Path, query: Query) -> None:
    angle = np.linspace(0, 2 * np.pi, 30, endpoint=False)
    inner, outer = (Trace(r * np.column_stack([np.cos(angle), np.sin(angle)])) for r in (90.0, 100.0))
    section = Section(None, (Fascicle(outer, (inner,)),))
    Sample("rat", section, section, (np.eye(3),)).write(project / "samples/0")
    write(project / "samples/0/models/0/model.json", FULL_MODEL)
    write(project / "config/user/sims/7.json", FULL_SIM)
    sim = project / "samples/0/models/0/sims/7"
    for file in (sim / "fibersets").rglob("inner_fiber_map.json"):
        file.unlink()  # as ASCENT, which does not write it: the inners are found from the sample
    for f in range(2):
        write(sim / f"fibersets/{f}/0.dat", "2\n0 0 0 \n0 0 10 \n")
        write(sim / f"fibersets/{f}/diams.txt", "5.7\n")
    write_waveform(sim / "waveforms/0.dat", Waveform(0.01, 3.0, np.ones(5), 4))
    for name in ("sample.obj", "models/0/model.obj", "models/0/sims/7/sim.obj"):
        (project / "samples/0" / name).write_bytes(b"not to be read")
    sample = query.get_object(Object.SAMPLE, [0])
    assert sample.section.inners[0].trace.area == pytest.approx(inner.area)
    model = query.get_object(Object.MODEL, [0, 0])
    assert isinstance(model, ModelConfig)
    assert model.medium.proximal.length == 12500
    simulation = query.get_object(Object.SIMULATION, [0, 0, 7])
    assert isinstance(simulation, Simulation)
    assert [len(fiberset) for fiberset in simulation.fibersets] == [1, 1]
    assert simulation.waveforms[0].samples.tolist() == [1.0] * 5
    assert [path.name for path in simulation.n_sims] == ["0", "1", "2", "3"]


def test_the_command_prints_thresholds_and_writes_tables(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ascent.cli import main

    monkeypatch.chdir(tmp_path)
    write(
        tmp_path / "criteria.json", {"partial_matches": True, "include_downstream": True, "sample": {"sample": "rat"}}
    )
    words = ["query", "criteria.json", "--project", str(project), "--model", "0"]
    assert (
        main([*words, "--thresholds", "--json", "--csv", "t.csv", "--excel", "t.xlsx", "--key", "sim.fibers.mode"]) == 0
    )
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 12
    assert rows[0]["threshold"] == pytest.approx(0.02)
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 13
    assert sheet(tmp_path / "t.xlsx")[0][-2:] == ["sim->fibers->mode", "fibers->z_parameters->diameter"]


def test_the_command_says_what_was_meant(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ascent.cli import main

    write(tmp_path / "criteria.json", {"sim": {"fibers": {"mod": "SUNDT"}}})
    assert main(["query", str(tmp_path / "criteria.json"), "--project", str(project)]) == 2
    assert "did you mean fibers.mode" in capsys.readouterr().err
