"""Layers that leave the numbers alone: they pass them on, or give them another shape."""

import math

from dlteach.nn._require import require_count, require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.training._require import require_dout
from dlteach.training.layer import Layer


class Identity(Layer):
    """Pass the input on unchanged: a shortcut, or a place that is kept free.

    out = x
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give x."""
        require_numbers(x=x)
        self.cache = x.shape
        return x

    def backward(self, dout: Array) -> Array:
        """Give dout."""
        require_dout(dout, self.recall())
        return dout


class Reshape(Layer):
    """Give every sample another shape; the batch axis stays.

    x (N, ...)    out (N, *shape)

    Args:
        shape: the sizes of the axes after the first. One may be −1: it becomes what is left over.

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is below 1 and not the only −1.
    """

    def __init__(self, *shape: int) -> None:
        super().__init__()
        for axis, size in enumerate(shape):
            require_count(-1, **{f"shape[{axis}]": size})
        if 0 in shape or list(shape).count(-1) > 1:
            raise ValueError(f"shape is {shape}; it needs sizes of at least 1, of which one may be -1.")
        self.shape = shape

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, *shape) for x (N, ...)."""
        require_shapes(x=(x, "... D"))
        has, fixed = math.prod(x.shape[1:]), math.prod(size for size in self.shape if size != -1)
        if has % fixed or (-1 not in self.shape and has != fixed):
            raise ValueError(f"x has shape {x.shape}, so {has} numbers in each sample; it needs as many as shape = {self.shape} holds.")
        out = x.reshape(len(x), *self.shape)
        self.cache = x.shape, out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x."""
        x_shape, out_shape = self.recall()
        require_dout(dout, out_shape)
        return dout.reshape(x_shape)


class Flatten(Reshape):
    """Lay all numbers of a sample in one row, as a dense layer needs them after a convolution.

    x (N, ...)    out (N, D)
    """

    def __init__(self) -> None:
        super().__init__(-1)
