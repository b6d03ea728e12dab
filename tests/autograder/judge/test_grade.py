"""Plain graded cells earn what nbgrader gives them, but for what loses a submission there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from autograder.judge.grade import determine

VALUES = [
    None,
    "0",
    "1",
    "2.5",
    "3",
    "3.0",
    " 2 ",
    "1_0e-1",
    "nan",
    "-nan",
    "-0.0",
    "-1",
    "-inf",
    "1e-400",
    "٢",
    "True",
    "None",
    "[1, 2]",
    "'2'",
]
VALUES += ["array([1.])", "1.5\n", "\n", "0x1", "1+0j", "2 3", "\u2212 1", "np.float64(2.0)"]


def nbgraders(status: str, value: str | None, stderr: bool, points: float) -> float:
    """nbgrader's grade of a cell with just these outputs."""
    outputs: list[Any] = []
    if stderr:
        outputs.append(new_output("stream", name="stderr", text="careful"))
    outputs.append(new_output("stream", name="stdout", text="99"))
    outputs.append(new_output("display_data", {"text/plain": "0"}))
    if status == "error":
        outputs.append(new_output("error", ename="AssertionError", evalue="", traceback=[]))
    elif value is not None:
        outputs.append(new_output("execute_result", {"text/plain": value}))
    nbgrader = {"grade": True, "solution": False, "locked": True, "points": points, "grade_id": "test"}
    score, most = determine_grade(new_code_cell("", outputs=outputs, metadata={"nbgrader": nbgrader}))
    assert most == points
    return float(score)


@pytest.mark.parametrize(
    ("status", "value", "stderr", "points"), list(itertools.product(["ok", "error"], VALUES, [False, True], [3.0, 0.0]))
)
def test_the_grade_is_nbgraders(status: str, value: str | None, stderr: bool, points: float) -> None:
    try:
        wanted = nbgraders(status, value, stderr, points)
    except ValueError:  # more than the cell's points: nbgrader loses the submission
        wanted = points
    score, remark = determine(status, value, stderr, points)
    assert score == wanted
    assert 0 <= score <= points
    assert not remark or "more than its" in remark


@pytest.mark.parametrize("value", ["3.0001", "4", "inf", "1e400", "1e308", "Infinity"])
def test_more_than_all_points_is_all_points_and_a_remark(value: str) -> None:
    with pytest.raises(ValueError):
        nbgraders("ok", value, False, 3.0)
    assert determine("ok", value, False, 3.0) == (3.0, f"it displayed {value}, which is more than its 3 points")


def test_a_value_shown_before_an_error_is_worth_nothing() -> None:
    """nbgrader takes the first value, even if the test fails after it: a function under test can display one."""
    assert determine("error", "3", False, 3.0) == (0.0, "")
    assert determine("exit", "3", False, 3.0) == (0.0, "")


def test_a_value_without_text_is_no_number() -> None:
    assert determine("ok", "", False, 3.0) == (3.0, "")
