"""`ascent verify`: what it runs again, and what it catches."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import jobs
import pytest

from ascent.cli import main


@pytest.fixture(autouse=True)
def same_cache(reference: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled mechanisms and the field are where the reference run left them."""
    for name, value in reference.cache.environment().items():
        if name.startswith("ASCENT_"):
            monkeypatch.setenv(name, value)


@pytest.fixture()
def stored(reference: Any, tmp_path: Path) -> Path:
    """A copy of the run directory that a test may spoil."""
    return Path(shutil.copytree(reference.directory, tmp_path / reference.directory.name))


def verify(path: Path, *more: str) -> int:
    return main(["verify", str(path), "--use-cache", "--quiet", *more])


def test_a_run_directory_is_run_again_to_the_same_bits(reference: Any, capsys: pytest.CaptureFixture[str]) -> None:
    # Without --use-cache: the field is meshed and solved again.
    assert main(["verify", str(reference.directory), "--quiet"]) == 0
    assert f"the same, bit by bit ({reference.content})" in capsys.readouterr().out


def test_an_archive_is_read_directly(reference: Any, capsys: pytest.CaptureFixture[str]) -> None:
    archive = reference.directory.with_name(f"{reference.directory.name}.tar.gz")
    assert verify(archive, "--json") == 0
    assert json.loads(capsys.readouterr().out)["same"] is True


def test_a_changed_mask_is_caught(reference: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np
    from PIL import Image

    # The masks of the mock nerve under the same name, so that the field need not be solved for another name.
    masks = tmp_path / "masks" / "mock_monofascicular"
    shutil.copytree(reference.directory / "input" / masks.name, masks)
    words = [
        "sample=masks",
        f"sample.sample={masks.name}",
        f"input_folder={masks.parent}",
        "sample.modes.ci_perineurium_thickness=RAT_VN_INHOUSE_200601",
        "sample.modes.contour_approximation=NONE",
    ]
    results = tmp_path / "results"
    done = jobs.run(jobs.study(results, "results.archive=none", "engine.workers=1", *words), reference.cache)
    assert done.returncode == 0, done.stderr
    directory = jobs.only_directory(results)
    mask = directory / "input" / masks.name / "i.tif"
    # The fascicle lies elsewhere in the nerve.
    Image.fromarray(np.roll(np.asarray(Image.open(mask)), 12, axis=1)).save(mask)
    assert verify(directory) == 1
    table = capsys.readouterr().out
    assert f"input/{masks.name}/i.tif" in table
    assert "changed since the run" in table
    assert "thresholds.parquet" in table


def test_a_file_that_was_spoilt_is_caught_though_nothing_can_be_run(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stored / "config.yaml").write_text("study: [nerve")
    assert verify(stored) == 1
    said = capsys.readouterr().out
    assert "config.yaml" in said
    assert "it could not be run again" in said


def test_a_changed_seed_is_caught(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = stored / "config.yaml"
    changed = config.read_text().replace("      seed: 1\n", "      seed: 2\n")
    assert changed != config.read_text()
    config.write_text(changed)
    assert verify(stored) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("config.yaml") and "changed since the run" in line for line in lines)
    assert any("fibersets/0/0.dat" in line and "other result" in line for line in lines)


def test_one_bit_in_a_stored_threshold_is_caught(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np
    import pandas as pd

    from ascent.runs.thresholds import read_thresholds, write_thresholds

    table: pd.DataFrame = read_thresholds(stored / "thresholds.parquet")
    values = table["threshold_mA"].to_numpy().copy()
    values[3] = np.nextafter(values[3], 0)
    write_thresholds(table.assign(threshold_mA=values), stored / "thresholds.parquet")
    assert verify(stored) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("thresholds.parquet")]
    assert "changed since the run" in line


def test_another_version_of_neuron_is_reported_and_does_not_fail(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stored / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["versions"]["neuron"] = "8.2.6"
    file.write_text(json.dumps(manifest))
    assert verify(stored) == 0
    assert "another version: neuron (8.2.6, now 9" in capsys.readouterr().out


def test_results_within_a_tolerance_are_the_same(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ascent.runs.thresholds import read_thresholds, write_thresholds

    table = read_thresholds(stored / "thresholds.parquet")
    write_thresholds(table.assign(threshold_mA=table["threshold_mA"] * (1 + 1e-9)), stored / "thresholds.parquet")
    # As a run of another platform would have recorded it.
    _record_again(stored)
    assert verify(stored) == 1
    assert "1e-09" in capsys.readouterr().out
    assert verify(stored, "--tolerance", "1e-6") == 0


def test_a_truncated_archive_cannot_be_verified(
    reference: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = reference.directory.with_name(f"{reference.directory.name}.tar.gz")
    cut = tmp_path / archive.name
    cut.write_bytes(archive.read_bytes()[:-2000])
    assert verify(cut) == 2
    error = capsys.readouterr().err
    assert str(cut) in error
    assert "Traceback" not in error


def test_an_archive_that_leads_outside_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "run.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo("run/../../escaped.txt")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    assert verify(archive) == 2
    assert "leads outside of its folder" in capsys.readouterr().err
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_a_run_that_has_not_finished_cannot_be_verified(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stored / "manifest.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps({**manifest, "status": "interrupted", "content_sha256": None}))
    assert verify(stored) == 2
    assert "ascent resume" in capsys.readouterr().err


def _record_again(directory: Path) -> None:
    """Make the manifest say of every file what it holds now."""
    from ascent.runs.manifest import read_manifest, write_manifest
    from ascent.runs.records import output_file

    manifest = read_manifest(directory)
    outputs = [output_file(directory, file.path) for file in manifest.outputs]
    write_manifest(directory, manifest.model_copy(update={"outputs": outputs}))


def test_the_reference_results_come_out_again(capsys: pytest.CaptureFixture[str]) -> None:
    # Bit by bit on the platform that they were made on, within the reference's tolerance elsewhere. After a change that
    # is meant to change results: ascent verify conf/verify/nerve --write-reference conf/verify/nerve
    code = main(["verify", str(jobs.ROOT / "conf" / "verify" / "nerve"), "--quiet"])
    assert code == 0, capsys.readouterr().out


@pytest.mark.slow
def test_a_reference_of_another_platform_is_compared_within_its_tolerance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = Path(shutil.copytree(jobs.ROOT / "conf" / "verify" / "nerve", tmp_path / "nerve"))
    content = json.loads((reference / "reference.json").read_text())
    content["platform"]["blas"] = "Haswell"
    content["files"] = dict.fromkeys(content["files"], "0" * 64)
    (reference / "reference.json").write_text(json.dumps(content))
    assert verify(reference) == 0
    said = capsys.readouterr().out
    assert "another version: blas (Haswell" in said
    assert "compared within 0.02" in said


@pytest.mark.slow
def test_a_reference_that_differs_fails_on_its_own_platform(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ascent.runs.reference import this_platform

    reference = Path(shutil.copytree(jobs.ROOT / "conf" / "verify" / "nerve", tmp_path / "nerve"))
    content = json.loads((reference / "reference.json").read_text())
    content["platform"] = this_platform()
    content["files"]["thresholds.parquet"] = "0" * 64
    (reference / "reference.json").write_text(json.dumps(content))
    assert verify(reference) == 1
    assert "thresholds.parquet" in capsys.readouterr().out
