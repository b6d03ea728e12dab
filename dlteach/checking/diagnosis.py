"""Find out which mistake it is.

A misconception explains a failing criterion if it gives just what the student's function gives, on every generic case: the
same wrong numbers, shapes and types, or the same exception. What no misconception explains is shown to the generic probes; what
they cannot name is described.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlteach.checking.compare import Finding, Missing, compare_outcome, outputs, selected
from dlteach.checking.exercise import Case, Criterion, Exercise, Misconception
from dlteach.checking.generic import explain, is_argument, look
from dlteach.checking.run import Outcome, Run
from dlteach.checking.snapshot import is_number, same
from dlteach.checking.verdict import Scored, cases_of
from dlteach.checking.words import both, either

RTOL = 1e-6


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with one criterion: ids (several if they cannot be told apart), a sentence, a hint."""

    ids: tuple[str, ...]
    says: str
    hint: str

    @property
    def id(self) -> str:
        return "|".join(self.ids)


@dataclass(frozen=True)
class Evidence:
    """Everything a diagnosis may look at: the runs of the student, of the reference, and of each misconception."""

    exercise: Exercise
    cases: Sequence[Case]
    expected: Run
    got: Run
    wrong: Mapping[str, Run]


def diagnose(evidence: Evidence, scored: Sequence[Scored]) -> dict[str, Diagnosis]:
    """Criterion id → diagnosis, for each failing criterion that can be explained."""
    found: dict[str, Diagnosis] = {}
    for item in scored:
        if item.finding is not None:
            diagnosis = by_misconception(evidence, item) or by_probe(evidence, item)
            if diagnosis:
                found[item.criterion.id] = diagnosis
    return found


def by_misconception(evidence: Evidence, item: Scored) -> Diagnosis | None:
    """The misconceptions that fail this criterion in the student's way; of several, those that agree most elsewhere too."""
    where = telling_cases(evidence, item)
    candidates = [
        misconception
        for misconception in evidence.exercise.misconceptions
        if where
        and all(alike(evidence, misconception, item.criterion, i) for i in where)
        and any(not right(evidence, misconception, item.criterion, i) for i in cases_of(evidence.exercise, item.criterion, evidence.cases))
    ]
    if not candidates:
        return None
    ranks = [agreement(evidence, misconception) for misconception in candidates]
    best = [misconception for misconception, rank in zip(candidates, ranks, strict=True) if rank == max(ranks)]
    says = either([misconception.says.rstrip(".") for misconception in best]) + "." if len(best) > 1 else best[0].says
    return Diagnosis(tuple(misconception.id for misconception in best), says, best[0].hint)


def telling_cases(evidence: Evidence, item: Scored) -> list[int]:
    """The generic cases if one of them fails; otherwise all the cases of the criterion, the special ones being the only witnesses."""
    mine = cases_of(evidence.exercise, item.criterion, evidence.cases)
    generic = [i for i in mine if evidence.cases[i].kind == "generic"]
    if any(not agrees(evidence, item.criterion, evidence.expected.outcomes[i], i) for i in generic):
        return generic
    return mine


def alike(evidence: Evidence, misconception: Misconception, criterion: Criterion, case: int) -> bool:
    """Whether the student's function and the misconception do the same on one case, as far as the criterion looks."""
    return agrees(evidence, criterion, evidence.wrong[misconception.id].outcomes[case], case)


def agrees(evidence: Evidence, criterion: Criterion, other: Outcome, case: int) -> bool:
    """Whether the student's outcome of a case equals another one: the same exception, or the same results and the same manners."""
    mine = evidence.got.outcomes[case]
    if mine.failure or other.failure:
        if not (mine.failure and other.failure):
            return False
        return mine.failure.signature == other.failure.signature
    if mine.changed != other.changed:
        return False
    expected = evidence.expected.outcomes[case]
    pairs = zip(
        selected(evidence.exercise, criterion.output, expected, mine),
        selected(evidence.exercise, criterion.output, expected, other),
        strict=True,
    )
    return all(isinstance(a[2], Missing) == isinstance(b[2], Missing) and same(as_wanted(*a), as_wanted(*b), RTOL) for a, b in pairs)


def as_wanted(_label: str, expected: Any, got: Any) -> Any:
    """Whole numbers become floats where floats are expected: 1 and 1.0 are the same mistake."""
    whole = isinstance(got, np.ndarray) or is_number(got)
    if whole and np.asarray(got).dtype.kind in "iu" and np.asarray(expected).dtype.kind == "f":
        return np.asarray(got, dtype=float)[()]
    return got


def right(evidence: Evidence, misconception: Misconception, criterion: Criterion, case: int) -> bool:
    """Whether a misconception happens to be right on a case."""
    wrong, expected = evidence.wrong[misconception.id].outcomes[case], evidence.expected.outcomes[case]
    return compare_outcome(evidence.exercise, criterion.output, expected, wrong) is None


def agreement(evidence: Evidence, misconception: Misconception) -> tuple[int, int]:
    """How far a misconception and the student's function agree over all: whole criteria first, then single cases."""
    criteria = cases = 0
    for criterion in evidence.exercise.criteria:
        hits = [alike(evidence, misconception, criterion, i) for i in cases_of(evidence.exercise, criterion, evidence.cases)]
        criteria += all(hits)
        cases += sum(hits)
    return criteria, cases


def by_probe(evidence: Evidence, item: Scored) -> Diagnosis | None:
    """The first name that the generic probes give to every generic case of a criterion."""
    finding = item.finding
    where = [i for i in telling_cases(evidence, item) if not evidence.got.outcomes[i].failure]
    if finding is None or finding.gate not in ("shape", "value") or not where:
        return None
    if len(where) == 1 and finding.where == ():
        return None  # one number against one number: any factor would explain it
    seen = [names_seen(evidence, finding, i) for i in where]
    common = [name for name in seen[0] if all(name in others for others in seen[1:])]
    if not common:
        return None
    says, hint = explain(common[0], finding.output)
    return Diagnosis((common[0],), says, hint)


def names_seen(evidence: Evidence, finding: Finding, case: int) -> list[str]:
    """What the probes say about the failing result on one case."""
    expected, got = evidence.expected.outcomes[case], evidence.got.outcomes[case]
    pairs = {label: (want, have) for label, want, have in selected(evidence.exercise, None, expected, got)}
    want, have = pairs.get(finding.output, (None, Missing("")))  # a dict may have other keys in another case
    if isinstance(have, Missing):
        return []
    names = list(in_another_place(evidence, finding, case)) + list(look(have, want, evidence.cases[case].sizes))
    return names + list(is_argument(have, evidence.cases[case].args))


def in_another_place(evidence: Evidence, finding: Finding, case: int) -> list[str]:
    """Whether the result stands where another one belongs."""
    wanted = outputs(evidence.exercise, evidence.expected.outcomes[case])
    had = outputs(evidence.exercise, evidence.got.outcomes[case])
    if finding.output not in wanted:
        return []
    right_one = wanted[finding.output]
    swapped = any(same(value, right_one, RTOL) for name, value in had.items() if name != finding.output and not isinstance(value, Missing))
    return [f"order:{both([f'`{name}`' for name in evidence.exercise.returns])}"] if swapped else []
