"""pipeline, submit and import_n_sims on a project folder, from masks to thresholds."""

import contextlib
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascent.cli import main
from ascent.errors import AscentError
from ascent.project.cache import CACHE_VARIABLE
from ascent.project.layout import ProjectFolder

N_SIM = Path("samples/0/models/0/sims/0/n_sims/0")


def run(command: str, project: Path, *options: str) -> int:
    return main([command, "0", "--project", str(project), "--quiet", *options])


def edit(file: Path, *keys: str, value: Any) -> None:
    content = json.loads(file.read_text())
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    file.write_text(json.dumps(content))


def thresholds(project: Path) -> list[float]:
    files = sorted((project / N_SIM / "data/outputs").glob("thresh_*.dat"))
    return [float(file.read_text()) for file in files]


def modified(folder: Path, pattern: str) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in sorted(folder.rglob(pattern)) if p.is_file()}


def test_every_fiber_gets_a_negative_threshold_within_bounds(project: Path) -> None:
    found = thresholds(project)
    assert len(found) == 2
    assert all(-0.1 < value < -0.001 for value in found)


def test_the_hierarchy_is_ascents(project: Path) -> None:
    expected = [
        "samples/0/slides/0/0/sectionwise2d/nerve/0/0.txt",
        "samples/0/slides/0/0/sectionwise2d/fascicles/0/outer/0.txt",
        "samples/0/slides/0/0/sectionwise2d/fascicles/0/inners/0.txt",
        "samples/0/models/0/mesh/im.json",
        "samples/0/models/0/sims/0/fibersets/0/1.dat",
        "samples/0/models/0/sims/0/fibersets_bases/0/1/1.dat",
        "samples/0/models/0/sims/0/waveforms/0.dat",
        str(N_SIM / "0.json"),
        str(N_SIM / "launch.hoc"),
        str(N_SIM / "data/inputs/src_inner0_fiber1.dat"),
        str(N_SIM / "data/outputs/thresh_inner0_fiber1.dat"),
        "export/runs/0.json",
    ]
    assert [name for name in expected if not (project / name).is_file()] == []


def test_what_the_program_finds_is_written_back(project: Path) -> None:
    sample = json.loads((project / "samples/0/sample.json").read_text())
    model = json.loads((project / "samples/0/models/0/model.json").read_text())
    assert sample["Morphology"]["Nerve"]["area"] == pytest.approx(3.14159 * 130 * 120, rel=0.01)
    assert model["mesh"]["stats"]["number_elements"] > 1000
    assert model["min_radius_enclosing_circle"] == pytest.approx(130, rel=0.02)
    assert json.loads((project / "config/user/runs/0.json").read_text())["models_exit_status"] == [True]


def test_nothing_is_redone_when_nothing_has_changed(project: Path) -> None:
    before = modified(project, "*.npz") | modified(project, "*.dat")
    assert run("pipeline", project) == 0
    assert modified(project, "*.npz") | modified(project, "*.dat") == before


def test_an_edited_sim_is_rebuilt_and_its_stale_results_go(project: Path) -> None:
    edit(project / "config/user/sims/0.json", "fibers", "xy_parameters", "seed", value=2)
    before = modified(project, "*.npz")
    assert run("pipeline", project) == 0
    assert modified(project, "*.npz") == before, "the field does not depend on the fibers"
    assert list((project / "export/n_sims/0_0_0_0/data/outputs").iterdir()) == []


def test_an_edited_model_is_solved_again(project: Path) -> None:
    before = (project / "samples/0/models/0/bases/bases.npz").read_bytes()
    edit(project / "samples/0/models/0/model.json", "cuff", 0, "rotate", "add_ang", value=45)  # type: ignore[arg-type]
    assert run("pipeline", project) == 0
    assert (project / "samples/0/models/0/bases/bases.npz").read_bytes() != before


def test_fibers_that_are_done_are_skipped(project: Path) -> None:
    before = modified(project / "export", "thresh_*.dat")
    assert run("submit", project) == 0
    assert modified(project / "export", "thresh_*.dat") == before


def test_a_fiber_that_fails_leaves_a_marker_and_the_others_go_on(project: Path) -> None:
    inputs = project / "export/n_sims/0_0_0_0/data/inputs"
    outputs = project / "export/n_sims/0_0_0_0/data/outputs"
    for file in outputs.iterdir():
        file.unlink()
    potentials = inputs / "src_inner0_fiber0.dat"
    lines = potentials.read_text().split()
    potentials.write_text("\n".join([lines[0], *["0.0"] * (len(lines) - 1)]))
    assert run("submit", project) == 1
    assert "threshold search" in (outputs / "failed_inner0_fiber0.txt").read_text()
    assert (outputs / "thresh_inner0_fiber1.dat").is_file()
    assert not (outputs / "thresh_inner0_fiber0.dat").exists()


def test_import_refuses_and_names_what_is_missing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "export/n_sims/0_0_0_0/data/outputs/thresh_inner0_fiber1.dat").unlink()
    assert run("import_n_sims", project) == 1
    assert "thresh_inner0_fiber1.dat" in capsys.readouterr().err
    assert run("import_n_sims", project, "--force") == 0
    assert len(thresholds(project)) == 1


def test_import_can_delete_what_it_has_imported(project: Path) -> None:
    assert run("import_n_sims", project, "--delete-nsims") == 0
    assert not (project / "export/n_sims/0_0_0_0").exists()
    assert len(thresholds(project)) == 2


def test_export_behavior_error_refuses_what_is_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("pipeline", project, "-E", "error") == 2
    assert "0_0_0_0" in capsys.readouterr().err


def test_export_behavior_overwrite_drops_old_results(project: Path) -> None:
    assert run("pipeline", project, "-E", "overwrite") == 0
    assert list((project / "export/n_sims/0_0_0_0/data/outputs").iterdir()) == []


def test_bases_go_where_a_run_is_not_to_keep_them(project: Path) -> None:
    edit(project / "config/user/runs/0.json", "keep", value={"debug_geom": True, "mesh": True, "bases": False})
    assert run("pipeline", project) == 0
    assert not (project / "samples/0/models/0/bases").exists()
    assert (project / "samples/0/models/0/sims/0/fibersets_bases/0/0/0.dat").is_file()


def test_pre_java_stops_after_fibers_and_waveforms(fresh_project: Path) -> None:
    assert run("pipeline", fresh_project, "-b", "pre_java") == 0
    sim = fresh_project / "samples/0/models/0/sims/0"
    assert (sim / "fibersets/0/0.dat").is_file()
    assert (sim / "waveforms/0.dat").is_file()
    assert not (fresh_project / "samples/0/models/0/bases").exists()


def test_post_geometry_stops_before_the_solution(fresh_project: Path) -> None:
    assert run("pipeline", fresh_project, "-b", "post_geom_run") == 0
    assert not (fresh_project / "samples/0/models/0/bases").exists()
    assert not (fresh_project / "export").exists()


def write_point_source_bases(project: Path, scale: float) -> None:
    """Potentials of two point sources, as another solver would leave them for the pipeline to go on from."""
    sim = project / "samples/0/models/0/sims/0"
    for file in sorted((sim / "fibersets/0").glob("[0-9]*.dat")):
        points = [[float(word) for word in line.split()] for line in file.read_text().splitlines()[1:]]
        for basis, centre in enumerate((1500.0, 3500.0)):
            distances = [((x - 400) ** 2 + y**2 + (z - centre) ** 2) ** 0.5 for x, y, z in points]
            lines = [str(len(points)), *(repr(scale / distance) for distance in distances)]
            target = sim / "fibersets_bases/0" / str(basis) / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("\n".join(lines) + "\n")
    identifiers = {"currentIDs": {str(k): {"name": f"pcs{k}", "pcs": f"pcs{k}", "cuff_index": 0} for k in (1, 2)}}
    im = project / "samples/0/models/0/mesh/im.json"
    im.parent.mkdir(parents=True, exist_ok=True)
    im.write_text(json.dumps(identifiers))


def test_potentials_of_another_solver_are_used_as_they_are(fresh_project: Path) -> None:
    assert run("pipeline", fresh_project, "-b", "pre_java") == 0
    write_point_source_bases(fresh_project, 265.0)
    assert run("pipeline", fresh_project) == 0
    assert not (fresh_project / "samples/0/models/0/bases").exists(), "no field was needed"
    bases = fresh_project / "samples/0/models/0/sims/0/fibersets_bases/0"
    first, second = ([float(v) for v in (bases / f"{b}/0.dat").read_text().split()[1:]] for b in (0, 1))
    source = (fresh_project / N_SIM / "data/inputs/src_inner0_fiber0.dat").read_text().split()[1:]
    assert [float(v) for v in source] == pytest.approx([a - b for a, b in zip(first, second, strict=True)], abs=1e-17)
    assert run("pipeline", fresh_project) == 0
    assert not (fresh_project / "samples/0/models/0/bases").exists(), "nor the next time"


def test_potentials_of_another_solver_do_not_outlive_a_change_of_the_sim(fresh_project: Path) -> None:
    assert run("pipeline", fresh_project, "-b", "pre_java") == 0
    write_point_source_bases(fresh_project, 265.0)
    assert run("pipeline", fresh_project) == 0
    edit(fresh_project / "config/user/sims/0.json", "fibers", "xy_parameters", "seed", value=3)
    assert run("pipeline", fresh_project) == 0
    assert (fresh_project / "samples/0/models/0/bases/bases.npz").is_file()


def test_no_command_depends_on_the_current_directory(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for command in ("pipeline", "submit", "import_n_sims"):
        assert run(command, project) == 0
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "keys", "value", "word"),
    [
        ("config/user/runs/0.json", ["models"], [7], "7"),
        ("samples/0/sample.json", ["scale", "shrinkage"], 3, "scale.shrinkage"),
        ("samples/0/sample.json", ["sample"], "elsewhere", "elsewhere"),
        ("samples/0/models/0/model.json", ["cuff", "preset"], "Purdeu.json", "Purdue.json"),
        ("samples/0/models/0/model.json", ["conductivities", "medium"], "mussel", "muscle"),
        ("config/user/sims/0.json", ["active_srcs"], {"Pitt.json": [[1, -1]]}, "Purdue.json"),
        ("config/user/sims/0.json", ["active_srcs"], {"Purdue.json": [[1, -1, 0]]}, "2 contacts"),
        ("config/user/sims/0.json", ["fibers", "z_parameters", "diameter"], 6.1, "5.7"),
        ("config/user/sims/0.json", ["fibers", "xy_trace_buffer"], 500, "xy_trace_buffer"),
        ("config/user/sims/0.json", ["fibres"], {}, "fibers"),
        ("config/user/sims/0.json", ["fibers", "xy_parameters"], {"mode": "EXPLICIT_3D"}, "EXPLICIT_3D"),
    ],
)
def test_a_users_mistake_is_a_sentence_that_says_where(
    fresh_project: Path,
    file: str,
    keys: list[str],
    value: Any,
    word: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    edit(fresh_project / file, *keys, value=value)
    with caplog.at_level(logging.ERROR):
        assert run("pipeline", fresh_project) == 2
    said = capsys.readouterr().err
    assert word in said
    assert "Traceback" not in said


def test_a_broken_file_is_named_with_its_line(fresh_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fresh_project / "config/user/sims/0.json").write_text('{"fibers": {\n')
    assert run("pipeline", fresh_project) == 2
    assert "sims/0.json" in capsys.readouterr().err


def test_a_cuff_that_is_too_small_is_refused(fresh_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(fresh_project / "samples/0/models/0/model.json", "cuff", "preset", value="MicroLeads_meas_200_bipolar.json")
    edit(
        fresh_project / "config/user/sims/0.json",
        "active_srcs",
        value={"MicroLeads_meas_200_bipolar.json": [[1, -1]]},
    )
    assert run("pipeline", fresh_project) == 2
    assert "MicroLeads_meas_200_bipolar" in capsys.readouterr().err


def test_a_mask_that_is_no_image_is_named(fresh_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fresh_project / "input/mock/i.tif").write_bytes(b"not an image")
    assert run("pipeline", fresh_project) == 2
    assert "i.tif" in capsys.readouterr().err
    assert not (fresh_project / "samples/0/slides").exists()


def test_a_full_disk_is_one_sentence_and_leaves_no_half_written_files(
    fresh_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import os

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    assert run("pipeline", fresh_project) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert list(fresh_project.rglob("*.part*")) == []


def test_a_mock_nerve_is_drawn_from_its_index(fresh_project: Path) -> None:
    for image in (fresh_project / "input/mock").glob("*.tif"):
        image.unlink()
    assert run("mock_morphology_generator", fresh_project) == 0
    assert {image.name for image in (fresh_project / "input/mock").glob("*.tif")} == {"i.tif", "n.tif", "s.tif"}


def test_env_setup_writes_where_exports_go(fresh_project: Path, tmp_path: Path) -> None:
    target = tmp_path / "exports"
    assert main(["env_setup", "--project", str(fresh_project), "--export-path", str(target), "--quiet"]) == 0
    assert run("pipeline", fresh_project) == 0
    assert (target / "n_sims/0_0_0_0").is_dir()


def test_submit_lists_exported_runs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "-l", "--project", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["n_sims"] == ["0_0_0_0"]


def test_an_interrupt_ends_with_a_sentence_and_leaves_whole_files_only(fresh_project: Path) -> None:
    words = [sys.executable, "-m", "ascent", "pipeline", "0", "--project", str(fresh_project), "-n", "1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), CACHE_VARIABLE: str(fresh_project / "c")}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("sample 0"):
            break
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "interrupted" in said
    assert "Traceback" not in said
    assert list(fresh_project.rglob("*.part*")) == []
    assert not (fresh_project / "export").exists()


def test_a_folder_that_cannot_be_written_is_named(
    fresh_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import tempfile

    def refused(*_: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(options.get("dir")))

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    assert run("pipeline", fresh_project) == 1
    said = capsys.readouterr().err
    assert "Permission denied" in said
    assert "Traceback" not in said


def damaged(text: str, count: int) -> list[bytes]:
    """`count` damaged versions of a file: cut, with other bytes in it, with lines gone."""
    generator = random.Random(7)
    versions = []
    for number in range(count):
        data = bytearray(text.encode())
        place = generator.randrange(len(data))
        if number % 3 == 0:
            data = data[:place]
        elif number % 3 == 1:
            for _ in range(generator.randrange(1, 9)):
                data[generator.randrange(len(data))] = generator.randrange(256)
        else:
            del data[place : place + generator.randrange(1, 40)]
        versions.append(bytes(data))
    return versions


def readers(project: Path) -> dict[str, Callable[[], object]]:
    from ascent.project.field_stage import field_report
    from ascent.project.inputs import RunInputs
    from ascent.project.n_sims import read_n_sim
    from ascent.project.sim_stage import read_contacts
    from ascent.project.submit import exported_runs

    folder, model = ProjectFolder.find(project, {}), project / "samples/0/models/0"
    return {
        "export/runs/0.json": lambda: exported_runs(folder),
        "samples/0/models/0/mesh/im.json": lambda: read_contacts(model),
        "samples/0/models/0/bases/report.json": lambda: field_report(model),
        "config/user/runs/0.json": lambda: RunInputs.of(folder, 0),
        "export/n_sims/0_0_0_0/0.json": lambda: read_n_sim(project / "export/n_sims/0_0_0_0"),
    }


def test_a_hundred_damaged_files_of_each_kind_are_answered_with_sentences(project: Path) -> None:
    for file, read in readers(project).items():
        whole = (project / file).read_text()
        for data in damaged(whole, 100):
            (project / file).write_bytes(data)
            with contextlib.suppress(AscentError):
                read()
        (project / file).write_text(whole)
        read()
