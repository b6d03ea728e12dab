"""Give a student the lessons: copy them to a folder, never over work that is there."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from dlteach.authoring.errors import AuthoringError
from dlteach.authoring.notebook import build_source, notebook_text
from dlteach.authoring.places import lessons_folder, sources_folder
from dlteach.checking.exercise import Lesson
from dlteach.exercises.registry import lessons


@dataclass
class Handed:
    """What happened to each notebook: copied, kept because it was there, or moved aside for a fresh one (old name, new name)."""

    copied: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    moved: list[tuple[Path, Path]] = field(default_factory=list)


def hand_out(folder: Path, fresh: Collection[str] = (), solutions: bool = False) -> Handed:
    """Copy the student notebooks to a folder.

    Args:
        folder: where to; made if it isn't there.
        fresh: stems of lessons (``05_backpropagation``) to start anew. The old notebook is kept beside the new one under another name.
        solutions: also write the solved notebooks, to the folder ``solutions`` inside.

    Raises:
        AuthoringError: the folder is a file, a lesson is not among those dlteach came with, or solutions need the extra ``grade``.
    """
    if folder.exists() and not folder.is_dir():
        raise AuthoringError(f"{folder} is a file; the lessons need a folder")
    notebooks = sorted(lessons_folder().glob("[0-9][0-9]_*.ipynb"))
    for stem in fresh:
        if stem not in [notebook.stem for notebook in notebooks]:
            raise AuthoringError(f"there is no notebook {stem}.ipynb among the lessons that dlteach came with")
    solved = _solved() if solutions else {}
    folder.mkdir(parents=True, exist_ok=True)
    handed = Handed()
    for notebook in notebooks:
        _copy(notebook, folder / notebook.name, handed, anew=notebook.stem in fresh)
    for lesson, text in solved.items():
        path = folder / "solutions" / f"{lesson}.ipynb"
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_text(text, encoding="utf-8", newline="\n")
            handed.copied.append(path)
        else:
            handed.kept.append(path)
    return handed


def _solved() -> dict[str, str]:
    ours: list[Lesson] = [lesson for lesson in lessons() if (sources_folder() / f"{lesson.stem}.py").is_file()]
    return {lesson.stem: notebook_text(build_source(lesson)) for lesson in ours}


def _copy(notebook: Path, to: Path, handed: Handed, anew: bool) -> None:
    if to.exists() and not anew:
        handed.kept.append(to)
        return
    if to.exists() and to.read_bytes() != notebook.read_bytes():
        aside = _free_name(to)
        to.rename(aside)
        handed.moved.append((to, aside))
    shutil.copyfile(notebook, to)
    handed.copied.append(to)


def _free_name(path: Path) -> Path:
    number = 1
    while (free := path.with_name(f"{path.stem}_before_{number}{path.suffix}")).exists():
        number += 1
    return free
