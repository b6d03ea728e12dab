"""Totals, counted in intervals that a person would choose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MOST_BINS = 10


@dataclass(frozen=True)
class Bin:
    """How many totals lie from ``low`` up to ``high``. The last interval includes its end; where it has no width, it is for everything."""

    low: float
    high: float
    count: int
    height: float
    """Relative to the highest."""

    @property
    def says(self) -> str:
        """The interval in words."""
        return f"{self.low:g} to {self.high:g}"


def bins(totals: Sequence[float], best: float) -> list[Bin]:
    """The histogram of some totals from 0 to ``best``, or to the highest of them where somebody has more."""
    top = max([best, *totals])
    if not totals or top <= 0:
        return []
    step = _step(top)
    number = max(1, math.ceil(top / step - 1e-9))
    counts = [0] * number
    for total in totals:
        counts[min(int(total / step + 1e-9), number - 1)] += 1
    return [Bin(place * step, min((place + 1) * step, top), count, count / max(counts)) for place, count in enumerate(counts)]


def _step(top: float) -> float:
    """The smallest of …, 0.5, 1, 2, 5, 10, … that makes at most ten intervals."""
    power = 10.0 ** math.floor(math.log10(top / MOST_BINS))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * MOST_BINS >= top * (1 - 1e-9))
