"""The learner's own function inside a trace: called with care, and compared with ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlteach.traces.trace import Array


class OwnFunctionError(Exception):
    """The learner's function did not give what a trace needs; the message says which function, and what it did."""


def name_of(function: Callable[..., Any]) -> str:
    """What to call a function: its name, or "your function" if it has none (a lambda, a partial)."""
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "your function"


def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call the learner's function.

    Raises:
        OwnFunctionError: it raised something, or is not written yet.
    """
    try:
        return function(*arguments, **named)
    except OwnFunctionError:  # from a function of the learner's that this one called: it names the right one already
        raise
    except NotImplementedError as error:
        raise OwnFunctionError(f"{name_of(function)} is not written yet.") from error
    except (Exception, SystemExit) as error:  # exit() in a function would otherwise end the learner's kernel
        raise OwnFunctionError(f"{name_of(function)} stopped with {type(error).__name__}: {error}") from error


def numbers(function: Callable[..., Any], result: Any, shape: tuple[int, ...], what: str = "a result") -> Array:
    """What the learner's function returned, as a new float64 array of the shape it should have.

    Raises:
        OwnFunctionError: it is None, is no array of numbers, or has another shape.
    """
    name = name_of(function)
    if result is None:
        raise OwnFunctionError(f"{name} returned None for {what}: is a return missing?")
    try:
        array = np.array(result)  # a copy: a function may return the array it works on, and write to it the next time
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{array.dtype} are no real numbers")
        array = array.astype(float)
    except (TypeError, ValueError) as error:
        raise OwnFunctionError(f"{name} returned {type(result).__name__} for {what}; it should be numbers of shape {shape}.") from error
    if array.shape != shape:
        raise OwnFunctionError(f"{name} returned {what} of shape {array.shape}; it should be {shape}.")
    return array


def first_difference(own: Array, ours: Array, tolerance: float = 1e-6) -> int | None:
    """The first entry of the first axis where two arrays of one shape differ; None if there is none.

    They differ where they are further apart than `tolerance` times the largest number in ours up to there (at least 1e-12), or where
    only one is finite.
    """
    own, ours = np.asarray(own, dtype=float), np.asarray(ours, dtype=float)
    rows = len(ours)
    own, ours = own.reshape(rows, -1), ours.reshape(rows, -1)
    finite = np.where(np.isfinite(ours), np.abs(ours), 0)
    scale = np.maximum.accumulate(finite.max(axis=1, initial=0))[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        far = np.abs(own - ours) > np.maximum(tolerance * scale, 1e-12)
    alike = (own == ours) | (np.isnan(own) & np.isnan(ours))
    apart = (far | (np.isfinite(own) != np.isfinite(ours))) & ~alike
    found = np.flatnonzero(apart.any(axis=1))
    return int(found[0]) if found.size else None
