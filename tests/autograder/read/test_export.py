"""An assignment is read out of the gradebook as students and graders know it: once, in a few queries."""

import json

import nbformat
import pytest
import sqlalchemy
from nbgrader.utils import compute_checksum

from autograder.course import GradingError
from autograder.read.export import export
from tests.autograder.read.mutations import grade_id

PLAIN, LESSON = "plain", "05_backpropagation"


@pytest.mark.parametrize("name", [PLAIN, LESSON])
def test_the_metadata_of_known_cells_is_what_students_were_given_with_the_whole_cells_checksum(classroom, name):
    released = {grade_id(cell): cell for cell in classroom.released[name]["cells"] if grade_id(cell)}
    spec = classroom.assignments[name].notebook(name)
    assert [cell.grade_id for cell in spec.cells] == list(released)
    for cell in spec.cells:
        given = released[cell.grade_id]["metadata"]
        given = {**given, "nbgrader": {**given["nbgrader"], "checksum": cell.checksum}}
        assert cell.metadata == given
        whole = nbformat.from_dict({"cell_type": cell.kind, "source": cell.source, "metadata": cell.metadata})
        assert compute_checksum(whole) == cell.checksum
    assert spec.kernelspec == classroom.released[name]["metadata"]["kernelspec"]


def test_what_a_cell_is(classroom):
    spec = classroom.assignments[PLAIN].notebook(PLAIN)
    about = {cell.grade_id: (cell.kind, cell.locked, cell.grade, cell.solution, cell.task, cell.points) for cell in spec.cells}
    assert about == {
        "imports": ("code", True, False, False, False, 0),
        "f": ("code", False, False, True, False, 0),
        "test-f": ("code", True, True, False, False, 2),
        "draw": ("code", False, True, True, False, 1),
        "essay": ("markdown", False, True, True, False, 3),
        "free": ("markdown", True, False, False, True, 4),
        "test-pi": ("code", True, True, False, False, 0.5),
    }
    assert [cell.grade_id for cell in spec.cells if cell.tests_hidden] == ["test-f"]
    assert "assert f(5) == 6" in spec.cell("test-f").source
    assert "return x + 1" not in spec.cell("f").source


def test_checks_of_a_lesson_are_known_as_exercises(classroom):
    spec = classroom.assignments[LESSON].notebook(LESSON)
    exercises = {cell.grade_id: cell.exercise for cell in spec.cells if cell.grade}
    assert exercises["check-affine_backward"] == "backpropagation.affine_backward"
    assert all(exercises.values())
    assert not any(cell.exercise for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells)


def test_the_files_beside_the_notebooks_are_listed_without_what_the_course_ignores(classroom):
    assert classroom.assignments[PLAIN].data_files == ("data/numbers.csv",)
    with classroom.course.gradebook() as gradebook:
        everything = export(gradebook.db, classroom.folder / "source" / PLAIN, PLAIN, ignore=[])
    assert everything.data_files == ("data/numbers.csv", "helper.pyc")


def test_it_takes_six_queries(classroom):
    asked = []
    with classroom.course.gradebook() as gradebook:
        sqlalchemy.event.listen(gradebook.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
        export(gradebook.db, classroom.folder / "source" / LESSON, LESSON)
    assert len(asked) <= 6


@pytest.fixture
def changed_source(classroom, tmp_path):
    """The plain assignment read with another source notebook than the one that was released; None takes it away."""

    def read(notebook):
        if notebook is not None:
            (tmp_path / f"{PLAIN}.ipynb").write_text(notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8")
        with classroom.course.gradebook() as gradebook:
            return export(gradebook.db, tmp_path, PLAIN).notebook(PLAIN)

    return read


def source_of(classroom):
    return json.loads((classroom.folder / "source" / PLAIN / f"{PLAIN}.ipynb").read_text(encoding="utf-8"))


def test_what_was_released_counts_not_what_the_instructor_has_written_since(classroom, changed_source):
    source = source_of(classroom)
    for cell in source["cells"]:
        cell["source"] = "changed"
        if grade_id(cell):
            cell["metadata"]["nbgrader"] |= {"points": 50, "grade": True, "solution": False, "extra": 1}
    source["cells"].reverse()
    right = {cell.grade_id: cell for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells}
    spec = changed_source(source)
    assert [cell.grade_id for cell in spec.cells] == list(right)[::-1]
    for cell in spec.cells:
        assert (cell.source, cell.points, cell.grade, cell.checksum) == (
            right[cell.grade_id].source,
            right[cell.grade_id].points,
            right[cell.grade_id].grade,
            right[cell.grade_id].checksum,
        )
        assert "extra" not in cell.metadata["nbgrader"]
        for key in ("grade", "solution", "locked", "task"):
            assert cell.metadata["nbgrader"][key] == right[cell.grade_id].metadata["nbgrader"][key]


@pytest.mark.parametrize(
    "source", [None, "", "{", "[]", '{"cells": [3, {}, {"metadata": 3}, {"metadata": {"nbgrader": {"grade_id": 3}}}]}']
)
def test_without_the_instructors_notebook_the_gradebook_is_enough(classroom, changed_source, source):
    right = {cell.grade_id: cell for cell in classroom.assignments[PLAIN].notebook(PLAIN).cells}
    spec = changed_source(source)
    assert {cell.grade_id for cell in spec.cells} == right.keys()
    for cell in spec.cells:
        assert (cell.source, cell.points, cell.checksum) == (
            right[cell.grade_id].source,
            right[cell.grade_id].points,
            right[cell.grade_id].checksum,
        )
        said = cell.metadata["nbgrader"]
        assert {key: said[key] for key in ("grade", "solution")} == {"grade": cell.grade, "solution": cell.solution}


def test_what_the_gradebook_does_not_know_is_said(classroom):
    with classroom.course.gradebook() as gradebook:
        with pytest.raises(GradingError, match="the gradebook has no assignment 'other'; 'nbgrader generate_assignment other' adds it"):
            export(gradebook.db, classroom.folder, "other")
        gradebook.add_assignment("hollow")
        with pytest.raises(GradingError, match="assignment 'hollow' has no notebooks in the gradebook yet"):
            export(gradebook.db, classroom.folder, "hollow")
        gradebook.remove_assignment("hollow")


def test_the_date_it_is_due(classroom):
    with classroom.course.gradebook() as gradebook:
        gradebook.add_assignment("late", duedate="2026-02-03 10:30:00 UTC")
        gradebook.add_notebook("late", "late")
        assignment = export(gradebook.db, classroom.folder / "source" / "late", "late")
        gradebook.remove_assignment("late")
    assert assignment.duedate.isoformat() == "2026-02-03T10:30:00"
    assert (assignment.notebooks[0].cells, assignment.data_files) == ((), ())
