"""Functions that a case can pass as an argument, named so that a case stays plain data.

A case that hands the student a function (``gradient_descent(grad, ...)``) holds a :class:`Named`: a name from the fixed table
below and its parameters. The function is built where the student's code runs, and the same text is shown in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# Each entry is the source of a lambda; {names} are filled with the parameters' exact values.
TABLE: Mapping[str, str] = {
    # gradients, for descent: dx of ½·a·x² and ½·a·(x − c)², one curvature or one per axis
    "parabola_slope": "lambda x: {a} * x",
    "quadratic_slope": "lambda x: {a} * (x - {c})",
    "tilted_bowl_slope": "lambda x: {matrix} @ (x - {c})",
    # scalar functions of an array, for numerical gradients
    "sum_of_squares": "lambda x: np.sum({weights} * x**2)",
    "sum_of_cubes": "lambda x: np.sum({weights} * x**3)",
    "sine_product": "lambda x: np.sum({weights} * np.sin(x)) + np.prod(np.cos(x))",
}


@dataclass(frozen=True)
class Named:
    """A function by name: ``Named("quadratic_slope", {"a": 2.0, "c": 1.0})``."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The lambda's source, ready to paste after ``import numpy as np``."""
        return TABLE[self.name].format(**{key: literal(value) for key, value in self.params.items()})

    def build(self) -> Callable[..., Any]:
        """The function itself. The source comes from the table above and from numbers, never from a student."""
        function: Callable[..., Any] = eval(self.source, {"np": np})
        return function


def literal(value: Any) -> str:
    """Python source for plain data: numbers, arrays, and tuples, lists and dicts of them.

    Raises TypeError for anything else.
    """
    if isinstance(value, Named):
        return value.source
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})" if value.size else f"np.zeros({value.shape})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, bool | int | float | str) or value is None:
        return repr(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {literal(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"a case holds plain data; {type(value).__name__} is not")
