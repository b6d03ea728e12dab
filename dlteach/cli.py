"""The command ``dlteach``. What only one command needs is imported there: the others would wait for it.

Exit status: 0 done, 1 something the user must see to, 2 wrong usage. What goes wrong is said in one sentence on standard error.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.grade import Options
    from autograder.judge.client import Spawned
    from autograder.outcome import Outcome
    from autograder.outcome import Progress as OnProgress
    from dlteach.checking.exercise import Lesson

app = typer.Typer(
    help="Learn deep learning in Jupyter: lessons for students, courses and grades for instructors.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
course_app = typer.Typer(help="Make an nbgrader course.", no_args_is_help=True)
app.add_typer(course_app, name="course")

LessonName = Annotated[str, typer.Argument(metavar="LESSON", help="The lesson: 05, 5, backpropagation or 05_backpropagation.")]
AssignmentName = Annotated[str, typer.Argument(metavar="LESSON", help="The lesson, or the name of any assignment of the course.")]
CourseFolder = Annotated[Path, typer.Option("--course", metavar="DIR", help="The folder of the course.")]


def main() -> None:
    """Run the command. Mistakes of the user come out as one sentence, never as a traceback."""
    gc.set_threshold(50_000)  # a command imports much and makes little garbage: looking for it would take a third of the start
    atexit.register(gc.freeze)  # and half a second at the end
    try:
        with _judge_ahead() as spawned:
            app(obj=spawned)
    except OSError as error:
        fail(f"{error.filename or 'a file'} could not be used: {error.strerror or error}")
    except Exception as error:
        from autograder.course import GradingError
        from dlteach.authoring import AuthoringError

        if not isinstance(error, AuthoringError | GradingError):
            raise
        fail(str(error))


def _judge_ahead() -> AbstractContextManager[Spawned | None]:
    """What judges imports for half a second; for a command that will need it, it does so while this process imports."""
    if sys.platform != "linux" or sys.argv[1:2] != ["grade"] or not {"-h", "--help", "--dry-run", "--scheduler"}.isdisjoint(sys.argv):
        return nullcontext()
    from autograder.judge.client import Spawned

    return Spawned()


def fail(message: str, status: int = 1) -> NoReturn:
    """Say what is wrong and leave."""
    print(f"dlteach: {message}", file=sys.stderr)
    raise SystemExit(status)


def find_lesson(name: str) -> Lesson:
    """The lesson called by number (``5``, ``05``), name (``backpropagation``) or file name (``05_backpropagation``).

    Raises:
        typer.BadParameter: there is none; the message lists those there are.
    """
    from dlteach.exercises.registry import lessons

    wanted = Path(name.strip()).name.removesuffix(".ipynb").removesuffix(".py")
    for lesson in lessons():
        if wanted in (lesson.name, lesson.stem) or (wanted.isdecimal() and int(wanted) == lesson.number):
            return lesson
    raise typer.BadParameter(f"there is no lesson '{name}'; there are {', '.join(lesson.stem for lesson in lessons())}")


def find_assignment(folder: Path, name: str) -> str:
    """The assignment of a course that is called so: by its own name, or, if it is a lesson, by any of the lesson's names.

    Raises:
        typer.BadParameter: there is none.
    """
    from autograder.course import Course
    from dlteach.authoring.errors import AuthoringError

    assignments: list[str] = []
    with suppress(AuthoringError):
        source = Course(folder).path("source", ".", "x").parent
        assignments = sorted(path.name for path in source.iterdir() if path.is_dir()) if source.is_dir() else []
    if name in assignments:
        return name
    try:
        return find_lesson(name).stem
    except typer.BadParameter:
        if assignments:
            raise typer.BadParameter(f"this course has no assignment '{name}'; it has {', '.join(assignments)}") from None
        raise


def find_lessons(names: str) -> list[Lesson]:
    """Several lessons, separated by commas: ``02,05``."""
    return [find_lesson(name) for name in names.split(",") if name.strip()]


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def lab(
    context: typer.Context,
    fresh: Annotated[str, typer.Option(metavar="LESSONS", help="Start these lessons anew; your old notebooks stay, renamed.")] = "",
    solutions: Annotated[bool, typer.Option("--solutions", help="Also write the solved notebooks, to the folder 'solutions'.")] = False,
    port: Annotated[int | None, typer.Option(help="The port JupyterLab listens on.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
) -> None:
    """Copy the lessons to DIR (dlteach-lessons), never over your work, and open JupyterLab there.

    Other options, written as --option=value, go to JupyterLab.
    """
    from dlteach.authoring import hand_out

    folders = [argument for argument in context.args if not argument.startswith("-")]
    if len(folders) > 1:
        raise typer.BadParameter(f"one folder is enough, and these are {len(folders)}: {', '.join(folders)}")
    folder = Path(folders[0] if folders else "dlteach-lessons")
    handed = hand_out(folder, [lesson.stem for lesson in find_lessons(fresh)], solutions)
    print(f"{folder}: {_count(len(handed.copied), 'notebook')} copied, {len(handed.kept)} there already and left alone")
    for old, new in handed.moved:
        print(f"your {old.name} is now {new.name}")
    options = [argument for argument in context.args if argument.startswith("-")]
    options += [f"--port={port}"] if port is not None else []
    options += ["--no-browser"] if no_browser else []
    _jupyter_lab(folder, options)


def _jupyter_lab(folder: Path, options: list[str]) -> None:
    if find_spec("jupyterlab") is None:
        fail("JupyterLab is not installed; try: pip install jupyterlab")
    offline = ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command = [sys.executable, "-m", "jupyterlab", *offline, *options]
    sys.stdout.flush()
    if os.name == "posix":  # become the server, so that whoever stops this command stops the server
        os.chdir(folder)
        os.execv(command[0], command)
    raise SystemExit(subprocess.call(command, cwd=folder))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to.")] = Path("dlteach-demo"),
    lesson: Annotated[str, typer.Option(metavar="LESSON", help="Which lesson the class hands in.")] = "05",
) -> None:
    """Build a course, make a class of submissions, grade it, show the results."""
    from autograder.demo import run_demo
    from autograder.report import show

    chosen = find_lesson(lesson)
    console = Console()
    console.print(f"A course in {folder}, lesson {chosen.stem}, a made-up class of twelve.", highlight=False)
    with _progress() as on_progress:
        made = run_demo(folder, chosen, on_progress)
    show(made.report, console)
    feedback = made.course.path("feedback", "amara", chosen.stem).parent.parent
    print(f"\nFeedback pages: {feedback}{os.sep}*{os.sep}{chosen.stem}{os.sep}{chosen.stem}.html")
    print(f"The gradebook:  {made.course.folder / 'gradebook.db'}")
    print(f"Formgrader:     cd {made.course.folder} && jupyter lab, then the menu Nbgrader, Formgrader")


@app.command("build")
def build_command(
    sources: Annotated[Path | None, typer.Argument(metavar="[SOURCES]", help="The folder of sources; left out, dlteach's own.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; left out, 'lessons' beside the sources.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a notebook is stale.")] = False,
) -> None:
    """Build the student notebooks from their sources: solutions/*.py to lessons/*.ipynb."""
    from dlteach.authoring import build, stale
    from dlteach.authoring.places import lessons_folder, sources_folder

    origin = sources_folder() if sources is None else sources
    target = to or (lessons_folder() if sources is None else origin.resolve().parent / "lessons")
    if check:
        found = stale(origin, target)
        if found:
            fail("; ".join([*found, "'dlteach build' brings them up to date"]))
        print(f"{target} is up to date")
        return
    for path in build(origin, target):
        print(path)


@course_app.command("init")
def course_init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the course; made if it isn't there.")],
    chosen: Annotated[str, typer.Option("--lessons", metavar="02,05", help="Which lessons; left out, all that have a source.")] = "",
    students: Annotated[Path | None, typer.Option(metavar="CSV", help="The class: columns id, first_name, last_name, email.")] = None,
    sources: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the lessons' sources are; left out, dlteach's own.")] = None,
) -> None:
    """Make an nbgrader course, or add lessons and students to one. Nothing that is there is overwritten."""
    from dlteach.authoring import make_course, read_roster
    from dlteach.authoring.places import sources_folder
    from dlteach.exercises.registry import lessons

    origin = sources_folder() if sources is None else sources
    wanted = find_lessons(chosen) or [lesson for lesson in lessons() if (origin / f"{lesson.stem}.py").is_file()]
    if not wanted:
        fail(f"{origin} holds no source of an installed lesson; known are {', '.join(lesson.stem for lesson in lessons())}")
    roster = read_roster(students) if students else []
    made = make_course(folder, wanted, roster, sources)
    for path in made.written:
        print(f"wrote {path}")
    for path in made.kept:
        print(f"kept {path}, which was there")
    class_ = f" and {_count(made.students, 'student')} from {students}" if students else ""
    print(f"{folder} has {_count(len(wanted), 'lesson')}{class_}")
    print(f"next: cd {folder} && nbgrader generate_assignment {wanted[0].stem}")


@app.command("grade")
def grade_command(
    context: typer.Context,
    lesson: AssignmentName,
    folder: CourseFolder = Path(),
    student: Annotated[list[str] | None, typer.Option(help="Only this student; may be given several times.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run again what is known and hasn't changed.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="How many notebooks run at a time; left out, one per processor.")] = None,
    timeout: Annotated[int | None, typer.Option(min=1, help="Seconds that a cell may run; left out, what the course says.")] = None,
    memory: Annotated[int | None, typer.Option(min=16, metavar="MB", help="Megabytes that a notebook may use; left out, 1024.")] = None,
    require_sandbox: Annotated[bool, typer.Option("--require-sandbox", help="Refuse to run if the jail lacks anything here.")] = False,
    jail: Annotated[str, typer.Option(metavar="KIND", help="Which jail: auto is the best there is; others are for trying.")] = "auto",
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcomes as JSON.")] = False,
) -> None:
    """Grade what was handed in, each notebook in a jail of its own, and write the feedback."""
    from autograder.course import Course
    from autograder.grade import Options

    assignment = find_assignment(folder, lesson)
    course = Course(folder, timeout)
    options = Options(student or (), force, jobs, memory << 20 if memory else None, jail, require_sandbox, scheduler)
    if dry_run:
        _foresee(course, assignment, options, as_json)
        return
    outcomes = _grade(course, assignment, options, context.obj)
    _show_outcomes(outcomes, as_json)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise SystemExit(1)


def _foresee(course: Course, assignment: str, options: Options, as_json: bool) -> None:
    from autograder.foresee import CANNOT, foresee

    foreseen = dict(foresee(course, assignment, options))
    if as_json:
        print(json.dumps(foreseen, indent=2))
    else:
        for who, what in foreseen.items():
            print(_one_line(f"{who}: {what}"))
    if any(CANNOT in what for what in foreseen.values()):
        raise SystemExit(1)


def _show_outcomes(outcomes: list[Outcome], as_json: bool) -> None:
    """The points on standard output; remarks, and what could not be graded, on standard error."""
    if as_json:
        print(json.dumps([outcome.as_dict() for outcome in outcomes], indent=2))
    else:
        for outcome in outcomes:
            if outcome.score is not None:
                print(f"{outcome.student}: {outcome.score:g} of {outcome.max_score:g}{' (unchanged)' * (outcome.status == 'unchanged')}")
    for outcome in outcomes:
        for remark in outcome.remarks:
            print(_one_line(f"{outcome.student}: {remark}"), file=sys.stderr)
    for outcome in outcomes:
        if outcome.status == "failed":
            print(_one_line(f"not graded: {outcome.student}: {outcome.reason}"), file=sys.stderr)


def _grade(course: Course, assignment: str, options: Options, spawned: Spawned | None) -> list[Outcome]:
    """Grade with a progress bar; an interrupt ends with a sentence."""
    from autograder.grade import grade

    def say(sentence: str) -> None:
        print(f"dlteach: {sentence}", file=sys.stderr)

    done = 0
    with _progress() as show_progress:

        def on_progress(count: int, total: int, student: str) -> None:
            nonlocal done
            done = count
            show_progress(count, total, student)

        try:
            return grade(course, assignment, options, on_progress, say, spawned)
        except KeyboardInterrupt:
            same = "the same command without --force" if options.force else "the same command"
            fail(f"stopped; {_count(done, 'submission')} done, and what is done is kept: {same} goes on from here", 130)


@app.command("report")
def report_command(
    lesson: AssignmentName,
    folder: CourseFolder = Path(),
    to_csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write the points to a CSV file.")] = None,
    to_html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write it all as one page, with plots.")] = None,
    name: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="CLUSTER MESSAGE", help="Write to all who made the same unexplained mistake; an empty message takes it back."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show the points of a class, its most common misconceptions, unexplained answers that are the same, and code that is alike."""
    from autograder.course import Course
    from autograder.named import name_cluster
    from autograder.report import as_json as json_of
    from autograder.report import class_report, find_cluster, require_graded, show, write_csv, write_page
    from autograder.results import results_of

    assignment = find_assignment(folder, lesson)
    course = Course(folder)
    with results_of(course, assignment) as results:
        report = class_report(course, assignment, results)
    require_graded(report)
    if name:
        cluster = find_cluster(report.clusters, name[0])
        name_cluster(course.folder, cluster.exercise, cluster.signature, name[1])
        print(f"noted; 'dlteach grade {assignment}' puts it into the feedback of {_count(len(cluster.students), 'student')}")
        return
    if as_json:
        print(json.dumps(json_of(report), indent=2))
    else:
        show(report, Console())
    if to_csv:
        write_csv(report, to_csv)
    if to_html:
        write_page(report, to_html, datetime.now())
    for path in filter(None, (to_csv, to_html)):
        print(f"wrote {path}", file=sys.stderr if as_json else sys.stdout)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A progress bar on standard error, so that what is printed can be piped on."""
    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("getting ready", total=None, rate="")

        def on_progress(done: int, total: int, student: str) -> None:
            speed = bar.tasks[task].speed
            rate = f"{speed:.1f} a second" if speed else ""
            bar.update(task, completed=done, total=total, rate=rate, description=f"graded {student}"[:40] if student else "graded")

        yield on_progress


def _one_line(text: str) -> str:
    """Text as it may stand in a terminal, whatever a student has put into it."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


if __name__ == "__main__":
    main()
