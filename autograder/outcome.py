"""What became of a submission, as the instructor is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Progress = Callable[[int, int, str], None]
"""Called with how many submissions are done, how many there are, and which was done last."""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission.

    ``failed`` means that something of it could not be graded or recorded; ``reason`` says in one sentence what. ``score`` and ``max_score``
    are what the gradebook says now, before ``late_penalty`` is taken off; None if nothing could be recorded. ``remarks`` are for the
    instructor: what was repaired, tampering that was seen, and where a run stopped early.
    """

    student: str
    status: Literal["graded", "unchanged", "failed"]
    score: float | None = None
    max_score: float | None = None
    reason: str = ""
    late_penalty: float = 0.0
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The outcome as JSON data."""
        return asdict(self)
