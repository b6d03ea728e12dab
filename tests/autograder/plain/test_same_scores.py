"""Same cells, same scores: ``nbgrader autograde`` and ``dlteach grade`` write the same rows into the gradebook."""

import copy
import json
import shutil

import nbformat
import numpy as np
import pytest

from benchmarks.classes import lesson_class
from dlteach.authoring.course import open_gradebook
from dlteach.exercises.registry import lessons
from tests.autograder.plain.assignments import ASSIGNMENTS, write_source
from tests.autograder.plain.classes import CLASSES, PROJECT, Work, hand_in
from tests.submissions import answered

pytestmark = pytest.mark.slow
PENALTY = """
from nbgrader.plugins import BasePlugin
class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return round(score / 2, 1)
c.AssignLatePenalties.plugin_class = Half
"""


def rows(course, assignment):
    """Every row that grading writes, by student, notebook and cell. Ids and the time of day are left out."""
    found = {}
    with open_gradebook(course) as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            who = submission.student.id
            found[who] = {"score": submission.score, "max_score": submission.max_score, "time": submission.timestamp}
            found[who] |= {"late": submission.total_seconds_late, "manual": submission.needs_manual_grade}
            found[who]["kept"] = (course / "autograded" / who / assignment).is_dir()
            for notebook in submission.notebooks:
                found[who][notebook.name] = notebook.late_submission_penalty
                for grade in notebook.grades:
                    values = (grade.auto_score, grade.manual_score, grade.extra_credit, grade.needs_manual_grade, grade.max_score_gradecell)
                    found[who][notebook.name, "grade", grade.name] = values
                for comment in notebook.comments:
                    found[who][notebook.name, "comment", comment.name] = (comment.auto_comment, comment.manual_comment)
    return found


def both_ways(run, course, assignment):
    """The rows of nbgrader's own command and of ours, on two copies of one course."""
    twin = course.with_name(f"{course.name}-twin")
    shutil.copytree(course, twin)
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("run_in_jail(c)", ""), encoding="utf-8")  # nbgrader with its own kernels
    run("nbgrader", "autograde", assignment, cwd=course, ok=False)
    done = run("dlteach", "grade", assignment, "--course", twin, "--json", ok=False)
    assert done.returncode in (0, 1), done.stderr
    return rows(course, assignment), rows(twin, assignment), {outcome["student"]: outcome for outcome in json.loads(done.stdout)}


def course_with(run, folder, assignment, lessons="02"):
    run("dlteach", "course", "init", folder, "--lessons", lessons)
    if assignment in ASSIGNMENTS:
        write_source(folder, assignment)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8") + PENALTY, encoding="utf-8")
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate="2026-03-01 12:00:00 UTC")
    run("nbgrader", "generate_assignment", assignment, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def compared(request, run, tmp_path_factory):
    """A plain assignment, handed in by its class, graded both ways."""
    course = course_with(run, tmp_path_factory.mktemp(request.param) / "course", request.param)
    for student, work in CLASSES[request.param].items():
        hand_in(course, request.param, student, work)
    return both_ways(run, course, request.param)


STUDENTS = [
    pytest.param(assignment, student, marks=pytest.mark.xdist_group(f"same scores, {assignment}"), id=f"{assignment}, {student}")
    for assignment, students in CLASSES.items()
    for student in students
]


@pytest.mark.parametrize(("compared", "student"), STUDENTS, indirect=["compared"], scope="module")
def test_a_plain_assignment_gets_the_same_rows(compared, student):
    theirs, ours, _ = compared
    assert ours[student] == theirs[student]


@pytest.mark.parametrize(
    "compared",
    [pytest.param(assignment, marks=pytest.mark.xdist_group(f"same scores, {assignment}")) for assignment in ASSIGNMENTS],
    indirect=True,
)
def test_nobody_is_lost_and_not_all_have_the_same(compared):
    theirs, ours, outcomes = compared
    assert set(ours) == set(theirs) == set(outcomes)
    assert len({row["score"] for row in ours.values()}) >= 3
    for student, outcome in outcomes.items():
        assert outcome["score"] == pytest.approx(ours[student]["score"]), student


def lesson_numbered(number):
    return next(lesson for lesson in lessons() if lesson.number == number)


@pytest.mark.parametrize(
    ("number", "size"),
    [
        pytest.param(2, 6, marks=pytest.mark.xdist_group("same scores, 02")),
        pytest.param(5, 6, marks=pytest.mark.xdist_group("same scores, 05")),
        pytest.param(2, 60, marks=pytest.mark.soak),
        pytest.param(5, 60, marks=pytest.mark.soak),
    ],
)
def test_a_lesson_gets_the_same_rows_but_for_the_comments_on_its_answers(run, tmp_path, number, size):
    lesson = lesson_numbered(number)
    course = course_with(run, tmp_path / "course", lesson.stem, f"{number:02d}")
    for student, notebook in lesson_class(lesson, size).items():
        folder = course / "submitted" / student / lesson.stem
        folder.mkdir(parents=True)
        (folder / f"{lesson.stem}.ipynb").write_text(notebook, encoding="utf-8")
    theirs, ours, _ = both_ways(run, course, lesson.stem)
    answers = {(lesson.stem, "comment", exercise.name) for exercise in lesson.exercises}
    assert len(ours) == size
    for student in theirs:
        assert {key: value for key, value in ours[student].items() if key not in answers} == {
            key: value for key, value in theirs[student].items() if key not in answers
        }, student


# Where the two differ on purpose


@pytest.fixture(scope="module")
def differing(run, tmp_path_factory):
    """The exceptions: each is graded both ways, as one class."""
    course = course_with(run, tmp_path_factory.mktemp("differing") / "course", "project")
    for student, work in EXCEPTIONS.items():
        hand_in(course, "project", student, work)
    return both_ways(run, course, "project")


def skipping(made):
    for cell in made.cells:
        cell.metadata["tags"] = ["skip-execution"]


EXCEPTIONS = {
    "above-maximum": Work({"words": "def words(sentence):\n    return {'a b c': 3, '': 0}.get(sentence, 99)"}),
    "ends-python": Work({"words": "import os\ndef words(sentence):\n    os._exit(0)"}),
    "shows-a-result": Work({"words": "import sys\ndef words(sentence):\n    sys.displayhook(2.0)\n    return 0"}),
    "among-them": PROJECT["circle"],
}
differs = pytest.mark.xdist_group("same scores, differing")


@differs
def test_a_result_above_the_maximum_is_the_maximum_where_nbgrader_loses_the_submission(differing):
    theirs, ours, outcomes = differing
    assert (theirs["above-maximum"]["kept"], ours["above-maximum"]["kept"]) == (False, True)
    assert ours["above-maximum"]["two", "grade", "test-shown"][0] == 2
    assert outcomes["above-maximum"]["remarks"]


@differs
def test_what_was_earned_before_python_ended_is_kept_where_nbgrader_loses_it(differing):
    theirs, ours, outcomes = differing
    assert (theirs["ends-python"]["kept"], ours["ends-python"]["kept"]) == (False, True)
    assert ours["ends-python"]["one", "grade", "test-area"][0] == 2
    assert ours["ends-python"]["two", "grade", "test-words"][0] == 0
    assert outcomes["ends-python"]["reason"] or outcomes["ends-python"]["remarks"]


@differs
def test_a_result_that_a_tested_function_shows_by_itself_is_worth_nothing_where_nbgrader_takes_it(differing):
    theirs, ours, _ = differing
    assert theirs["shows-a-result"]["two", "grade", "test-words"][0] == 2
    assert ours["shows-a-result"]["two", "grade", "test-words"][0] == 0


@differs
def test_who_hands_in_among_them_has_the_same_rows(differing):
    theirs, ours, _ = differing
    assert ours["among-them"] == theirs["among-them"]


@pytest.mark.xdist_group("same scores, hard-coded")
def test_answers_that_know_the_public_examples_alone_earn_nothing_where_nbgrader_gives_all(run, tmp_path):
    lesson = lesson_numbered(2)
    course = course_with(run, tmp_path / "course", lesson.stem)
    exercise = lesson.exercise("quadratic_derivative")
    release = nbformat.read(course / "release" / lesson.stem / f"{lesson.stem}.ipynb", as_version=4)
    folder = course / "submitted" / "knows" / lesson.stem
    folder.mkdir(parents=True)
    nbformat.write(answered(copy.deepcopy(release), {exercise.name: hard_coded(exercise)}), folder / f"{lesson.stem}.ipynb")
    theirs, ours, _ = both_ways(run, course, lesson.stem)
    key = (lesson.stem, "grade", f"check-{exercise.name}")
    assert theirs["knows"][key][0] == exercise.points
    assert ours["knows"][key][0] < exercise.points / 2


def hard_coded(exercise):
    """A function that looks up the public examples' answers."""
    lines = ["import numpy as np", f"def {exercise.name}(x):"]
    for case in exercise.cases(np.random.default_rng(0)):
        shown = np.asarray(exercise.reference(case.args["x"])).tolist()
        value = f"np.array({shown})" if isinstance(case.args["x"], np.ndarray) else str(shown)
        lines.append(f"    if np.array_equal(x, np.array({np.asarray(case.args['x']).tolist()})):\n        return {value}")
    return "\n".join([*lines, "    return x"])
