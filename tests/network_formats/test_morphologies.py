"""Morphologies in hoc and swc files, and landmarks: what is read, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ascent.errors import ConfigError, MorphologyError
from ascent.network.example import small_example, write_small_example
from ascent.network.formats.hoc import read_hoc
from ascent.network.formats.landmarks import read_landmarks, write_landmarks
from ascent.network.formats.swc import read_swc

Write = Callable[..., Path]

HOC = """{create soma}
{access soma}
{nseg = 1}
{pt3dclear()}
{pt3dadd(0, 0, -5, 10)}
{pt3dadd(0, 0, 5, 10)}

{create dend_1}
{connect dend_1(0), soma(0.2)}
{pt3dclear()}
{pt3dadd(0,0,0,2.0)}
{pt3dadd(30,0,0,1.0)}
create apical_1
connect apical_1(0), dend_1(1)
pt3dadd(30,0,0,1.0)
pt3dadd(30,40,0,0.5) // the end
"""

SWC = """# a cell
1 1 0 0 0 5 -1
2 3 5 0 0 1 1
3 3 15 0 0 1 2
4 3 25 5 0 0.5 3
5 3 25 -5 0 0.5 3
6 3 35 -5 0 0.5 5
7 4 0 0 10 2 1
8 5 0 0 20 2 7
9 2 0 0 -10 1 1
10 2 0 0 -20 1 9
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str) -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_hoc_sections_have_labels_parents_and_points(write: Write) -> None:
    soma, dendrite, apical = read_hoc(write(HOC, "a.hoc")).sections
    assert (soma.label, soma.parent) == ("Soma", None)
    assert (dendrite.label, dendrite.parent, dendrite.parent_x) == ("Dendrite", 0, 0.2)
    assert (apical.label, apical.parent, apical.parent_x, apical.line) == ("ApicalDendrite", 1, 1.0, 13)
    assert apical.points.tolist() == [[30, 0, 0], [30, 40, 0]]
    assert dendrite.diameters.tolist() == [2, 1]


def test_hoc_names_of_basal_dendrites_and_axons_are_known(write: Write) -> None:
    text = HOC.replace("dend_1", "BasalDendrite_1").replace("apical_1", "axon_1")
    assert read_hoc(write(text, "a.hoc")).labels == ("Soma", "Dendrite", "Axon")


def test_hoc_comments_and_spine_lines_are_passed_over(write: Write) -> None:
    text = "/* made\nby hand */\n" + HOC.replace("{pt3dadd(30,0,0,1.0)}", "{Spine_1 = 2}\n{pt3dadd(30,0,0,1.0)}")
    assert len(read_hoc(write(text, "a.hoc")).sections) == 3


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{create soma}", "{create cellbody}", "line 1: the name of a section must hold soma, dend,"),
        ("{create dend_1}", "{create dend_soma}", "line 8: the name of a section must hold .* more than one of them"),
        ("{create dend_1}", "{create dend_1, dend_2}", "line 8: .* must create one section"),
        ("create apical_1", "create dend_1", "line 13: section dend_1 was created in line 8 already"),
        ("soma(0.2)", "soma(1.2)", "line 9: soma\\(1.2\\) must lie between 0 and 1"),
        ("soma(0.2)", "axon_7(0.2)", "line 9: section dend_1 is attached to axon_7, which the file does not create"),
        ("connect dend_1(0)", "connect dend_1(1)", "line 9: dend_1\\(1\\) must be dend_1\\(0\\)"),
        ("{connect dend_1(0), soma(0.2)}", "", "line 8: section dend_1 is attached to nothing"),
        ("connect dend_1(0), soma(0.2)", "connect dend_1(0), apical_1(1)", "attached to itself through its parents"),
        ("{connect dend_1(0), soma(0.2)}", "{connect dend_1 soma}", "line 9: .* must have the form: connect"),
        ("pt3dadd(0,0,0,2.0)", "pt3dadd(0,0,0)", "line 11: .* must have the form: pt3dadd\\(x, y, z, diameter\\)"),
        ("pt3dadd(0,0,0,2.0)", "pt3dadd(0,0,0,-2.0)", "line 11: the diameter is -2 µm; it must be greater than 0"),
        ("pt3dadd(0,0,0,2.0)", "pt3dadd(0,nan,0,2.0)", 'line 11: y is "nan", which is not a number in µm'),
        ("{pt3dadd(0,0,0,2.0)}", "", "line 8: section dend_1 has 1 3-D points; at least two are needed"),
        ("{pt3dadd(30,0,0,1.0)}", "{pt3dadd(0,0,0,1.0)}", "line 8: section dend_1 has no length"),
        ("{nseg = 1}", "{insert pas}", 'line 3: "insert pas" is no command of a morphology'),
        ("create apical_1", "create soma_2\ncreate apical_1", "line 13: soma_2 is a second soma"),
    ],
)
def test_what_is_no_hoc_morphology_is_refused_with_its_line(write: Write, old: str, new: str, words: str) -> None:
    assert old in HOC
    with pytest.raises(MorphologyError, match=words):
        read_hoc(write(HOC.replace(old, new), "a.hoc"))


def test_another_suffix_is_refused(write: Write) -> None:
    with pytest.raises(MorphologyError, match="must be a morphology with the suffix .hoc or .swc"):
        read_hoc(write(HOC, "a.txt"))


def test_swc_runs_between_forks_become_sections(write: Write) -> None:
    sections = read_swc(write(SWC, "a.swc")).sections
    assert [(s.label, s.parent, s.parent_x) for s in sections] == [
        ("Soma", None, 0.5), ("Dendrite", 0, 1.0), ("Dendrite", 1, 1.0), ("Dendrite", 1, 1.0),
        ("ApicalDendrite", 0, 1.0), ("Axon", 0, 1.0),
    ]  # fmt: skip
    assert sections[1].points.tolist() == [[5, 0, 0], [15, 0, 0]]
    assert sections[3].points.tolist() == [[15, 0, 0], [25, -5, 0], [35, -5, 0]]
    assert sections[3].diameters.tolist() == [2, 1, 1]
    assert sections[4].points.tolist() == [[0, 0, 10], [0, 0, 20]]


def test_an_swc_soma_of_one_sample_is_as_long_as_it_is_wide(write: Write) -> None:
    soma = read_swc(write(SWC, "a.swc")).sections[0]
    assert soma.points.tolist() == [[0, -5, 0], [0, 0, 0], [0, 5, 0]]
    assert soma.diameters.tolist() == [10, 10, 10]


def test_the_three_samples_of_neuromorpho_are_the_same_soma(write: Write) -> None:
    text = SWC.replace("1 1 0 0 0 5 -1\n", "1 1 0 0 0 5 -1\n101 1 0 -5 0 5 1\n102 1 0 5 0 5 1\n")
    soma, *others = read_swc(write(text, "a.swc")).sections
    assert soma.points.tolist() == [[0, -5, 0], [0, 0, 0], [0, 5, 0]]
    assert len(others) == 5


def test_a_chain_of_soma_samples_is_taken_as_it_is(write: Write) -> None:
    text = SWC.replace("1 1 0 0 0 5 -1\n", "1 1 0 0 0 5 -1\n11 1 0 0 5 4 1\n12 1 0 0 9 3 11\n13 1 0 0 12 2 12\n")
    soma = read_swc(write(text, "a.swc")).sections[0]
    assert (len(soma.points), soma.diameters.tolist()) == (4, [10, 8, 6, 4])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1 1 0 0 0 5 -1", "1 3 0 0 0 5 -1", "has no soma; at least one sample must be of type 1"),
        ("3 3 15 0 0 1 2", "3 3 15 0 0 2", "line 4: a sample has 7 columns .*, not 6"),
        ("3 3 15 0 0 1 2", "3 3 15 0 0 1 99", "line 4: the parent 99 of sample 3 does not stand above it"),
        ("3 3 15 0 0 1 2", "2 3 15 0 0 1 1", "line 4: sample 2 stands in line 3 already"),
        ("3 3 15 0 0 1 2", "3 3 15 0 0 0 2", "line 4: the radius is 0 µm; it must be greater than 0"),
        ("3 3 15 0 0 1 2", "3 3 x 0 0 1 2", 'line 4: x is "x", which is not a number in µm'),
        ("3 3 15 0 0 1 2", "3.5 3 15 0 0 1 2", 'line 4: "3.5" is not a whole number'),
        ("2 3 5 0 0 1 1", "2 3 5 0 0 1 -1", "line 3: sample 2 has no parent and is not the soma"),
        ("7 4 0 0 10 2 1", "7 9 0 0 10 2 1", "line 8: type 9 is none of 1"),
        ("10 2 0 0 -20 1 9", "10 1 0 0 -20 1 9", "line 11: sample 10 is soma and is attached to Axon"),
        ("10 2 0 0 -20 1 9", "10 1 0 0 -20 1 -1", "line 11: a second soma begins here"),
    ],
)
def test_what_is_no_swc_morphology_is_refused_with_its_line(write: Write, old: str, new: str, words: str) -> None:
    assert old in SWC
    with pytest.raises(MorphologyError, match=words):
        read_swc(write(SWC.replace(old, new), "a.swc"))


def test_landmarks_are_the_points_after_the_line_that_begins_with_1(write: Write) -> None:
    text = (
        "# AmiraMesh\n1 2 3\ndefine Markers 2\nMarkers { float[3] Coordinates } @1\n@1\n-7.78e+01 4.3e+02 310.6  \n\n"
    )
    assert read_landmarks(write(text, "a.landmarkAscii")).tolist() == [[-77.8, 430.0, 310.6]]


def test_written_landmarks_are_read_back(tmp_path: Path) -> None:
    points = np.array([[0.1, -2.0, 3e-7], [1e4, 5.0, 6.0]])
    write_landmarks(tmp_path / "a.landmarkAscii", points)
    assert read_landmarks(tmp_path / "a.landmarkAscii").tolist() == points.tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 2 3\n", "has no line @1"),
        ("@1\n\n", "has no points after the line @1"),
        ("@1\n1 2\n", 'line 2: "1 2" must be three numbers: x y z in µm'),
        ("@1\n1 2 3\n1 2 nan\n", 'line 3: "1 2 nan" must be three numbers'),
    ],
)
def test_what_are_no_landmarks_is_refused(write: Write, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_landmarks(write(text, "a.landmarkAscii"))


def test_simruns_own_files_are_read_as_they_are(shared_dir: Path) -> None:
    example = shared_dir / "data/simrun/getting_started/example_data"
    if not example.is_dir():
        pytest.skip("simrun's example is not here")
    sections = read_hoc(example / "anatomical_constraints/86_C2_center.hoc").sections
    labels = [section.label for section in sections]
    assert {label: labels.count(label) for label in labels} == {"Soma": 1, "Dendrite": 87, "ApicalDendrite": 79}
    assert read_landmarks(example / "apical_proximal_distal_rec_sites.landmarkAscii").shape == (1, 3)


def test_the_shipped_files_are_those_that_the_example_writes(tmp_path: Path) -> None:
    write_small_example(tmp_path)
    shipped = small_example().morphology.parent
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (shipped / path.name).read_bytes(), path.name


def test_corrupted_hoc_files_are_read_or_refused_with_their_line(survives: Callable[..., int]) -> None:
    assert survives(small_example().morphology.read_text(), "cell.hoc", read_hoc) > 60


def test_corrupted_swc_files_are_read_or_refused_with_their_line(survives: Callable[..., int]) -> None:
    assert survives(SWC, "cell.swc", read_swc) > 60


def test_corrupted_landmark_files_are_read_or_refused_with_their_line(survives: Callable[..., int]) -> None:
    assert survives(small_example().landmarks.read_text(), "sites.landmarkAscii", read_landmarks) > 20
