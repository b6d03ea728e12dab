"""Where the lessons and their sources are: inside an installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from dlteach.authoring.errors import AuthoringError

_PACKAGE = Path(__file__).resolve().parent.parent


def lessons_folder() -> Path:
    """The folder of the student notebooks, ``NN_name.ipynb``."""
    return _find("lessons")


def sources_folder() -> Path:
    """The folder of the lessons' sources, ``NN_name.py``."""
    return _find("solutions")


def _find(name: str) -> Path:
    for folder in (_PACKAGE / "share" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise AuthoringError(f"the folder '{name}' is missing from this installation of dlteach; please install dlteach again")
