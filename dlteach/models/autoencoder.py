"""Autoencoders: networks that squeeze a sample through a narrow code and restore it, and so must find what matters in it.

    model = DenseAutoencoder(64, 32, 2, rng=rng)
    fit(model, x, x, loss=nn.mean_squared_error, optimizer=Adam(), epochs=20, rng=rng)     # the target is the input itself
    codes = model.encode(x)                                                                # (N, 2)

With `corruption` it becomes a denoising autoencoder: it reads a damaged sample, and is asked for the sound one.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import DTypeLike

from dlteach.models.mlp import MLP
from dlteach.nn._require import require_generator, require_numbers, require_positive, require_same_shape
from dlteach.nn._types import Array, as_float
from dlteach.training import Conv2d, Layer, MaxPool2d, ReLU, Sequential, Upsample2d
from dlteach.training._require import require_layers


class GaussianNoise(Layer):
    """Add noise to every number while training, and do nothing afterwards.

    out = x + std · ε    with ε ~ N(0, 1)    dx = dout

    Args:
        std: standard deviation of the noise.
        rng: NumPy's random generator, which draws it.

    Raises:
        TypeError: `rng` is no generator.
        ValueError: `std` is not above 0.

    Source: Vincent et al., "Stacked denoising autoencoders", 2010, section 3.3.
    """

    def __init__(self, std: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        require_positive(std=std)
        require_generator(rng)
        self.std, self.rng = float(std), rng

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give x, with noise on it while training."""
        require_numbers(x=x)
        self.cache = x.shape
        if not (training and self.trainable):
            return x
        noise: Array = self.std * self.rng.standard_normal(x.shape)
        out: Array = as_float(x) + noise.astype(as_float(x).dtype)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dout: what is added has no effect on the slope."""
        self.recall()
        return dout


class Autoencoder(Layer):
    """Put two networks in a row, of which the first makes a code of a sample, and the second a sample of a code.

    z = encoder(x)    out = decoder(z)    x and out (N, …), z (N, …), as a rule much smaller

    Its parameters are called "encoder.…" and "decoder.…".

    Args:
        encoder: any layer.
        decoder: any layer that gives back the shape the encoder takes.
        corruption: a layer in front of the encoder that damages what it reads while training, and while training alone:
            `GaussianNoise`, or `Dropout`, which puts some of the numbers to 0.

    Raises:
        TypeError: one of them is not a layer.
        ValueError: one layer stands in two places.

    Source: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006; for the corruption,
        Vincent, Larochelle, Bengio and Manzagol, "Extracting and composing robust features with denoising autoencoders", 2008.
    """

    def __init__(self, encoder: Layer, decoder: Layer, *, corruption: Layer | None = None) -> None:
        super().__init__()
        require_layers([encoder, decoder] if corruption is None else [encoder, decoder, corruption])
        self.encoder, self.decoder, self.corruption = encoder, decoder, corruption

    def sublayers(self) -> Mapping[str, Layer]:
        """Give the encoder, the decoder, and the corruption if there is one."""
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return parts if self.corruption is None else {"corruption": self.corruption, **parts}

    def encode(self, x: Array) -> Array:
        """Give the code z of every sample in x."""
        code: Array = self.encoder.forward(x)
        return code

    def decode(self, z: Array) -> Array:
        """Give the sample that every code in z stands for."""
        sample: Array = self.decoder.forward(z)
        return sample

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give every sample as it comes out again, in the shape of x."""
        learning = training and self.trainable
        if self.corruption is not None:
            x = self.corruption.forward(x, training=learning)
        out: Array = self.decoder.forward(self.encoder.forward(x, training=learning), training=learning)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of both networks."""
        dx: Array = self.encoder.backward(self.decoder.backward(dout))
        return dx if self.corruption is None else self.corruption.backward(dx)


class DenseAutoencoder(Autoencoder):
    """Squeeze each sample through dense layers that narrow down to the code, and widen again in the same steps.

    x → dense → ReLU → … → dense → z → dense → ReLU → … → dense → out    x and out (N, D), z (N, K)

    Neither the code nor the output passes an activation. With two sizes there is none at all: a linear autoencoder, which
    finds the same subspace as PCA (though not the same axes in it), since nothing linear restores the samples better.

    Args:
        sizes: number of features, units of each hidden layer of the encoder, length of the code: at least two numbers.
        rng: NumPy's random generator, which draws the weights.
        corruption: as for `Autoencoder`.
        dtype: of the parameters.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: there are fewer than two sizes, or one is below 1.

    Source: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006; for the linear one,
        Baldi and Hornik, "Neural networks and principal component analysis", 1989.
    """

    def __init__(
        self, *sizes: int, rng: np.random.Generator, corruption: Layer | None = None, dtype: DTypeLike = np.float32
    ) -> None:
        encoder = MLP(*sizes, rng=rng, dtype=dtype)
        super().__init__(encoder, MLP(*reversed(sizes), rng=rng, dtype=dtype), corruption=corruption)


class ConvAutoencoder(Autoencoder):
    """Squeeze pictures to a quarter of their height and width, and enlarge them again.

    x (N, C, H, W) → conv 16 of 3×3 → ReLU → max 2×2    (N, 16, H/2, W/2)
                   → conv K of 3×3  → ReLU → max 2×2    z (N, K, H/4, W/4)
                   → enlarge 2×2 → conv 16 of 3×3 → ReLU    (N, 16, H/2, W/2)
                   → enlarge 2×2 → conv C of 3×3            out (N, C, H, W)

    Every convolution is padded by 1, so that it keeps the size. To repeat pixels and then convolve leaves no checkerboard, as
    a transposed convolution tends to.

    Args:
        channels: C, of the pictures.
        num_code: K, the channels of the code.
        rng: NumPy's random generator, which draws the weights.
        corruption: as for `Autoencoder`.
        dtype: of the parameters.

    Raises:
        TypeError: a number of channels is not a whole number, or `rng` is no generator.
        ValueError: a number of channels is below 1; in `forward`, H or W is not a multiple of 4.

    Source: Masci, Meier, Cireșan and Schmidhuber, "Stacked convolutional auto-encoders", 2011; Odena, Dumoulin and Olah,
        "Deconvolution and checkerboard artifacts", 2016.
    """

    def __init__(
        self,
        channels: int = 1,
        num_code: int = 4,
        *,
        rng: np.random.Generator,
        corruption: Layer | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        def conv(channels_in: int, channels_out: int) -> Conv2d:
            return Conv2d(channels_in, channels_out, 3, pad=1, rng=rng, dtype=dtype)

        encoder = Sequential(conv(channels, 16), ReLU(), MaxPool2d(2), conv(16, num_code), ReLU(), MaxPool2d(2))
        decoder = Sequential(Upsample2d(2), conv(num_code, 16), ReLU(), Upsample2d(2), conv(16, channels))
        super().__init__(encoder, decoder, corruption=corruption)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give every picture as it comes out again, (N, C, H, W)."""
        if np.ndim(x) == 4 and (x.shape[2] % 4 or x.shape[3] % 4):
            raise ValueError(f"x has shape {x.shape}; it needs a height and a width that are multiples of 4.")
        return super().forward(x, training=training)


def anomaly_score(x: Array, restored: Array) -> Array:
    """Say how badly each sample was restored: an autoencoder, or PCA, fails where a sample is unlike those it learned from.

    score_n = mean_d (x_nd − restored_nd)²

    Args:
        x: (N, …), samples.
        restored: the same shape, as an autoencoder gives them back.

    Returns:
        (N,), the larger the stranger.

    Raises:
        TypeError: an argument is no array.
        ValueError: the shapes differ, the arrays are empty, or samples are plain numbers, without an axis of their own.

    Source: Hawkins, He, Williams and Baxter, "Outlier detection using replicator neural networks", 2002.
    """
    require_same_shape(restored=restored, x=x)
    if np.ndim(x) < 2:
        raise ValueError(f"x has shape {np.shape(x)}; it needs at least two axes, one for the samples and one for their numbers.")
    error = as_float(x) - restored
    score: Array = np.mean(error * error, axis=tuple(range(1, error.ndim)))
    return score
