"""The report as a file: what is in it, that it needs nothing else, and that it is the same each time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ascent.analysis.report import write_report
from ascent.analysis.report.configuration import configuration_lines
from ascent.analysis.report.render import script_safe
from ascent.cli import main
from ascent.runs import read_manifest
from ascent.runs.digests import file_sha256


def page_of(directory: Path) -> str:
    return (directory / "report" / "index.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_a_run_ends_with_a_report_that_its_manifest_lists(finished_run: Path) -> None:
    entry = next(file for file in read_manifest(finished_run).outputs if file.path == "report/index.html")
    assert entry.sha256 == file_sha256(finished_run / "report" / "index.html")
    assert entry.content_sha256 is None


def test_the_command_writes_the_same_bytes_as_the_end_of_the_run(run_copy: Path) -> None:
    before, manifest = page_of(run_copy), (run_copy / "manifest.json").read_bytes()
    (run_copy / "report" / "index.html").unlink()
    assert main(["report", str(run_copy), "--quiet"]) == 0
    assert page_of(run_copy) == before
    assert (run_copy / "manifest.json").read_bytes() == manifest


def test_it_gives_the_content_hash_that_the_manifest_has(finished_run: Path) -> None:
    assert str(read_manifest(finished_run).content_sha256) in page_of(finished_run)


def test_it_is_one_file_that_asks_for_no_other(finished_run: Path) -> None:
    page = page_of(finished_run)
    assert len(page.encode()) < 15_000_000
    assert re.findall(r'(?:src|action)\s*=\s*"[^"]*"', page) == []
    assert [url for url in re.findall(r'(?:href="|url\(|import\s+["\'])([a-z]+:[^")]*)', page) if url != "data:,"] == []
    assert "default-src 'none'" in page


def test_every_data_file_is_linked_and_hashed(finished_run: Path) -> None:
    page = page_of(finished_run)
    for name in ("config.yaml", "thresholds.parquet", "potentials.h5", "report/recruitment.png"):
        assert f'href="../{name}"' in page
        assert file_sha256(finished_run / name) in page
    for target in re.findall(r'href="\.\./([^"]+)"', page):
        assert (finished_run / target).exists(), target


def test_it_holds_every_fiber_with_the_threshold_of_the_table(finished_run: Path) -> None:
    fibers = data_of(page_of(finished_run))["fibers"]
    table = pd.read_parquet(finished_run / "thresholds.parquet")
    assert len(table) == 12
    assert fibers["threshold"] == pytest.approx(table["threshold_mA"].tolist(), abs=1e-9)
    assert fibers["diameter"] == table["diameter_um"].tolist()


def test_potentials_are_those_that_drive_the_fibers(finished_run: Path) -> None:
    import base64

    import numpy as np

    entry = data_of(page_of(finished_run))["potentials"]["0"]
    shown = np.frombuffer(base64.b64decode(entry["v"]["f32"]), dtype="<f4")
    inputs = finished_run / "samples/0/models/0/sims/0/n_sims/0/data/inputs/src_inner0_fiber0.dat"
    volts = np.array(inputs.read_text().split()[1:], dtype=float)
    assert shown == pytest.approx(1000 * volts[::11], rel=1e-6)
    second = np.frombuffer(base64.b64decode(entry["d2"]["f32"]), dtype="<f4")
    assert second[1:-1] == pytest.approx(1000 * np.diff(volts[::11], 2), rel=1e-4, abs=1e-4)


def test_contacts_are_drawn_where_the_cuff_has_them(finished_run: Path) -> None:
    import shapely

    parts = [part for part in data_of(page_of(finished_run))["scene"]["parts"] if "contact" in part]
    assert [part["contact"] for part in parts] == [0, 1]
    nerve = shapely.Polygon(data_of(page_of(finished_run))["section"]["nerve"])
    for part in parts:
        seen = shapely.union_all([shapely.Polygon(ring["shell"], ring["holes"]) for ring in part["silhouette"]])
        assert 0 < seen.area < 10 * nerve.area
        assert not seen.intersects(nerve)


def test_the_error_that_mesh_tolerance_asks_for_is_shown(finished_run: Path) -> None:
    field = json.loads((finished_run / "samples/0/models/0/bases/report.json").read_text())
    estimate = field["error_estimate"]
    assert 0 < estimate["potential"] < 0.5
    assert estimate["order"] == 2
    assert f"{estimate['potential']:.2g}" in page_of(finished_run).replace("−", "-")
    assert "not estimated" not in page_of(finished_run)


def test_what_the_command_line_set_is_marked_with_what_set_it() -> None:
    config = {"cuff": {"preset": "Purdue.json"}, "sample": {"scale": {"shrinkage": 0.1, "scale_bar_length": 100}}}
    lines = configuration_lines(config, ["sample.scale.shrinkage=0.1", "--quiet"])
    assert {line["key"]: line["overridden"] for line in lines if line["overridden"]} == {
        "sample.scale.shrinkage": "sample.scale.shrinkage=0.1"
    }


def test_a_chosen_group_marks_the_keys_of_its_file() -> None:
    config = {"model": {"cuff": {"preset": "Purdue.json"}, "frequency": 1}}
    lines = configuration_lines(config, ["cuff=purdue", "+run='0'"])
    assert {line["key"]: line["overridden"] for line in lines if line["value"]} == {
        "model.cuff.preset": "cuff=purdue",
        "model.frequency": None,
    }


def test_the_report_of_an_archive_lies_beside_it_and_links_to_nothing(finished_run: Path, tmp_path: Path) -> None:
    archive = finished_run.with_name(finished_run.name + ".tar.gz")
    page = write_report(archive)
    assert page == archive.with_name(finished_run.name + "_report.html")
    text = page.read_text(encoding="utf-8")
    page.unlink()
    assert 'href="../' not in text
    assert data_of(text)["fibers"] == data_of(page_of(finished_run))["fibers"]
    other = tmp_path / "mine.html"
    assert write_report(archive, other) == other
    assert other.read_text(encoding="utf-8") == text


def test_what_cannot_be_read_is_said_and_the_rest_is_shown(run_copy: Path) -> None:
    (run_copy / "samples/0/models/0/model.json").write_text("{")
    text = write_report(run_copy).read_text(encoding="utf-8")
    assert "The cuffs could not be read" in text
    assert data_of(text)["scene"] is None
    assert data_of(text)["fibers"] is not None


def test_failed_units_stand_at_the_top(run_copy: Path) -> None:
    manifest = json.loads((run_copy / "manifest.json").read_text())
    manifest["failures"] = [{"unit": "0_0_0_0/inner0_fiber1", "error": "No bounds <found>."}]
    (run_copy / "manifest.json").write_text(json.dumps(manifest))
    text = write_report(run_copy).read_text(encoding="utf-8")
    assert "1 unit of work failed" in text
    assert "No bounds &lt;found&gt;." in text


def test_a_changed_report_of_a_finished_run_is_entered_in_its_manifest(run_copy: Path) -> None:
    (run_copy / "overrides.yaml").write_text("[+run=0, seed=42]\n")
    page = write_report(run_copy)
    entries = [file for file in read_manifest(run_copy).outputs if file.path == "report/index.html"]
    assert [entry.sha256 for entry in entries] == [file_sha256(page)]


def test_text_of_a_user_cannot_leave_its_place() -> None:
    text = script_safe({"name": "</script><script>alert(1)</script>&"})
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><script>alert(1)</script>&"}


@pytest.mark.parametrize("name", ["nowhere", "empty", "broken.tar.gz"])
def test_what_is_no_run_is_refused_in_one_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    assert main(["report", str(tmp_path / name)]) != 0
    said = capsys.readouterr().err
    assert name in said
    assert len(said.splitlines()) == 1
    assert "Traceback" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.tar.gz", "empty"]
