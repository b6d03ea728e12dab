"""A course in which one honest student was graded, made once and copied for every attack that is measured alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.autograder.redteam.base import ASSERTS, ROWS, Place
from tests.autograder.redteam.corpus import HONEST
from tests.autograder.redteam.harness import hand_in, make_course
from tests.conftest import OWN, TESTS


def make(folder: Path) -> None:
    """Write the course to ``folder/course``, with nbgrader's own settings."""
    folder.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([str(OWN), str(TESTS.parent)])
    environment = {**os.environ, "PYTHONPATH": path, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def run(*command: Any, cwd: Path | None = None) -> None:
        parts = [sys.executable, "-m", "dlteach.cli", *command[1:]] if command[0] == "dlteach" else command
        subprocess.run([str(part) for part in parts], cwd=cwd, env=environment, check=True, capture_output=True, timeout=300)

    release = make_course(folder / "course", run, stock=True)
    hand_in([item for item in HONEST if item.who == "0-anna"], release, Place(str(folder / "course")))
    for base in release:
        run("nbgrader", "autograde", base, cwd=folder / "course")


def releases(folder: Path) -> dict[str, Any]:
    """What students get, by assignment."""
    return {base: nbformat.read(folder / "course" / "release" / base / f"{base}.ipynb", as_version=4) for base in (ROWS, ASSERTS)}
