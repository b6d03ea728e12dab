"""What comes from the browser, checked before it is believed: a page may be old or broken, and then it may send anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from dlteach.widgets.view import Choice, Knob, Slider

MOST_CHARACTERS = 100_000
"""What parameters may weigh as JSON: a few thousand dragged points, and no flood."""


def checked_params(sent: Any, present: Mapping[str, Any], knobs: Sequence[Knob]) -> dict[str, Any]:
    """The parameters that a page sent, each of the kind it is in Python.

    Args:
        sent: what arrived.
        present: the parameters as they are now; what the page left out stays.
        knobs: the knobs of the view, which know what they can be turned to.

    Returns:
        all parameters. A whole number is a float where a float is expected: JavaScript writes 1.0 as 1.

    Raises:
        ValueError: there is no such parameter, or it cannot have this value.
    """
    if not isinstance(sent, dict):
        raise ValueError(f"params is {shown(sent)}; it needs to be a value for each name.")
    try:
        weight = len(json.dumps(sent, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"params holds what is neither a finite number nor a text: {shown(sent)}.") from error
    if weight > MOST_CHARACTERS:
        raise ValueError(f"params has {weight} characters; it may have {MOST_CHARACTERS}.")
    for name in sent:
        if name not in present:
            raise ValueError(f"{shown(name)} is no parameter of this widget; it has {', '.join(present)}.")
    by_name = {knob.name: knob for knob in knobs}
    return {name: _checked(name, sent[name], value, by_name.get(name)) if name in sent else value for name, value in present.items()}


def checked_answer(sent: Any) -> str | float | None:
    """A prediction: a short text, a finite number, or None for anything else."""
    if isinstance(sent, str) and len(sent) <= 1000:
        return sent
    return sent if _is_number(sent) else None


def checked_count(sent: Any) -> int | None:
    """A whole number that JavaScript can count to, or None."""
    return int(sent) if _is_number(sent) and 0 <= sent < 2**53 and sent == int(sent) else None


def shown(value: Any, most: int = 60) -> str:
    """A value as Python writes it, cut if it is long."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _checked(name: str, sent: Any, present: Any, knob: Knob | None) -> Any:
    """One parameter; what a knob can be turned to, or else something of the kind that it is now."""
    if isinstance(knob, Choice):
        known = [present, *(value for value, _ in knob.options)]
        found = [value for value in known if _same(sent, value)]
        if not found:
            raise ValueError(f"{name} is {shown(sent)}; it needs to be one of {', '.join(repr(value) for value in known[1:])}.")
        return found[0]
    if isinstance(knob, Slider):
        span = (*knob.values, *([present] if _is_number(present) else []))
        kind = "a whole number" if isinstance(present, int) else "a number"
        whole = not isinstance(present, int) or isinstance(sent, int)
        fits, need = _is_number(sent) and whole and min(span) <= sent <= max(span), f"{kind} from {min(span):g} to {max(span):g}"
    elif isinstance(present, bool | str):
        fits, need = type(sent) is type(present), "a text" if isinstance(present, str) else "true or false"
    else:  # what is dragged: one number, a place, or many
        fits, need = _is_place(sent), "a number, or a list of numbers"
    if not fits:
        raise ValueError(f"{name} is {shown(sent)}; it needs to be {need}.")
    if isinstance(sent, list):
        return _floats(sent)
    return float(sent) if isinstance(present, float) and _is_number(sent) else sent


def _is_number(value: Any) -> bool:
    """Whether it is a number that a float can hold. (JSON knows whole numbers of any length.)"""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _same(a: Any, b: Any) -> bool:
    """Equal, and of one kind: in Python, True is 1. A tuple arrives as a list."""
    return bool(a == (list(b) if isinstance(b, tuple) else b)) and isinstance(a, bool) == isinstance(b, bool)


def _is_place(value: Any) -> bool:
    """A number, or a list of such."""
    return _is_number(value) or (isinstance(value, list) and all(map(_is_place, value)))


def _floats(places: Any) -> Any:
    """Places that were dragged, as floats all through."""
    if isinstance(places, list):
        return [_floats(each) for each in places]
    return float(places) if _is_number(places) else places
