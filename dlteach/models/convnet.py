"""Two small convolutional networks for images of 28×28 pixels, as used to measure this package against published results."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach.training import Conv2d, Dense, Dropout, Flatten, MaxPool2d, ReLU, Sequential


class ConvNet(Sequential):
    """Tell the classes of small grey images apart: three convolutions, the picture halved in between, and two dense layers.

    x (N, 1, 28, 28) → conv 32 of 3×3 → ReLU    (N, 32, 26, 26)    320 parameters
                     → max 2×2                  (N, 32, 13, 13)
                     → conv 64 of 3×3 → ReLU    (N, 64, 11, 11)    18,496
                     → max 2×2                  (N, 64, 5, 5)      the last row and column are left over
                     → conv 64 of 3×3 → ReLU    (N, 64, 3, 3)      36,928
                     → dense 64 → ReLU          (N, 64)            36,928
                     → dense C                  logits (N, C)      650 for 10 classes

    Together 93,322 parameters. The logits go to `nn.softmax_cross_entropy`.

    Args:
        num_classes: how many classes there are.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Raises:
        TypeError: `num_classes` is not a whole number, or `rng` is no generator.
        ValueError: `num_classes` is below 1; in `forward`, an image is not (1, 28, 28).

    Source: Chollet, "Deep Learning with Python", 2017, section 5.1.
    """

    def __init__(self, num_classes: int = 10, *, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        super().__init__(
            Conv2d(1, 32, 3, rng=rng, dtype=dtype),
            ReLU(),
            MaxPool2d(2),
            Conv2d(32, 64, 3, rng=rng, dtype=dtype),
            ReLU(),
            MaxPool2d(2),
            Conv2d(64, 64, 3, rng=rng, dtype=dtype),
            ReLU(),
            Flatten(),
            Dense(64 * 3 * 3, 64, rng=rng, dtype=dtype),
            ReLU(),
            Dense(64, num_classes, rng=rng, dtype=dtype),
        )


class DropoutConvNet(Sequential):
    """Tell the classes of small grey images apart with two convolutions and half of what they found dropped while training.

    x (N, 1, 28, 28) → conv 32 of 3×3 → ReLU    (N, 32, 26, 26)    320 parameters
                     → max 2×2                  (N, 32, 13, 13)
                     → conv 64 of 3×3 → ReLU    (N, 64, 11, 11)    18,496
                     → max 2×2                  (N, 64, 5, 5)
                     → dropout ½                (N, 1600)
                     → dense C                  logits (N, C)      16,010 for 10 classes

    Together 34,826 parameters. The logits go to `nn.softmax_cross_entropy`.

    Args:
        num_classes: how many classes there are.
        rng: NumPy's random generator, which draws the weights and the dropout masks.
        dropout: probability to drop a number before the last layer.
        dtype: of the parameters.

    Raises:
        TypeError: `num_classes` is not a whole number, or `rng` is no generator.
        ValueError: `num_classes` is below 1, `dropout` is not from 0 up to (but not) 1; in `forward`, an image is not (1, 28, 28).

    Source: Chollet, "Simple MNIST convnet", Keras code examples, 2015.
    """

    def __init__(
        self, num_classes: int = 10, *, rng: np.random.Generator, dropout: float = 0.5, dtype: DTypeLike = np.float32
    ) -> None:
        super().__init__(
            Conv2d(1, 32, 3, rng=rng, dtype=dtype),
            ReLU(),
            MaxPool2d(2),
            Conv2d(32, 64, 3, rng=rng, dtype=dtype),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Dropout(dropout, rng=rng),
            Dense(64 * 5 * 5, num_classes, rng=rng, dtype=dtype),
        )
