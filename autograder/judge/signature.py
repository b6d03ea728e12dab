"""What a wrong function gave back, in short: the same signature means the same wrong answer, whoever wrote it."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from dlteach.checking.run import Failure, Outcome, Run
from dlteach.checking.snapshot import Strange
from dlteach.checking.words import array_text

DIGITS = 6
MAX_ENTRIES = 1000  # of an array that are looked at
MAX_TEXT = 300


def signature(run: Run) -> str:
    """A short hash of all outcomes: numbers rounded, so that another order of summing up changes nothing; errors by type and message."""
    said = "\n".join(_outcome(outcome) for outcome in run.outcomes)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


def returns(outcome: Outcome) -> str:
    """What one case gave back, for a reader."""
    return (_error(outcome.failure) if outcome.failure else array_text(outcome.value))[:MAX_TEXT]


def _error(failure: Failure) -> str:
    if failure.kind != "raised":
        return {"stub": "not written yet", "time": "no end"}[failure.kind]
    return f"{failure.type}: {failure.message}" if failure.message else failure.type


def _outcome(outcome: Outcome) -> str:
    what = f"! {_error(outcome.failure)}" if outcome.failure else _value(outcome.value)
    return f"{what} {','.join(outcome.changed)} {outcome.unstable}"


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray):
        entries = " ".join(_number(entry) for entry in value.ravel()[:MAX_ENTRIES].tolist())
        return f"{value.dtype.kind}{value.shape}[{entries}]"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | float | complex | np.generic) and not isinstance(value, bool):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(map(_value, value))})"
    return value.kind if isinstance(value, Strange) else repr(value)


def _number(value: Any) -> str:
    """A number to a few digits. Zero has no sign, and 1 and 1.0 are the same."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, complex | np.complexfloating):
        return f"{_number(value.real)}{_number(value.imag)}j"
    return f"{float(value) + 0.0:.{DIGITS - 1}e}"
