"""What stands before a sequence model: vectors for tokens, and something that tells the steps apart."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_count, require_generator, require_positive, require_shapes
from dlteach.nn._types import Array, as_float
from dlteach.training._require import require_dout
from dlteach.training.dtypes import own
from dlteach.training.layer import Layer


class Embedding(Layer):
    """Look up a vector for every token (`nn.embedding_forward`).

    out = w[tokens]    tokens (...)    out (..., D)    w (V, D)

    Args:
        num_tokens: V, so that tokens are whole numbers from 0 to V − 1.
        num_features: D, the size of a vector.
        rng: NumPy's random generator, which draws the vectors from a bell curve.
        dtype: of the vectors.
        scale: how wide that curve is.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, `scale` is not above 0, or `dtype` holds no fractions.

    Source: Bengio, Ducharme, Vincent and Jauvin, "A neural probabilistic language model", 2003.
    """

    def __init__(
        self, num_tokens: int, num_features: int, *, rng: np.random.Generator, dtype: DTypeLike = np.float32, scale: float = 1.0
    ) -> None:
        super().__init__()
        require_count(1, num_tokens=num_tokens, num_features=num_features)
        require_generator(rng)
        require_positive(scale=scale)
        self.params = {"w": own(scale * rng.standard_normal((num_tokens, num_features)), dtype)}

    def forward(self, tokens: Array, *, training: bool = False) -> Array:
        """Give (..., D) for tokens (...)."""
        out, self.cache = nn.embedding_forward(tokens, self.params["w"])
        return out

    def backward(self, dout: Array) -> None:
        """Fill the gradient of w. Tokens are not numbers one could nudge, so that they have no gradient: None."""
        self.grads = {"w": nn.embedding_backward(dout, self.recall())}


class PositionalEncoding(Layer):
    """Add to every step a pattern of sines and cosines that tells where it stands (`nn.positional_encoding`).

    out_nt = x_nt + p_t    x (N, T, D)    p (T, D)

    Source: Vaswani et al., "Attention is all you need", 2017.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, T, D) for x (N, T, D)."""
        require_shapes(x=(x, "N T D"))
        x = as_float(x)
        self.cache = x.shape
        _, steps, features = x.shape
        return np.asarray(x + nn.positional_encoding(steps, features, x.dtype))

    def backward(self, dout: Array) -> Array:
        """Give dout: what is added does not hang on x."""
        require_dout(dout, self.recall())
        return dout
