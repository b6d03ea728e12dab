"""The dense layer: every output hears every input."""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_count, require_generator, require_shapes
from dlteach.nn._types import Array
from dlteach.training._require import require_dout, require_drawn, require_initialiser
from dlteach.training.dtypes import cast, own
from dlteach.training.layer import Layer


class Dense(Layer):
    """Map each sample of `num_in` features to `num_out` weighted sums of them, plus a bias (`nn.affine_forward`).

    out = x @ w + b    x (..., num_in)    out (..., num_out)    w (num_in, num_out)    b (num_out,)

    Any number of axes may stand in front: of a batch of sequences (N, T, D) every step is mapped alike.

    Args:
        num_in: number of features that come in.
        num_out: number of features that go out.
        rng: NumPy's random generator, which draws the weights; the bias starts at 0.
        dtype: of the parameters.
        init: where the weights start, a function of (fan_in, fan_out, rng). The default keeps the size of a signal that ReLU
            halves; `nn.xavier_uniform` fits before tanh and sigmoid.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, for the weights.
    """

    def __init__(
        self,
        num_in: int,
        num_out: int,
        *,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        init: Callable[[int, int, np.random.Generator], Array] = nn.he_uniform,
    ) -> None:
        super().__init__()
        require_count(1, num_in=num_in, num_out=num_out)
        require_generator(rng)
        require_initialiser(init)
        w = init(num_in, num_out, rng)
        require_drawn(w, (num_in, num_out))
        self.params = {"w": own(w, dtype), "b": own(np.zeros(num_out), dtype)}

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (..., num_out) for x (..., num_in)."""
        w = self.params["w"]
        x = cast(x, w.dtype)
        require_shapes(w=(w, "D H"), x=(x, "... D"))
        rows = x.reshape(-1, x.shape[-1]) if x.ndim > 2 else x
        out, cache = nn.affine_forward(rows, **self.params)
        self.cache = cache, (*x.shape[:-1], out.shape[-1])
        return out.reshape(self.cache[1])

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of w and b."""
        cache, shape = self.recall()
        require_dout(dout, shape)
        grads = nn.affine_backward(dout.reshape(-1, shape[-1]), cache)
        self.fill(grads)
        return grads.dx.reshape(*shape[:-1], -1)

    def backward_to_parameters(self, dout: Array) -> None:
        """Fill the gradients of w and b."""
        cache, shape = self.recall()
        require_dout(dout, shape)
        self.fill(nn.affine_parameter_gradients(dout.reshape(-1, shape[-1]), cache))
