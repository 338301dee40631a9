"""The manifest: documented, versioned, and refused when damaged."""

import json
import random
from pathlib import Path

import jsonschema
import pytest

import ascent.runs
from ascent.errors import RunDirectoryError
from ascent.runs import Manifest, RunDirectory, read_manifest
from ascent.runs.manifest import json_schema


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    source = root / "mask.txt"
    source.write_text("a nerve")
    with RunDirectory.create(root, 42, inputs=[source], argv=["ascent", "+run=3"]) as run:
        (run.path / "thresholds.csv").write_text("-0.027")
    return run.path


def _shipped_schema() -> dict[str, object]:
    schema: dict[str, object] = json.loads((Path(ascent.runs.__file__).parent / "manifest.schema.json").read_text())
    return schema


def test_the_shipped_schema_is_that_of_the_code() -> None:
    assert _shipped_schema() == json_schema()


def test_every_field_is_described() -> None:
    schema = json_schema()
    sections = [schema, *schema["$defs"].values()]
    referenced = {"versions", "machine"}
    for section in sections:
        assert section["description"]
        for name, field in section["properties"].items():
            assert name in referenced or field["description"]


def test_a_written_manifest_follows_the_schema(finished: Path) -> None:
    validator = jsonschema.Draft202012Validator(_shipped_schema())
    assert list(validator.iter_errors(json.loads((finished / "manifest.json").read_text()))) == []


def test_it_comes_back_as_it_was_written(finished: Path) -> None:
    manifest = read_manifest(finished)
    assert isinstance(manifest, Manifest)
    assert manifest.model_dump(mode="json") == json.loads((finished / "manifest.json").read_text())


def test_a_hundred_damaged_manifests_are_one_sentence_each(finished: Path, tmp_path: Path) -> None:
    original = (finished / "manifest.json").read_bytes()
    generator = random.Random(20261122)
    for _ in range(100):
        data = bytearray(original)
        kind = generator.choice(("cut off", "overwritten", "inserted", "a piece missing"))
        start = generator.randrange(len(data) - 2)
        if kind == "cut off":
            del data[start:]
        elif kind == "overwritten":
            data[start : start + 20] = b"\xff" + generator.randbytes(19)
        elif kind == "inserted":
            data[start:start] = b"\xff" + generator.randbytes(generator.randrange(50))
        else:
            del data[start : start + generator.randrange(1, 200)]
        (tmp_path / "manifest.json").write_bytes(bytes(data))
        refusal = _refusal(tmp_path)
        # a piece may be missing within a text, and the rest be a manifest all the same
        assert refusal is not None or kind == "a piece missing"
        assert refusal is None or str(tmp_path / "manifest.json") in refusal


def _refusal(folder: Path) -> str | None:
    try:
        read_manifest(folder)
    except RunDirectoryError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "3", "{}", "[" * 100_000, '{"schema_version": ' + "9" * 5000 + "}", '{"name": "\\ud800"}'],
    ids=["empty", "null", "list", "number", "no keys", "deep", "huge number", "half a character"],
)
def test_json_that_is_no_manifest_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(RunDirectoryError, match="damaged"):
        read_manifest(tmp_path)


def test_a_later_schema_is_named(finished: Path, tmp_path: Path) -> None:
    data = json.loads((finished / "manifest.json").read_text()) | {"schema_version": 99}
    (tmp_path / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(RunDirectoryError, match="schema_version is 99: this version of ascent reads 1"):
        read_manifest(tmp_path)


def test_a_folder_without_manifest_is_no_run_directory(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="is not a run directory"):
        read_manifest(tmp_path)
