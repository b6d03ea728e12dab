"""`dlteach grade`: whatever one submission does, it gets what it earned or a reason, and the others are graded."""

import copy
import json
import os

import pytest

from dlteach.authoring import build_release
from tests.conftest import OWN
from tests.own.ownlesson import LESSON
from tests.submissions import answered, grade_id, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("grade")]  # one course for all tests of this file
SOURCES = OWN / "sources"
ROWS = "def row_sums(x):\n    return x.sum(axis=1)"
EXTREMES = "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)"
RIGHT = {"row_sums": ROWS, "smallest_and_largest": EXTREMES}


def skip_the_tests(notebook):
    for cell in notebook.cells:
        if (grade_id(cell) or "").startswith("check-"):
            cell.metadata.tags = ["skip-execution", "play"]


def delete_answers_and_tests(notebook):
    gone = ("row_sums", "check-row_sums", "check-smallest_and_largest")
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in gone]


def paste_twice(notebook):
    for name in ("row_sums", "check-row_sums"):
        at = [grade_id(cell) for cell in notebook.cells].index(name)
        twin = copy.deepcopy(notebook.cells[at])
        twin.id = f"twin-of-{name}"
        notebook.cells.insert(at, twin)


def spoil_the_metadata(notebook):
    notebook.cells[0].metadata["nbgrader"] = "mine"


# what a student types, what is done to the notebook, and the points it should get
GRADED = {
    "right": (RIGHT, None, 4.5),
    "untouched": ({}, None, 0),
    "half": ({**RIGHT, "smallest_and_largest": EXTREMES.replace("max", "min")}, None, 3.25),
    "skips-tests": ({}, skip_the_tests, 0),
    "deletes": (RIGHT, delete_answers_and_tests, 2.5),
    "pastes-twice": (RIGHT, paste_twice, 4.5),
    "spoils-metadata": (RIGHT, spoil_the_metadata, 4.5),
    "edits-the-test": ({**RIGHT, "row_sums": "pass", "check-row_sums": "2.0"}, None, 2.5),
    "warns": ({**RIGHT, "row_sums": "import sys\n" + ROWS.replace("    return", "    print(1, file=sys.stderr)\n    return")}, None, 4.5),
    "syntax-error": ({**RIGHT, "row_sums": "def row_sums(x:"}, None, 2.5),
    "never-ends": ({**RIGHT, "row_sums": "while True: pass"}, None, 2.5),
    "ends-python": ({**RIGHT, "smallest_and_largest": "import os\nos._exit(3)"}, None, 2),
    "marked": (RIGHT, "\ufeff", 4.5),
}
CUT = json.dumps(build_release(LESSON, SOURCES))[:600]
# files that can't be graded, and the reason given
FAILED = {
    "cut": (CUT, "90_rows.ipynb breaks off on line 1, perhaps cut on its way"),
    "empty": ("", "90_rows.ipynb is empty"),
    "merged": ("{\n<<<<<<< HEAD\n}", "holds both versions of a merge conflict"),
    "listed": ("[1, 2]", "90_rows.ipynb is JSON, but no notebook"),
    "hollow": ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "90_rows.ipynb is no valid notebook"),
}


@pytest.fixture(scope="module")
def course(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grade") / "course"
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", SOURCES)
    for student, (answers, change, _) in GRADED.items():
        notebook = answered(build_release(LESSON, SOURCES), answers)
        if callable(change):
            change(notebook)
        path = hand_in(folder, student, "90_rows", notebook)
        if isinstance(change, str):  # what stands before the notebook's first character
            path.write_text(change + path.read_text(encoding="utf-8"), encoding="utf-8")
    for student, (text, _) in FAILED.items():
        hand_in(folder, student, "90_rows", text)
    (folder / "submitted" / "nothing" / "90_rows").mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def graded(run, course):
    done = run("dlteach", "grade", "90", "--course", course, "--timeout", "10", "--json", ok=False)
    return done, {outcome["student"]: outcome for outcome in json.loads(done.stdout)}


@pytest.mark.parametrize("student", GRADED)
def test_everybody_gets_what_they_earned(graded, student):
    outcome = graded[1][student]
    assert (outcome["status"], outcome["score"], outcome["max_score"]) == ("graded", GRADED[student][2], 4.5), outcome["reason"]


@pytest.mark.parametrize("student", FAILED)
def test_what_cannot_be_graded_is_listed_with_a_reason(graded, student):
    outcome = graded[1][student]
    assert outcome["status"] == "failed"
    assert FAILED[student][1] in outcome["reason"]
    assert f"not graded: {student}: " in graded[0].stderr


def test_something_to_see_to_is_exit_status_one_and_never_a_traceback(graded):
    assert graded[0].returncode == 1
    assert "Traceback" not in graded[0].stderr
    assert "90_rows.ipynb is missing; there is nothing" in graded[1]["nothing"]["reason"]


def test_what_was_mended_and_what_stopped_early_is_said(graded):
    assert any("byte order mark" in remark for remark in graded[1]["marked"]["remarks"])
    assert any("ended the Python process" in remark for remark in graded[1]["ends-python"]["remarks"])
    assert "ends-python: " in graded[0].stderr


def test_a_dry_run_says_what_would_be_done_and_does_nothing(run, course, graded):
    book = (course / "gradebook.db").read_bytes()
    done = run("dlteach", "grade", "90", "--course", course, "--timeout", "10", "--dry-run", ok=False)
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert {lines[student] for student in GRADED} == {"is known"}
    assert all(lines[student].startswith("can't be graded: ") and FAILED[student][1] in lines[student] for student in FAILED)
    assert done.returncode == 1
    forced = run("dlteach", "grade", "90", "--course", course, "--timeout", "10", "--dry-run", "--force", "--student", "right", "--json")
    assert json.loads(forced.stdout) == {"right": "would be run: 90_rows"}
    assert (course / "gradebook.db").read_bytes() == book


def test_what_was_graded_is_not_graded_again_unless_it_changed_or_is_forced(run, course, graded):
    def status(*options):
        outcomes = json.loads(run("dlteach", "grade", "rows", "--json", *options, cwd=course).stdout)
        return {outcome["student"]: (outcome["status"], outcome["score"]) for outcome in outcomes}

    who = ["--student", "right", "--student", "half"]
    assert status(*who) == {"right": ("unchanged", 4.5), "half": ("unchanged", 3.25)}
    path = hand_in(course, "half", "90_rows", answered(build_release(LESSON, SOURCES), RIGHT))
    os.utime(path, (path.stat().st_mtime + 5, path.stat().st_mtime + 5))
    assert status(*who) == {"right": ("unchanged", 4.5), "half": ("graded", 4.5)}
    assert status("--force", "--student", "right") == {"right": ("graded", 4.5)}


def test_the_same_scores_as_nbgraders_own_command(run, course, graded):
    run("nbgrader", "autograde", "90_rows", "--student", "skips-tests", "--force", cwd=course)
    run("nbgrader", "autograde", "90_rows", "--student", "deletes", "--force", cwd=course)
    run("nbgrader", "export", cwd=course)
    exported = (course / "grades.csv").read_text(encoding="utf-8")
    scores = {line.split(",")[3]: float(line.split(",")[-2]) for line in exported.splitlines()[1:]}
    assert scores["skips-tests"] == 0
    assert scores["deletes"] == 2.5


def test_who_and_what_is_missing_is_named(run, course, tmp_path):
    done = run("dlteach", "grade", "90", "--course", course, "--student", "ghost", ok=False)
    assert (done.returncode, "'ghost' handed in nothing" in done.stderr) == (1, True)
    done = run("dlteach", "grade", "02", "--course", course, ok=False)
    assert (done.returncode, "--lessons 02' adds it" in done.stderr) == (1, True)
    done = run("dlteach", "grade", "90", "--course", tmp_path, ok=False)
    assert (done.returncode, "is no course" in done.stderr) == (1, True)
