"""Grade an assignment of a course: put the parts of the pipeline together, and run it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from autograder.course import Course, GradingError
from autograder.jail import view_of_python
from autograder.job import Limits
from autograder.journal import Journal
from autograder.judge.client import JudgeProcess
from autograder.judge.errors import JudgeError
from autograder.outcome import Outcome
from autograder.pipeline import Grading, Progress, digest, limits_of, plans
from autograder.plan import Planner, course_secret
from autograder.read import read
from autograder.read.export import HIDDEN, export
from autograder.read.names import ignored, is_notebook
from autograder.record import Recorder, read_folders, read_rules
from autograder.record.nbgrader_api import nbgrader_api
from autograder.report.named import named
from autograder.schedule.executor import Executor
from autograder.schedule.local import LocalExecutor
from autograder.spec import Assignment

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How to grade.

    ``students``: whom; none means everybody. ``force``: run again what is known. ``jobs``: how many notebooks at a time; left out, as
    many as there are processors. ``memory``: bytes that a notebook may add. ``jail``: ``auto``, or a lesser kind, to try it.
    ``scheduler``: the address of a Dask scheduler, to run them on its workers instead of here.
    """

    students: Collection[str] = ()
    force: bool = False
    jobs: int | None = None
    memory: int | None = None
    jail: str = "auto"
    require_sandbox: bool = False
    scheduler: str = ""


def grade(
    course: Course,
    assignment: str,
    options: Options = Options(),
    progress: Progress = lambda done, total, student: None,
    say: Say = lambda sentence: None,
) -> list[Outcome]:
    """Grade what was handed in, and write gradebook, ``autograded/`` and ``feedback/``.

    Args:
        course: the course.
        assignment: the assignment's name, such as ``05_backpropagation``; any nbgrader assignment will do.
        options: whom, and how.
        progress: is told how far it is.
        say: is told what the instructor should know before it begins, such as what the jail lacks here.

    Returns:
        An outcome for every submission, by student.

    Raises:
        GradingError: nothing was handed in, a student named here handed in nothing, there is no sandbox and one is required, …
    """
    students = chosen(course, assignment, options.students)
    limits = limits_of(course, options.memory)
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(course.private / f"{assignment}.journal", limits))
        executor = stack.enter_context(started(course, assignment, options, limits))
        spec = specification(course, assignment)  # imports nbgrader, while the workers warm up
        stack.enter_context(explained())
        executor.wait_until_ready()
        for sentence in warnings_of(executor, journal):
            say(sentence)
        messages = named(course.folder)
        url, course_id = gradebook_of(course)
        folders, rules = read_folders(course.config, assignment), read_rules(course.config, assignment)
        recorder = stack.enter_context(Recorder(url, course_id, spec, folders, rules, messages))
        planner = Planner(spec, course_secret(course.private), limits, rules.skip_tag)
        extra = digest(sorted([*key, message] for key, message in messages.items()), repr(rules))
        return Grading(course, spec, journal, planner, executor, recorder, force=options.force, recorded_from=extra, progress=progress).run(
            students
        )


def foresee(course: Course, assignment: str, options: Options = Options()) -> Iterator[tuple[str, str]]:
    """What ``grade`` would do, student by student: nothing is run or written but the journal's empty file."""
    students = chosen(course, assignment, options.students)
    spec = specification(course, assignment)
    rules = read_rules(course.config, assignment)
    limits = limits_of(course, options.memory)
    planner = Planner(spec, course_secret(course.private), limits, rules.skip_tag)
    with Journal(course.private / f"{assignment}.journal", limits) as journal:
        for student in students:
            submission = read(course.path("submitted", student, assignment), student, spec, rules.skip_tag, course.ignored)
            planned = dict(plans(planner, submission))
            unknown = [name for name, plan in planned.items() if options.force or journal.result(plan.job.key) is None]
            if submission.problem:
                yield student, f"can't be graded: {submission.problem}"
            elif unknown:
                yield student, f"would be run: {', '.join(unknown)}"
            else:
                yield student, "is known"


def chosen(course: Course, assignment: str, wanted: Collection[str]) -> list[str]:
    """Whose submissions to grade.

    Raises:
        GradingError: nobody handed in anything, or somebody who is named did not.
    """
    course.require_source(assignment)
    handed_in = course.submitted(assignment)
    if not handed_in:
        raise GradingError(f"nobody handed in {assignment}: {course.path('submitted', '*', assignment)} matches no folder")
    for student in wanted:
        if student not in handed_in:
            raise GradingError(f"'{student}' handed in nothing: {course.path('submitted', student, assignment)} is no folder")
    return sorted(wanted) if wanted else handed_in


def specification(course: Course, assignment: str) -> Assignment:
    """The assignment as the gradebook knows it; generated by nbgrader if it doesn't yet."""
    nbgrader_api()
    course.prepare(assignment)
    hidden = course.setting("ClearHiddenTests", "begin_test_delimeter", HIDDEN)
    with course.gradebook() as gradebook:
        return export(gradebook, course.path("source", ".", assignment), assignment, course.ignored, hidden)


def gradebook_of(course: Course) -> tuple[str, str]:
    """The address of the gradebook, and the course's id in it."""
    from nbgrader.coursedir import CourseDirectory

    directory = CourseDirectory(config=course.config)
    return directory.db_url, directory.course_id


@contextmanager
def explained() -> Iterator[None]:
    """Whatever keeps a judge from starting is something the instructor must see to."""
    try:
        yield
    except JudgeError as error:
        raise GradingError(f"no notebook can be run here: {error}") from error


@contextmanager
def started(course: Course, assignment: str, options: Options, limits: Limits) -> Iterator[Executor]:
    """An executor whose workers are warming up; stopped in the end."""
    source = course.path("source", ".", assignment)
    own = course.setting("Autograde", "exclude_overwriting", {}).get(assignment, ())  # files in which students write
    data = {name: str(source / name) for name in shipped(source, course.ignored) if name not in own}
    torch = needs_torch(source)
    executor: Executor
    if options.scheduler:
        from autograder.schedule.dask import DaskExecutor, Setting

        content = {name: Path(path).read_bytes() for name, path in data.items()}
        setting = Setting(str(course.folder), limits, torch, options.jail, options.require_sandbox, content)
        executor = DaskExecutor(options.scheduler, setting)
    else:
        view = view_of_python(course.folder, data)

        def start(workers: int) -> JudgeProcess:
            return JudgeProcess(view, limits, workers, torch, options.jail, options.require_sandbox)

        executor = LocalExecutor(start, options.jobs or len(os.sched_getaffinity(0)))
    try:
        yield executor
    finally:
        executor.close()


def shipped(source: Path, patterns: Collection[str]) -> list[str]:
    """The files of an assignment that aren't notebooks, as paths inside its folder."""
    found = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not ignored(name, list(patterns)))
        found += [Path(folder, name) for name in files if not is_notebook(name) and not ignored(name, list(patterns))]
    return sorted(path.relative_to(source).as_posix() for path in found)


def needs_torch(source: Path) -> bool:
    """Whether the instructor's notebooks speak of torch, and it is there: only then is it worth the memory of having it ready."""
    if find_spec("torch") is None:
        return False
    for path in source.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
        if any("torch" in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"):
            return True
    return False


def warnings_of(executor: Executor, journal: Journal) -> Iterator[str]:
    """What the instructor should know before it begins."""
    if executor.jail.lacks:
        yield f"the jail here is only: {executor.jail.name}. What hostile code could do: {'; '.join(executor.jail.lacks)}"
    if journal.damaged:
        yield f"{journal.damaged} lines of {journal.path} were damaged and are worked out again"
