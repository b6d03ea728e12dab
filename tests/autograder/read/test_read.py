"""Whatever a student hands in, it is read: notebooks safe to run, other files within bounds, and a sentence for everything else."""

import json
import os
from dataclasses import replace
from datetime import datetime

import nbformat
import pytest

from autograder.read import Caps, read
from autograder.read.folder import Caps as FolderCaps
from autograder.spec import Assignment, NotebookSpec
from tests.autograder.read.mutations import grade_id

PLAIN, FILE = "plain", "plain.ipynb"


@pytest.fixture
def hand_in(classroom, tmp_path):
    """Hand in these files, and read them. A dictionary is a notebook."""

    def hand_in(files, student="alice", assignment=None, **options):
        folder = tmp_path / "submitted" / "alice" / PLAIN
        folder.mkdir(parents=True)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            data = json.dumps(data) if isinstance(data, dict) else data
            (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())
        return read(folder, student, assignment or classroom.assignments[PLAIN], "skip-execution", **options)

    return hand_in


@pytest.fixture
def released(classroom):
    return classroom.released[PLAIN]


def grade_ids(notebook):
    return [grade_id(cell) for cell in notebook.content["cells"] if grade_id(cell)]


def test_a_submission(hand_in, released, classroom):
    submission = hand_in({FILE: released, "timestamp.txt": "2026-02-03 10:30:00 UTC", "data/mine.csv": "1", "scratch.ipynb": "{}"})
    (notebook,) = submission.notebooks
    assert (submission.student, submission.assignment, submission.problem, submission.remarks) == ("alice", PLAIN, "", ())
    assert (notebook.name, notebook.problem, notebook.repairs) == (PLAIN, "", ())
    assert submission.files == {"timestamp.txt": b"2026-02-03 10:30:00 UTC", "data/mine.csv": b"1"}
    assert submission.timestamp == datetime(2026, 2, 3, 10, 30)
    assert grade_ids(notebook) == [cell.grade_id for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells]
    nbformat.validate(nbformat.from_dict(notebook.content))


BROKEN = {
    "empty": ("", "plain.ipynb is empty"),
    "cut": ('{"nbformat": 4, "cells": [', "plain.ipynb breaks off on line 1, perhaps cut on its way"),
    "merged": ("{\n<<<<<<< HEAD\n}", "plain.ipynb holds both versions of a merge conflict"),
    "listed": ("[1, 2]", "plain.ipynb is JSON, but no notebook"),
    "hollow": ('{"nbformat": 4, "cells": 3}', "plain.ipynb is no valid notebook: its 'cells' is a number, and should be a list"),
    "large": (" " * (2 << 20), "plain.ipynb is too large: it has 2.0 MB, and up to 1 MB can be read"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_notebook_that_cannot_be_read_is_a_problem_in_one_sentence(hand_in, name):
    text, says = BROKEN[name]
    submission = hand_in({FILE: text, "notes.txt": "x"}, caps=replace(Caps(), notebook=1 << 20))
    assert (submission.problem, submission.notebooks[0].content, submission.notebooks[0].problem) == (says, None, says)
    assert submission.digest


def test_a_missing_notebook_is_named_with_what_there_is(hand_in):
    submission = hand_in({"b.txt": "", "a/x": "", "x\x1b.csv": ""})
    assert submission.problem == submission.notebooks[0].problem == "plain.ipynb is missing; there is a, b.txt, x\\x1b.csv"


def test_an_empty_folder(hand_in):
    assert hand_in({}).problem == "plain.ipynb is missing; there is nothing"


def test_very_many_other_files_are_not_all_listed(hand_in):
    assert hand_in({f"{number:02d}": "" for number in range(12)}).problem.endswith(
        "there is 00, 01, 02, 03, 04, 05, 06, 07, 08, 09 and 2 more"
    )


@pytest.mark.parametrize("name", ["plain (1).ipynb", "plain-Copy1.ipynb", "plain_final.ipynb", "PLAIN.IPYNB", "homework/plain.ipynb"])
def test_a_notebook_under_another_name_is_found_by_its_cells(hand_in, released, name):
    submission = hand_in({name: released, "other.ipynb": json.dumps({"nbformat": 4, "cells": []}), "broken.ipynb": ""})
    assert submission.problem == ""
    assert submission.notebooks[0].repairs == (f"it was handed in as {name}",)
    assert len(grade_ids(submission.notebooks[0])) == 7


def test_which_of_two_counts_is_not_guessed(hand_in, released):
    submission = hand_in({"plain (1).ipynb": released, "plain (2).ipynb": released})
    assert submission.problem == "plain.ipynb is missing; there is plain (1).ipynb, plain (2).ipynb"


def test_a_copy_beside_the_right_one_does_not_count(hand_in, released):
    submission = hand_in({FILE: {**released, "cells": []}, "plain-Copy1.ipynb": released})
    assert len(submission.notebooks[0].repairs) == 7


def test_a_problem_of_a_notebook_under_another_name_names_the_file(hand_in, released):
    released = {**released, "cells": [*released["cells"], *[{"cell_type": "code", "source": "x" * (1 << 20)}] * 5]}
    assert hand_in({"plain (1).ipynb": released}).problem.startswith("plain.ipynb is missing; there is plain (1).ipynb")


def two(classroom):
    spec = classroom.assignments[PLAIN].notebook(PLAIN)
    return Assignment(PLAIN, (spec, NotebookSpec("second", ())), classroom.folder)


def test_of_two_notebooks_one_is_enough_to_be_graded(hand_in, released, classroom):
    submission = hand_in({FILE: released}, assignment=two(classroom))
    assert submission.problem == ""
    assert [notebook.problem for notebook in submission.notebooks] == ["", "second.ipynb is missing; there is plain.ipynb"]


def test_two_missing_and_two_broken_notebooks(hand_in, classroom):
    assert hand_in({"x": ""}, assignment=two(classroom)).problem == "plain.ipynb or second.ipynb is missing; there is x"


def test_one_missing_and_one_broken(hand_in, classroom):
    submission = hand_in({FILE: ""}, assignment=two(classroom))
    assert submission.problem == "plain.ipynb is empty; second.ipynb is missing; there is plain.ipynb"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/etc/passwd"), lambda path: path.mkdir()])
def test_something_else_in_the_place_of_the_notebook(classroom, tmp_path, make):
    folder = tmp_path / "submitted" / "alice" / PLAIN
    folder.mkdir(parents=True)
    make(folder / FILE)
    submission = read(folder, "alice", classroom.assignments[PLAIN])
    assert submission.problem.startswith(("plain.ipynb is neither a file nor a folder", "plain.ipynb is a link", "plain.ipynb is missing"))


def test_what_is_left_out_is_remarked(hand_in, released):
    submission = hand_in({FILE: released, "a\nb": "x", "large.csv": b"x" * 2000, "timestamp.txt": "yesterday"}, caps=FolderCaps(file=1000))
    assert submission.remarks == (
        "a\\nb has a name that can't be used",
        "large.csv is too large: it has 0.0 MB, and up to 0.000953674 MB can be read",
        "timestamp.txt holds no time; the time it was handed in is not known",
    )
    assert list(submission.files) == ["timestamp.txt"]


def test_remarks_without_end_are_cut(hand_in, released):
    submission = hand_in({FILE: released, **{f" {number}": "" for number in range(150)}})
    assert (len(submission.remarks), submission.remarks[-1]) == (101, "and 50 more")


@pytest.mark.parametrize("student", ["../alice", "..", "", "-rf", "a\nb", "x" * 300, "\udcff"], ids=ascii)
def test_an_impossible_student_is_never_looked_for(hand_in, released, student):
    submission = hand_in({FILE: released}, student=student)
    assert "is no student id: one has letters, digits and -_.@+" in submission.problem
    assert (submission.notebooks, submission.files) == ((), {})
    submission.problem.encode()


@pytest.mark.parametrize("name", ["nobody", "nul\0l", "x" * 300])
def test_a_folder_that_cannot_be_opened_is_a_problem(classroom, tmp_path, name):
    submission = read(tmp_path / name / PLAIN, "alice", classroom.assignments[PLAIN])
    assert "could not be opened: " in submission.problem


def test_every_submission_is_read_the_same_way_twice(hand_in, released, classroom, tmp_path):
    first = hand_in({FILE: released, "x": "1"})
    assert read(tmp_path / "submitted" / "alice" / PLAIN, "alice", classroom.assignments[PLAIN]) == first
