"""What the course's settings say about recording."""

import subprocess
import sys

import pytest

pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")

from traitlets.config import Config

from autograder.record import Rules, read_folders, read_rules
from autograder.record.folder import Access
from tests.autograder.record import plain


def settings(**sections):
    config = Config()
    config.CourseDirectory.root = "/course"
    for section, values in sections.items():
        config[section].update(values)
    return config


def test_nothing_set_is_what_nbgrader_does():
    rules = read_rules(settings(), "ps1")
    assert rules == Rules()
    assert rules.penalty("mia", 5.0, 3600.0) is None
    by_nbgrader = read_rules(settings(Autograde={"create_student": True}), "ps1")  # its default, written down
    assert by_nbgrader == Rules(penalty=by_nbgrader.penalty, penalty_is=by_nbgrader.penalty_is)
    assert by_nbgrader.penalty("mia", 5.0, 3600.0) is None


def test_settings_count():
    config = settings(
        CourseDirectory={"groupshared": True},
        Autograde={"create_student": False, "exclude_overwriting": {"ps1": ["own.py"], "ps2": ["x"]}},
        GenerateFeedback={"permissions": 640},
        LateSubmissionPlugin={"penalty_method": "zero"},
        Execute={"skip_cells_with_tag": "play"},
    )
    rules = read_rules(config, "ps1")
    assert (rules.create_student, rules.kept, rules.skip_tag) == (False, ("own.py",), "play")
    assert (rules.access, rules.feedback_access) == (Access(0o664, True), Access(0o640, True))
    assert rules.penalty("mia", 5.0, 3600.0) == 5.0


def test_a_course_without_penalties_or_with_its_own_plugin():
    assert (
        read_rules(settings(AssignLatePenalties={"enabled": False}, LateSubmissionPlugin={"penalty_method": "zero"}), "ps1").penalty(
            "mia", 5, 1
        )
        is None
    )
    assert read_rules(settings(AssignLatePenalties={"plugin_class": plain.HourlyPenalty}), "ps1").penalty("mia", 5, 36000) == 5


def test_the_same_rules_have_the_same_name_and_others_another():
    def name(**sections):
        return repr(read_rules(settings(**sections), "ps1"))

    assert name() == name()
    others = {name(LateSubmissionPlugin={"penalty_method": "zero"}), name(AssignLatePenalties={"plugin_class": plain.HourlyPenalty})}
    assert len(others | {name(), name(Autograde={"permissions": 640})}) == 4


def test_folders_follow_the_courses_own_structure():
    folders = read_folders(settings(), "ps1")
    assert (str(folders.autograded("mia")), str(folders.feedback("mia"))) == ("/course/autograded/mia/ps1", "/course/feedback/mia/ps1")
    config = settings(
        CourseDirectory={"directory_structure": "{assignment_id}/{student_id}/{nbgrader_step}", "autograded_directory": "done"}
    )
    assert str(read_folders(config, "ps1").autograded("mia")) == "/course/ps1/mia/done"


@pytest.mark.slow
def test_nbgrader_comes_without_what_takes_most_of_its_time_until_that_is_asked_for():
    code = """
import sys
from autograder.record.nbgrader_api import nbgrader_api
assert nbgrader_api().Gradebook
assert "rfc3987_syntax" not in sys.modules, "it was imported, or left hidden"
assert "nbconvert" not in sys.modules
import nbgrader
assert nbgrader.api is nbgrader_api() and nbgrader.__version__
assert "nbgrader.server_extensions" in sys.modules
from nbgrader.apps import NbGraderAPI
import nbformat.v4
nbformat.validate(nbformat.v4.new_notebook())
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
