"""The learner's own function inside a trace: called with care, and compared with ours."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np

from dlteach.traces.trace import Array

_deadline: ContextVar[tuple[float, float]] = ContextVar("deadline")
"""When patience ends, and how many seconds it had."""


class OwnFunctionError(Exception):
    """The learner's function did not give what a trace needs; the message says which function, and what it did."""


def name_of(function: Callable[..., Any]) -> str:
    """What to call a function: its name, or "your function" if it has none (a lambda, a partial)."""
    try:
        name = getattr(function, "__name__", "")
    except Exception:  # an object can do anything when it is asked
        name = ""
    return name if isinstance(name, str) and name.isidentifier() else "your function"


@contextlib.contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Inside, no function of the learner's is called any more when so many seconds are over: that is an OwnFunctionError, too."""
    token = _deadline.set((time.monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call the learner's function.

    Raises:
        OwnFunctionError: it raised something, is not written yet, or has used up the patience.
    """
    deadline, seconds = _deadline.get((float("inf"), 0.0))
    if time.monotonic() > deadline:
        raise OwnFunctionError(f"{name_of(function)} is too slow: it is needed many times, and {seconds:g} seconds were not enough.")
    try:
        with np.errstate():  # what it does to NumPy's settings ends with it
            return function(*arguments, **named)
    except (OwnFunctionError, KeyboardInterrupt):  # the first is from a function that this one called, and names the right one already
        raise
    except NotImplementedError as error:
        raise OwnFunctionError(f"{name_of(function)} is not written yet.") from error
    except BaseException as error:  # exit() in a function would otherwise end the learner's kernel
        raise OwnFunctionError(f"{name_of(function)} stopped with {_told(error)}") from error


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
    except Exception as error:  # an object can do anything when it is to become an array
        needed = f"numbers of shape {shape}" if shape else "a number"
        of = f" of {result.dtype}" if isinstance(result, np.ndarray) else ""
        raise OwnFunctionError(f"{name} returned {type(result).__name__}{of} for {what}; it should be {needed}.") from error
    if array.shape != shape:
        needed = str(shape) if shape else "a single number"
        raise OwnFunctionError(f"{name} returned {what} of shape {array.shape}; it should be {needed}.")
    return array


def _told(error: BaseException) -> str:
    """The kind of an error, and what it says, if it can say anything."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


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
