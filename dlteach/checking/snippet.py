"""A call as source code, ready to paste below a student's function."""

from __future__ import annotations

from dlteach.checking.callables import literal
from dlteach.checking.exercise import Case

SHORT = 44


def snippet(name: str, case: Case) -> str:
    """The arguments that are long get a line and a name each; the short ones stand in the call."""
    lines, inside = [], []
    for parameter, value in case.args.items():
        text = literal(value)
        if len(text) <= SHORT:
            inside.append(text)
        else:
            lines.append(f"{parameter} = {text}")
            inside.append(parameter)
    return "\n".join([*lines, f"{name}({', '.join(inside)})"])
