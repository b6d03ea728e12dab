"""Whose code is alike beyond chance: for a person to look at, never an accusation.

Short functions are alike by nature, and the class itself is the measure of how much. Three steps:

1. In each exercise, the code of any two is compared by its fingerprints. Nothing that the course itself handed out or knows counts (the
   stub, the solution, the answers in the exercise's bank), nor what many of the class write; and what is left counts the more, the fewer
   have it: ``log(n / how many have it)``, as in search engines.
2. How unusual that is: the share ``p`` of all pairs of the class that are at least as much alike in this exercise.
3. Over all exercises, the small ``p`` of a pair are multiplied (the truncated product method: Zaykin et al., Genetic Epidemiology 22,
   2002). A pair is listed if a class in which all write independently of each other would hardly have a pair like it.

Friends who like the same idioms do not write independently. That, too, is why a person must look.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.report import clean
from autograder.report.fingerprint import LONGEST, Prints, fingerprints
from autograder.report.model import Alike, Pair

Sources = Mapping[str, str]
"""Code by student."""

COMMON = 50
"""What more students than this have in common is common knowledge, however large the class; it also bounds the work."""

FEWEST = 4
"""Fingerprints that two must share in an exercise before it counts."""

SHARE = 0.5
"""The part of the uncommon code of the shorter of the two that must be the same before an exercise counts."""

UNUSUAL = 0.05
"""An exercise counts if at most this share of all pairs are as much alike in it."""

BY_CHANCE = 0.1
"""So many pairs as much alike as the last one listed are expected in a class of this size whose members write independently."""

MOST = 30
LONGEST_SHOWN = 6_000


_MORE_THAN_ANY = 1e6
_NO_PLACES, _NO_WEIGHTS = np.empty(0, dtype=np.int64), np.empty(0)


@dataclass(frozen=True)
class Matches:
    """Pairs of students, by place and as one number; how much they share in one exercise; which part of the shorter one's that is."""

    pair: np.ndarray
    weight: np.ndarray
    share: np.ndarray


def similar_pairs(sources: Mapping[str, Sources], given: Mapping[str, Sequence[str]]) -> list[Pair]:
    """The pairs whose code is alike beyond chance, the weightiest first.

    Args:
        sources: the code of the solution cells, by exercise and student.
        given: the code that doesn't count, by exercise: what was handed out first, then what the course knows.

    Returns:
        At most ``MOST`` pairs. Of a group that all wrote the same, only as many as hold it together.
    """
    students = sorted({student for answers in sources.values() for student in answers})
    n = len(students)
    matches = {exercise: _matches(answers, students, given.get(exercise, ())) for exercise, answers in sources.items()}
    together = np.concatenate([_NO_PLACES, *(each.pair for each in matches.values())])
    codes, which = np.unique(together, return_inverse=True)
    totals = np.bincount(which, np.concatenate([_NO_WEIGHTS, *(each.weight for each in matches.values())]), len(codes))
    least = least_weight(n, len(sources))
    ranked = sorted((-total, code) for total, code in zip(totals.tolist(), codes.tolist(), strict=True) if total >= least)
    kept, groups = _spanning((code // n, code % n) for _, code in ranked)
    weights = {code: -total for total, code in ranked}
    pairs = []
    for first, second in kept[:MOST]:
        shown = _exercises(first * n + second, (students[first], students[second]), matches, sources, given)
        group = tuple(students[place] for place in groups[first])
        pairs.append(Pair(students[first], students[second], weights[first * n + second], shown, group))
    return pairs


def least_weight(students: int, exercises: int) -> float:
    """The weight that a pair needs, so that hardly any pair has it by chance."""
    pairs = students * (students - 1) / 2
    low, high = 0.0, 1_000.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if pairs * chance(middle, exercises) > BY_CHANCE else (low, middle)
    return high


def chance(weight: float, exercises: int) -> float:
    """How probable it is that independent p-values, as many as ``exercises``, weigh at least ``weight`` by those that are unusual.

    ``k`` of them are, with binomial probability; each of those weighs ``-log(UNUSUAL)`` and something exponential more.
    """
    total = 0.0
    for k in range(1, exercises + 1):
        more = max(0.0, weight + k * math.log(UNUSUAL))
        tail = math.exp(-more) * sum(more**j / math.factorial(j) for j in range(k))
        total += math.comb(exercises, k) * UNUSUAL**k * (1 - UNUSUAL) ** (exercises - k) * tail
    return total


def _matches(answers: Sources, students: Sequence[str], given: Sequence[str]) -> Matches:
    """Who is unusually alike in one exercise: the same word for word, before the same but for names, before much in common."""
    n = len(students)
    sources = [answers.get(student, "") for student in students]
    prints, known = fingerprints(sources), fingerprints(given)
    word_for_word = _the_same([_words(source) for source in sources], {"", *map(_words, given)})
    but_for_names = _the_same(prints.wholes, {"", *known.wholes})
    rows = _in_rows(prints, known.values, max(1, len(answers)))
    in_part = Matches(rows.pair, rows.weight * rows.share, rows.share)
    found = _first_of((word_for_word, but_for_names, in_part))
    as_much = len(found.weight) - np.searchsorted(np.sort(found.weight), found.weight * (1 - 1e-12), side="left")
    p = as_much / max(1.0, n * (n - 1) / 2)
    kept = np.flatnonzero((found.share >= SHARE) & (p <= UNUSUAL))
    kept = kept[np.argsort(found.pair[kept])]
    return Matches(found.pair[kept], -np.log(p[kept]), found.share[kept])


def _first_of(levels: Sequence[Matches]) -> Matches:
    """All pairs, each at the first level that has it; each level weighs more than those after it."""
    together = Matches(_NO_PLACES, _NO_WEIGHTS, _NO_WEIGHTS)
    for level, matches in zip(range(len(levels), 0, -1), levels, strict=True):
        new = ~np.isin(matches.pair, together.pair)
        pair = np.concatenate([together.pair, matches.pair[new]])
        weight = np.concatenate([together.weight, matches.weight[new] + level * _MORE_THAN_ANY])
        together = Matches(pair, weight, np.concatenate([together.share, matches.share[new]]))
    return together


def _words(source: str) -> str:
    return " ".join(source[:LONGEST].split())


def _the_same(keys: Sequence[str], known: Collection[str]) -> Matches:
    """The pairs who have the same key; it weighs the more, the fewer have it. What many have is nothing unusual, and left out."""
    n = len(keys)
    groups: dict[str, list[int]] = {}
    for place, key in enumerate(keys):
        if key not in known:
            groups.setdefault(key, []).append(place)
    pairs, weights = [], []
    for group in groups.values():
        if len(group) > 1 and len(group) * (len(group) - 1) <= UNUSUAL * n * (n - 1):
            a, b = np.triu_indices(len(group), 1)
            members = np.array(group)
            pairs.append(members[a] * n + members[b])
            weights.append(np.full(len(a), math.log(n / len(group))))
    pair = np.concatenate([_NO_PLACES, *pairs])
    return Matches(pair, np.concatenate([_NO_WEIGHTS, *weights]), np.ones(len(pair)))


def _in_rows(prints: Prints, known: np.ndarray, n: int) -> Matches:
    """What each two have in common that is not common, by an inverted index: from each fingerprint to all who have it."""
    size = len(prints.wholes)
    strange = ~np.isin(prints.values, known)
    values, owners = prints.values[strange], prints.owners[strange]
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    many = counts[which]
    rare = many <= min(max(3, n // 8), COMMON)
    own = np.bincount(owners[rare], np.log(n / many[rare]), size)
    pairs, weights = _meetings(owners[rare], which[rare], many[rare], n, size)
    pair, place, times = np.unique(pairs, return_inverse=True, return_counts=True)
    weight = np.bincount(place, weights, len(pair))
    shorter = np.minimum(own[pair // size], own[pair % size])
    share = np.minimum(weight / np.maximum(shorter, 1e-9), 1.0)
    enough = times >= FEWEST
    return Matches(pair[enough], weight[enough], share[enough])


def _meetings(owners: np.ndarray, which: np.ndarray, many: np.ndarray, n: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For each fingerprint and each two who have it: the two, and its weight."""
    order = np.lexsort((owners, which))
    owners, many = owners[order], many[order]
    pairs, weights = [], []
    for count in np.unique(many[many > 1]):
        together = owners[many == count].reshape(-1, count)
        a, b = np.triu_indices(count, 1)
        pairs.append((together[:, a] * size + together[:, b]).ravel())
        weights.append(np.full(pairs[-1].size, math.log(n / count)))
    return np.concatenate([_NO_PLACES, *pairs]), np.concatenate([_NO_WEIGHTS, *weights])


def _spanning(ranked: Iterable[tuple[int, int]]) -> tuple[list[tuple[int, int]], dict[int, list[int]]]:
    """The strongest pairs that hold each group together, and everybody's group. Thirty who share one text are 29 pairs, not 435."""
    groups: dict[int, list[int]] = {}
    kept = []
    for first, second in ranked:
        one, two = groups.setdefault(first, [first]), groups.setdefault(second, [second])
        if one is not two:
            kept.append((first, second))
            one += two
            groups.update(dict.fromkeys(two, one))
    return kept, {place: sorted(group) for place, group in groups.items()}


def _exercises(
    code: int,
    pair: tuple[str, str],
    matches: Mapping[str, Matches],
    sources: Mapping[str, Sources],
    given: Mapping[str, Sequence[str]],
) -> tuple[Alike, ...]:
    """The exercises that make a pair alike, the weightiest first, with the code of both."""
    shown = []
    for exercise, found in matches.items():
        place = int(np.searchsorted(found.pair, code))
        if place < len(found.pair) and found.pair[place] == code:
            left, right = (clean.block(sources[exercise][student], LONGEST_SHOWN) for student in pair)
            stub = given[exercise][0] if given.get(exercise) else ""
            same = left.split() == right.split()
            shown.append(Alike(exercise, float(found.share[place]), float(found.weight[place]), same, left, right, stub))
    return tuple(sorted(shown, key=lambda item: -item.weight))
