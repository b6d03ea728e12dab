"""Grade a class: read → plan → run and judge → journal → record.

This process holds the gradebook, the journal and the course's secret; nothing of a student runs in it. Jobs go to an executor, results come
back in any order and are written to the journal at once; what is complete is recorded in small batches while the next ones run.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import Course, GradingError
from autograder.job import Job, Limits, Result
from autograder.journal import Journal
from autograder.outcome import Outcome, Progress
from autograder.plan import Planned, Planner, course_secret, with_known
from autograder.read import read, valid_student
from autograder.read.export import HIDDEN, export
from autograder.schedule.executor import Broken, Executor
from autograder.spec import Assignment, Graded, ReadNotebook, Submission

if TYPE_CHECKING:
    from autograder.record import Recorder

BATCH = 8
"""How many submissions go to the gradebook at a time."""


@dataclass
class _Waiting:
    """A submission some of whose notebooks are being run. ``results`` has a notebook's result, or the reason why it can't be run."""

    submission: Submission
    planned: Mapping[str, Planned]
    results: dict[str, Result | str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return len(self.results) == len(self.planned)


class Grading:
    """One run over a class.

    Args:
        course: the course.
        assignment: the assignment as the gradebook knows it.
        journal: what is known already; what becomes known is added.
        planner: makes jobs.
        executor: runs them.
        recorder: opens what writes the gradebook, when it is needed for the first time.
        at_hand: whether that would take no time now; where it would, to ask starts what is needed for it.
        force: run again what is known.
        progress: is told how far it is.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        journal: Journal,
        planner: Planner,
        executor: Executor,
        recorder: Callable[[], Recorder],
        *,
        at_hand: Callable[[], bool] = lambda: True,
        force: bool = False,
        progress: Progress = lambda done, total, student: None,
    ) -> None:
        self.course, self.assignment, self.journal, self.planner = course, assignment, journal, planner
        self.executor, self.force, self.progress = executor, force, progress
        self._open_recorder, self._at_hand = recorder, at_hand
        self._unopened: GradingError | None = None
        self._running: dict[str, list[tuple[_Waiting, str]]] = {}
        self._fresh: set[str] = set()
        self._ready: list[_Waiting] = []
        self._outcomes: dict[str, Outcome] = {}
        self._total = 0

    @classmethod
    @contextmanager
    def of(cls, course: Course, name: str, journal: Journal, executor: Executor, limits: Limits, **options: Any) -> Iterator[Grading]:
        """A run over an assignment of a course, by the course's settings. The gradebook is closed in the end."""
        assignment = specification(course, name)
        planner = Planner(assignment, course_secret(course.private), limits, course.skip_tag)
        importing = _Importing()
        with ExitStack() as stack:

            def recorder() -> Recorder:
                importing.wait()
                from autograder.record.opening import open_recorder

                return stack.enter_context(open_recorder(course, assignment))

            yield cls(course, assignment, journal, planner, executor, recorder, at_hand=importing.is_done, **options)

    @functools.cached_property
    def recorder(self) -> Recorder:
        """The only writer, opened when it is needed. Raises GradingError if the gradebook can't be opened, and then tries no more."""
        if self._unopened is None:
            try:
                return self._open_recorder()
            except (SQLAlchemyError, ImportError) as error:  # the address, which may hold a password, is in none of their messages
                said = " ".join(str(getattr(error, "orig", None) or error).split())
                self._unopened = GradingError(f"the gradebook can't be opened: {said}; what was run is kept, and is recorded next time")
                self._unopened.__cause__ = error
        raise self._unopened

    @functools.cached_property
    def _state(self) -> str:
        """A digest of everything else that goes into what is recorded: where it has changed, all is recorded anew, not run anew."""
        notebooks = [asdict(notebook) for notebook in self.assignment.notebooks]
        return digest(notebooks, self.recorder.state, str(self.assignment.duedate))

    def run(self, students: Collection[str]) -> list[Outcome]:
        """Grade these students' submissions. An interrupt stops it; what was computed until then is kept, and what is complete recorded."""
        self._total = len(students)
        try:
            for student in students:
                self._take(student)
                while self.executor.busy and self.executor.room <= 0:
                    self._collect()
            while self.executor.busy:
                self._collect()
        except KeyboardInterrupt:
            self.executor.close()
            raise
        finally:
            self._record()
        return [self._outcomes[student] for student in sorted(self._outcomes)]

    def _take(self, student: str) -> None:
        """Read and plan one submission, and hand over what of it isn't known."""
        folder = self.course.path("submitted", student, self.assignment.name)
        submission = read(folder, student, self.assignment, self.planner.skip_tag, self.course.ignored)
        if not valid_student(student):  # which must become no part of a path or a row
            self._done(Outcome(student, "failed", reason=submission.problem))
            return
        planned = dict(plans(self.planner, submission))
        if not self.force and self._unchanged(submission, planned):
            self._as_before(student)
            return
        waiting = _Waiting(submission, planned)
        for name, plan in planned.items():
            self._find_or_run(waiting, name, plan)
        self._finish(waiting)

    def _as_before(self, student: str) -> None:
        """What the gradebook says of a submission that is recorded. What could not be graded then still needs somebody to see to it."""
        outcome = self.recorder.scores([student])[student]
        problem = (self.journal.recorded(student) or {}).get("problem")
        self._done(replace(outcome, status="failed", reason=problem) if problem else outcome)

    def _find_or_run(self, waiting: _Waiting, name: str, plan: Planned) -> None:
        key = plan.job.key
        use_known = not self.force or key in self._fresh
        known = self.journal.result(key) if use_known else None
        failure = self.journal.failure(key) if use_known and known is None else ""
        if known is not None:
            waiting.results[name] = known
        elif failure:
            waiting.results[name] = failure
        elif key in self._running:
            self._running[key].append((waiting, name))
        else:
            self._running[key] = [(waiting, name)]
            self.executor.submit(self._job(plan))

    def _job(self, plan: Planned) -> Job:
        if self.force:
            return plan.job
        known = {grade_id: self.journal.verdict(key) for grade_id, key in plan.verdict_keys.items()}
        return with_known(plan, {grade_id: verdict for grade_id, verdict in known.items() if verdict and verdict.report})

    def _collect(self) -> None:
        """Wait for one job, write down what came of it, and give it to all who wait for it."""
        self._at_hand()
        answer = self.executor.receive()
        asked = self._running.pop(answer.key)
        first, name = asked[0]
        if isinstance(answer, Broken):
            self.journal.add_failure(answer.key, answer.reason)
        else:
            self.journal.add_result(answer, first.planned[name].verdict_keys)
        self._fresh.add(answer.key)
        for waiting, notebook in asked:
            waiting.results[notebook] = answer.reason if isinstance(answer, Broken) else answer
            self._finish(waiting)

    def _finish(self, waiting: _Waiting) -> None:
        if waiting.complete:
            self._ready.append(waiting)
            if len(self._ready) >= BATCH and self._at_hand():
                self._record()

    def _record(self) -> None:
        """Write what is complete to the gradebook and the folders, then note that it is there."""
        ready, self._ready = self._ready, []
        if not ready:
            return
        self.journal.sync()
        outcomes = self.recorder.record([graded(item.submission, item.results) for item in ready])
        for waiting, outcome in zip(ready, outcomes, strict=True):
            if outcome.score is not None:
                state = self._state_of(waiting.submission, waiting.planned)
                said = {"problem": outcome.reason, "remarks": [*waiting.submission.remarks, *repairs(waiting.submission)]}
                self.journal.add_recorded(outcome.student, {**state, **said})
            self._done(outcome)

    def _done(self, outcome: Outcome) -> None:
        self._outcomes[outcome.student] = outcome
        self.progress(len(self._outcomes), self._total, outcome.student)

    def _unchanged(self, submission: Submission, planned: Mapping[str, Planned]) -> bool:
        """Whether what is recorded was recorded from just this, and is still there."""
        recorded = self.journal.recorded(submission.student)
        if recorded is None or any(recorded.get(key) != value for key, value in self._state_of(submission, planned).items()):
            return False
        keys = [plan.job.key for plan in planned.values()]
        known = all(self.journal.result(key) is not None or self.journal.failure(key) for key in keys)
        return known and self.recorder.has(submission)

    def _state_of(self, submission: Submission, planned: Mapping[str, Planned]) -> dict[str, Any]:
        keys = {name: plan.job.key for name, plan in planned.items()}
        return {"submission": submission.digest, "jobs": keys, "state": self._state}


class _Importing:
    """Imports what records, for half a second, in which the first notebooks run. Nothing else may import nbgrader meanwhile."""

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._import)
        self._begun = False

    def is_done(self) -> bool:
        """Whether it is imported. It begins when this is first asked."""
        if not self._begun:
            self._begun = True
            self._thread.start()
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Until it is imported."""
        if not self.is_done():
            self._thread.join()

    @staticmethod
    def _import() -> None:
        with suppress(Exception):  # whoever needs it imports it again, and hears of it
            importlib.import_module("autograder.record.opening")


def specification(course: Course, name: str) -> Assignment:
    """The assignment as the gradebook knows it; generated by nbgrader if it doesn't yet."""
    try:
        return known(course, name)
    except (GradingError, SQLAlchemyError, ImportError):  # nbgrader makes what is missing, or says what is wrong
        course.prepare(name)
        return known(course, name)


def known(course: Course, name: str) -> Assignment:
    """The assignment as the gradebook knows it. Raises GradingError if it doesn't, SQLAlchemyError if it can't be read."""
    url = make_url(course.gradebook_url)
    if url.get_backend_name() == "sqlite" and not url.query and not (url.database and Path(url.database).is_file()):
        raise GradingError(f"there is no gradebook {url.database}")
    hidden = course.setting("ClearHiddenTests", "begin_test_delimeter", HIDDEN)
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return export(connection, course.path("source", ".", name), name, course.ignored, hidden)
    finally:
        engine.dispose()


def plans(planner: Planner, submission: Submission) -> Iterator[tuple[str, Planned]]:
    """What must be known of a submission: a job for each notebook that can be read."""
    readable: list[ReadNotebook] = [] if submission.problem else [item for item in submission.notebooks if item.content is not None]
    for notebook in readable:
        yield notebook.name, planner.plan(submission, notebook)


def repairs(submission: Submission) -> list[str]:
    """What was mended in a submission's notebooks, each sentence once."""
    return list(dict.fromkeys(sentence for notebook in submission.notebooks for sentence in notebook.repairs))


def graded(submission: Submission, results: Mapping[str, Result | str]) -> Graded:
    """What to record: a notebook that could not be run is one with a problem."""
    broken = {name: reason for name, reason in results.items() if isinstance(reason, str)}
    notebooks = tuple(replace(item, problem=broken[item.name]) if item.name in broken else item for item in submission.notebooks)
    return Graded(replace(submission, notebooks=notebooks), {name: item for name, item in results.items() if isinstance(item, Result)})


def digest(*parts: Any) -> str:
    """A digest of plain data."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()
