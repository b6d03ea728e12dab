"""Points: each criterion looks at its cases, and earns its share if every one of them is right.

Right numbers with bad manners (inputs changed, a different answer the second time) earn half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlteach.checking.compare import Finding, compare_outcome
from dlteach.checking.exercise import Case, Criterion, Exercise
from dlteach.checking.run import Run

MANNERS_SHARE = 0.5


@dataclass(frozen=True)
class Scored:
    """One criterion: the part of its share it earned, and its first failing case with the reason."""

    criterion: Criterion
    earned: float
    share: float
    finding: Finding | None = None
    case: int | None = None
    held: bool = False  # the criterion it comes after earned nothing, so neither does this one

    @property
    def passed(self) -> bool:
        return self.earned == self.share


def cases_of(exercise: Exercise, criterion: Criterion, cases: Sequence[Case]) -> list[int]:
    """Indices of the cases a criterion looks at: its kinds, or, if it names none, every kind that no criterion names."""
    named = {kind for other in exercise.criteria for kind in other.kinds}
    return [i for i, case in enumerate(cases) if (case.kind in criterion.kinds if criterion.kinds else case.kind not in named)]


def score(exercise: Exercise, cases: Sequence[Case], expected: Run, got: Run) -> list[Scored]:
    """Every criterion, in the exercise's order."""
    total = sum(criterion.share for criterion in exercise.criteria)
    scored: list[Scored] = []
    for criterion in exercise.criteria:
        share = criterion.share / total
        finding, case = first_finding(exercise, criterion, cases, expected, got)
        earned = share if finding is None else 0.0
        if finding and finding.gate == "properties":
            earned = share * MANNERS_SHARE
        held = any(other.criterion.id == criterion.after and other.earned == 0 for other in scored)
        scored.append(Scored(criterion, 0.0 if held else earned, share, finding, case, held))
    return scored


def first_finding(
    exercise: Exercise, criterion: Criterion, cases: Sequence[Case], expected: Run, got: Run
) -> tuple[Finding | None, int | None]:
    """The first case in which a criterion fails. Wrong numbers anywhere come before bad manners."""
    rude: tuple[Finding | None, int | None] = (None, None)
    for i in cases_of(exercise, criterion, cases):
        finding = compare_outcome(exercise, criterion.output, expected.outcomes[i], got.outcomes[i])
        if finding and finding.gate != "properties":
            return finding, i
        if finding and rude[0] is None:
            rude = finding, i
    return rude
