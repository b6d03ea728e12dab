"""Where branches of a graph come together again: added up, or laid side by side."""

import numpy as np

from dlteach.nn._require import require_numbers
from dlteach.nn._types import Array
from dlteach.training._require import require_dout
from dlteach.training.layer import Layer


class Add(Layer):
    """Add up inputs of one shape, as a shortcut does with what it goes around.

    out = Σ_i x_i    dx_i = dout

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016.
    """

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        """Give the sum, in the shape of each input."""
        _require_several(inputs)
        for place, x in enumerate(inputs):
            if x.shape != inputs[0].shape:
                raise ValueError(f"inputs[{place}] has shape {x.shape}; it needs {inputs[0].shape}, as inputs[0] has.")
        self.cache = len(inputs), inputs[0].shape
        out = inputs[0]
        for x in inputs[1:]:
            out = out + x
        return out

    def backward(self, dout: Array) -> tuple[Array, ...]:
        """Give every input the gradient of the sum."""
        count, shape = self.recall()
        require_dout(dout, shape)
        return tuple(dout for _ in range(count))


class Concat(Layer):
    """Lay inputs side by side along one axis, as the Inception block does with its channels.

    out = [x_1, x_2, ...]    dx_i = the piece of dout that came from x_i

    Args:
        axis: along which the sizes may differ, and add up; by default the features or channels.

    Source: Szegedy et al., "Going deeper with convolutions", 2015.
    """

    def __init__(self, axis: int = 1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, *inputs: Array, training: bool = False) -> Array:
        """Give all inputs in one array."""
        _require_several(inputs)
        first = inputs[0].shape
        if not -len(first) <= self.axis < len(first):
            raise ValueError(f"inputs[0] has shape {first}; it needs an axis {self.axis}.")
        axis = self.axis % len(first)
        for place, x in enumerate(inputs):
            if x.ndim != len(first) or any(x.shape[a] != first[a] for a in range(x.ndim) if a != axis):
                raise ValueError(f"inputs[{place}] has shape {x.shape}; it needs {first}, as inputs[0] has, but for axis {axis}.")
        out = np.concatenate(inputs, axis=axis)
        self.cache = axis, [x.shape[axis] for x in inputs], out.shape
        return out

    def backward(self, dout: Array) -> tuple[Array, ...]:
        """Give every input its piece of dout."""
        axis, sizes, shape = self.recall()
        require_dout(dout, shape)
        return tuple(np.split(dout, np.cumsum(sizes)[:-1], axis=axis))


def _require_several(inputs: tuple[Array, ...]) -> None:
    """Raise unless there are two arrays or more."""
    if len(inputs) < 2:
        raise ValueError(f"there is {len(inputs)} input; it needs at least 2.")
    for place, x in enumerate(inputs):
        if not isinstance(x, np.ndarray):
            raise TypeError(f"inputs[{place}] is a {type(x).__name__}; it needs to be a NumPy array.")
        require_numbers(**{f"inputs[{place}]": x})
