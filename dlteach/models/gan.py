"""The generative adversarial network: one network makes samples, another tells them from real ones, and each learns from the other.

    gan = GAN(num_features=2, num_latents=2, rng=rng)
    history = train_gan(gan, x, generator_optimizer=Adam(1e-3), discriminator_optimizer=Adam(1e-3), epochs=100, rng=rng)
    made = gan.sample(500, rng)
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models.mlp import MLP
from dlteach.nn._require import require_count, require_generator, require_shapes
from dlteach.nn._types import Array
from dlteach.training import History, Layer, LeakyReLU, Optimizer, batches
from dlteach.training._require import kind
from dlteach.training.batches import require_scaled


class GAN(Layer):
    """Keep the two players together: a generator that turns noise into samples, and a discriminator that judges samples.

    fake = generator(z)    logit = discriminator(x), above 0 for "real"    z (N, K)    x and fake (N, D)    logit (N, 1)

    Each is made of dense layers with a leaky ReLU between them, which lets a gradient through where ReLU would be dead: the
    generator learns from nothing but the gradient that comes back through the discriminator. Parameters are called
    "generator.…" and "discriminator.…".

    Args:
        num_features: D.
        num_latents: K, how many random numbers a sample is made of.
        num_hidden: units of both hidden layers of either network.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Goodfellow et al., "Generative adversarial nets", 2014.
    """

    def __init__(
        self,
        num_features: int = 2,
        num_latents: int = 2,
        *,
        num_hidden: int = 32,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        require_count(1, num_features=num_features, num_latents=num_latents, num_hidden=num_hidden)
        require_generator(rng)

        def leaky() -> Layer:
            return LeakyReLU(0.2)

        self.generator = MLP(num_latents, num_hidden, num_hidden, num_features, rng=rng, activation=leaky, dtype=dtype)
        self.discriminator = MLP(num_features, num_hidden, num_hidden, 1, rng=rng, activation=leaky, dtype=dtype)
        self.num_latents = num_latents

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the generator and the discriminator."""
        return {"generator": self.generator, "discriminator": self.discriminator}

    def noise(self, n: int, rng: np.random.Generator) -> Array:
        """Draw z (n, K) from N(0, 1), what the generator starts from."""
        require_count(1, n=n)
        require_generator(rng)
        return rng.standard_normal((n, self.num_latents)).astype(self.dtype)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Make n new samples, (n, D)."""
        return self.forward(self.noise(n, rng))

    def forward(self, z: Array, *, training: bool = False) -> Array:
        """Give the samples (N, D) that the generator makes of noise z (N, K)."""
        made: Array = self.generator.forward(z, training=training and self.trainable)
        return made

    def backward(self, dout: Array) -> Array:
        """Give dz for the gradient of the samples made; fill the gradients of the generator."""
        dz: Array = self.generator.backward(dout)
        return dz


def discriminator_step(gan: GAN, optimizer: Optimizer, real: Array, z: Array) -> float:
    """Let the discriminator learn from a batch of real samples and a batch of made ones; the generator stays as it is.

    J = −mean log D(real) − mean log(1 − D(generator(z)))

    Real and made samples go through in one batch, so that one way back adds up the gradients of both.

    Args:
        gan: the two players; the parameters of the discriminator are written to.
        optimizer: that of the discriminator.
        real: (N, D), samples from the data.
        z: (M, K), noise.

    Returns:
        The loss before the step.

    Raises:
        TypeError: an argument is not an array.
        ValueError: a shape does not fit the networks.

    Source: Goodfellow et al., "Generative adversarial nets", 2014, algorithm 1.
    """
    require_shapes(real=(real, "N D"), z=(z, "M K"))
    fake = gan.generator.forward(z)
    require_shapes(real=(real, "N D"), fake=(fake, "M D"))
    logits = gan.discriminator.forward(np.concatenate([real.astype(fake.dtype), fake]), training=True)
    loss, dreal, dfake = nn.discriminator_loss(logits[: len(real)], logits[len(real) :])
    gan.discriminator.backward(np.concatenate([dreal, dfake]))
    optimizer.step(gan.discriminator.parameters(trainable_only=True), gan.discriminator.gradients())
    return loss


def generator_step(
    gan: GAN, optimizer: Optimizer, z: Array, loss: Callable[[Array], tuple[float, Array]] = nn.generator_loss
) -> float:
    """Let the generator learn what the discriminator takes for real; the discriminator stays as it is.

    J = −mean log D(generator(z))

    The gradient goes back through both networks, and the generator alone takes a step.

    Args:
        gan: the two players; the parameters of the generator are written to.
        optimizer: that of the generator.
        z: (N, K), noise.
        loss: function of the logits of made samples that gives the loss and its gradient: `nn.generator_loss`, or, to see why
            it is not used, `nn.saturating_generator_loss`.

    Returns:
        The loss before the step.

    Raises:
        TypeError: `z` is no array.
        ValueError: its shape does not fit the generator.

    Source: Goodfellow et al., "Generative adversarial nets", 2014, section 3.
    """
    require_shapes(z=(z, "N K"))
    fake = gan.generator.forward(z, training=True)
    logits = gan.discriminator.forward(fake)
    value, dlogits = loss(logits)
    gan.generator.backward(gan.discriminator.backward(dlogits))
    optimizer.step(gan.generator.parameters(trainable_only=True), gan.generator.gradients())
    return value


def train_gan(
    gan: GAN,
    x: Array,
    *,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
    epochs: int,
    batch_size: int = 64,
    rng: np.random.Generator,
    loss: Callable[[Array], tuple[float, Array]] = nn.generator_loss,
    history: History | None = None,
) -> History:
    """Play the game: for every batch of real samples one step of the discriminator, then one of the generator.

    Neither loss says by itself how good the samples are: each is measured against the other player, and what one gains the
    other loses. Look at the samples; if they are all alike, the generator has found one that the discriminator believes in
    (mode collapse).

    Args:
        gan: the two players, trained in place.
        x: (N, D), the data.
        generator_optimizer: steps the generator.
        discriminator_optimizer: steps the discriminator; another object than the first, since it keeps a memory of its own.
        epochs: how often to go through the data.
        batch_size: how many samples make a batch, real ones and made ones.
        rng: NumPy's random generator, for the order of the data and for noise.
        loss: of the generator, as for `generator_step`.
        history: that of an earlier call, to go on with.

    Returns:
        The history: the mean of "discriminator_loss" and of "generator_loss" over the steps of each epoch.

    Raises:
        TypeError: `gan` is no `GAN`, an optimizer no `Optimizer`, `x` no array, `epochs` no whole number, or `rng` no generator.
        ValueError: the shape of `x` does not fit the networks, `x` is bytes, `epochs` or `batch_size` is below 1, or both
            optimizers are one.
        FloatingPointError: a loss is no longer a finite number.

    Source: Goodfellow et al., "Generative adversarial nets", 2014, algorithm 1.
    """
    require_shapes(x=(x, "N D"))
    require_count(1, epochs=epochs)
    require_generator(rng)
    require_scaled(x=x)
    _require_players(gan, generator_optimizer, discriminator_optimizer)
    if generator_optimizer is discriminator_optimizer:
        raise ValueError("generator_optimizer is discriminator_optimizer; each needs one of its own, with a memory of its own.")
    history = History() if history is None else history
    for _ in range(epochs):
        losses = []
        for (real,) in batches(x, batch_size=batch_size, rng=rng):
            judged = discriminator_step(gan, discriminator_optimizer, real, gan.noise(len(real), rng))
            made = generator_step(gan, generator_optimizer, gan.noise(len(real), rng), loss)
            losses.append((judged, made))
        mean = np.mean(losses, axis=0)
        if not np.all(np.isfinite(mean)):
            raise FloatingPointError(f"a loss is no longer a finite number in epoch {history.epochs + 1}; look for NaN in x, or lower lr.")
        history.add({"discriminator_loss": mean[0], "generator_loss": mean[1]})
    return history


def _require_players(gan: object, *optimizers: object) -> None:
    """Raise unless these are a GAN and optimizers."""
    if not isinstance(gan, GAN):
        raise TypeError(f"gan is {kind(gan)}; it needs to be a GAN.")
    for optimizer, player in zip(optimizers, ("generator", "discriminator"), strict=True):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{player}_optimizer is {kind(optimizer)}; it needs to be an Optimizer, such as Adam(0.001).")
