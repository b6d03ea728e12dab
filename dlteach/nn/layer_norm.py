"""Layer normalisation: every sample is shifted and scaled so that its own features have mean 0 and spread 1.

Nothing depends on the other samples of the batch. So, unlike batch normalisation, it does the same in training and in
use, it works for a batch of one, and for sequences of any length: hence its place in transformers.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_positive, require_same_shape, require_shapes
from dlteach.nn._types import Array, as_float


class LayerNormCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    x_hat: Array
    gamma: Array
    std: Array


class LayerNormGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `layer_norm_forward`."""

    dx: Array
    dgamma: Array
    dbeta: Array


def layer_norm_forward(x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5) -> tuple[Array, LayerNormCache]:
    """Normalise every sample over its features, then let the network choose each feature's spread γ and mean β.

    x̂ = (x − μ) / σ    out = γ · x̂ + β

    μ = mean of x over the last axis    var = mean of (x − μ)²    σ = √(var + ε)

    Args:
        x: (..., D), vectors of D features; any axes may stand before, such as batch and time.
        gamma: (D,), the spread of each feature of the output.
        beta: (D,), the mean of each feature of the output.
        eps: what is added to the variance, so that a vector of equal numbers is not divided by 0.

    Returns:
        out: array of the shape of `x`.
        cache: `(x_hat, gamma, std)`: x̂, γ and σ, the latter (..., 1).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, `x` is empty, or `eps` is not above 0.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """
    require_shapes(x=(x, "... D"), gamma=(gamma, "D"), beta=(beta, "D"))
    require_numbers(x=x, gamma=gamma, beta=beta)
    require_positive(eps=eps)
    x = as_float(x)
    mean = np.mean(x, axis=-1, keepdims=True, dtype=np.float64).astype(x.dtype)  # a sum of many float32 loses digits
    centred = x - mean
    std = np.sqrt(_mean_product(centred, centred) + float(eps))  # a plain number: NumPy's own would widen float32
    x_hat = np.divide(centred, std, out=centred)  # written over centred, which nobody needs again
    return x_hat * gamma + beta, LayerNormCache(x_hat, gamma, std)


def layer_norm_backward(dout: Array, cache: LayerNormCache) -> LayerNormGrads:
    """Carry the gradient of the loss back through the normalisation.

    dx̂ = dout · γ    dx = (dx̂ − mean(dx̂) − x̂ · mean(dx̂ · x̂)) / σ    dγ = Σ dout · x̂    dβ = Σ dout

    The means go over the features of a sample, the sums over all samples. The steps are those of
    `batch_norm_backward`, with the features of a sample in place of the samples of a feature.

    Args:
        dout: gradient of the loss with respect to `out`, shape of `x`.
        cache: what `layer_norm_forward` kept, `(x_hat, gamma, std)`.

    Returns:
        dx: shape of `x`, dgamma: (D,), dbeta: (D,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dout` does not have the shape of `x`.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
    """
    x_hat, gamma, std = cache
    require_same_shape(dout=dout, x=x_hat)
    samples = tuple(range(dout.ndim - 1))  # all axes but that of the features
    dx_hat = dout * gamma
    dx = (dx_hat - np.mean(dx_hat, axis=-1, keepdims=True) - x_hat * _mean_product(dx_hat, x_hat)) / std
    return LayerNormGrads(dx=dx, dgamma=np.sum(dout * x_hat, axis=samples), dbeta=np.sum(dout, axis=samples))


def _mean_product(a: Array, b: Array) -> Array:
    """Give the mean of a · b over the last axis, which is kept (without an array for the products)."""
    mean: Array = np.vecdot(a, b)[..., None] / a.shape[-1]
    return mean
