"""How long one check takes: every exercise, once with its reference and once with its slowest misconception, against 0.5 s.

    python benchmarks/check_time.py

Prints milliseconds (the first check, which works out the right answers too, and the median of the next ten) and the share of the budget.
Ends with status 1 if one is over it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from dlteach.checking import Exercise, examine
from dlteach.exercises import lessons

BUDGET = 0.5
ROUNDS = 10


def seconds(exercise: Exercise, function: Callable[..., Any], rounds: int) -> list[float]:
    """Wall-clock times of some checks of one function."""
    peers = {name: peer for lesson in lessons() for peer in lesson.exercises for name in exercise.needs if peer.name == name}
    functions = {exercise.name: function, **{name: peer.reference for name, peer in peers.items()}}
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        examine(exercise, functions, peers=peers)
        times.append(time.perf_counter() - started)
    return times


def main() -> int:
    """Print the table; 1 if an exercise is over the budget."""
    worst = 0.0
    print(f"{'exercise':45} {'first':>8} {'right':>8} {'wrong':>8}   slowest, as a share of {BUDGET} s")
    for lesson in lessons():
        for exercise in lesson.exercises:
            first = seconds(exercise, exercise.reference, 1)[0]
            right = statistics.median(seconds(exercise, exercise.reference, ROUNDS))
            first_wrong = max(seconds(exercise, item.function, 1)[0] for item in exercise.misconceptions)
            slowest = max(first, right, first_wrong)
            worst = max(worst, slowest)
            row = " ".join(f"{1000 * value:6.1f}ms" for value in (first, right, first_wrong))
            print(f"{exercise.key:45} {row}   {slowest / BUDGET:.2f}")
    print(f"{'slower than the budget' if worst > BUDGET else 'within the budget'}: {worst / BUDGET:.2f} of it at most")
    return int(worst > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
