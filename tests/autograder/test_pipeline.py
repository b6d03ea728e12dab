"""The coordinator: what is run, what isn't, and what becomes of it. Whoever runs and whoever records are played by the test."""

import dataclasses
import types

import pytest
from sqlalchemy.exc import OperationalError

from autograder import plan
from autograder.course import GradingError
from autograder.job import CellResult, Limits, Result, Verdict
from autograder.journal import Journal
from autograder.outcome import Outcome
from autograder.pipeline import BATCH, Grading
from autograder.plan import Planner
from autograder.schedule.executor import Broken, Jailed
from autograder.spec import Assignment, KnownCell, NotebookSpec
from dlteach.authoring import notebook_text
from dlteach.exercises.registry import find
from tests.submissions import hand_in

CHECKS = [f'import dlteach\ndlteach.check("gradient_descent.{name}", points=1)' for name in ("quadratic_derivative", "numerical_gradient")]


class Runs:
    """An executor that answers at once, and remembers what it was asked."""

    jail = Jailed("made up")

    def __init__(self, answer=None, room=3):
        self.jobs, self.waiting, self.limit, self.closed = [], [], room, False
        self.answer = answer or good

    room = property(lambda self: self.limit - len(self.waiting))
    busy = property(lambda self: len(self.waiting))

    def submit(self, job):
        self.jobs.append(job)
        self.waiting.append(job)

    def receive(self):
        answer = self.answer(self.waiting.pop())  # the last first: results come in any order
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self):
        self.closed = True


class Records:
    """A recorder that remembers."""

    def __init__(self):
        self.batches, self.students, self.state = [], {}, ""

    def record(self, batch):
        self.batches.append([graded.submission.student for graded in batch])
        return [self._one(graded) for graded in batch]

    def _one(self, graded):
        problem = graded.submission.problem or " ".join(notebook.problem for notebook in graded.submission.notebooks)
        points = sum(verdict.score for result in graded.results.values() for verdict in result.verdicts.values())
        status = "failed" if problem.strip() else "graded"
        self.students[graded.submission.student] = Outcome(graded.submission.student, status, points, 2.0, problem.strip())
        return self.students[graded.submission.student]

    def scores(self, students):
        return {student: dataclasses.replace(self.students[student], status="unchanged") for student in students}

    def has(self, submission):
        return submission.student in self.students


def good(job):
    verdicts = {cell.grade_id: Verdict(cell.grade_id, 1.0, 1.0, {"headline": "Right"}) for cell in job.cells if cell.grade_id}
    return Result(job.key, tuple(CellResult(cell.index, "ok") for cell in job.cells), verdicts)


def about(number):
    return {"nbgrader": {"grade_id": f"check-{number}", "grade": True, "locked": True, "points": 1, "solution": False, "task": False}}


def known(number):
    more = {"locked": True, "grade": True, "solution": False, "task": False, "points": 1.0, "metadata": about(number)}
    return KnownCell(f"check-{number}", "code", CHECKS[number], "sum", **more)


class World:
    """A course with one assignment, in which students hand in an answer each."""

    def __init__(self, folder):
        self.folder = folder
        cells = tuple(map(known, range(len(CHECKS))))
        self.assignment = Assignment("ps1", (NotebookSpec("ps1", cells),), folder / "source")
        self.course = types.SimpleNamespace(path=lambda step, student, name: folder / step / student / name, ignored=[])
        self.records, self.limits = Records(), Limits()

    def hand_in(self, student, answer):
        from nbformat.v4 import new_code_cell, new_notebook

        graded = [new_code_cell(check, metadata=about(number), id=f"c{number}") for number, check in enumerate(CHECKS)]
        hand_in(self.folder, student, "ps1", notebook_text(new_notebook(cells=[new_code_cell(answer, id="a"), *graded])))

    def grade(self, runs, *, force=False, recorded_from=""):
        students = sorted(path.name for path in (self.folder / "submitted").iterdir())
        with Journal(self.folder / "ps1.journal", self.limits) as journal:
            planner = Planner(self.assignment, b"secret", self.limits, "play")
            self.records.state = recorded_from
            grading = Grading(self.course, self.assignment, journal, planner, runs, lambda: self.records, force=force)
            outcomes = grading.run(students)
        return {outcome.student: outcome for outcome in outcomes}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_the_same_work_is_run_once_whoever_hands_it_in(world):
    for student, answer in {"ada": "f = 1", "bo": "f = 1", "cem": "f = 2"}.items():
        world.hand_in(student, answer)
    runs = Runs()
    assert {student: outcome.score for student, outcome in world.grade(runs).items()} == {"ada": 2.0, "bo": 2.0, "cem": 2.0}
    assert len(runs.jobs) == 2


def test_a_gradebook_that_cannot_be_opened_is_said_once_and_loses_nothing(world):
    world.hand_in("ada", "f = 1")
    opened = []

    def locked():
        opened.append(1)
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    with Journal(world.folder / "ps1.journal", world.limits) as journal:
        planner = Planner(world.assignment, b"secret", world.limits, "play")
        grading = Grading(world.course, world.assignment, journal, planner, Runs(), locked)
        with pytest.raises(GradingError, match="the gradebook can't be opened: database is locked; what was run is kept"):
            grading.run(["ada"])
    assert len(opened) == 1
    runs = Runs()
    assert world.grade(runs)["ada"].score == 2.0
    assert runs.jobs == []


def test_nothing_is_run_again_where_nothing_has_changed(world):
    world.hand_in("ada", "f = 1")
    world.grade(Runs())
    runs = Runs()
    assert world.grade(runs)["ada"].status == "unchanged"
    assert (runs.jobs, len(world.records.batches)) == ([], 1)
    world.hand_in("ada", "f = 2")
    assert world.grade(runs)["ada"].status == "graded"
    assert len(runs.jobs) == 1


def test_what_is_recorded_differently_is_recorded_anew_and_not_run(world):
    world.hand_in("ada", "f = 1")
    world.grade(Runs())
    runs = Runs()
    assert world.grade(runs, recorded_from="an instructor's message")["ada"].status == "graded"
    assert (runs.jobs, len(world.records.batches)) == ([], 2)


def test_force_runs_again_and_still_once_for_the_same_work(world):
    for student in ("ada", "bo"):
        world.hand_in(student, "f = 1")
    world.grade(Runs())
    runs = Runs()
    assert {outcome.status for outcome in world.grade(runs, force=True).values()} == {"graded"}
    assert len(runs.jobs) == 1


def test_a_changed_exercise_is_probed_alone(world, monkeypatch):
    world.hand_in("ada", "f = 1")
    world.grade(Runs())
    changed = types.SimpleNamespace(**{**vars(find("gradient_descent.numerical_gradient")), "rtol": 1e-3})
    changed.key = "gradient_descent.numerical_gradient"
    monkeypatch.setattr(plan, "find", lambda key: changed if key == changed.key else find(key))
    plan.definition.cache_clear()
    runs = Runs()
    world.grade(runs)
    plan.definition.cache_clear()
    assert [sorted(job.known) for job in runs.jobs] == [["check-0"]]


def test_a_notebook_that_cannot_be_run_is_listed_and_the_others_are_graded(world):
    for student, answer in {"ada": "f = 1", "mallory": "kill()", "zoe": "f = 3"}.items():
        world.hand_in(student, answer)

    def answer(job):
        return Broken(job.key, "it killed two judges") if "kill()" in job.cells[0].source else good(job)

    found = world.grade(Runs(answer))
    assert (found["mallory"].status, found["mallory"].reason) == ("failed", "it killed two judges")
    assert (found["ada"].score, found["zoe"].score) == (2.0, 2.0)
    again = Runs(answer)
    assert world.grade(again)["mallory"].reason == "it killed two judges"
    assert again.jobs == []
    assert world.grade(Runs(), force=True)["mallory"].status == "graded"


def test_what_cannot_be_read_is_listed_every_time(world):
    world.hand_in("ada", "f = 1")
    hand_in(world.folder, "broken", "ps1", "{")
    for _ in range(2):
        broken = world.grade(Runs())["broken"]
        assert (broken.status, "breaks off" in broken.reason) == ("failed", True)


def test_what_is_complete_is_recorded_before_an_interrupt_ends_it(world):
    for number in range(10):
        world.hand_in(f"s{number}", f"f = {number}")
    left = [4]

    def answer(job):
        left[0] -= 1
        return KeyboardInterrupt() if left[0] < 0 else good(job)

    runs = Runs(answer)
    with pytest.raises(KeyboardInterrupt):
        world.grade(runs)
    assert runs.closed
    assert len(world.records.students) == 4
    rest = Runs()
    assert len(world.grade(rest)) == 10
    assert len(rest.jobs) == 6


def test_a_large_class_goes_to_the_gradebook_in_batches_and_never_waits_for_all(world):
    for number in range(3 * BATCH):
        world.hand_in(f"s{number:02d}", f"f = {number}")
    runs = Runs(room=2)
    world.grade(runs)
    assert [len(batch) for batch in world.records.batches] == [BATCH] * 3
    assert len(runs.jobs) == 3 * BATCH
