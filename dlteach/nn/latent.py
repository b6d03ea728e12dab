"""The latent variables of a variational autoencoder: drawing them, and keeping them close to a standard normal distribution.

The encoder says, for each of D latents, a mean μ and log σ², the logarithm of a variance. The logarithm may be any number at
all, so the network needs no constraint to keep the variance positive.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_same_shape, require_shapes
from dlteach.nn._types import Array, as_float


class ReparameterizeGrads(NamedTuple):
    """The gradient of the loss with respect to the inputs of `reparameterize_forward` that are learned."""

    dmu: Array
    dlog_var: Array


def reparameterize_forward(mu: Array, log_var: Array, eps: Array) -> tuple[Array, Array]:
    """Draw latents from N(μ, σ²) in such a way that a gradient can flow back to μ and σ.

    z = μ + σ · ε    with σ = exp(½ · log σ²) and ε ~ N(0, 1)

    Drawing z itself would be a step without a derivative. Here all chance sits in ε, which is drawn beforehand, and what is
    left is a sum and a product.

    Args:
        mu: array of any shape, the means.
        log_var: the same shape, the logarithms of the variances.
        eps: the same shape, drawn from a standard normal distribution, as `rng.standard_normal(mu.shape)` gives.

    Returns:
        z: the latents, same shape.
        cache: σ · ε, the noise that was added.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: the shapes differ, the arrays are empty, or a dtype is not of real numbers.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2013, section 2.4.
    """
    require_same_shape(log_var=log_var, eps=eps, mu=mu)
    std = np.exp(log_var / 2)
    noise = std * np.asarray(eps).astype(std.dtype, copy=False)  # a generator draws float64, which would make all the rest float64 as well
    return mu + noise, noise


def reparameterize_backward(dz: Array, cache: Array) -> ReparameterizeGrads:
    """Carry the gradient of the loss back through the draw, to the mean and the logarithm of the variance.

    dμ = dz    dlog σ² = ½ · dz · σ · ε

    The ½ comes from the chain rule: σ = exp(½ · log σ²) has the slope ½ · σ along log σ².

    Args:
        dz: gradient of the loss with respect to `z`.
        cache: what `reparameterize_forward` kept, σ · ε.

    Returns:
        dmu, dlog_var: the shape of `dz`.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: `dz` has another shape than `cache`, or a dtype is not of real numbers.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2013, section 2.4.
    """
    require_same_shape(dz=dz, cache=cache)
    noise = cache
    return ReparameterizeGrads(dmu=dz, dlog_var=dz * noise / 2)


def kl_standard_normal(mu: Array, log_var: Array) -> tuple[float, Array, Array]:
    """Say how far the distributions N(μ, σ²) of the latents are from N(0, 1), and in which direction.

    KL = mean_n Σ_d ½ · (μ² + σ² − 1 − log σ²)    dKL/dμ = μ / N    dKL/dlog σ² = ½ · (σ² − 1) / N

    This is the Kullback-Leibler divergence: for latents drawn from N(μ, σ²), by how much the logarithm of their density exceeds
    that under N(0, 1), on average. It is 0 for μ = 0 and σ = 1 alone. `expm1` gives σ² − 1 = exp(log σ²) − 1 without losing
    digits where σ is close to 1.

    Args:
        mu: (N, D), the means.
        log_var: (N, D), the logarithms of the variances.

    Returns:
        loss: summed over the D latents of a sample, averaged over the batch.
        dmu: (N, D), gradient of the loss with respect to `mu`.
        dlog_var: (N, D), gradient of the loss with respect to `log_var`.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, the batch is empty, or a dtype is not of real numbers.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2013, appendix B.
    """
    require_shapes(mu=(mu, "N D"), log_var=(log_var, "N D"))
    require_numbers(mu=mu, log_var=log_var)
    mu = as_float(mu)
    excess = np.expm1(log_var)  # σ² − 1
    loss = np.sum(mu * mu + excess - log_var) / (2 * len(mu))
    return float(loss), mu / len(mu), excess / (2 * len(mu))
