"""Dropout: noise while training, so that no unit comes to rely on a few others."""

import numpy as np

from dlteach import nn
from dlteach.nn._require import require_generator, require_numbers
from dlteach.nn._types import Array
from dlteach.training._require import require_dout
from dlteach.training.layer import Layer


class Dropout(Layer):
    """Set each number to 0 with probability p while training, and divide the others by 1 − p (`nn.dropout_forward`).

    out = x · mask    mask = 0 with probability p, else 1 / (1 − p)

    After training it passes its input on: thanks to the division, what follows it sees sums of the size it is used to.

    Args:
        p: probability to drop a number, 0 ≤ p < 1.
        rng: NumPy's random generator, which draws a new mask for every batch. It is kept as `rng`.

    Raises:
        TypeError: `rng` is no generator.
        ValueError: `p` is outside 0 to 1.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
    """

    def __init__(self, p: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"p is {p}; it needs to be from 0 up to, but not including, 1.")
        require_generator(rng)
        self.p, self.rng = p, rng

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give x with some numbers dropped while training, else x."""
        if not (training and self.trainable):
            require_numbers(x=x)
            self.cache = None, x.shape
            return x
        out, mask = nn.dropout_forward(x, self.p, self.rng)
        self.cache = mask, x.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx: dropped numbers have no say in the output, and so no gradient."""
        mask, shape = self.recall()
        require_dout(dout, shape)
        return dout if mask is None else nn.dropout_backward(dout, mask)
