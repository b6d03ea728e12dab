"""Which mistakes a class shares: those that have a name, and those that only look alike from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.course import GradingError
from autograder.report.clean import Said
from autograder.report.model import Cluster, Mistake, short
from dlteach.exercises.registry import UnknownExercise, find

SHORTEST = 4
"""Digits of a signature that an instructor types, if they are enough to tell the clusters of an exercise apart."""

Everything = Mapping[str, list[Said]]
"""What was said, by student."""


def mistakes(everything: Everything, handed_in: int) -> list[Mistake]:
    """The diagnoses, by exercise and id; the most common first."""
    made: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for student, each in _wrong(everything):
        if each.diagnosis:
            made.setdefault((each.exercise, each.diagnosis), []).append((student, each.headline))
    found = []
    for (exercise, diagnosis), who in made.items():
        students = _once(student for student, _ in who)
        found.append(Mistake(exercise, diagnosis, _explain(exercise, diagnosis, who[0][1]), students, _share(students, handed_in)))
    return sorted(found, key=lambda mistake: (-len(mistake.students), mistake.exercise, mistake.diagnosis))


def clusters(everything: Everything, handed_in: int, names: Mapping[tuple[str, str], str]) -> list[Cluster]:
    """What no diagnosis explains, put together by what it gave on the public cases; the largest first."""
    alike: dict[tuple[str, str], list[tuple[str, Said]]] = {}
    for student, each in _wrong(everything):
        if not (each.diagnosis or each.unfinished or each.forbidden):
            alike.setdefault((each.exercise, each.signature), []).append((student, each))
    refs = _refs(alike)
    found = []
    for (exercise, signature), who in alike.items():
        students, example = _once(student for student, _ in who), who[0][1]
        message = names.get((exercise, signature), "")
        ref, share = refs[exercise, signature], _share(students, handed_in)
        found.append(Cluster(exercise, signature, ref, students, example.headline, example.call, example.returns, message, share))
    return sorted(found, key=lambda cluster: (-len(cluster.students), cluster.exercise, cluster.signature))


def unfinished(everything: Everything) -> dict[str, tuple[str, ...]]:
    """Who wrote nothing, by exercise."""
    found: dict[str, list[str]] = {}
    for student, each in _wrong(everything):
        if each.unfinished:
            found.setdefault(each.exercise, []).append(student)
    return {exercise: _once(students) for exercise, students in sorted(found.items())}


def find_cluster(found: Iterable[Cluster], ref: str) -> Cluster:
    """The cluster that ``ref`` names: ``affine_backward/3f2a``, or more of its digits, or the exercise's full name.

    Raises:
        GradingError: it names none, or several.
    """
    exercise, _, digits = ref.strip().rpartition("/")
    every = list(found)
    meant = [each for each in every if digits and exercise in (each.exercise, short(each.exercise)) and each.signature.startswith(digits)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise GradingError(f"'{ref}' can mean {', '.join(f'{each.exercise}/{each.signature}' for each in meant)}; please give more of it")
    there = ", ".join(each.ref for each in every[:10]) or "none at all"
    raise GradingError(f"there is no group of answers called '{ref}'; there is {there}")


def _wrong(everything: Everything) -> Iterable[tuple[str, Said]]:
    return ((student, each) for student, what in everything.items() for each in what if each.lost)


def _once(students: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(students))


def _share(students: tuple[str, ...], handed_in: int) -> float:
    return len(students) / handed_in if handed_in else 0.0


def _explain(exercise: str, diagnosis: str, headline: str) -> str:
    """The sentence that the exercise has for a mistake, or for each of those that can't be told apart; else what a student read."""
    try:
        known = {item.id: item.says for item in find(exercise).misconceptions}
    except UnknownExercise:
        known = {}
    says = [known[name] for name in diagnosis.split("|") if name in known]
    return " Or: ".join(says) or headline


def _refs(signatures: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A short name for each signature: as many digits as tell all of this exercise apart."""
    by_name: dict[str, list[tuple[str, str]]] = {}
    for key in signatures:
        by_name.setdefault(short(key[0]), []).append(key)
    refs = {}
    for name, keys in by_name.items():
        longest = max(len(signature) for _, signature in keys)
        digits = next(n for n in range(SHORTEST, longest + 1) if n == longest or len({key[1][:n] for key in keys}) == len(keys))
        refs.update({key: f"{name}/{key[1][:digits]}" for key in keys})
    return refs
