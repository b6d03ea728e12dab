"""Opening a course: where it works, and what is said when nbgrader gives up."""

import pytest

from autograder.course import Course, GradingError, reason


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_than_on_linux_the_autograder_says_so_in_a_sentence(monkeypatch, tmp_path, platform):
    monkeypatch.setattr("sys.platform", platform)
    with pytest.raises(GradingError, match=r"the autograder is for Linux .*; everything else of dlteach works here too"):
        Course(tmp_path)


LOGS = {
    "the error is the last line of the last traceback": (
        "[ERROR] Traceback (most recent call last):\n      File x\n    ValueError: first\n    some.module.KeyError: 'second'\n    ",
        "KeyError: 'second'",
    ),
    "a dead kernel": ("    nbclient.exceptions.DeadKernelError: Kernel died", "its code ended the Python process it ran in"),
    "no traceback": ("[INFO] a\n[ERROR] One or more notebooks use an old version \n", "One or more notebooks use an old version "),
    "nothing": ("", "it gave no reason"),
}


@pytest.mark.parametrize("name", LOGS)
def test_nbgraders_log_becomes_one_sentence(name):
    log, says = LOGS[name]
    summary = "Traceback\nnbgrader.converters.base.NbGraderException: Please see the the above traceback"
    assert reason({"success": False, "log": log, "error": summary}) == says


def test_settings_can_be_added_to_instead_of_set(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.ignore.append("*.tmp")\nc.Autograde.exclude_overwriting.update({"ps1": ["mine.py"]})\n'
    )
    course = Course(tmp_path)
    assert course.ignored[-1] == "*.tmp"
    assert "__pycache__" in course.ignored
    assert course.setting("Autograde", "exclude_overwriting", {}) == {"ps1": ["mine.py"]}
