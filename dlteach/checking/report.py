"""What a student reads, in this order: what is wrong, the smallest call that shows it, got and expected, a hint, what already works.

A :class:`Report` is a float, the points earned, because that is what nbgrader takes as partial credit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlteach.checking.run import Run
from dlteach.checking.words import array_text, two_numbers

MANY = 60  # entries; above this a report names the first difference only
PASSED, PART, FAILED = "✓", "◐", "✗"


@dataclass(frozen=True)
class Line:
    """One criterion in the report: what it is about, and its points."""

    id: str
    says: str
    points: float
    max_points: float
    note: str = ""

    @property
    def mark(self) -> str:
        return PASSED if self.points == self.max_points else PART if self.points > 0 else FAILED


@dataclass(frozen=True)
class Story:
    """Everything a report tells. Texts are plain, with code in backticks.

    ``run`` is what the function gave on the public cases, where it was tried on them, and ``case`` the one that the story is about.
    """

    exercise: str
    headline: str
    diagnosis: str | None = None
    hint: str = ""
    details: tuple[str, ...] = ()
    call: str = ""
    got: Any = None
    expected: Any = None
    shows_values: bool = False
    where: tuple[int, ...] | None = None
    picture: str = ""
    lines: tuple[Line, ...] = ()
    printed: str = ""
    warned: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    similarity: float | None = None
    right: bool = False  # nothing to mend; where an exercise is worth 0 points, the points cannot tell
    run: Run | None = field(default=None, repr=False)
    case: int | None = None


class Report(float):
    """The points earned, between 0 and ``max_points``, and the story behind them.

    ``repr`` is the bare number, which nbgrader reads; ``str`` is the whole text; ``html()`` is what a notebook shows.
    """

    story: Story
    max_points: float

    def __new__(cls, points: float, max_points: float, story: Story) -> Report:
        points = round(min(max(points, 0.0), max_points), 4) if math.isfinite(points) else 0.0
        report = super().__new__(cls, points)
        report.max_points = max_points
        report.story = story
        return report

    @property
    def points(self) -> float:
        return float(self)

    @property
    def passed(self) -> bool:
        """Whether everything is right and allowed, so that every point was earned."""
        return self.story.right

    @property
    def headline(self) -> str:
        return self.story.headline

    @property
    def diagnosis(self) -> str | None:
        """The id of the mistake; ids joined by ``|`` if two cannot be told apart; None if nothing is wrong or nothing explains it."""
        return self.story.diagnosis

    @property
    def hint(self) -> str:
        return self.story.hint

    @property
    def criteria(self) -> tuple[Line, ...]:
        return self.story.lines

    @property
    def mark(self) -> str:
        return PASSED if self.passed else PART if self.points > 0 else FAILED

    def __repr__(self) -> str:
        return float.__repr__(self)

    def __str__(self) -> str:
        return text(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Report, (self.points, self.max_points, self.story)

    def html(self) -> str:
        """A card for a notebook, complete in itself: no script, no style sheet, no address."""
        from dlteach.checking.html import card

        return card(self)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON data, for the instructor's tables."""
        story = self.story
        return {
            "exercise": story.exercise,
            "points": self.points,
            "max_points": self.max_points,
            "passed": self.passed,
            "headline": story.headline,
            "diagnosis": story.diagnosis,
            "hint": story.hint,
            "forbidden": list(story.forbidden),
            "similarity": story.similarity,
            "criteria": [{"id": line.id, "says": line.says, "points": line.points, "max_points": line.max_points} for line in story.lines],
        }


def score_text(report: Report) -> str:
    """``2 of 3 points``."""
    noun = "point" if report.max_points == 1 else "points"
    return f"{report.points:.4g} of {report.max_points:.4g} {noun}"


def text(report: Report) -> str:
    """The report for a terminal."""
    story = report.story
    parts = [f"{report.mark} {story.exercise.rpartition('.')[2]}: {score_text(report)}", story.headline]
    parts += [f"Also: {detail}" for detail in story.details]
    if story.call:
        parts.append("Try this:\n" + _indented(story.call))
    if story.shows_values and story.where and np.size(story.expected) > MANY:
        parts.append(first_difference(story))
    elif story.shows_values:
        parts.append(f"got\n{_indented(array_text(story.got))}\nexpected\n{_indented(array_text(story.expected))}")
    if story.hint:
        parts.append(f"Hint: {story.hint}")
    if story.lines and not report.passed:
        parts.append("\n".join(f"{line.mark} {line.says}: {line.points:.4g} of {line.max_points:.4g}{line.note}" for line in story.lines))
    parts += [f"Warning while it ran (costs nothing): {warning}" for warning in story.warned]
    if story.printed:
        parts.append("It printed (costs nothing):\n" + _indented(story.printed))
    parts += story.notes
    return "\n".join(parts)


def first_difference(story: Story) -> str:
    """Got and expected at one place of two arrays."""
    assert story.where is not None
    place = ", ".join(map(str, story.where))
    got, expected = two_numbers(story.got[story.where], story.expected[story.where])
    return f"First difference at [{place}]: got {got}, expected {expected}."


def _indented(block: str) -> str:
    return "\n".join("    " + line for line in block.splitlines())
