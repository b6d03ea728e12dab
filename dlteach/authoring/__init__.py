"""From `solutions/*.py` to student notebooks and nbgrader courses.

A lesson is written once, as a percent-format Python file with the solutions inside. This package turns it into the notebook with
solutions (:func:`build_source`), the student's notebook (:func:`build_release`), and a course that nbgrader's own commands grade
(:func:`make_course`). What an exercise says about itself (points, hints, minutes) comes from the exercise; nothing is said twice.

Building notebooks needs the extra ``grade`` (jupytext and nbgrader); handing out lessons that are built already needs nothing.
"""

from dlteach.authoring.builder import build, stale
from dlteach.authoring.course import make_course
from dlteach.authoring.errors import AuthoringError, SourceError
from dlteach.authoring.handout import Handed, hand_out
from dlteach.authoring.notebook import build_source, notebook_text
from dlteach.authoring.release import build_release
from dlteach.authoring.roster import Student, read_roster

__all__ = [
    "AuthoringError",
    "Handed",
    "SourceError",
    "Student",
    "build",
    "build_release",
    "build_source",
    "hand_out",
    "make_course",
    "notebook_text",
    "read_roster",
    "stale",
]
