"""The losses of a generative adversarial network: two players, each of whom gains what the other loses.

The discriminator gives a logit to every sample; D = σ(logit) is the probability, in its opinion, that the sample is real.
"""

import numpy as np

from dlteach.nn._require import require_numbers
from dlteach.nn._types import Array
from dlteach.nn.cross_entropy import sigmoid_cross_entropy


def discriminator_loss(real_logits: Array, fake_logits: Array) -> tuple[float, Array, Array]:
    """Say how badly the discriminator tells real samples from made ones.

    J = −mean log D(real) − mean log(1 − D(fake))

    It is the cross-entropy of a classifier whose labels are 1 for real and 0 for fake. A discriminator that can only guess
    has D = ½ everywhere, and a loss of 2 · log 2 ≈ 1.386.

    Args:
        real_logits: array of any shape, the logits of samples from the data.
        fake_logits: array of any shape, the logits of samples from the generator.

    Returns:
        loss: the sum of the two means.
        dreal: gradient of the loss with respect to `real_logits`, same shape.
        dfake: gradient of the loss with respect to `fake_logits`, same shape.

    Raises:
        TypeError: an argument is neither an array nor a number.
        ValueError: an array is empty, or its dtype is not of real numbers.

    Source: Goodfellow et al., "Generative adversarial nets", 2014.
    """
    require_numbers(real_logits=real_logits, fake_logits=fake_logits)
    real_loss, dreal = sigmoid_cross_entropy(real_logits, np.ones_like(real_logits))
    fake_loss, dfake = sigmoid_cross_entropy(fake_logits, np.zeros_like(fake_logits))
    return real_loss + fake_loss, dreal, dfake


def generator_loss(fake_logits: Array) -> tuple[float, Array]:
    """Say how badly the generator fools the discriminator, in the form that is used in practice (non-saturating).

    J = −mean log D(fake)    dJ/dlogit = (D − 1) / size

    Its gradient is largest where the discriminator sees through the generator, D ≈ 0: where there is most to learn.

    Args:
        fake_logits: array of any shape, the logits of samples from the generator.

    Returns:
        loss: the mean over the samples.
        dfake: gradient of the loss with respect to `fake_logits`, same shape.

    Raises:
        TypeError: `fake_logits` is neither an array nor a number.
        ValueError: `fake_logits` is empty, or its dtype is not of real numbers.

    Source: Goodfellow et al., "Generative adversarial nets", 2014, section 3.
    """
    require_numbers(fake_logits=fake_logits)
    return sigmoid_cross_entropy(fake_logits, np.ones_like(fake_logits))


def saturating_generator_loss(fake_logits: Array) -> tuple[float, Array]:
    """Give the generator the opposite of the discriminator's loss on made samples, as in the game's first form (saturating).

    J = mean log(1 − D(fake))    dJ/dlogit = −D / size

    The loss on real samples no generator can change. Where the discriminator sees through the generator, D ≈ 0, the
    gradient vanishes, and a bad generator stays bad.

    Args:
        fake_logits: array of any shape, the logits of samples from the generator.

    Returns:
        loss: the mean over the samples; it is negative, and the smaller the better.
        dfake: gradient of the loss with respect to `fake_logits`, same shape.

    Raises:
        TypeError: `fake_logits` is neither an array nor a number.
        ValueError: `fake_logits` is empty, or its dtype is not of real numbers.

    Source: Goodfellow et al., "Generative adversarial nets", 2014, section 3.
    """
    require_numbers(fake_logits=fake_logits)
    loss, dfake = sigmoid_cross_entropy(fake_logits, np.zeros_like(fake_logits))
    return -loss, -dfake
