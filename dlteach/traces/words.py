"""Numbers and lists as they stand in sentences."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlteach.traces.own import name_of
from dlteach.traces.trace import Array

LARGEST = float(np.finfo(np.float32).max)


def say(number: Array | float, digits: int = 4) -> str:
    """A number with so many digits that count: 5.12, −0.8, 1.2e9, ∞; an array in brackets: (−9, 3)."""
    if not isinstance(number, float) and np.ndim(number):
        return f"({', '.join([say(each, digits) for each in np.asarray(number).tolist()])})"
    return _said(float(number), digits)


def say_apart(own: Array | float, ours: Array | float, usual: Callable[[Any], str] = say) -> tuple[str, str]:
    """Two numbers, or arrays, that differ: as usual, or with as many digits as it takes to see the difference ("20.0001" and "20")."""
    first, second = usual(own), usual(ours)
    for digits in range(5, 18):
        if first != second:
            break
        first, second = _with_digits(own, digits), _with_digits(ours, digits)
    return first, second


def rounded(number: float, digits: int = 3) -> str:
    """A number with at most so many digits after the point: −0.269, 2, ∞; 1.234e−7 where those would lie."""
    value = as_stored(number)
    if value and not 0.5 * 10**-digits <= abs(value) < 1e6:
        return say(number)
    text = f"{value:z.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def as_stored(number: float) -> float:
    """A number as a trace stores it, in float32: the sentence and the picture must not differ."""
    return math.copysign(math.inf, number) if abs(number) > LARGEST else float(np.float32(number))


def listed(things: Sequence[object]) -> str:
    """Things in a row: "a", "a and b", "a, b and c"."""
    words = [str(thing) for thing in things]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def your(function: Callable[..., object]) -> str:
    """How a sentence begins that speaks of the learner's function: "Your gradient_descent", or "Your function" if it has no name."""
    return f"Your {name_of(function).removeprefix('your ')}"


def _with_digits(numbers: Array | float, digits: int) -> str:
    texts = [_significant(float(each), digits) for each in np.ravel(numbers)]
    return f"({', '.join(texts)})" if np.ndim(numbers) else texts[0]


@functools.lru_cache(maxsize=4096)  # a place is said where a step leads to it and where the next one begins
def _said(number: float, digits: int) -> str:
    return _significant(as_stored(number), digits)


def _significant(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if 10**digits <= abs(value) < 1e7:  # no exponent where one would not write one
        digits = len(f"{abs(value):.0f}")
    text = f"{value:z.{digits}g}"
    if "e" in text:
        text = text.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return text.replace("-", "−")
