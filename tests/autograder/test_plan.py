"""Planning: the same work has the same key, whoever hands it in; anything that could change a result changes the key."""

import dataclasses
import types

import pytest

from autograder import plan
from autograder.job import Limits, Verdict
from autograder.plan import Planner, course_secret, with_known
from autograder.spec import Assignment, KnownCell, NotebookSpec, ReadNotebook, Submission
from dlteach.exercises.registry import find

CHECK = 'import dlteach\ndlteach.check("gradient_descent.quadratic_derivative", points=1)'
PLAIN = "assert f(2) == 4"


def known(grade_id, source, **more):
    return KnownCell(grade_id, "code", source, "sum", locked=True, grade=True, solution=False, task=False, points=1.0, **more)


@pytest.fixture
def assignment(tmp_path):
    (tmp_path / "numbers.csv").write_text("1,2\n")
    cells = (known("check-quadratic_derivative", CHECK), known("test-f", PLAIN))
    return Assignment("ps1", (NotebookSpec("one", cells),), tmp_path, ("numbers.csv",))


def notebook(*sources, tags=()):
    def cell(source):
        grade_id = {CHECK: "check-quadratic_derivative", PLAIN: "test-f"}.get(source)
        return {
            "cell_type": "code",
            "source": source,
            "metadata": {"nbgrader": {"grade_id": grade_id}} if grade_id else {"tags": list(tags)},
        }

    return ReadNotebook("one", {"cells": [{"cell_type": "markdown", "source": "# Hello", "metadata": {}}, *map(cell, sources)]})


def planned(assignment, *sources, tags=(), files=None, secret=b"s", **more):
    planner = Planner(assignment, secret, Limits(), "play")
    return planner.plan(Submission(more.get("student", "ada"), "ps1", files=files or {}), notebook(*sources, tags=tags))


def test_the_same_work_has_one_key_whoever_hands_it_in(assignment):
    assert planned(assignment, "f = 1", CHECK) == planned(assignment, "f = 1", CHECK, student="bo")


def test_when_it_was_handed_in_changes_nothing(assignment):
    early = planned(assignment, "f = 1", CHECK, files={"timestamp.txt": b"2026-01-01 10:00:00 UTC"})
    assert early == planned(assignment, "f = 1", CHECK)


@pytest.mark.parametrize(
    "other",
    [
        lambda a: planned(a, "f = 2", CHECK),
        lambda a: planned(a, "f = 1", CHECK, "x = 1"),
        lambda a: planned(a, CHECK, "f = 1"),
        lambda a: planned(a, "f = 1"),
        lambda a: planned(a, "f = 1", CHECK, tags=["play"]),
        lambda a: planned(a, "f = 1", CHECK, files={"helper.py": b"x"}),
    ],
    ids=["another answer", "one more cell", "another order", "no check", "a cell that only plays", "a file"],
)
def test_what_can_change_a_result_changes_the_key(assignment, other):
    assert other(assignment).job.key != planned(assignment, "f = 1", CHECK).job.key


def test_a_changed_data_file_changes_the_key(assignment):
    before = planned(assignment, "f = 1", CHECK).job.key
    (assignment.source / "numbers.csv").write_text("3,4\n")
    assert planned(assignment, "f = 1", CHECK).job.key != before


def test_a_changed_test_changes_the_key(assignment):
    before = planned(assignment, "f = 1", PLAIN).job
    cell = dataclasses.replace(assignment.notebooks[0].cells[1], points=2.0)
    spec = dataclasses.replace(assignment.notebooks[0], cells=(assignment.notebooks[0].cells[0], cell))
    after = planned(dataclasses.replace(assignment, notebooks=(spec,)), "f = 1", PLAIN).job
    assert after.key != before.key


def test_a_changed_exercise_asks_for_that_exercise_alone(assignment, monkeypatch):
    before = planned(assignment, "f = 1", CHECK)
    changed = types.SimpleNamespace(**{**vars(find("gradient_descent.quadratic_derivative")), "rtol": 1e-3})
    changed.key = "gradient_descent.quadratic_derivative"
    plan.definition.cache_clear()
    monkeypatch.setattr(plan, "find", lambda key: changed)
    after = planned(assignment, "f = 1", CHECK)
    plan.definition.cache_clear()
    assert after.job.key != before.job.key
    assert after.job.seed == before.job.seed  # the run is the same, so its hidden cases are
    assert after.verdict_keys != before.verdict_keys


def test_known_verdicts_go_along_and_change_no_key(assignment):
    fresh = planned(assignment, "f = 1", CHECK)
    job = with_known(fresh, {"check-quadratic_derivative": Verdict("check-quadratic_derivative", 1.0, 1.0)})
    assert job.key == fresh.job.key
    assert job.known["check-quadratic_derivative"]["score"] == 1.0


def test_a_cell_is_judged_if_it_is_the_builders_check_of_a_known_exercise_and_run_if_not(assignment):
    cells = {cell.grade_id: cell for cell in planned(assignment, "f = 1", CHECK, PLAIN).job.cells}
    assert cells["check-quadratic_derivative"].exercise == "gradient_descent.quadratic_derivative"
    assert cells["test-f"].exercise == ""
    assert [cell.index for cell in cells.values()] == [1, 2, 3]
    unknown = CHECK.replace("quadratic_derivative", "no_such_exercise")
    spec = NotebookSpec("one", (known("check-quadratic_derivative", unknown),))
    cells = planned(dataclasses.replace(assignment, notebooks=(spec,)), "f = 1", CHECK).job.cells
    assert cells[1].exercise == ""


def test_hidden_cases_differ_from_work_to_work_and_from_course_to_course(assignment):
    seeds = {
        planned(assignment, "f = 1", CHECK).job.seed,
        planned(assignment, "f = 2", CHECK).job.seed,
        planned(assignment, "f = 1", CHECK, secret=b"t").job.seed,
    }
    assert len(seeds) == 3


def test_a_course_keeps_one_secret_that_others_cannot_read(tmp_path):
    first = course_secret(tmp_path / "private")
    assert course_secret(tmp_path / "private") == first
    assert course_secret(tmp_path / "another") != first
    assert len(first) == 32
    assert (tmp_path / "private" / "secret").stat().st_mode & 0o077 == 0
