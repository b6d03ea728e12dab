"""What goes wrong while authoring, each said in one sentence."""

from __future__ import annotations

import importlib.util
from pathlib import Path


class AuthoringError(Exception):
    """Something the author or instructor must see to. ``str(error)`` is the whole message."""


class SourceError(AuthoringError):
    """A mistake in a lesson's source, with the file and the line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")
        self.path = path
        self.line = line


def require(package: str, what: str) -> None:
    """Check that an optional package is installed.

    Args:
        package: the name to import.
        what: what needs it, as the start of the sentence: "building lessons".

    Raises:
        AuthoringError: it is not; the message says how to install it.
    """
    if importlib.util.find_spec(package) is None:
        raise AuthoringError(f"{what} needs {package}, which is not installed; try: pip install 'dlteach[grade]'")
