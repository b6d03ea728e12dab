"""Build a folder of sources into a folder of student notebooks, or say which notebooks are stale."""

from __future__ import annotations

import re
from pathlib import Path

from dlteach.authoring.errors import AuthoringError
from dlteach.authoring.notebook import notebook_text
from dlteach.authoring.release import build_release
from dlteach.checking.exercise import Lesson
from dlteach.exercises.registry import lessons

_STEM = re.compile(r"\d\d_\w+")


def build(sources: Path, to: Path) -> list[Path]:
    """Write the student notebook of every source ``NN_name.py`` to a folder.

    Everything is built before anything is written: a mistake in one source leaves the folder as it was.

    Returns:
        The notebooks, in order.

    Raises:
        AuthoringError: a source has a mistake, or belongs to no installed lesson.
    """
    texts = _build_all(sources)
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, text in texts.items():
        path = to / f"{stem}.ipynb"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def stale(sources: Path, to: Path) -> list[str]:
    """What ``build`` would change, a sentence each: notebooks missing, out of date, or without a source."""
    texts = _build_all(sources)
    found = []
    for stem, text in texts.items():
        path = to / f"{stem}.ipynb"
        if not path.is_file():
            found.append(f"{path} is missing")
        elif path.read_bytes() != text.encode("utf-8"):
            found.append(f"{path} is not what {sources / stem}.py builds")
    for path in sorted(to.glob("*.ipynb")) if to.is_dir() else []:
        if _STEM.fullmatch(path.stem) and path.stem not in texts:
            found.append(f"{path} has no source {sources / path.stem}.py")
    return found


def _build_all(sources: Path) -> dict[str, str]:
    if not sources.is_dir():
        raise AuthoringError(f"{sources} is not a folder of lesson sources")
    found = sorted(path for path in sources.glob("*.py") if _STEM.fullmatch(path.stem))
    if not found:
        raise AuthoringError(f"{sources} holds no lesson source; a source is called NN_name.py, such as 05_backpropagation.py")
    by_stem = {lesson.stem: lesson for lesson in lessons()}
    return {path.stem: notebook_text(build_release(_lesson_of(path, by_stem), sources)) for path in found}


def _lesson_of(path: Path, by_stem: dict[str, Lesson]) -> Lesson:
    if path.stem not in by_stem:
        raise AuthoringError(
            f"{path} belongs to no installed lesson (known are {', '.join(by_stem) or 'none'}); "
            'a package of lessons names each in the entry points of the group "dlteach.lessons"'
        )
    return by_stem[path.stem]
