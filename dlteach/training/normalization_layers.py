"""Layers that bring their input to mean 0 and variance 1, and then to a mean and spread that are learned."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_between, require_count, require_positive
from dlteach.nn._types import Array
from dlteach.training.dtypes import cast, own
from dlteach.training.layer import Layer


class BatchNorm(Layer):
    """Normalise every feature over the batch (`nn.batch_norm_forward`), or every channel over the batch and the picture.

    out = gamma · (x − mean) / √(variance + eps) + beta    x (N, D) or (N, D, H, W)    gamma, beta (D,)

    While training, mean and variance are those of the batch, and running averages follow them. Afterwards the running
    averages stand in for them, so that the answer for a sample no longer hangs on the others of its batch.

    Args:
        num_features: D, the features or channels.
        momentum: the share of the new batch in the running averages.
        eps: keeps the root away from 0.
        dtype: of the parameters and the running averages.

    Raises:
        TypeError: `num_features` is not a whole number.
        ValueError: `num_features` is below 1, `momentum` outside 0 to 1, `eps` not above 0, or `dtype` holds no fractions.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
    """

    def __init__(self, num_features: int, *, momentum: float = 0.1, eps: float = 1e-5, dtype: DTypeLike = np.float32) -> None:
        super().__init__()
        require_count(1, num_features=num_features)
        require_between(0, 1, momentum=momentum)
        require_positive(eps=eps)
        self.momentum, self.eps = momentum, eps
        ones, zeros = np.ones(num_features), np.zeros(num_features)
        self.params = {"gamma": own(ones, dtype), "beta": own(zeros, dtype)}
        self.state = {"running_mean": own(zeros, dtype), "running_var": own(ones, dtype)}

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the normalised batch, in the shape of x; while training, let the running averages follow."""
        x = cast(x, self.dtype)
        by_batch = training and self.trainable
        if by_batch:
            out, cache = nn.batch_norm_forward(x, **self.params, eps=self.eps)
            for name, array in zip(self.state, nn.batch_norm_track(**self.state, cache=cache, momentum=self.momentum), strict=True):
                self.state[name][...] = array
            self.cache = by_batch, cache
        else:
            out, inference_cache = nn.batch_norm_inference_forward(x, **self.params, **self.state, eps=self.eps)
            self.cache = by_batch, inference_cache
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of gamma and beta."""
        by_batch, cache = self.recall()
        grads = nn.batch_norm_backward(dout, cache) if by_batch else nn.batch_norm_inference_backward(dout, cache)
        self.fill(grads)
        return grads.dx


class LayerNorm(Layer):
    """Normalise every sample over its own features, the last axis (`nn.layer_norm_forward`).

    out = gamma · (x − mean) / √(variance + eps) + beta    x (..., D)    gamma, beta (D,)

    It does not look at the rest of the batch, so that it does the same while training and afterwards.

    Args:
        num_features: D.
        eps: keeps the root away from 0.
        dtype: of the parameters.

    Raises:
        TypeError: `num_features` is not a whole number.
        ValueError: `num_features` is below 1, `eps` is not above 0, or `dtype` holds no fractions.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """

    def __init__(self, num_features: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float32) -> None:
        super().__init__()
        require_count(1, num_features=num_features)
        require_positive(eps=eps)
        self.eps = eps
        self.params = {"gamma": own(np.ones(num_features), dtype), "beta": own(np.zeros(num_features), dtype)}

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give the normalised batch, in the shape of x."""
        out, self.cache = nn.layer_norm_forward(cast(x, self.dtype), **self.params, eps=self.eps)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of gamma and beta."""
        grads = nn.layer_norm_backward(dout, self.recall())
        self.fill(grads)
        return grads.dx
