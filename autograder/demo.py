"""A course, a made-up class, its grades: everything an instructor does, in one command and two minutes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom import hand_in, pupils
from autograder.course import Course, GradingError, require_linux
from autograder.grade import grade
from autograder.outcome import Outcome, Progress
from autograder.report import ClassReport, class_report
from autograder.results import results_of
from dlteach.authoring import make_course
from dlteach.checking.exercise import Lesson

_MARK = ".dlteach-demo"


@dataclass(frozen=True)
class Demo:
    """What the demo made and found: the course, what became of each submission, and how the class stands."""

    course: Course
    outcomes: list[Outcome]
    report: ClassReport


def run_demo(folder: Path, lesson: Lesson, progress: Progress = lambda done, total, student: None) -> Demo:
    """Make a course with one lesson, a class of twelve with their submissions, and grade them.

    Args:
        folder: where to. A folder that an earlier demo made is made anew; any other must be empty or not there.
        lesson: the lesson.
        progress: is told whose turn it is.

    Raises:
        GradingError: not on Linux, or the folder holds something else.
        AuthoringError: the extra ``grade`` is not installed.
    """
    require_linux()
    _clear(folder)
    everybody = pupils(lesson)
    make_course(folder, [lesson], [pupil.student for pupil in everybody])
    (folder / _MARK).write_text("made by 'dlteach demo', which may delete this folder\n", encoding="utf-8")
    course = Course(folder)
    course.prepare(lesson.stem)
    for pupil in everybody:
        hand_in(pupil, lesson, course.path("submitted", pupil.student.id, lesson.stem))
    outcomes = grade(course, lesson.stem, progress=progress)
    with results_of(course, lesson.stem) as results:
        return Demo(course, outcomes, class_report(course, lesson.stem, results))


def _clear(folder: Path) -> None:
    if (folder / _MARK).is_file():
        shutil.rmtree(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GradingError(f"{folder} is there already and no earlier demo made it; please name another folder: dlteach demo DIR")
