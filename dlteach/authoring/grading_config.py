"""What our courses change in how nbgrader grades: play cells are skipped, no student can skip a test, and what runs, runs in a jail.

``nbgrader_config.py`` of a course names what is here, so nbgrader's own commands and ours grade alike. It names nbgrader's steps and ours
by words, so that reading a course's settings imports neither.
"""

from __future__ import annotations

import sys
from typing import Any

PLAY = "play"
"""The tag of cells that only play: plots, training runs. They are not run when a submission is graded."""

CELL_SECONDS = 60
"""How long a cell may run. A check ends itself after 15 s, so this is only for what students write around it."""

SANITIZE = [
    "dlteach.authoring.grading_steps.CleanMetadata",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "dlteach.authoring.grading_steps.RestoreTests",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's steps before it runs a submission, with ours among them."""


AUTOGRADE = [
    "autograder.formgrader.JailedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "autograder.formgrader.SaveComments",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's steps from running a submission on, with our jail in the place of its kernel."""


def configure(config: Any, seconds: int = CELL_SECONDS) -> None:
    """Write the changes into a traitlets config: ``c`` in ``nbgrader_config.py``."""
    config.Execute.timeout = seconds
    config.Execute.skip_cells_with_tag = PLAY
    config.Execute.extra_arguments = ["--log-level=ERROR"]  # or every kernel warns the instructor about its local sockets
    config.Execute.store_widget_state = False  # with it, a feedback page asks the network for the widgets; without, it shows their pictures
    config.Autograde.sanitize_preprocessors = SANITIZE


def run_in_jail(config: Any) -> None:
    """Let ``nbgrader autograde``, and with it formgrader's button, run notebooks in the jail of ``dlteach grade``; elsewhere than on Linux
    there is none, and nothing changes."""
    if sys.platform == "linux":
        config.Autograde.autograde_preprocessors = AUTOGRADE
