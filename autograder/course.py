"""Open a course: its settings and folders, who handed in what, its gradebook, and nbgrader's interface to it where that is needed."""

from __future__ import annotations

import contextlib
import functools
import glob
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traitlets.config import LazyConfigValue

from autograder.job import Limits
from dlteach.authoring.course import course_config, nbgrader_tools, open_gradebook
from dlteach.authoring.errors import require
from dlteach.authoring.grading_config import configure

_STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"
_IGNORE = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]


class GradingError(Exception):
    """Something the instructor must see to. ``str(error)`` is the whole message."""


def require_linux() -> None:
    """Raise GradingError on other systems: the jail, the time limits and nbgrader's file exchange are Linux's."""
    if sys.platform != "linux":
        raise GradingError("the autograder is for Linux (WSL 2 and Docker are Linux); everything else of dlteach works here too")


class Course:
    """A course folder, as nbgrader sees it.

    What nbgrader would read out of its settings is read here without nbgrader, which takes seconds to import; ``api`` is nbgrader itself.

    Args:
        folder: the folder with ``nbgrader_config.py``.
        seconds: how long a cell may run; left out, what the course's settings say.

    Raises:
        GradingError: not on Linux.
        AuthoringError: ``folder`` is no course, or nbgrader isn't installed.
    """

    def __init__(self, folder: Path, seconds: int | None = None) -> None:
        require_linux()
        require("nbgrader", "grading")
        from traitlets.config import Config

        self.folder = folder.resolve()
        self.config: Any = Config()
        configure(self.config)
        self.config.merge(course_config(folder))  # what the instructor wrote counts more than what we'd choose
        if seconds is not None:
            self.config.Execute.timeout = seconds

    @functools.cached_property
    def api(self) -> Any:
        """nbgrader's own interface to the course."""
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

        return NbGraderAPI(coursedir=CourseDirectory(config=self.config), config=self.config)

    def setting(self, section: str, name: str, default: Any) -> Any:
        """What the course's settings say, such as ``setting("Execute", "timeout", 30)``; ``default`` where they say nothing."""
        value = self.config[section].get(name, default) if section in self.config else default
        return value.get_value(default) if isinstance(value, LazyConfigValue) else value  # c.….ignore.append("*.tmp")

    def limits(self, memory: int | None = None) -> Limits:
        """What the settings allow a notebook: nbgrader's time per cell, five times that for the whole, a gigabyte of memory."""
        seconds = self.setting("Execute", "timeout", 30)
        seconds = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 60.0
        return Limits(
            cell_seconds=seconds,
            notebook_seconds=5 * seconds,
            cpu_seconds=int(5 * seconds) + 1,
            memory=memory if memory is not None else Limits.memory,
        )

    @property
    def gradebook_url(self) -> str:
        """The address of nbgrader's database."""
        return str(self.setting("CourseDirectory", "db_url", "") or f"sqlite:///{self.folder / 'gradebook.db'}")

    @property
    def skip_tag(self) -> str:
        """The tag of cells that only play and are not run."""
        return str(self.setting("Execute", "skip_cells_with_tag", "skip-execution"))

    @property
    def private(self) -> Path:
        """The folder in which the autograder keeps what students must not see."""
        return self.folder / ".dlteach"

    @property
    def ignored(self) -> list[str]:
        """Patterns of file names that belong to no assignment."""
        return list(self.setting("CourseDirectory", "ignore", _IGNORE))

    def path(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a submission at a step of nbgrader: ``submitted``, ``autograded`` or ``feedback``."""
        directory = self.setting("CourseDirectory", f"{step}_directory", step)
        structure = self.setting("CourseDirectory", "directory_structure", _STRUCTURE)
        return self.folder / str(structure.format(nbgrader_step=directory, student_id=student, assignment_id=assignment))

    def submitted(self, assignment: str) -> list[str]:
        """The ids of those who handed in something, sorted."""
        mark = "\ue000"  # stands for the student's id until the rest is escaped; no path holds it
        path = str(self.path("submitted", mark, assignment))
        pattern = re.compile(re.escape(path).replace(re.escape(mark), r"(?P<student>[^/]+)"))
        found = (pattern.fullmatch(folder) for folder in glob.iglob(glob.escape(path).replace(mark, "*")))
        excluded = str(self.setting("CourseDirectory", "student_id_exclude", "")).split(",")
        return sorted({match["student"] for match in found if match} - set(excluded))

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Any]:
        """nbgrader's gradebook of the course, closed in the end."""
        with open_gradebook(self.folder) as gradebook:
            yield gradebook

    def prepare(self, assignment: str) -> None:
        """Make sure the gradebook knows the assignment's cells, as ``nbgrader generate_assignment`` does.

        Raises:
            GradingError: the course has no such assignment, or nbgrader can't generate it.
        """
        with self.gradebook() as gradebook:
            known = [item.name for item in gradebook.assignments if item.notebooks]
        if assignment in known:
            return
        self.require_source(assignment)
        result = self.run(self.api.generate_assignment, assignment, force=True)
        if not result["success"]:
            raise GradingError(f"nbgrader could not generate {assignment}: {reason(result)}")

    def require_source(self, assignment: str) -> None:
        """Raise GradingError if the instructor's notebooks of an assignment are not there."""
        source = self.path("source", ".", assignment)
        if not list(source.glob("*.ipynb")):
            name = assignment[:2] if assignment[:2].isdigit() else assignment
            raise GradingError(f"the course has no {source}; 'dlteach course init {self.folder} --lessons {name}' adds it")

    def run(self, step: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Run one step of nbgrader's interface, which logs and returns what goes wrong. An interrupt gets through."""
        with nbgrader_tools(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's remarks about nbgrader's tables help nobody who grades
            result: dict[str, Any] = step(*args, **options)
        if result.get("error", "").rstrip().endswith("KeyboardInterrupt"):
            raise KeyboardInterrupt
        return result


_ERROR = re.compile(r"\s*(?:\w+\.)*(?P<name>\w*(?:Error|Exception|Died)): (?P<says>.+)")


def reason(result: dict[str, Any]) -> str:
    """The sentence in what nbgrader logged: the end of the last traceback that isn't nbgrader's own summary."""
    lines = (result.get("log", "") + "\n" + result.get("error", "")).splitlines()
    errors = [match for line in lines if (match := _ERROR.fullmatch(line)) and match["name"] != "NbGraderException"]
    if not errors:
        logged = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")]
        return logged[0] if logged else "it gave no reason"
    if errors[-1]["name"] == "DeadKernelError":
        return "its code ended the Python process it ran in"
    return f"{errors[-1]['name']}: {errors[-1]['says']}"
