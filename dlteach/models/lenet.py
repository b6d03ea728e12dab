"""LeNet-5, the convolutional network that read cheques."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.training import AvgPool2d, Conv2d, Dense, Flatten, Sequential, Tanh


class LeNet5(Sequential):
    """Tell the classes of small grey images apart: two rounds of convolution and averaging, then three dense layers.

    x (N, 1, 28, 28) → conv 6 of 5×5, pad 2 → tanh → average 2×2    (N, 6, 14, 14)
                     → conv 16 of 5×5 → tanh → average 2×2          (N, 16, 5, 5)
                     → dense 120 → tanh → dense 84 → tanh → dense C  logits (N, C)

    With 10 classes there are 156 + 2,416 + 48,120 + 10,164 + 850 = 61,706 parameters.

    What is simpler here than in 1998:

    - The images were 32×32, with a margin around the digit; we add the margin by padding the first convolution.
    - Averaging was followed by one learned factor and one learned bias per map and a sigmoid; here it is plain.
    - The 16 maps of the second convolution each looked at some of the 6 maps before, by a table; here each looks at all.
    - The activation was 1.7159·tanh(⅔·x); here it is tanh.
    - The last layer measured the distance to a fixed drawing of each digit, with a loss to match; here it gives logits, for
      `nn.softmax_cross_entropy`.

    Args:
        num_classes: how many classes there are.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Raises:
        TypeError: `num_classes` is not a whole number, or `rng` is no generator.
        ValueError: `num_classes` is below 1; in `forward`, an image is not (1, 28, 28).

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """

    def __init__(self, num_classes: int = 10, *, rng: np.random.Generator, dtype: DTypeLike = np.float32) -> None:
        super().__init__(
            Conv2d(1, 6, 5, pad=2, rng=rng, dtype=dtype),
            Tanh(),
            AvgPool2d(2),
            Conv2d(6, 16, 5, rng=rng, dtype=dtype),
            Tanh(),
            AvgPool2d(2),
            Flatten(),
            Dense(16 * 5 * 5, 120, rng=rng, dtype=dtype, init=nn.xavier_uniform),
            Tanh(),
            Dense(120, 84, rng=rng, dtype=dtype, init=nn.xavier_uniform),
            Tanh(),
            Dense(84, num_classes, rng=rng, dtype=dtype, init=nn.xavier_uniform),
        )
