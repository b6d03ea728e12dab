"""A course that nbgrader graded, once for all tests of this folder; each test records into its own copy of the gradebook."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")

from autograder.record import Recorder, read_folders, read_rules
from tests.autograder.record import plain


@dataclass
class Place:
    """A course to record into."""

    folder: Path
    url: str
    reference: "Reference"

    def recorder(self, **more):
        settings = plain.config(self.folder)
        options = {"rules": read_rules(settings, plain.NAME), **more}
        options.setdefault("assignment", self.reference.assignment)
        return Recorder(self.url, "plain", folders=read_folders(settings, plain.NAME), **options)

    def record(self, *batch, **more):
        with self.recorder(**more) as recorder:
            return recorder.record(batch)

    def autograded(self, student):
        return self.folder / "autograded" / student / plain.NAME

    def feedback(self, student):
        return self.folder / "feedback" / student / plain.NAME


@dataclass
class Reference:
    """The course that nbgrader graded: before anything was graded (``clean`` is its gradebook then), after it, and after a regrade."""

    folder: Path
    clean: Path
    submitted: Path
    graded: dict
    rows: dict
    trees: dict
    again: dict
    rows_again: dict
    assignment: object


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "course"
    api = plain.make_course(folder)
    plain.class_of_six(folder)
    plain.extend(plain.url_of(folder))
    clean = folder.parent / "clean.db"
    shutil.copy(folder / "gradebook.db", clean)
    submitted = folder.parent / "submitted"
    shutil.copytree(folder / "submitted", submitted)
    plain.autograde(api)
    graded = {student: plain.graded(folder, student) for student in plain.STUDENTS}
    rows = plain.everything(plain.url_of(folder))
    trees = {student: plain.tree(folder / "autograded" / student, runs=False) for student in plain.STUDENTS}
    plain.interfere(plain.url_of(folder))
    plain.hand_in(folder, "right", {**plain.RIGHT, "half": "def half(x):\n    return 1"}, stamp="2026-01-10 13:00:00 UTC")
    plain.autograde(api, ("right", "mistaken"))
    again = {student: plain.graded(folder, student) for student in ("right", "mistaken")}
    return Reference(folder, clean, submitted, graded, rows, trees, again, plain.everything(plain.url_of(folder)), plain.assignment(folder))


@pytest.fixture
def place(reference, tmp_path):
    """A course in which nothing was graded yet."""
    folder = tmp_path / "course"
    folder.mkdir()
    shutil.copy(reference.clean, folder / "gradebook.db")
    shutil.copytree(reference.submitted, folder / "submitted")
    return Place(folder, plain.url_of(folder), reference)
