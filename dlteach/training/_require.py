"""Checks that layers share, in the manner of `dlteach.nn`."""

from collections.abc import Iterable

import numpy as np

from dlteach.nn._types import Array
from dlteach.training.layer import Layer


def kind(value: object) -> str:
    """Say in words what something is: "a list", or "the class ReLU" where brackets were forgotten."""
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"


def require_model(model: object) -> None:
    """Raise unless this is a layer; every model is one."""
    if not isinstance(model, Layer):
        raise TypeError(f"model is {kind(model)}; it needs to be a Layer, such as Sequential(…).")


class Naming:
    """Add to an error from inside of a model in which of its layers it happened: a shape alone does not tell.

    A class and not `contextlib.contextmanager`, which would cost five times as much, for every layer in every step.
    """

    __slots__ = ("layer", "place")

    def __init__(self, place: int, layer: Layer) -> None:
        self.place, self.layer = place, layer

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, ValueError | TypeError):
            error.add_note(f"This was in the forward pass of layer {self.place} ({type(self.layer).__name__}).")


def require_dout(dout: Array, shape: tuple[int, ...]) -> None:
    """Raise unless `dout` is an array of this shape, which is that of the layer's last output."""
    if not isinstance(dout, np.ndarray):
        raise TypeError(f"dout is a {type(dout).__name__}; it needs to be a NumPy array.")
    if dout.shape != shape:
        raise ValueError(f"dout has shape {dout.shape}; it needs {shape}, the shape of the output.")


def require_layers(layers: Iterable[object]) -> None:
    """Raise unless all are layers and none stands in two places, be it inside of another."""
    seen: set[int] = set()
    for place, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"layer {place} is {kind(layer)}; it needs to be a Layer, as Dense(2, 3, rng=rng) is.")
        for name, inner in layer.walk(str(place)):
            if id(inner) in seen:
                raise ValueError(
                    f"layer {name} ({type(inner).__name__}) is used twice; each place needs a layer of its own, "
                    "which remembers its own forward pass."
                )
            seen.add(id(inner))


def require_initialiser(init: object) -> None:
    """Raise unless weights can be drawn by calling this."""
    if not callable(init):
        raise TypeError(f"init is {init!r}; it needs to be a function, such as nn.he_uniform.")


def require_drawn(w: Array, shape: tuple[int, ...]) -> None:
    """Raise unless `w`, which an initialiser has drawn, is an array of this shape."""
    if not isinstance(w, np.ndarray):
        raise TypeError(f"init gives a {type(w).__name__}; it needs to give a NumPy array.")
    if w.shape != shape:
        raise ValueError(f"init gives the shape {w.shape}; it needs to give {shape}.")
