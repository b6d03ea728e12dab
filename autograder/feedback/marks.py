"""What a feedback page says beside a notebook: the mark of every graded cell, and the heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mark:
    """What one graded cell earned, and what is said about it.

    ``score`` is None while nobody has given one: with ``needs_manual`` an instructor still will, with ``graded`` false nothing was run.
    ``comment`` is what the instructor wrote to this student, ``message`` what they wrote to everybody who made this mistake.
    ``by_hand`` says that an instructor judges it, not a test. ``tests_hidden`` keeps the cell's outputs and hidden lines from the page.
    ``report`` is :meth:`dlteach.checking.Report.as_dict` and its card as ``html``, which is the only markup that the page takes as it is.
    """

    score: float | None
    max_score: float
    comment: str = ""
    needs_manual: bool = False
    graded: bool = True
    by_hand: bool = False
    tests_hidden: bool = False
    report: dict[str, Any] | None = None
    message: str = ""


@dataclass(frozen=True)
class Heading:
    """What stands above the notebook. ``submitted`` is when it was handed in, as text; ``remarks`` are sentences for the student."""

    assignment: str
    notebook: str
    student: str
    score: float
    max_score: float
    late_penalty: float = 0.0
    submitted: str = ""
    remarks: tuple[str, ...] = ()
