"""A course with one assignment of our own and one in plain nbgrader style, released by nbgrader itself."""

import json
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Course
from autograder.read.export import export
from dlteach.authoring import make_course
from dlteach.exercises.registry import lessons

PLAIN = "plain"


def known(cell, name, grade=False, solution=False, locked=False, task=False, points=None, tags=()):
    about = {"grade": grade, "solution": solution, "locked": locked, "task": task, "grade_id": name, "schema_version": 3}
    cell.metadata["nbgrader"] = about if points is None else {**about, "points": points}
    if tags:
        cell.metadata["tags"] = list(tags)
    cell["id"] = name
    return cell


def plain_notebook():
    """Every kind of cell that nbgrader knows: read-only, answer, test, hidden test, code and text marked by hand, and a task."""
    hidden = "assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(5) == 6\n### END HIDDEN TESTS"
    answer = "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION"
    cells = [
        new_markdown_cell("# Functions", id="title"),
        known(new_code_cell("import math"), "imports", locked=True, tags=["setup"]),
        new_code_cell("print('look')", id="look", metadata={"tags": ["skip-execution"]}),
        known(new_code_cell(answer), "f", solution=True),
        known(new_code_cell(hidden), "test-f", grade=True, locked=True, points=2, tags=["a-tag"]),
        known(new_code_cell("# anything\n### BEGIN SOLUTION\n1\n### END SOLUTION"), "draw", grade=True, solution=True, points=1),
        new_markdown_cell("Now in words.", id="words"),
        known(new_markdown_cell("What is a function?\n### BEGIN SOLUTION\nA map.\n### END SOLUTION"), "essay", True, True, points=3),
        known(
            new_markdown_cell("Do something.\n### BEGIN MARK SCHEME\n2 for trying\n### END MARK SCHEME"),
            "free",
            locked=True,
            task=True,
            points=4,
        ),
        known(new_code_cell("assert math.pi > 3"), "test-pi", grade=True, locked=True, points=0.5),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}})


@pytest.fixture(scope="session")
def classroom(tmp_path_factory):
    """The course: its folder, its gradebook's address, and each assignment exported, with the notebook students get."""
    folder = tmp_path_factory.mktemp("read") / "course"
    lesson = next(lesson for lesson in lessons() if lesson.number == 5)
    make_course(folder, [lesson])
    source = folder / "source" / PLAIN
    (source / "data").mkdir(parents=True)
    (source / "data" / "numbers.csv").write_text("1,2\n")
    (source / "helper.pyc").write_bytes(b"ignored")
    nbformat.write(plain_notebook(), source / f"{PLAIN}.ipynb")
    course = Course(folder)
    names = [PLAIN, lesson.stem]
    for name in names:
        course.prepare(name)
    with course.gradebook() as gradebook:
        assignments = {name: export(gradebook.db, folder / "source" / name, name) for name in names}
    released = {name: json.loads((folder / "release" / name / f"{name}.ipynb").read_text()) for name in names}
    return SimpleNamespace(folder=folder, course=course, db_url=course.api.coursedir.db_url, assignments=assignments, released=released)
