"""A class of a thousand, in nbgrader's own gradebook and in graded notebooks, some of which were tampered with."""

import json

import pytest

from autograder.course import Course
from autograder.named import name_cluster
from autograder.report import class_report, write_page
from dlteach.exercises.display import MIME
from dlteach.exercises.registry import lessons
from tests.autograder.report.handwriting import disguised, generator, habits, honest
from tests.autograder.report.made import Told, verdict

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("report-course")]  # one course for all tests of this file
LESSON = next(lesson for lesson in lessons() if lesson.number == 5)
NAME = LESSON.stem
COPY = ("s0010", "s0025")
POOL = 400
"""At most so many answers there are to each exercise; everybody has some of them."""


def students_of(number):
    return [f"s{place:04}" for place in range(number)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a course with a class of so many."""
    pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")
    from dlteach.authoring import Student, make_course

    def made(number):
        folder = tmp_path_factory.mktemp("report") / "course"
        make_course(folder, [LESSON], [Student("absent", "Abby", "Away", "")])
        course = Course(folder)
        course.prepare(NAME)
        hand_in(course, students_of(number))
        return course

    return made


@pytest.fixture(scope="module")
def thousand(made):
    return made(1000)


@pytest.fixture(scope="module")
def forty(made):
    return made(40)


@pytest.fixture(scope="module")
def report(thousand):
    return class_report(thousand, NAME)


@pytest.fixture(scope="module")
def smaller(forty):
    return class_report(forty, NAME)


def hand_in(course, students):
    """Let everybody hand in, and be graded: rows in the gradebook, and notebooks as small as can be."""
    from nbgrader.api import Grade, Student, SubmittedAssignment, SubmittedNotebook

    exercises = {f"check-{exercise.name}": exercise for exercise in LESSON.exercises}
    answers = answers_of(students)
    with course.gradebook() as gradebook, gradebook.db.no_autoflush:
        assignment = gradebook.find_assignment(NAME)
        cells = {cell.name: cell for cell in assignment.notebooks[0].grade_cells}
        for student in students:
            reports = {name: told(student, exercise) for name, exercise in exercises.items()}
            submission = SubmittedAssignment(student=Student(id=student, first_name="Sam", last_name=student), assignment=assignment)
            notebook = SubmittedNotebook(notebook=assignment.notebooks[0], assignment=submission, late_submission_penalty=0.0)
            gradebook.db.add(submission)
            for name, cell in cells.items():
                gradebook.db.add(Grade(cell=cell, notebook=notebook, auto_score=reports[name]["points"], needs_manual_grade=False))
            write(course, student, answers[student], reports)
        gradebook.db.commit()


def answers_of(students):
    """Everybody's answers, each by itself like somebody else's; and one who has all from another, in disguise."""
    rng = generator(11)
    habit = [habits(rng) for _ in range(min(POOL, len(students)))]
    pool = {exercise.name: [honest(exercise, rng, each) for each in habit] for exercise in LESSON.exercises}
    answers = {student: {name: rng.choice(known) for name, known in pool.items()} for student in students}
    answers[COPY[1]] = {name: disguised(source, rng) for name, source in answers[COPY[0]].items()}
    return answers


def told(student, exercise):
    """A quarter makes a known mistake in the first exercise, and a tenth an unknown one in the second."""
    first, second = LESSON.exercises[:2]
    place = int(student[1:])
    if exercise is first and place % 4 == 0:
        return verdict(exercise.key, max_points=exercise.points, diagnosis=first.misconceptions[0].id)
    if exercise is second and place % 10 == 1:
        return verdict(exercise.key, max_points=exercise.points, signature="77aa0100" if place % 20 == 1 else "3f2a9900")
    return verdict(exercise.key, points=exercise.points, max_points=exercise.points, passed=True)


def write(course, student, answers, reports):
    cells = [cell_of(name, source, solution=True) for name, source in answers.items()]
    cells += [cell_of(name, "dlteach.check()", grade=True, outputs=[{"data": {MIME: report}}]) for name, report in reports.items()]
    for step in ("submitted", "autograded"):
        path = course.path(step, student, NAME) / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")


def cell_of(name, source, grade=False, solution=False, outputs=()):
    about = {"grade_id": name, "grade": grade, "solution": solution}
    return {"cell_type": "code", "metadata": {"nbgrader": about}, "source": source, "outputs": list(outputs)}


def test_everybody_has_a_row(report):
    assert [row.student for row in report.rows] == ["absent", *students_of(1000)]
    assert report.rows[0].status == "nothing"
    best = sum(exercise.points for exercise in LESSON.exercises)
    assert max(report.totals) == report.best == best
    assert report.rows[1].total == best - LESSON.exercises[0].points
    assert list(report.max_points) == [f"check-{exercise.name}" for exercise in LESSON.exercises], "as the lesson meets them"


def test_the_shares_are_right(report):
    first = LESSON.exercises[0]
    assert [(each.exercise, each.diagnosis, each.share) for each in report.mistakes] == [(first.key, first.misconceptions[0].id, 0.25)]
    assert report.mistakes[0].says == first.misconceptions[0].says
    assert [(each.ref.rpartition("/")[2], len(each.students)) for each in report.clusters] == [("3f2a", 50), ("77aa", 50)]


def test_the_copy_is_found_among_half_a_million_pairs(report):
    assert (report.pairs[0].first, report.pairs[0].second) == COPY
    assert len(report.pairs) <= 5


def test_however_large_the_class_the_queries_are_few(thousand):
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    asked = []
    event.listen(Engine, "before_cursor_execute", listener := lambda *said: asked.append(said[2]))
    try:
        class_report(thousand, NAME)
    finally:
        event.remove(Engine, "before_cursor_execute", listener)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) < 30


def test_a_group_that_was_named_carries_its_name(forty):
    exercise = LESSON.exercises[1].key
    name_cluster(forty.folder, exercise, "3f2a9900", "The bias is missing.")
    found = class_report(forty, NAME).clusters
    assert {each.ref.rpartition("/")[2]: each.message for each in found} == {"3f2a": "The bias is missing.", "77aa": ""}
    name_cluster(forty.folder, exercise, "3f2a9900", "")


def test_results_of_grading_count_more_than_what_notebooks_say(forty):
    said = {"check-affine_forward": verdict(LESSON.exercises[0].key, diagnosis="[red]", signature="abcd")}
    told = Told(
        problems={"s0003": "\x1b[2Jit is empty"},
        flags={"s0001": ["It patched NumPy."]},
        remarks={"s0001": ["Mended."]},
        lacks=["No."],
        s0001=said,
    )
    found = class_report(forty, NAME, told)
    assert [(each.diagnosis, each.students) for each in found.mistakes] == [("[red]", ("s0001",))]
    assert (found.flags, found.remarks, found.lacks) == ([("s0001", "It patched NumPy.")], [("s0001", "Mended.")], ("No.",))
    row = next(row for row in found.rows if row.student == "s0003")
    assert (row.remark, row.status) == ("[2Jit is empty", "graded"), "it has points from before"


def test_what_is_built_like_the_reference_or_uses_what_is_forbidden_is_listed(forty):
    key = LESSON.exercises[0].key
    told = Told(
        s0001={"check-affine_forward": verdict(key, points=2.0, similarity=0.97)},
        s0002={"check-affine_forward": verdict(key, points=2.0, similarity=0.9)},
        s0003={"check-affine_forward": verdict(key, forbidden=["np.gradient", "dlteach.nn"])},
    )
    found = class_report(forty, NAME, told)
    assert found.alike == [("s0001", key, 0.97)]
    assert found.forbidden == [("s0003", key, "np.gradient, dlteach.nn")]


def test_the_page_of_a_thousand_can_be_sent_by_mail(report, tmp_path):
    write_page(report, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 3_000_000


def damaged(change):
    def damage(path):
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(json.dumps(data), encoding="utf-8")

    return damage


BUNDLE = {"exercise": "rows.nothing", "diagnosis": ["[red]"], "headline": 3, "forbidden": "x", "similarity": "1"}
DAMAGES = {
    "no JSON": lambda path: path.write_text("{", encoding="utf-8"),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "nested without end": lambda path: path.write_text("[" * 100_000, encoding="utf-8"),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "no cells": damaged(lambda data: data.pop("cells")),
    "cells that are none": damaged(lambda data: data.update(cells=[None, 3, {"metadata": []}, {"metadata": {"nbgrader": []}}])),
    "outputs that are none": damaged(
        lambda data: [cell.update(outputs=[None, {"data": 3}, {"data": {MIME: 3}}]) for cell in data["cells"]]
    ),
    "ids that are none": damaged(lambda data: [cell["metadata"]["nbgrader"].update(grade_id={"a": 1}) for cell in data["cells"]]),
    "sources that are none": damaged(lambda data: [cell.update(source={"a": [1]}) for cell in data["cells"]]),
    "sources in odd lines": damaged(lambda data: [cell.update(source=["a\n", 3, None]) for cell in data["cells"]]),
    "a report of nonsense": damaged(lambda data: [cell.update(outputs=[{"data": {MIME: BUNDLE}}]) for cell in data["cells"]]),
    "code without end": damaged(lambda data: [cell.update(source="(" * 50_000) for cell in data["cells"]]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_notebook_that_was_tampered_with_costs_nobody_else_anything(forty, smaller, damage):
    path = forty.path("autograded", "s0002", NAME) / f"{NAME}.ipynb"
    before = path.read_bytes()
    try:
        damage(path)
        found = class_report(forty, NAME)
    finally:
        if path.is_dir():
            path.rmdir()
        path.write_bytes(before)
    assert found.rows == smaller.rows
    assert found.mistakes[0] == smaller.mistakes[0]
    assert [each.students for each in found.clusters if each.exercise == LESSON.exercises[1].key] == [
        each.students for each in smaller.clusters
    ]
