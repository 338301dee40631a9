"""Parameter files: what is read, how paths are found, and what is refused."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.config.network.cell import check_cell
from ascent.errors import ConfigError
from ascent.network.example import small_example
from ascent.network.formats.param import build_parameters, parse_parameters, read_parameters, resolve_paths
from ascent.network.formats.parameter_set import ParameterSet


def parsed(text: str) -> dict[str, Any]:
    return parse_parameters(text)[0]


def test_json_is_read() -> None:
    assert parsed('{"a": [1, 2.5, -3e-2], "b": {"c": null, "d": true}}') == {
        "a": [1, 2.5, -0.03], "b": {"c": None, "d": True},
    }  # fmt: skip


def test_python_literals_are_read() -> None:
    text = "{'a': (1, (2., .5)), 'b': None, 'c': False, 'd': [(0, 1), (1, 2)],}"
    assert parsed(text) == {"a": [1, [2.0, 0.5]], "b": None, "c": False, "d": [[0, 1], [1, 2]]}


def test_comments_and_trailing_commas_are_passed_over() -> None:
    assert parsed('# one\n{"a": 1, // two\n "b": [1, 2,], /* three\n four */ }\n# five') == {"a": 1, "b": [1, 2]}


def test_texts_stay_as_they_are() -> None:
    text = """{"path": "/data (old)/None's/True#1//x", 'quote': 'it\\'s "so"', "u": "\\u00b5m"}"""
    assert parsed(text) == {"path": "/data (old)/None's/True#1//x", "quote": 'it\'s "so"', "u": "µm"}


def test_whole_numbers_stay_whole() -> None:
    values = parsed('{"a": 3, "b": 3.0}')
    assert isinstance(values["a"], int) and isinstance(values["b"], float)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0\r")),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text("abc_é.", max_size=4), below, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text("xyz", max_size=4), _VALUES, max_size=4))
def test_what_json_writes_is_read_back(values: dict[str, Any]) -> None:
    assert parsed(json.dumps(values, indent=4)) == values


@given(st.dictionaries(st.text("xyz", max_size=4), _VALUES, max_size=4))
def test_what_python_writes_is_read_back(values: dict[str, Any]) -> None:
    text = repr(values)
    if "\\x" not in text and "\\U" not in text:  # escapes that JSON has not
        assert parsed(text) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1\n "b": 2}', 'line 2: "b" stands where a comma or } is needed after the value of "a".'),
        ('{"a": 1,\n "a": 2}', 'line 2: the key "a" stands twice in one object (first in line 1); keep one.'),
        ('{"a": [1, 2}', "line 1: } stands where a comma or ] is needed in a list."),
        ('{"a": (1, 2]}', "line 1: ] stands where a comma or ) is needed in a list."),
        ('{"a": {"b": 1}', "line 1: the object that opens in line 1 is not closed with }."),
        ('{"a": "b\n}', 'line 1: the text "b is not closed on its line.'),
        ('{"a": b}', "line 1: b is not a value; a text must stand in quotes."),
        ("{a: 1}", "line 1: a stands where a key in quotes is needed."),
        ('{"a" 1}', 'line 1: 1 stands where : is needed after the key "a".'),
        ('{"a": 1,, "b": 2}', "line 1: , stands where a key in quotes is needed."),
        ('{"a": }', "line 1: } stands where a value is needed."),
        ('{"a": 1}\n{"b": 2}', "line 2: { stands after the end; one object ({…}) makes up the file."),
        ('{"a": 1.2.3}', "line 1: '1.2.3}' is neither a value nor a bracket; texts stand in quotes."),
        ('{"a": 1e999}', "line 1: 1e999 is too large for a number."),
        ('{"a": ' + "9" * 30 + "}", f"line 1: {'9' * 30} has too many digits."),
        ('{"a": "x" "y"}', 'line 1: "y" stands where a comma or } is needed after the value of "a".'),
        ("[1, 2]", "line 1: a parameter file must hold one object ({…})."),
        ("\n\n/* never ends", "line 3: the comment that starts with /* is not closed."),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "line 1: the file is nested too deep; at most 50 levels are allowed."),
        ("", "line 1: the end of the file stands where a value is needed."),
        ('{"a": __import__("os")}', 'line 1: __import__ is not a value; a text must stand in quotes.'),
    ],
)  # fmt: skip
def test_what_is_no_parameter_file_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_parameters(text, "cell.param")
    assert str(refused.value) == f"cell.param, {words}"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "study/cells/cell.param") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_relative_paths_are_relative_to_the_file(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(
        '{"neuron": {"filename": "../m.hoc"}, "info": {"note": "../m.hoc"}, "NMODL_mechanisms": {"a": "mods"}}'
    )
    parameters = read_parameters(path)
    assert parameters.neuron.filename == str(tmp_path / "study/m.hoc")
    assert parameters.NMODL_mechanisms.a == str(tmp_path / "study/cells/mods")
    assert parameters.info.note == "../m.hoc"


def test_a_path_that_exists_only_in_the_current_folder_is_found_there(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("", "elsewhere/m.hoc")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert read_parameters(write('{"filename": "m.hoc"}')).filename == str(tmp_path / "elsewhere/m.hoc")


def test_a_placeholder_is_filled_from_the_call_or_the_environment_or_the_folders_above(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write('{"filename": "[DATA]/m.hoc", "sites": ["[DATA]/x.landmarkAscii"]}')
    with pytest.raises(ConfigError, match=r"line 1: \"\[DATA\]/m.hoc\" was not found .* environment variable DATA"):
        read_parameters(path)
    write("", "study/m.hoc"), write("", "study/x.landmarkAscii")
    assert read_parameters(path).filename == str(tmp_path / "study/m.hoc")
    monkeypatch.setenv("DATA", "/from/environment")
    assert read_parameters(path).filename == "/from/environment/m.hoc"
    assert read_parameters(path, {"DATA": "/from/call"}).sites == ["/from/call/x.landmarkAscii"]


def test_the_folder_of_ascents_own_data_needs_no_setting() -> None:
    resolved = resolve_paths({"filename": "[ASCENT_DATA]/network/small_pyramidal.hoc"}, "/")
    assert Path(resolved["filename"]) == small_example().morphology


def test_a_path_into_a_database_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(ConfigError, match='line 2: "reldb://x/y" points into a database of another program'):
        read_parameters(write('{\n"filename": "reldb://x/y"}'))


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfe{}", "is not UTF-8 text"), (b'{"a":\n\0}', "line 2: .* zero byte")]
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "c.param").write_bytes(data)
    with pytest.raises(ConfigError, match=words):
        read_parameters(tmp_path / "c.param")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.param", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(ConfigError, match=words):
            read_parameters(path)


def test_parameters_are_reached_by_key_attribute_and_dotted_key() -> None:
    parameters = ParameterSet({"sim": {"dt": 0.025}, "list": [{"a": 1}]})
    assert parameters["sim"]["dt"] == parameters.sim.dt == parameters["sim.dt"] == 0.025
    assert parameters.list[0].a == 1
    assert "sim.dt" in parameters and "sim.no" not in parameters
    with pytest.raises(AttributeError):
        _ = parameters.no
    with pytest.raises(KeyError):
        _ = parameters["sim.no"]


def test_parameters_are_set_and_deleted_by_dotted_key() -> None:
    parameters = ParameterSet({"sim": {"dt": 0.025, "T": 34}})
    parameters["sim.dt"] = 0.01
    parameters.sim.extra = {"a": 1}
    del parameters["sim.T"]
    assert parameters.to_dict() == {"sim": {"dt": 0.01, "extra": {"a": 1}}}


def test_update_merges_deeply() -> None:
    parameters = ParameterSet({"sim": {"dt": 0.025, "T": 34}})
    parameters.update({"sim": {"T": 37}, "new": {"a": [1]}})
    assert parameters.to_dict() == {"sim": {"dt": 0.025, "T": 37}, "new": {"a": [1]}}


def test_copies_share_nothing_and_pickles_come_back() -> None:
    parameters = ParameterSet({"sim": {"list": [1]}}, "file", {("sim",): 1})
    copy = parameters.tree_copy()
    copy.sim.list.append(2)
    assert parameters.as_dict() == {"sim": {"list": [1]}}
    back = pickle.loads(pickle.dumps(parameters))
    assert (back.to_dict(), back.source, back.lines) == (parameters.to_dict(), "file", {("sim",): 1})


def test_saved_parameters_are_json_that_is_read_back(tmp_path: Path) -> None:
    parameters = read_parameters(small_example().cell)
    parameters.save(tmp_path / "c.param")
    text = (tmp_path / "c.param").read_text()
    assert text == json.dumps(parameters.to_dict(), indent=4)
    assert read_parameters(tmp_path / "c.param").to_dict() == parameters.to_dict()


def test_build_parameters_takes_what_there_is() -> None:
    parameters = build_parameters({"a": 1})
    assert build_parameters(parameters) is parameters
    assert build_parameters(small_example().cell).neuron.Soma.properties.Ra == 100


def test_simruns_own_files_are_read_as_they_are(shared_dir: Path) -> None:
    example = shared_dir / "data/simrun/getting_started/example_data"
    if not example.is_dir():
        pytest.skip("simrun's example is not here")
    cell = read_parameters(example / "biophysical_constraints/86_C2_center.param.TEMPLATE")
    assert Path(cell.neuron.filename).is_file()
    network = read_parameters(example / "functional_constraints/network.param.TEMPLATE")
    assert len(network.network) == 278
    assert network.network.L45Peak_D1.celltype.pointcell.intervals[0] == [0.0, 1.0]


@pytest.mark.parametrize("name", ["cell", "network"])
def test_corrupted_files_are_read_or_refused_with_their_line(survives: Callable[..., int], name: str) -> None:
    text = getattr(small_example(), name).read_text()
    assert survives(text, f"{name}.param", read_parameters) > 60


def test_corrupted_cell_parameters_pass_the_schema_or_are_refused_with_their_line(survives: Callable[..., int]) -> None:
    def read(path: Path) -> None:
        parameters = read_parameters(path)
        check_cell(parameters, parameters.source, parameters.lines)

    assert survives(small_example().cell.read_text(), "cell.param", read, seed=6) > 80
