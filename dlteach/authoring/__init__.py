"""From `solutions/*.py` to student notebooks and nbgrader courses.

A lesson is written once, as a percent-format Python file with the solutions inside. This package turns it into the notebook with
solutions (:func:`build_source`), the student's notebook (:func:`build_release`), and a course that nbgrader's own commands grade
(:func:`make_course`). What an exercise says about itself (points, hints, minutes) comes from the exercise; nothing is said twice.

Building notebooks needs the extra ``grade`` (jupytext and nbgrader); handing out lessons that are built already needs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlteach.authoring.builder import build as build
    from dlteach.authoring.builder import stale as stale
    from dlteach.authoring.course import make_course as make_course
    from dlteach.authoring.errors import AuthoringError as AuthoringError
    from dlteach.authoring.errors import SourceError as SourceError
    from dlteach.authoring.handout import Handed as Handed
    from dlteach.authoring.handout import hand_out as hand_out
    from dlteach.authoring.notebook import build_source as build_source
    from dlteach.authoring.notebook import notebook_text as notebook_text
    from dlteach.authoring.release import build_release as build_release
    from dlteach.authoring.roster import Student as Student
    from dlteach.authoring.roster import read_roster as read_roster

_WHERE = {
    "AuthoringError": "errors",
    "Handed": "handout",
    "SourceError": "errors",
    "Student": "roster",
    "build": "builder",
    "build_release": "release",
    "build_source": "notebook",
    "hand_out": "handout",
    "make_course": "course",
    "notebook_text": "notebook",
    "read_roster": "roster",
    "stale": "builder",
}
__all__ = list(_WHERE)


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for (PEP 562): who reads a course's settings needs no exercises."""
    if name not in _WHERE:
        raise AttributeError(f"module 'dlteach.authoring' has no attribute {name!r}")
    return getattr(importlib.import_module(f"dlteach.authoring.{_WHERE[name]}"), name)
