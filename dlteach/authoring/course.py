"""Make an nbgrader course: settings, source notebooks, assignments and students. nbgrader's own commands do the rest."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlteach.authoring.errors import AuthoringError, require
from dlteach.authoring.roster import Student

if TYPE_CHECKING:
    from dlteach.checking.exercise import Lesson

_CONFIG = '''\
"""nbgrader's settings for this course: written once by `dlteach course init`, yours to change."""

from dlteach.authoring.grading_config import configure, run_in_jail

c = get_config()
c.CourseDirectory.course_id = "{course_id}"

# cells that only play (plots, training runs) are skipped, and no tag or deleted cell lets anybody skip a test
configure(c)

# formgrader's button and `nbgrader autograde` run notebooks in the same jail as `dlteach grade`; without this line, in a kernel that can do
# all that you can
run_in_jail(c)
'''


@dataclass
class Made:
    """What ``make_course`` wrote, what it left alone because it was there, and how many students are in the gradebook because of it."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    students: int = 0


def make_course(folder: Path, lessons: Sequence[Lesson], students: Sequence[Student] = (), sources: Path | None = None) -> Made:
    """Make a course, or add lessons and students to one. Nothing that is there is overwritten.

    Args:
        folder: the course's folder; made if it isn't there.
        lessons: the lessons to put in ``source/``.
        students: the class; a student who is there already gets the new name and address.
        sources: the folder of the lessons' sources; left out, the one dlteach came with.

    Raises:
        AuthoringError: a source has a mistake, or ``folder`` is a file.
    """
    require("nbgrader", "making a course")
    if folder.exists() and not folder.is_dir():
        raise AuthoringError(f"{folder} is a file; a course needs a folder")
    # all lessons are built before the first file is written: a mistake in one leaves nothing half made
    from dlteach.authoring.notebook import build_source, notebook_text

    texts = {lesson.stem: notebook_text(build_source(lesson, sources)) for lesson in lessons}
    made = Made()
    folder.mkdir(parents=True, exist_ok=True)
    course_id = re.sub(r"[^A-Za-z0-9_-]+", "-", folder.resolve().name).strip("-") or "course"
    _write_new(folder / "nbgrader_config.py", _CONFIG.format(course_id=course_id), made)
    for stem, text in texts.items():
        _write_new(folder / "source" / stem / f"{stem}.ipynb", text, made)
    _fill_gradebook(folder, list(texts), students)
    made.students = len(students)
    return made


def _write_new(path: Path, text: str, made: Made) -> None:
    if path.exists():
        made.kept.append(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    made.written.append(path)


def course_config(folder: Path) -> Any:
    """The settings of a course as traitlets read them, with the course's own folder as its root.

    Raises:
        AuthoringError: ``folder`` is no course, or its ``nbgrader_config.py`` can't be read.
    """
    require("nbgrader", "reading a course")
    from traitlets.config.loader import PyFileConfigLoader

    path = folder / "nbgrader_config.py"
    if not path.is_file():
        raise AuthoringError(f"{folder} is no course: it has no nbgrader_config.py; 'dlteach course init {folder}' makes one")
    try:
        config = PyFileConfigLoader(path.name, path=str(folder.resolve())).load_config()
    except Exception as error:  # the file is a program, and can fail in any way
        raise AuthoringError(f"{path} could not be read: {type(error).__name__}: {error}") from error
    config.CourseDirectory.root = str(folder.resolve())
    return config


@contextlib.contextmanager
def open_gradebook(folder: Path) -> Iterator[Any]:
    """The gradebook of a course, made if it isn't there and closed in the end."""
    config = course_config(folder)
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy.exc import SQLAlchemyError

    course = CourseDirectory(config=config)
    with nbgrader_tools():
        try:
            opened = Gradebook(course.db_url, course.course_id)
        except (SQLAlchemyError, ImportError) as error:  # the address, which may hold a password, is in none of their messages
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            raise AuthoringError(f"the gradebook of {folder} can't be opened: {said}") from error
        with opened as gradebook:
            yield gradebook


def _fill_gradebook(folder: Path, assignments: Sequence[str], students: Sequence[Student]) -> None:
    with open_gradebook(folder) as gradebook:
        for stem in assignments:
            gradebook.update_or_create_assignment(stem)
        for student in students:
            named = {"first_name": student.first_name, "last_name": student.last_name, "email": student.email}
            gradebook.update_or_create_student(student.id, **{key: value for key, value in named.items() if value})


@contextlib.contextmanager
def nbgrader_tools() -> Iterator[None]:
    """Let nbgrader find the programs it was installed with (it calls ``alembic``), even where the environment isn't activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
