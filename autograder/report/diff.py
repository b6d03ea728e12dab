"""Two pieces of code side by side: which lines are the same, which are the same but for names, comments and spaces, which differ."""

from __future__ import annotations

import difflib
import itertools
import re
from dataclasses import dataclass
from typing import Literal

from autograder.report.fingerprint import tokens

Kind = Literal["same", "renamed", "differs", "given"]
MOST_LINES = 300
_WORDS = re.compile(r"\w+|\s+|[^\w\s]+")


@dataclass(frozen=True)
class Line:
    """One line of each, or None where one of them has nothing to set against it. Line numbers start at 1."""

    kind: Kind
    left: str | None
    right: str | None
    left_number: int = 0
    right_number: int = 0


def side_by_side(left: str, right: str, given: str = "") -> list[Line]:
    """Set two pieces of code side by side. Lines that stand in ``given``, which everybody was handed, are marked as such."""
    ours, theirs = left.splitlines()[:MOST_LINES], right.splitlines()[:MOST_LINES]
    handed = {("",), *(_key(line) for line in given.splitlines())}
    matcher = difflib.SequenceMatcher(None, [_key(line) for line in ours], [_key(line) for line in theirs], autojunk=False)
    lines = []
    for what, a, b, c, d in matcher.get_opcodes():
        for i, j in itertools.zip_longest(range(a, b), range(c, d)):
            one, two = (None if i is None else ours[i]), (None if j is None else theirs[j])
            lines.append(Line(_kind(what == "equal", one, two, handed), one, two, 0 if i is None else i + 1, 0 if j is None else j + 1))
    return lines


def _kind(aligned: bool, one: str | None, two: str | None, handed: set[tuple[str, ...]]) -> Kind:
    if all(line is None or _key(line) in handed for line in (one, two)):
        return "given"
    if not aligned or one is None or two is None:
        return "differs"
    return "same" if one.split() == two.split() else "renamed"


def changed_words(left: str, right: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both lines in pieces, each with whether the other line has something else there."""
    ours, theirs = _WORDS.findall(left), _WORDS.findall(right)
    one: list[tuple[str, bool]] = []
    two: list[tuple[str, bool]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        one += [(word, what != "equal") for word in ours[a:b]]
        two += [(word, what != "equal") for word in theirs[c:d]]
    return one, two


def _key(line: str) -> tuple[str, ...]:
    """What makes two lines the same but for names. A line that is only a comment is its own text."""
    return tuple(tokens(line)) or (line.strip(),)
