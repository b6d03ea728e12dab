"""The stations of a network: forward by ours, backward by ours or by the learner's own functions, with the signatures of lesson 05."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dlteach import nn
from dlteach.traces import require
from dlteach.traces.own import OwnFunctionError, call, name_of, numbers
from dlteach.traces.trace import Array
from dlteach.traces.words import rounded

Function = Callable[..., Any]
Backward = Mapping[str, Function | None]
"""The learner's backward functions by station: "affine", "relu", "sigmoid". What is left out, or None, is ours."""

FORWARD: dict[str, Function] = {
    "affine": nn.affine_forward,
    "relu": nn.relu_forward,
    "tanh": nn.tanh_forward,
    "sigmoid": nn.sigmoid_forward,
}
BACKWARD: dict[str, Function] = {
    "affine": nn.affine_backward,
    "relu": nn.relu_backward,
    "tanh": nn.tanh_backward,
    "sigmoid": nn.sigmoid_backward,
}
LEARNERS = ("affine", "relu", "sigmoid")
"""The stations whose backward half is an exercise."""

ACTIVATIONS = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
"""The activations, and what they are called."""


def require_backward(backward: Backward | None) -> dict[str, Function]:
    """Give the learner's functions by station, without those that are None.

    Raises:
        TypeError: it is no dict, or holds something that is no function.
        ValueError: there is no such station.
    """
    if backward is None:
        return {}
    if not isinstance(backward, Mapping):
        raise TypeError(f"backward is a {type(backward).__name__}; it needs to be a dict such as {{'affine': affine_backward}}.")
    for station, function in backward.items():
        if station not in LEARNERS:
            raise ValueError(f"backward has the key {station!r}; it can have {', '.join(map(repr, LEARNERS))}.")
        require.function(f"backward[{station!r}]", function)
    return {station: function for station, function in backward.items() if function is not None}


def affine_gradients(function: Function, dout: Array, cache: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """Call an `affine_backward`, ours or the learner's.

    It gets copies, so that a function that writes into its arguments spoils nothing but its own result.

    Args:
        function: `affine_backward(dout, cache) -> dx, dw, db`.
        dout: (N, H), the upstream gradient.
        cache: `(x, w)`, (N, D) and (D, H).

    Returns:
        dx: (N, D), dw: (D, H), db: (H,).

    Raises:
        OwnFunctionError: the function failed, or gave something else.
    """
    x, w = cache
    result = call(function, dout.copy(), (x.copy(), w.copy()))
    if result is None:
        raise OwnFunctionError(f"{name_of(function)} returned None: is a return missing?")
    if not isinstance(result, tuple | list) or len(result) != 3:
        raise OwnFunctionError(f"{name_of(function)} returned {_kind(result)}; it should return three arrays: dx, dw, db.")
    shapes = {"dx": x.shape, "dw": w.shape, "db": dout.shape[1:]}
    dx, dw, db = (numbers(function, array, shape, what) for array, (what, shape) in zip(result, shapes.items(), strict=True))
    return dx, dw, db


def activation_gradient(kind: str, function: Function, dout: Array, cache: Array) -> Array:
    """Call the backward function of an activation, ours or the learner's: `relu_backward(dout, cache) -> dx`, all of one shape.

    At 0 ReLU has no slope: any from 0 to 1 is right there. All take ours, 0, so that what is right leads the same way.

    Raises:
        OwnFunctionError: the function failed, or gave something else.
    """
    dx = numbers(function, call(function, dout.copy(), cache.copy()), dout.shape, "dx")
    if kind == "relu":
        dx[(cache == 0) & (dx * dout >= 0) & (np.abs(dx) <= np.abs(dout))] = 0
    return dx


def in_brackets(number: float) -> str:
    """A number after a sign: a negative one gets brackets."""
    return f"({rounded(number)})" if number < 0 else rounded(number)


def _kind(result: Any) -> str:
    if isinstance(result, tuple | list):
        return f"{len(result)} results"
    return f"an array of shape {result.shape}" if isinstance(result, np.ndarray) else f"a {type(result).__name__}"
