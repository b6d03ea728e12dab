"""The jail behind formgrader's own button: steps for ``nbgrader autograde`` that take the place of ``Execute``.

``dlteach course init`` puts them into a course's settings. The notebook is planned, run and judged as ``dlteach grade`` does it; the rest
of nbgrader's steps follow, and read the scores out of the outputs.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade, is_grade, is_solution

from autograder.course import Course
from autograder.grade import explained
from autograder.heavy import heavy_imports
from autograder.jail import view_of_python
from autograder.job import Job, Limits, Result
from autograder.judge.client import JudgeProcess
from autograder.named import named
from autograder.plan import Planner, course_secret
from autograder.read.export import HIDDEN, export
from autograder.read.folder import read_folder
from autograder.read.names import is_notebook
from autograder.record.notebook import executed
from autograder.record.scores import standing
from autograder.schedule.executor import Broken
from autograder.schedule.local import LocalExecutor
from autograder.spec import Assignment, Graded, ReadNotebook, Submission

IDLE_SECONDS = 60
"""How long a judge waits for the next notebook: a server that grades now and then shouldn't keep one for ever."""

COMMENTS = "dlteach_comments"
"""Where the comments on a notebook's answers wait, among nbconvert's resources, until they can be saved."""


class JailedExecute(NbGraderPreprocessor):
    """Run a notebook in the jail. ``Execute``'s own settings count: ``enabled``, ``timeout``, ``skip_cells_with_tag``."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run the cells and put their outputs into the notebook.

        Raises:
            RuntimeError: it could not be run at all; nbgrader lists the submission as failed.
        """
        if not self.config.Execute.get("enabled", True):
            return nb, resources
        course = Course(Path.cwd())  # nbgrader stands in the course's folder as it grades
        course.config.merge(self.config)  # which has what was asked for on the command line, too
        assignment, submission = taken(course, nb, resources["nbgrader"])
        limits = course.limits()
        planner = Planner(assignment, course_secret(course.private), limits, course.skip_tag)
        notebook = submission.notebooks[0]
        with explained():
            result = _JUDGE.judge(planner.plan(submission, notebook).job, setting_of(course, assignment, limits))
        if isinstance(result, Broken):
            raise RuntimeError(f"it can't be run: {result.reason}")
        for sentence in (*result.lacks, *result.flags, result.ended):
            if sentence:
                self.log.warning("%s", sentence)
        graded = Graded(submission, {notebook.name: result})
        resources[COMMENTS] = standing(graded, assignment.notebook(notebook.name), named(course.folder)).comments
        return shown(notebook, result), resources


class SaveComments(NbGraderPreprocessor):
    """Save what the judge says about each answer, as ``dlteach grade`` does; a step for after ``SaveAutoGrades``, which empties them."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the comments into the gradebook; none if nothing was run."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            for name, said in resources.get(COMMENTS, {}).items():
                gradebook.find_comment(name, about["notebook"], about["assignment"], about["student"]).auto_comment = said
            gradebook.db.commit()
        return nb, resources


def taken(course: Course, nb: Any, about: Mapping[str, str]) -> tuple[Assignment, Submission]:
    """The assignment, and a submission of this one notebook, whose graded cells nbgrader has restored before.

    The other files are read where the student handed them in: those in ``autograded/`` were copied there through any link.
    """
    name = about["assignment"]
    hidden = course.setting("ClearHiddenTests", "begin_test_delimeter", HIDDEN)
    with Gradebook(about["db_url"]) as gradebook:
        assignment = export(gradebook.db, course.path("source", ".", name), name, course.ignored, hidden)
    contents = read_folder(course.path("submitted", about["student"], name), ignore=course.ignored)
    files = {path: data for path, data in contents.files.items() if not is_notebook(path)}
    return assignment, Submission(about["student"], name, (ReadNotebook(about["notebook"], nb),), files)


def shown(notebook: ReadNotebook, result: Result) -> Any:
    """The notebook with its outputs. Where nbgrader would read another score out of them than the judge's, they are made to give that."""
    nb = from_dict(executed(notebook, result))
    for done in result.cells:
        cell = nb.cells[done.index]
        if is_grade(cell) and not is_solution(cell):
            verdict = result.verdicts.get(cell.metadata.nbgrader.grade_id)
            score = verdict.score if verdict else 0.0
            if _score_of(cell) != score:
                cell.outputs = [from_dict(output) for output in sealed(done.outputs, score, result.ended)]
    return nb


def _score_of(cell: Any) -> float | None:
    try:
        score: float | None = determine_grade(cell)[0]
    except (ValueError, KeyError):  # nbgrader's own complaint about points above the maximum
        return None
    return score


def sealed(outputs: Sequence[Mapping[str, Any]], score: float, ended: str) -> list[Mapping[str, Any]]:
    """Outputs that nbgrader reads as this score."""
    kept = [output for output in outputs if output["output_type"] in ("display_data", "stream") and output.get("name") != "stderr"]
    if score == 0:
        why = ended or "This test did not pass."
        return [*kept, {"output_type": "error", "ename": "NotPassed", "evalue": why, "traceback": [why]}]
    value = {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": repr(score)}}
    return [value, *kept]


@dataclass(frozen=True)
class Setting:
    """What a judge is started for. ``data`` are the files that the assignment ships: their names, where they are, and when they changed."""

    course: Path
    limits: Limits
    imports: tuple[str, ...]
    data: tuple[tuple[str, str, int], ...]

    def start(self, workers: int) -> JudgeProcess:
        """A judge for it."""
        view = view_of_python(self.course, {name: path for name, path, _ in self.data})
        return JudgeProcess(view, self.limits, workers, self.imports)


def setting_of(course: Course, assignment: Assignment, limits: Limits) -> Setting:
    """What the notebooks of an assignment need. Students' own versions of what ships count where the course says so."""
    kept = course.setting("Autograde", "exclude_overwriting", {}).get(assignment.name, ())
    paths = {name: assignment.source / name for name in assignment.data_files if name not in kept}
    data = tuple((name, str(path), path.stat().st_mtime_ns) for name, path in paths.items())
    return Setting(course.folder, limits, heavy_imports(assignment.source), data)


class OneJudge:
    """A judge for this process, started when it is needed and stopped when it has waited long enough."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: LocalExecutor | None = None
        self._setting: Setting | None = None
        self._timer: threading.Timer | None = None

    def judge(self, job: Job, setting: Setting) -> Result | Broken:
        """What comes of a job. Raises JudgeError where nothing can be run."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
            if self._executor is None or self._setting != setting:
                self._stop()
                self._executor, self._setting = LocalExecutor(setting.start, 1), setting
            try:
                self._executor.submit(job)
                answer = self._executor.receive()
            except BaseException:
                self._stop()
                raise
            self._timer = threading.Timer(IDLE_SECONDS, self.stop)
            self._timer.daemon = True
            self._timer.start()
            return answer

    def stop(self) -> None:
        """Stop the judge, if there is one."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        executor, self._executor = self._executor, None
        if executor:
            executor.close()


_JUDGE = OneJudge()
atexit.register(_JUDGE.stop)
