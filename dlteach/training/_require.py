"""Checks that layers share, in the manner of `dlteach.nn`."""

from collections.abc import Iterable

import numpy as np

from dlteach.nn._types import Array
from dlteach.training.layer import Layer


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
            raise TypeError(f"layer {place} is a {type(layer).__name__}; it needs to be a Layer, as Dense(2, 3, rng=rng) is.")
        for name, inner in layer.walk(str(place)):
            if id(inner) in seen:
                raise ValueError(
                    f"layer {name} ({type(inner).__name__}) is used twice; each place needs a layer of its own, "
                    "which remembers its own forward pass."
                )
            seen.add(id(inner))


def require_drawn(w: Array, shape: tuple[int, ...]) -> None:
    """Raise unless `w`, which an initialiser has drawn, is an array of this shape."""
    if not isinstance(w, np.ndarray):
        raise TypeError(f"init gives a {type(w).__name__}; it needs to give a NumPy array.")
    if w.shape != shape:
        raise ValueError(f"init gives the shape {w.shape}; it needs to give {shape}.")
