"""Small pieces of the sentences in a report."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlteach.checking.snapshot import Strange, is_number

# What a notebook may have changed by np.set_printoptions; a report looks the same in all of them.
NUMPY_DEFAULTS: dict[str, Any] = {"formatter": None, "legacy": False, "floatmode": "maxprec", "sign": "-", "nanstr": "nan", "infstr": "inf"}


def plural(count: int, noun: str) -> str:
    """``1 place``, ``2 places``, ``3 classes``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x', 'ch')) else 's'}"


def number(value: Any) -> str:
    """A number as a reader wants it: up to six significant digits, nothing superfluous."""
    value = np.asarray(value)
    if value.dtype.kind in "biu":
        return str(value.item())
    if value.dtype.kind == "c":
        return f"{value.item():.6g}"
    return f"{float(value):.6g}"


def two_numbers(a: Any, b: Any) -> tuple[str, str]:
    """Two different numbers, with as many digits as it takes to see that."""
    texts = number(a), number(b)
    for digits in (9, 12, 15, 17):
        if texts[0] == texts[1]:
            texts = f"{float(a):.{digits}g}", f"{float(b):.{digits}g}"
    return texts


def a_kind(value: Any) -> str:
    """What a value is, with its article: ``a list``, ``an array of shape (2, 3)``, ``None``."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if is_number(value):
        return f"the number {number(value)}" if not isinstance(value, bool | np.bool_) else str(value)
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    kind = value.kind if isinstance(value, Strange) else type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def array_text(value: Any, digits: int = 4) -> str:
    """An array or number for display, rounded; long arrays are shortened in the middle."""
    if isinstance(value, np.ndarray):
        with np.printoptions(**NUMPY_DEFAULTS, precision=digits, suppress=True, threshold=60, edgeitems=3, linewidth=90):
            return np.array2string(value, separator=", ")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {array_text(item, digits)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        inner = ", ".join(array_text(item, digits) for item in value)
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if is_number(value):
        return number(value)
    return value.text or f"<{value.kind}>" if isinstance(value, Strange) else repr(value)


def either(items: list[str]) -> str:
    """``A``, ``A or B``, ``A, B or C``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " or " + items[-1]


def both(items: list[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
