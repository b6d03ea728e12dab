"""Blocks of the deep convolutional nets: small graphs that are stacked like layers."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach.nn._require import require_count
from dlteach.training.activation_layers import ReLU
from dlteach.training.convolution_layers import Conv2d, MaxPool2d
from dlteach.training.graph import Graph
from dlteach.training.merge_layers import Add, Concat
from dlteach.training.node import Input, Node
from dlteach.training.normalization_layers import BatchNorm


def residual_block(
    channels_in: int, channels_out: int, *, stride: int = 1, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> Graph:
    """Make a block that learns what to add to its input, which a shortcut carries past it.

    out = ReLU(F(x) + x)    F: 3×3 convolution, batch norm, ReLU, 3×3 convolution, batch norm

    At worst F gives 0 and the block passes on what it was given: so a deeper net need not be worse than a shallow one. The
    shortcut carries x itself; where the shape changes, a 1×1 convolution with batch norm brings x to the new one.

    Args:
        channels_in: channels that come in.
        channels_out: channels that go out.
        stride: of the first convolution; 2 halves height and width.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Returns:
        A graph that maps (N, channels_in, H, W) to (N, channels_out, ⌈H / stride⌉, ⌈W / stride⌉).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016.
    """

    def convolution(x: Node, channels: int, channels_next: int, size: int, step: int) -> Node:
        conv = Conv2d(channels, channels_next, size, stride=step, pad=size // 2, rng=rng, dtype=dtype, bias=False)
        return BatchNorm(channels_next, dtype=dtype)(conv(x))

    x = Input()
    hidden = ReLU()(convolution(x, channels_in, channels_out, 3, stride))
    residual = convolution(hidden, channels_out, channels_out, 3, 1)
    same_shape = stride == 1 and channels_in == channels_out
    shortcut = x if same_shape else convolution(x, channels_in, channels_out, 1, stride)
    return Graph(x, ReLU()(Add()(residual, shortcut)))


def inception_block(
    channels_in: int,
    *,
    num_1x1: int,
    num_3x3_reduce: int,
    num_3x3: int,
    num_5x5_reduce: int,
    num_5x5: int,
    num_pool: int,
    rng: np.random.Generator,
    dtype: DTypeLike = np.float32,
) -> Graph:
    """Make a block that looks at a picture through windows of several sizes at once and lays the results side by side.

    out = [conv1(x), conv3(conv1(x)), conv5(conv1(x)), conv1(pool3(x))]    each convolution with ReLU

    The 1×1 convolutions in front of the large windows reduce the channels first, which saves most of the work.

    Args:
        channels_in: channels that come in.
        num_1x1: filters of the 1×1 branch.
        num_3x3_reduce: filters of the 1×1 convolution in front of the 3×3 one.
        num_3x3: filters of the 3×3 branch.
        num_5x5_reduce: filters of the 1×1 convolution in front of the 5×5 one.
        num_5x5: filters of the 5×5 branch.
        num_pool: filters of the 1×1 convolution behind the max-pooling.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Returns:
        A graph that maps (N, channels_in, H, W) to (N, num_1x1 + num_3x3 + num_5x5 + num_pool, H, W).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `dtype` holds no fractions.

    Source: Szegedy et al., "Going deeper with convolutions", 2015.
    """
    require_count(1, num_3x3_reduce=num_3x3_reduce, num_5x5_reduce=num_5x5_reduce)

    def convolution(x: Node, channels: int, channels_next: int, size: int) -> Node:
        return ReLU()(Conv2d(channels, channels_next, size, pad=size // 2, rng=rng, dtype=dtype)(x))

    x = Input()
    ones = convolution(x, channels_in, num_1x1, 1)
    threes = convolution(convolution(x, channels_in, num_3x3_reduce, 1), num_3x3_reduce, num_3x3, 3)
    fives = convolution(convolution(x, channels_in, num_5x5_reduce, 1), num_5x5_reduce, num_5x5, 5)
    pooled = convolution(MaxPool2d(3, stride=1, pad=1)(x), channels_in, num_pool, 1)
    return Graph(x, Concat(axis=1)(ones, threes, fives, pooled))
