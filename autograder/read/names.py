"""Names that students choose: which ones may be used, and how the others are shown."""

from __future__ import annotations

import fnmatch
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

LONG_STUDENT = 128
"""How long a student id may be: nbgrader's gradebook has room for so many characters."""

STUDENT_ID = f"one has letters, digits and -_.@+, starts with neither - nor ., and is at most {LONG_STUDENT} characters long"

LONG_NAME = 200
"""How many bytes the name of a file may have; most file systems allow 255."""

IGNORE = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")
"""nbgrader's ``CourseDirectory.ignore``, where a course doesn't set it."""


def valid_student(student: str) -> bool:
    """Whether a folder's name can be a student id: letters and digits of any language, and ``-_.@+`` but at the start not ``-`` nor ``.``.

    A leading dot would hide the folder (nbgrader doesn't see such ones), a leading dash would be taken for an option on a command line.
    """
    if not 0 < len(student) <= LONG_STUDENT or len(student.encode("utf-8", "surrogatepass")) > 255 or student[0] in "-.":
        return False
    return all(letter in "-_.@+" or unicodedata.category(letter)[0] in "LMN" for letter in student)


def valid_name(name: str) -> bool:
    """Whether a file or folder of a submission may have this name: one that can be printed, and is one part of a path on every system."""
    if name in ("", ".", "..") or name != name.strip() or "/" in name or "\\" in name:
        return False
    return name.isprintable() and len(name.encode("utf-8", "surrogatepass")) <= LONG_NAME


def ignored(name: str, patterns: Sequence[str]) -> bool:
    """Whether nbgrader passes over a file or folder of this name: a star doesn't stand for a leading dot."""
    return any(fnmatch.fnmatchcase(name, pattern) and name.startswith(".") <= pattern.startswith(".") for pattern in patterns)


def is_notebook(name: str) -> bool:
    """Whether a file says it is a notebook."""
    return name.lower().endswith(".ipynb")


def shipped(source: Path, patterns: Sequence[str]) -> list[str]:
    """The files of an assignment that aren't notebooks, as paths inside its folder."""
    found = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not ignored(name, patterns))
        found += [Path(folder, name) for name in files if not is_notebook(name) and not ignored(name, patterns)]
    return sorted(path.relative_to(source).as_posix() for path in found)


def shown(name: str, longest: int = 60) -> str:
    """A name as it may stand in a sentence: short, on one line, and with nothing in it that can't be seen."""
    short = name if len(name) <= longest else name[: longest - 1] + "…"
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode() for letter in short)
