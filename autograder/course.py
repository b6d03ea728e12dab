"""Open a course: its settings, nbgrader's interface to it, and who handed in what."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlteach.authoring.course import course_config, nbgrader_tools, open_gradebook
from dlteach.authoring.errors import require


class GradingError(Exception):
    """Something the instructor must see to. ``str(error)`` is the whole message."""


def require_linux() -> None:
    """Raise GradingError on other systems: nbgrader's file exchange and our time limits rely on Linux."""
    if sys.platform != "linux":
        raise GradingError("the autograder is for Linux (WSL 2 and Docker are Linux); everything else of dlteach works here too")


class Course:
    """A course folder, as nbgrader sees it.

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
        from nbgrader.apps import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config

        from dlteach.authoring.grading_config import configure

        self.folder = folder.resolve()
        config = Config()
        configure(config)
        config.merge(course_config(folder))  # what the instructor wrote counts more than what we'd choose
        if seconds is not None:
            config.Execute.timeout = seconds
        self.api: Any = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)

    def path(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a submission at a step of nbgrader: ``submitted``, ``autograded`` or ``feedback``."""
        directory = getattr(self.api.coursedir, f"{step}_directory")
        return Path(self.api.coursedir.format_path(directory, student, assignment))

    def submitted(self, assignment: str) -> list[str]:
        """The ids of those who handed in something, sorted."""
        return sorted(self.api.get_submitted_students(assignment))

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
        source = self.path("source", ".", assignment)
        if not list(source.glob("*.ipynb")):
            name = assignment[:2] if assignment[:2].isdigit() else assignment
            raise GradingError(f"the course has no {source}; 'dlteach course init {self.folder} --lessons {name}' adds it")
        result = self.run(self.api.generate_assignment, assignment, force=True)
        if not result["success"]:
            raise GradingError(f"nbgrader could not generate {assignment}: {reason(result)}")

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
