"""What a course's ``nbgrader_config.py`` says about recording, read by nbgrader's own classes, so that it means the same."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.record.folder import Access

Penalty = Callable[[str, float, float], float | None]
"""What a student loses on a notebook: of the id, the notebook's score and the seconds that it is late; None for no penalty."""


def no_penalty(student: str, score: float, seconds_late: float) -> float | None:
    """The penalty where nothing else is asked for."""
    return None


@dataclass(frozen=True)
class Folders:
    """Where the submissions of an assignment are kept after grading, and the feedback on them; ``{student}`` stands for the id."""

    autograded_pattern: str
    feedback_pattern: str

    def autograded(self, student: str) -> Path:
        """The folder of the notebooks that were run."""
        return Path(self.autograded_pattern.replace("{student}", student))

    def feedback(self, student: str) -> Path:
        """The folder of the feedback pages."""
        return Path(self.feedback_pattern.replace("{student}", student))


@dataclass(frozen=True)
class Rules:
    """How an assignment is recorded. ``repr`` is the same for the same rules, so that a change of the settings can be told.

    ``kept`` are the student's files that the shipped ones don't overwrite (``exclude_overwriting``); ``skip_tag`` marks the cells that
    were not run; ``penalty_is`` describes ``penalty``.
    """

    create_student: bool = True
    access: Access = field(default_factory=Access)
    feedback_access: Access = field(default_factory=lambda: Access(0o644))
    kept: tuple[str, ...] = ()
    penalty: Penalty = field(default=no_penalty, repr=False)
    penalty_is: str = ""
    skip_tag: str = "skip-execution"


def read_folders(config: Any, assignment: str) -> Folders:
    """The folders of a course, by its settings (a traitlets ``Config``)."""
    from nbgrader.coursedir import CourseDirectory

    course = CourseDirectory(config=config)
    paths = [course.format_path(step, "{student}", assignment) for step in (course.autograded_directory, course.feedback_directory)]
    return Folders(*paths)


_DECISIVE = frozenset({"create_student", "permissions", "groupshared", "exclude_overwriting", "enabled", "plugin_class", "penalty_method"})


def read_rules(config: Any, assignment: str) -> Rules:
    """The rules of a course, by its settings (a traitlets ``Config``).

    Most courses set nothing of this; then nbgrader's converters, which take a third of a second to import, aren't asked.
    """
    if any(not _DECISIVE.isdisjoint(config[section]) for section in config):
        return _rules_by_nbgrader(config, assignment)
    return Rules(skip_tag=str(config["Execute"].get("skip_cells_with_tag", Rules.skip_tag)) if "Execute" in config else Rules.skip_tag)


def _rules_by_nbgrader(config: Any, assignment: str) -> Rules:
    from nbgrader.converters import Autograde, GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import AssignLatePenalties, Execute

    course = CourseDirectory(config=config)
    grading, feedback = Autograde(coursedir=course, config=config), GenerateFeedback(coursedir=course, config=config)
    late = AssignLatePenalties(config=config)
    late.init_plugin()
    return Rules(
        create_student=grading.create_student,
        access=Access(_mode(grading.permissions), course.groupshared),
        feedback_access=Access(_mode(feedback.permissions), course.groupshared),
        kept=tuple(sorted(grading.exclude_overwriting.get(assignment, ()))),
        penalty=late.plugin_inst.late_submission_penalty if late.enabled else no_penalty,
        penalty_is=_described(late.plugin_inst) if late.enabled else "",
        skip_tag=Execute(config=config).skip_cells_with_tag,
    )


def _described(plugin: Any) -> str:
    """A plugin in words: its name, its settings, and a digest of its source, which instructors write themselves."""
    kind = type(plugin)
    settings = sorted((name, repr(getattr(plugin, name))) for name in plugin.trait_names(config=True))
    try:
        source = hashlib.sha256(inspect.getsource(kind).encode()).hexdigest()
    except (OSError, TypeError):  # nbgrader_config.py is run, not imported: what is defined there has no source
        source = ""
    return f"{kind.__module__}.{kind.__qualname__} {settings} {source}"


def _mode(permissions: int) -> int:
    """nbgrader writes permissions in decimal digits: 444 is 0o444."""
    return int(str(permissions), 8)
