"""`dlteach course init` makes a course that nbgrader's own commands take from the release to the exported grades, unchanged."""

import csv
import shutil

import nbformat
import pytest

from dlteach.authoring import build_release, notebook_text
from tests.conftest import OWN
from tests.own.ownlesson import LESSON
from tests.submissions import answered, hand_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("course")]  # one course for all tests of this file
SOURCES = OWN / "sources"
RIGHT = {
    "row_sums": "def row_sums(x):\n    return x.sum(axis=1)",
    "smallest_and_largest": "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)",
}
HALF = {**RIGHT, "smallest_and_largest": "def smallest_and_largest(x):\n    return x.min(axis=1), x.min(axis=1)"}


@pytest.fixture(scope="module")
def graded(run, tmp_path_factory):
    """A course with three submissions, made, generated, graded and exported by the commands an instructor types."""
    folder = tmp_path_factory.mktemp("course") / "dl101"
    roster = folder.parent / "roster.csv"
    roster.write_text("id,first_name,last_name,email\nada,Ada,Love,ada@example.org\nbob,Bob,Dall,\ncyd,Cyd,Cast,\n", encoding="utf-8")
    run("dlteach", "course", "init", folder, "--lessons", "90", "--students", roster, "--sources", SOURCES)
    run("nbgrader", "generate_assignment", "90_rows", cwd=folder)
    for student, answers in (("ada", RIGHT), ("bob", HALF), ("cyd", {})):
        hand_in(folder, student, "90_rows", answered(build_release(LESSON, SOURCES), answers))
    run("nbgrader", "autograde", "90_rows", cwd=folder)
    run("nbgrader", "generate_feedback", "90_rows", cwd=folder)
    run("nbgrader", "export", cwd=folder)
    return folder


def test_nbgraders_release_is_the_students_notebook_byte_for_byte(graded):
    released = (graded / "release" / "90_rows" / "90_rows.ipynb").read_text(encoding="utf-8")
    assert released.rstrip("\n") == notebook_text(build_release(LESSON, SOURCES)).rstrip("\n")


def test_partial_credit_arrives_in_the_export_and_in_the_notebook(graded):
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    assert scores == {"ada": (4.5, 4.5), "bob": (3.25, 4.5), "cyd": (0.0, 4.5)}


def test_the_gradebook_holds_the_roster_and_the_points_of_each_cell(graded):
    from dlteach.authoring.course import open_gradebook

    with open_gradebook(graded) as gradebook:
        assert {student.id: student.last_name for student in gradebook.students} == {"ada": "Love", "bob": "Dall", "cyd": "Cast"}
        notebook = gradebook.find_submission_notebook("90_rows", "90_rows", "bob")
        assert {grade.name: grade.auto_score for grade in notebook.grades} == {"check-row_sums": 2, "check-smallest_and_largest": 1.25}
        assert not any(grade.needs_manual_grade for grade in notebook.grades)


def test_play_cells_are_skipped_and_everything_else_runs(graded):
    notebook = nbformat.read(graded / "autograded" / "ada" / "90_rows" / "90_rows.ipynb", as_version=4)
    ran = {"play" in cell.metadata.get("tags", []): cell.execution_count for cell in notebook.cells if cell.cell_type == "code"}
    assert ran[True] is None
    assert ran[False] is not None


def test_the_feedback_page_shows_what_check_said(graded):
    page = (graded / "feedback" / "bob" / "90_rows" / "90_rows.html").read_text(encoding="utf-8")
    assert "1.25 of 2.5 points" in page
    assert "1.25 / 2.5" in page


def test_a_second_init_adds_and_overwrites_nothing(run, graded, tmp_path):
    folder = shutil.copytree(graded, tmp_path / "dl101")
    config, notebook = folder / "nbgrader_config.py", folder / "source" / "90_rows" / "90_rows.ipynb"
    config.write_text(config.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    notebook.write_text("mine", encoding="utf-8")
    roster = tmp_path / "more.csv"
    roster.write_text("id,first_name\ndora,Dora\nada,Adah\n", encoding="utf-8")
    done = run("dlteach", "course", "init", folder, "--lessons", "rows", "--students", roster, "--sources", SOURCES)
    assert f"kept {config}" in done.stdout
    assert config.read_text(encoding="utf-8").endswith("# mine\n")
    assert notebook.read_text(encoding="utf-8") == "mine"
    run("nbgrader", "export", cwd=folder)
    exported = (folder / "grades.csv").read_text(encoding="utf-8")
    assert "3.25" in exported
    assert "dora" in exported
    assert "Adah" in exported
    assert "Love" in exported


def test_wrong_rosters_lessons_and_folders_leave_nothing_behind(run, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id\n../x\n", encoding="utf-8")
    done = run("dlteach", "course", "init", tmp_path / "a", "--lessons", "90", "--students", roster, "--sources", SOURCES, ok=False)
    assert (done.returncode, "line 2" in done.stderr) == (1, True)
    done = run("dlteach", "course", "init", tmp_path / "a", "--lessons", "nothing", ok=False)
    assert done.returncode == 2
    done = run("dlteach", "course", "init", roster, "--lessons", "90", "--sources", SOURCES, ok=False)
    assert (done.returncode, "is a file" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv"]
