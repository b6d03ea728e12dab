"""Checks of arguments that trace functions share. Each message names the argument, what it was, and what it should be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlteach.traces.trace import Array


def number(name: str, value: Any) -> float:
    """A finite number, as a plain float. Raises TypeError or ValueError if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is {value!r}; it needs to be a number.")
    try:
        plain = float(value)
    except OverflowError:  # a whole number that no float can hold
        plain = math.inf
    if not math.isfinite(plain):
        raise ValueError(f"{name} is {value}; it needs to be a finite number.")
    return plain


def number_from(name: str, value: Any, low: float, high: float) -> float:
    """A number from low to high, as a plain float. Raises TypeError or ValueError if it is none."""
    if not low <= number(name, value) <= high:
        raise ValueError(f"{name} is {value}; it needs to be from {low:g} to {high:g}.")
    return float(value)


def whole_from(name: str, value: Any, low: int, high: int) -> int:
    """A whole number from low to high. Raises TypeError or ValueError if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; it needs a whole number.")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it needs to be from {low} to {high}.")
    return int(value)


def floats(name: str, values: Any) -> Array:
    """An array of numbers as float64. Raises TypeError if it is none."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{name} is a {type(values).__name__}; it needs to be an array of numbers.") from error


def flag(name: str, value: Any) -> bool:
    """True or False. Raises TypeError if it is neither."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; it needs to be True or False.")
    return value


def function(name: str, value: Any) -> None:
    """Raise TypeError unless it is a function, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} is {value!r}; it needs to be a function, without brackets behind its name.")
