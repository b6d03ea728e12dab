"""The mark of a graded cell in words, and the box beside the cell."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from autograder.feedback.markdown import markdown
from autograder.feedback.marks import Mark
from autograder.feedback.plain import plain

GRADE_PREFIX = "check-"
"""The builder calls the graded cell of ``relu_forward`` ``check-relu_forward``."""


@dataclass(frozen=True)
class Result:
    """A mark as the page says it. ``state`` is ``right``, ``part``, ``wrong`` or ``open``; ``share`` the length of its bar, in percent.

    ``points`` is empty for a cell that has none to give, only a comment.
    """

    anchor: str
    name: str
    state: str
    sign: str
    points: str
    status: str
    share: float
    card: Markup
    message: Markup
    comment: Markup
    in_notebook: bool = True

    @property
    def has_card(self) -> bool:
        """Whether a report says name and points by itself."""
        return "<div" in self.card


_SIGNS = {"right": "✓", "part": "◐", "wrong": "✗", "open": "…"}


def number(value: float) -> str:
    """``2`` or ``1.75``: at most two places."""
    return f"{round(value, 2):.10g}"


def of_points(score: float, most: float) -> str:
    """``2 of 3 points``."""
    return f"{number(score)} of {number(most)} {'point' if most == 1 else 'points'}"


def result(grade_id: str, mark: Mark, anchor: str, in_notebook: bool = True) -> Result:
    """What the page says about a mark."""
    state = _state(mark)
    share = 100 * min(max((mark.score or 0.0) / mark.max_score, 0.0), 1.0) if mark.max_score > 0 else 0.0
    return Result(
        anchor=anchor,
        name=_name(grade_id, mark),
        state=state,
        sign=_SIGNS[state],
        points=_points(mark),
        status=_status(mark, state) if _points(mark) else "",
        share=round(share, 1),
        card=_card(mark),
        message=markdown(plain(mark.message)) if mark.message else Markup(""),
        comment=markdown(plain(mark.comment)) if mark.comment else Markup(""),
        in_notebook=in_notebook,
    )


def _points(mark: Mark) -> str:
    if mark.max_score == 0 and not mark.score and not mark.report:
        return ""
    return f"– {of_points(0, mark.max_score)[1:]}" if mark.score is None else of_points(mark.score, mark.max_score)


def _name(grade_id: str, mark: Mark) -> str:
    exercise = plain((mark.report or {}).get("exercise"))
    return exercise.rpartition(".")[2] or plain(grade_id).removeprefix(GRADE_PREFIX)


def _state(mark: Mark) -> str:
    if mark.score is None or not mark.graded or mark.needs_manual:
        return "open"
    if (mark.report or {}).get("passed") is True or (mark.score >= mark.max_score and not mark.report):
        return "right"
    return "part" if mark.score > 0 else "wrong"


def _status(mark: Mark, state: str) -> str:
    if not mark.graded:
        return "Not graded: nothing was run here."
    if mark.needs_manual:
        return (
            "An instructor will read this and give the points."
            if mark.score is None
            else "An instructor will read this too; the points may change."
        )
    if state == "open":
        return "No points were given yet."
    if mark.report:
        earned = mark.report.get("points", mark.score)
        return "" if earned == mark.score else f"An instructor gave {of_points(mark.score or 0.0, mark.max_score)}."
    if mark.tests_hidden:
        return "All tests passed, the hidden ones too." if state == "right" else "Not all tests passed; some of them are hidden."
    if mark.by_hand:
        return {"right": "All points.", "part": "Part of the points.", "wrong": "No points."}[state]
    return {"right": "Passed.", "part": "Partly right.", "wrong": "Not passed."}[state]


def _card(mark: Mark) -> Markup:
    """The report's own card, which the judge made and escaped; without one, its sentences."""
    report = mark.report or {}
    html = report.get("html")
    if isinstance(html, str) and html:
        return Markup(plain(html))
    said = [Markup("<p><strong>{}</strong></p>").format(plain(report["headline"]))] if report.get("headline") else []
    said += [Markup("<p><strong>Hint.</strong> {}</p>").format(plain(report["hint"]))] if report.get("hint") else []
    return Markup("").join(said)
