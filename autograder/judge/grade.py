"""What a plain graded cell earns: nbgrader's meaning, decided by what the worker saw and not by the outputs, which a student can edit."""

from __future__ import annotations


def determine(status: str, value: str | None, stderr: bool, points: float) -> tuple[float, str]:
    """The points of a graded code cell that ran, and a remark for the instructor, empty if there is nothing to say.

    An error, or anything on stderr, earns nothing. Otherwise a displayed value that reads as a number from 0 to ``points`` is the score.
    Anything else earns everything.

    Args:
        status: "ok", "error" or "exit".
        value: the text of the first value that the cell displayed; None if it displayed none.
        stderr: whether anything went to stderr.
        points: the most that the cell can earn.
    """
    if status != "ok" or stderr:
        return 0.0, ""
    if value is None:
        return points, ""
    try:
        score = float(value)
    except ValueError:
        return points, ""
    if score > points:
        return points, f"it displayed {value[:40]}, which is more than its {points:g} points"
    return (score if score >= 0 else points), ""
