"""The variational autoencoder: codes are drawn from small clouds rather than set, so that every place means something.

A plain autoencoder may put its codes anywhere, with nothing in between. Here each sample has a cloud N(μ, σ²) of codes, all of
which must be decoded to it, and the clouds are held near N(0, 1): nearby codes look alike, and new samples can be drawn.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models.mlp import MLP
from dlteach.nn._require import require_count, require_generator, require_positive, require_same_shape, require_shapes
from dlteach.nn._types import Array
from dlteach.training import Dense, Layer, ReLU, Sequential


class VAE(Layer):
    """Encode each sample as a normal distribution of codes, draw a code from it, and decode that.

    h = relu(x @ w + b)    μ = mu(h)    log σ² = log_var(h)    z = μ + σ · ε    logits = decoder(z)

    x (N, D), from 0 to 1    h (N, H)    μ, log σ² and z (N, K)    logits (N, D): the pixels are sigmoid(logits)

    While training, ε is drawn from N(0, 1); afterwards it is 0, so that each sample has one reconstruction. Parameters are
    called "encoder.0.w", "mu.w", "log_var.w", "decoder.0.w", and so on.

    Args:
        num_features: D.
        num_latents: K.
        num_hidden: H, units of the hidden layer of the encoder, and of that of the decoder.
        rng: NumPy's random generator, which draws the weights, and later ε.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2013, appendix C.
    """

    def __init__(
        self, num_features: int, num_latents: int, *, num_hidden: int = 128, rng: np.random.Generator, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__()
        require_count(1, num_features=num_features, num_latents=num_latents, num_hidden=num_hidden)
        require_generator(rng)
        self.encoder = Sequential(Dense(num_features, num_hidden, rng=rng, dtype=dtype), ReLU())
        self.mu = Dense(num_hidden, num_latents, rng=rng, dtype=dtype, init=nn.xavier_uniform)
        self.log_var = Dense(num_hidden, num_latents, rng=rng, dtype=dtype, init=nn.xavier_uniform)
        self.decoder = MLP(num_latents, num_hidden, num_features, rng=rng, dtype=dtype)
        self.num_latents = num_latents
        self.rng = rng

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the encoder, its two heads, and the decoder."""
        return {"encoder": self.encoder, "mu": self.mu, "log_var": self.log_var, "decoder": self.decoder}

    def encode(self, x: Array) -> tuple[Array, Array]:
        """Give the mean and the logarithm of the variance of every sample's codes, (N, K) each."""
        h = self.encoder.forward(x)
        return self.mu.forward(h), self.log_var.forward(h)

    def decode(self, z: Array) -> Array:
        """Give the samples that codes z (N, K) stand for, (N, D), from 0 to 1."""
        return nn.sigmoid(self.decoder.forward(z))

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Make n new samples, (n, D), from codes drawn from N(0, 1).

        Raises:
            TypeError: `n` is no whole number, or `rng` no generator.
            ValueError: `n` is below 1.
        """
        require_count(1, n=n)
        require_generator(rng)
        return self.decode(rng.standard_normal((n, self.num_latents)).astype(self.dtype))

    def forward(self, x: Array, *, training: bool = False) -> tuple[Array, Array, Array]:
        """Give logits (N, D), μ (N, K) and log σ² (N, K) for x (N, D): what `vae_loss` takes."""
        learning = training and self.trainable
        h = self.encoder.forward(x, training=learning)
        mu, log_var = self.mu.forward(h, training=learning), self.log_var.forward(h, training=learning)
        eps = self.rng.standard_normal(mu.shape).astype(mu.dtype) if learning else np.zeros_like(mu)
        z, self.cache = nn.reparameterize_forward(mu, log_var, eps)
        return self.decoder.forward(z, training=learning), mu, log_var

    def backward(self, dout: tuple[Array, Array, Array]) -> Array:
        """Give dx for (dlogits, dmu, dlog_var); fill all gradients. μ and log σ² hear from the loss and from the decoder."""
        dlogits, dmu, dlog_var = dout
        dz = self.decoder.backward(dlogits)
        drawn = nn.reparameterize_backward(dz, self.recall())
        dh = self.mu.backward(dmu + drawn.dmu) + self.log_var.backward(dlog_var + drawn.dlog_var)
        dx: Array = self.encoder.backward(dh)
        return dx


def vae_loss(output: tuple[Array, Array, Array], x: Array, beta: float = 1.0) -> tuple[float, tuple[Array, Array, Array]]:
    """Give the negative evidence lower bound: how badly the samples are restored, and how far the codes are from N(0, 1).

    J = mean_n [ −Σ_d ( x · log p + (1 − x) · log(1 − p) ) + β · Σ_k ½ · (μ² + σ² − 1 − log σ²) ]    with p = sigmoid(logits)

    Both parts are sums within a sample and means over the batch. To take the mean over the pixels instead would make the
    second part D times as heavy, and the codes would tell nothing of the sample any more.

    Args:
        output: `(logits, mu, log_var)` as `VAE.forward` gives them: (N, D), (N, K), (N, K).
        x: (N, D), the samples, from 0 to 1.
        beta: weight of the second part; 1 is the true bound.

    Returns:
        loss: a number. gradients: `(dlogits, dmu, dlog_var)`, in the shapes of `output`.

    Raises:
        TypeError: an argument is no array, or `output` no tuple of three.
        ValueError: the shapes do not fit together, a number of `x` is not from 0 to 1, or `beta` is not above 0.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2013, equation 10; Higgins et al., "beta-VAE", 2017, for β.
    """
    if not (isinstance(output, tuple) and len(output) == 3):
        raise TypeError(f"output is a {type(output).__name__}; it needs to be the tuple (logits, mu, log_var).")
    logits, mu, log_var = output
    require_shapes(logits=(logits, "N D"), x=(x, "N D"), mu=(mu, "N K"), log_var=(log_var, "N K"))
    require_same_shape(log_var=log_var, mu=mu)
    require_positive(beta=beta)
    features, weight = logits.shape[1], float(beta)
    restored, dlogits = nn.sigmoid_cross_entropy(logits, x)
    divergence, dmu, dlog_var = nn.kl_standard_normal(mu, log_var)
    return features * restored + weight * divergence, (features * dlogits, weight * dmu, weight * dlog_var)
