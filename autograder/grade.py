"""Grade an assignment of a course: put the parts of the pipeline together, and run it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course, GradingError
from autograder.heavy import heavy_imports
from autograder.jail import view_of_python
from autograder.job import Limits
from autograder.journal import Journal
from autograder.judge.client import JudgeProcess, Spawned
from autograder.judge.errors import JudgeError
from autograder.outcome import Outcome, Progress
from autograder.read.names import shipped
from autograder.schedule.executor import Executor
from autograder.schedule.local import LocalExecutor

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
    spawned: Spawned | None = None,
) -> list[Outcome]:
    """Grade what was handed in, and write gradebook, ``autograded/`` and ``feedback/``.

    Args:
        course: the course.
        assignment: the assignment's name, such as ``05_backpropagation``; any nbgrader assignment will do.
        options: whom, and how.
        progress: is told how far it is.
        say: is told what the instructor should know before it begins, such as what the jail lacks here.
        spawned: a process for the judge, if there is one already; to be closed by whoever spawned it.

    Returns:
        An outcome for every submission, by student.

    Raises:
        GradingError: nothing was handed in, a student named here handed in nothing, there is no sandbox and one is required, …
    """
    students = chosen(course, assignment, options.students)
    limits = course.limits(options.memory)
    with ExitStack() as stack:
        journal = stack.enter_context(Journal(course.private / f"{assignment}.journal", limits))
        executor = stack.enter_context(started(course, assignment, options, limits, spawned))
        from autograder.pipeline import Grading  # nbgrader, pages, the gradebook: most of a second, in which the workers warm up

        grading = stack.enter_context(Grading.of(course, assignment, journal, executor, limits, force=options.force, progress=progress))
        with explained():
            executor.wait_until_ready()
            for sentence in warnings_of(executor, journal):
                say(sentence)
            return grading.run(students)


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


@contextmanager
def explained() -> Iterator[None]:
    """Whatever keeps a judge from starting is something the instructor must see to."""
    try:
        yield
    except JudgeError as error:
        raise GradingError(f"no notebook can be run here: {error}") from error


@contextmanager
def started(course: Course, assignment: str, options: Options, limits: Limits, spawned: Spawned | None = None) -> Iterator[Executor]:
    """An executor whose workers are warming up; stopped in the end."""
    source = course.path("source", ".", assignment)
    own = course.setting("Autograde", "exclude_overwriting", {}).get(assignment, ())  # files in which students write
    data = {name: str(source / name) for name in shipped(source, course.ignored) if name not in own}
    imports = heavy_imports(source)
    executor: Executor
    if options.scheduler:
        from autograder.schedule.dask import DaskExecutor, Setting

        content = {name: Path(path).read_bytes() for name, path in data.items()}
        setting = Setting(str(course.folder), limits, imports, options.jail, options.require_sandbox, content)
        executor = DaskExecutor(options.scheduler, setting)
    else:
        view = view_of_python(course.folder, data)
        there = [spawned] if spawned and spawned.up_to_date else []

        def start(workers: int) -> JudgeProcess:
            process = there.pop() if there else None
            spare = options.jobs is None
            return JudgeProcess(view, limits, workers, imports, options.jail, options.require_sandbox, spare, process)

        executor = LocalExecutor(start, options.jobs or len(os.sched_getaffinity(0)))
    try:
        yield executor
    finally:
        executor.close()


def warnings_of(executor: Executor, journal: Journal) -> Iterator[str]:
    """What the instructor should know before it begins."""
    if executor.jail.lacks:
        yield f"the jail here is only: {executor.jail.name}. What hostile code could do: {'; '.join(executor.jail.lacks)}"
    if journal.damaged:
        yield f"{journal.damaged} lines of {journal.path} were damaged and are worked out again"
