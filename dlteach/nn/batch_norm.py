"""Batch normalisation: every feature is shifted and scaled so that over the batch it has mean 0 and spread 1.

While the network learns, the mean and the variance are those of the batch at hand (`batch_norm_forward`), and a running
average of them is kept aside (`batch_norm_track`). Afterwards the output for one sample must not depend on which others
are in its batch: the running averages stand in for mean and variance (`batch_norm_inference_forward`).

For dense layers a feature is a column of `x (N, D)`, for images a channel of `x (N, C, H, W)`, over all its pixels.
"""

import math
from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_between, require_numbers, require_positive, require_same_shape, require_shapes
from dlteach.nn._types import Array, as_float


class BatchNormCache(NamedTuple):
    """What the backward pass (and the running averages) need to remember of the forward pass."""

    x_hat: Array
    gamma: Array
    std: Array
    mean: Array
    var: Array


class BatchNormInferenceCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass with given statistics."""

    x_hat: Array
    gamma: Array
    std: Array


class BatchNormGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `batch_norm_forward`."""

    dx: Array
    dgamma: Array
    dbeta: Array


def batch_norm_forward(x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5) -> tuple[Array, BatchNormCache]:
    """Normalise every feature over the batch, then let the network choose its spread γ and its mean β.

    x̂ = (x − μ) / σ    out = γ · x̂ + β

    μ = mean of x over the batch (for images: and all pixels)    var = mean of (x − μ)²    σ = √(var + ε)

    Without γ and β the layer could not leave a feature as it was, and it should be able to: γ = σ and β = μ do that.
    The ε keeps a feature that is the same everywhere from being divided by 0.

    Args:
        x: (N, D) or (N, C, H, W), at least two numbers of each feature.
        gamma: (D,) or (C,), the spread of each feature of the output.
        beta: (D,) or (C,), the mean of each feature of the output.
        eps: what is added to the variance.

    Returns:
        out: array of the shape of `x`.
        cache: `(x_hat, gamma, std, mean, var)`: x̂, γ, σ, μ and var; the last three have the shape of `gamma`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, there is one number only of each feature, or `eps` is not above 0.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
    """
    _require_features(x, gamma=gamma, beta=beta)
    require_positive(eps=eps)
    if x.size == len(gamma):
        needs = "at least two numbers of each feature, or it has no spread to divide by"
        raise ValueError(f"x has shape {x.shape}; it needs {needs}. In training, choose a batch_size that leaves no single sample over.")
    x = as_float(x)
    m = x.size // len(gamma)  # how many numbers there are of each feature
    mean = np.mean(x, axis=_all_but_features(x), dtype=np.float64).astype(x.dtype)  # a sum of many float32 loses digits
    centred = x - _along_features(mean, x)
    var = _sum_of_products(centred, centred) / m
    std = np.sqrt(var + float(eps))  # a plain number: NumPy's own float64 would make float32 x float64 as well
    x_hat = np.divide(centred, _along_features(std, x), out=centred)  # written over centred, which nobody needs again
    out = x_hat * _along_features(gamma, x) + _along_features(beta, x)
    return out, BatchNormCache(x_hat, gamma, std, mean, var)


def batch_norm_backward(dout: Array, cache: BatchNormCache) -> BatchNormGrads:
    """Carry the gradient of the loss back through the normalisation.

    dβ = Σ dout    dγ = Σ dout · x̂    dx = γ/σ · (dout − dβ/m − x̂ · dγ/m)

    The sums go over the m numbers of a feature. Write dx̂ = γ · dout, and go back through x̂ = (x − μ) / σ, where x
    stands three times:

    - itself: dx̂ / σ
    - in μ: dμ = −Σ dx̂ / σ, and each x moves μ by 1/m
    - in σ: dσ = −Σ dx̂ · x̂ / σ, and each x moves σ by x̂ / m

    The last slope is that of a root: σ² = mean (x − μ)² + ε gives 2σ · ∂σ/∂x = 2 (x − μ) / m. (That x moves the μ in it as
    well adds nothing, since Σ (x − μ) = 0.) Add the three up, and Σ dx̂ = γ · dβ and Σ dx̂ · x̂ = γ · dγ give dx as above.
    dx sums to 0, because to shift all of x changes nothing. To stretch all of x would change nothing either, but for ε.

    Args:
        dout: gradient of the loss with respect to `out`, shape of `x`.
        cache: what `batch_norm_forward` kept, `(x_hat, gamma, std, mean, var)`.

    Returns:
        dx: shape of `x`, dgamma: shape of `gamma`, dbeta: shape of `gamma`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dout` does not have the shape of `x`.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.
    """
    x_hat, gamma, std, _, _ = cache
    require_same_shape(dout=dout, x=x_hat)
    dgamma, dbeta = _sum_of_products(dout, x_hat), np.sum(dout, axis=_all_but_features(dout))
    m = dout.size // len(gamma)
    through_mean = _along_features(dbeta / m, dout)
    through_std = x_hat * _along_features(dgamma / m, dout)
    dx = (dout - through_mean - through_std) * _along_features(gamma / std, dout)
    return BatchNormGrads(dx=dx, dgamma=dgamma, dbeta=dbeta)


def batch_norm_track(
    running_mean: Array, running_var: Array, cache: BatchNormCache, *, momentum: float = 0.1
) -> tuple[Array, Array]:
    """Let the running averages follow the statistics of one more batch.

    running ← (1 − momentum) · running + momentum · new

    The new mean is that of the batch. The new variance is m / (m − 1) times that of the batch (m numbers of each
    feature): measured from their own mean, m numbers look closer together than those they were drawn from. PyTorch does
    the same. Keras keeps the variance of the batch, and calls `1 − momentum` momentum.

    Args:
        running_mean: (D,) or (C,), zeros at the start.
        running_var: (D,) or (C,), ones at the start.
        cache: what `batch_norm_forward` kept.
        momentum: weight of the new batch, from 0 to 1.

    Returns:
        running_mean: a new array, running_var: a new array.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or `momentum` is not from 0 to 1.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
    2015, section 3.1.
    """
    require_same_shape(running_mean=running_mean, running_var=running_var, gamma=cache.gamma)
    require_between(0, 1, momentum=momentum)
    momentum = float(momentum)  # a number of NumPy's float64 would make float32 averages float64 as well
    m = cache.x_hat.size // len(cache.gamma)
    unbiased_var = cache.var * (m / (m - 1))
    new_mean: Array = (1 - momentum) * running_mean + momentum * cache.mean
    new_var: Array = (1 - momentum) * running_var + momentum * unbiased_var
    return new_mean, new_var


def batch_norm_inference_forward(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, *, eps: float = 1e-5
) -> tuple[Array, BatchNormInferenceCache]:
    """Normalise with the running averages, so that no sample depends on the others of its batch.

    x̂ = (x − μ) / σ    out = γ · x̂ + β    with μ = running_mean and σ = √(running_var + ε)

    Args:
        x: (N, D) or (N, C, H, W).
        gamma: (D,) or (C,), the spread of each feature of the output.
        beta: (D,) or (C,), the mean of each feature of the output.
        running_mean: (D,) or (C,), what `batch_norm_track` has gathered.
        running_var: (D,) or (C,), likewise; no number below 0.
        eps: what is added to the variance.

    Returns:
        out: array of the shape of `x`.
        cache: `(x_hat, gamma, std)`: x̂, γ and σ.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, `running_var` has a number below 0, or `eps` is not above 0.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
    2015, section 3.1.
    """
    _require_features(x, gamma=gamma, beta=beta, running_mean=running_mean, running_var=running_var)
    require_between(0, math.inf, running_var=np.min(running_var))
    require_positive(eps=eps)
    std = np.sqrt(running_var + float(eps))
    x_hat = (x - _along_features(running_mean, x)) / _along_features(std, x)
    out = x_hat * _along_features(gamma, x) + _along_features(beta, x)
    return out, BatchNormInferenceCache(x_hat, gamma, std)


def batch_norm_inference_backward(dout: Array, cache: BatchNormInferenceCache) -> BatchNormGrads:
    """Carry the gradient of the loss back through the normalisation with given statistics.

    dβ = Σ dout    dγ = Σ dout · x̂    dx = γ/σ · dout

    Here μ and σ are constants, which no x can move: nothing is taken off.

    Args:
        dout: gradient of the loss with respect to `out`, shape of `x`.
        cache: what `batch_norm_inference_forward` kept, `(x_hat, gamma, std)`.

    Returns:
        dx: shape of `x`, dgamma: shape of `gamma`, dbeta: shape of `gamma`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: `dout` does not have the shape of `x`.

    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift",
    2015, section 3.1.
    """
    x_hat, gamma, std = cache
    require_same_shape(dout=dout, x=x_hat)
    dgamma, dbeta = _sum_of_products(dout, x_hat), np.sum(dout, axis=_all_but_features(dout))
    return BatchNormGrads(dx=dout * _along_features(gamma / std, dout), dgamma=dgamma, dbeta=dbeta)


def _sum_of_products(a: Array, b: Array) -> Array:
    """Add up a · b for each feature (without an array for the products)."""
    num, features = a.shape[:2]
    total: Array = np.einsum("nfi,nfi->f", a.reshape(num, features, -1), b.reshape(num, features, -1))
    return total


def _all_but_features(x: Array) -> tuple[int, ...]:
    """Give the axes to sum over: all but the second, which counts the features."""
    return (0, *range(2, x.ndim))


def _along_features(values: Array, x: Array) -> Array:
    """Shape one value for each feature so that it meets all numbers of that feature in `x`: (C,) becomes (C, 1, 1) for images."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def _require_features(x: Array, **per_feature: Array) -> None:
    """Raise unless `x` is a batch of features or of images, and the others have one number for each feature."""
    require_numbers(x=x, **per_feature)
    if np.ndim(x) not in (2, 4):
        raise ValueError(f"x has shape {np.shape(x)}; it needs (N, D), or (N, C, H, W) for images.")
    axes, feature = ("N D", "D") if x.ndim == 2 else ("N C H W", "C")
    require_shapes(x=(x, axes), **{name: (values, feature) for name, values in per_feature.items()})
