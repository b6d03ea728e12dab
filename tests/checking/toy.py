"""A small exercise that belongs to no lesson, for the tests of checking itself: add up the rows, and say how many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlteach.checking import Case, Criterion, Exercise, Misconception, Report, examine


def cases(rng: np.random.Generator) -> list[Case]:
    return [
        Case({"x": np.array([[2.0]])}, "smallest", {"N": 1, "D": 1}),
        Case({"x": rng.normal(size=(3, 4)).round(2) + 10}, "generic", {"N": 3, "D": 4}),
        Case({"x": rng.normal(size=(5, 2)).round(2) + 10}, "generic", {"N": 5, "D": 2}),
        Case({"x": np.array([[1e300, -1e300, 3.0]])}, "extreme", {"N": 1, "D": 3}),
    ]


def row_sums(x: np.ndarray) -> tuple[np.ndarray, int]:
    return x.sum(axis=1), len(x)


def column_sums(x):
    return x.sum(axis=0), len(x)


def counts_columns(x):
    return x.sum(axis=1), x.shape[1]


TOY = Exercise(
    name="row_sums",
    lesson="toys",
    points=4,
    minutes=2,
    difficulty=1,
    reference=row_sums,
    cases=cases,
    returns=("sums", "count"),
    criteria=(
        Criterion("sums", "the sums", output="sums", share=2),
        Criterion("count", "the number of rows", output="count"),
        Criterion("large", "large numbers", output="sums", kinds=("extreme",), after="sums"),
    ),
    misconceptions=(
        Misconception(column_sums, "The columns were added up, not the rows.", "Which axis disappears?"),
        Misconception(counts_columns, "The columns were counted, not the rows.", "Which size comes first?"),
    ),
    accepted=(),
    hints=("Look.", "Think.", "Write."),
)


def check_toy(function: Callable[..., Any] | Any, **options: Any) -> Report:
    """Check something as if a student had given it the exercise's name."""
    return examine(TOY, {"row_sums": function}, **options)
