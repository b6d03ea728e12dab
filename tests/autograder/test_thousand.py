"""A thousand different submissions of lesson 05: none is lost, doubled or failed."""

import json
import sqlite3

import pytest

from benchmarks.classes import lesson_class
from dlteach.cli import find_lesson

SIZE = 1000
TIMEOUT = 3600


@pytest.mark.soak
def test_a_thousand_are_graded_and_graded_once(run, tmp_path):
    lesson = find_lesson("05")
    course = tmp_path / "course"
    run("dlteach", "course", "init", course, "--lessons", "05")
    handed_in = lesson_class(lesson, SIZE)
    assert len(set(handed_in.values())) == SIZE
    for student, text in handed_in.items():
        path = course / "submitted" / student / lesson.stem / f"{lesson.stem}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    first = outcomes(run, course)
    assert {student: outcome["status"] for student, outcome in first.items()} == dict.fromkeys(handed_in, "graded")
    assert in_the_gradebook(course) == {student: outcome["score"] for student, outcome in first.items()}
    assert all((course / step / student / lesson.stem).is_dir() for step in ("autograded", "feedback") for student in handed_in)
    journal = (course / ".dlteach" / f"{lesson.stem}.journal").read_bytes()
    assert [journal.count(f'"kind":"{kind}"'.encode()) for kind in ("result", "recorded", "failure")] == [SIZE, SIZE, 0]
    again = outcomes(run, course)
    assert {student: outcome["status"] for student, outcome in again.items()} == dict.fromkeys(handed_in, "unchanged")
    assert {student: outcome["score"] for student, outcome in again.items()} == in_the_gradebook(course)


def outcomes(run, course):
    """What became of each submission; by student, of whom each is there once."""
    found = json.loads(run("dlteach", "grade", "05", "--course", course, "--json", patience=TIMEOUT).stdout)
    assert len({outcome["student"] for outcome in found}) == len(found)
    return {outcome["student"]: outcome for outcome in found}


def in_the_gradebook(course):
    """Student → points, of those who have a submission; each has one."""
    book = sqlite3.connect(course / "gradebook.db")
    rows = book.execute(
        "select submitted_assignment.student_id, sum(grade.auto_score) from submitted_assignment"
        " join submitted_notebook on submitted_notebook.assignment_id = submitted_assignment.id"
        " join grade on grade.notebook_id = submitted_notebook.id group by submitted_assignment.id"
    ).fetchall()
    book.close()
    assert len(dict(rows)) == len(rows)
    return {student: pytest.approx(points) for student, points in rows}
