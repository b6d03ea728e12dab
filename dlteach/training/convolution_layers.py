"""Layers that keep the picture a picture: convolution, pooling and enlarging, all on (N, C, H, W)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.nn._require import require_count, require_generator, require_shapes
from dlteach.nn._types import Array
from dlteach.training._require import require_dout, require_drawn, require_initialiser
from dlteach.training.dtypes import cast, own
from dlteach.training.layer import Layer


class Conv2d(Layer):
    """Slide `channels_out` small filters over a picture (`nn.conv2d_forward`).

    x (N, C, H, W)    out (N, K, H', W')    w (K, C, size, size)    b (K,)    H' = ⌊(H + 2·pad − size) / stride⌋ + 1

    Args:
        channels_in: C, the channels that come in.
        channels_out: K, the number of filters, which is the channels that go out.
        size: height and width of a filter.
        stride: how far a filter moves from one place to the next.
        pad: how many rows and columns of zeros are put round the picture.
        rng: NumPy's random generator, which draws the weights; the bias starts at 0.
        dtype: of the parameters.
        init: where the weights start, a function of (fan_in, fan_out, rng, shape); the default is made for ReLU.
        bias: False leaves the bias out. In front of batch norm it would do nothing, for batch norm takes the mean off.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is too small, or `dtype` holds no fractions.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        size: int,
        *,
        stride: int = 1,
        pad: int = 0,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        init: Callable[..., Array] = nn.he_uniform,
        bias: bool = True,
    ) -> None:
        super().__init__()
        require_count(1, channels_in=channels_in, channels_out=channels_out, size=size, stride=stride)
        require_count(0, pad=pad)
        require_generator(rng)
        require_initialiser(init)
        self.stride, self.pad = stride, pad
        shape = (channels_out, channels_in, size, size)
        w = init(*nn.fans(shape), rng, shape)
        require_drawn(w, shape)
        self.params = {"w": own(w, dtype)}
        self.no_bias = own(np.zeros(channels_out), dtype)
        if bias:
            self.params["b"] = self.no_bias.copy()

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, K, H', W') for x (N, C, H, W)."""
        w, b = self.params["w"], self.params.get("b", self.no_bias)
        out, self.cache = nn.conv2d_forward(cast(x, w.dtype), w, b, stride=self.stride, pad=self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x; fill the gradients of w and b."""
        grads = nn.conv2d_backward(dout, self.recall())
        self.fill(grads)
        return grads.dx

    def backward_to_parameters(self, dout: Array) -> None:
        """Fill the gradients of w and b."""
        self.fill(nn.conv2d_parameter_gradients(dout, self.recall()))


class MaxPool2d(Layer):
    """Keep the largest number of every window (`nn.max_pool2d_forward`).

    x (N, C, H, W)    out (N, C, H', W')    H' = ⌊(H + 2·pad − size) / stride⌋ + 1

    Args:
        size: height and width of a window.
        stride: how far the window moves; by default `size`, so that windows do not overlap.
        pad: how many rows and columns are put round the picture; they never win.

    Source: Ranzato et al., "Unsupervised learning of invariant feature hierarchies with applications to object recognition", 2007.
    """

    def __init__(self, size: int, *, stride: int | None = None, pad: int = 0) -> None:
        super().__init__()
        _require_pooling(size, stride, pad)
        self.size, self.stride, self.pad = size, stride, pad

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, C, H', W') for x (N, C, H, W)."""
        out, self.cache = nn.max_pool2d_forward(x, size=self.size, stride=self.stride, pad=self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x."""
        return nn.max_pool2d_backward(dout, self.recall())


class AvgPool2d(Layer):
    """Take the mean of every window (`nn.avg_pool2d_forward`).

    x (N, C, H, W)    out (N, C, H', W')    H' = ⌊(H + 2·pad − size) / stride⌋ + 1

    Args:
        size: height and width of a window.
        stride: how far the window moves; by default `size`, so that windows do not overlap.
        pad: how many rows and columns of zeros are put round the picture; they count in the mean.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """

    def __init__(self, size: int, *, stride: int | None = None, pad: int = 0) -> None:
        super().__init__()
        _require_pooling(size, stride, pad)
        self.size, self.stride, self.pad = size, stride, pad

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, C, H', W') for x (N, C, H, W)."""
        out, self.cache = nn.avg_pool2d_forward(x, size=self.size, stride=self.stride, pad=self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x."""
        return nn.avg_pool2d_backward(dout, self.recall())


class GlobalAvgPool2d(Layer):
    """Take the mean of every channel, whatever the size of the picture.

    out_nc = Σ_hw x_nchw / (H·W)    dx_nchw = dout_nc / (H·W)    x (N, C, H, W)    out (N, C)

    Source: Lin, Chen and Yan, "Network in network", 2014.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, C) for x (N, C, H, W)."""
        require_shapes(x=(x, "N C H W"))
        self.cache = x.shape
        return np.asarray(np.mean(x, axis=(2, 3)))

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x."""
        shape = self.recall()
        require_dout(dout, shape[:2])
        _, _, height, width = shape
        return np.broadcast_to((dout / (height * width))[:, :, None, None], shape).copy()


class Upsample2d(Layer):
    """Repeat every pixel in both directions, to make a picture larger (`nn.upsample2d_forward`).

    x (N, C, H, W)    out (N, C, factor·H, factor·W)

    Args:
        factor: how often.

    Source: Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", 2016.
    """

    def __init__(self, factor: int) -> None:
        super().__init__()
        require_count(1, factor=factor)
        self.factor = factor

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Give (N, C, factor·H, factor·W) for x (N, C, H, W)."""
        out, cache = nn.upsample2d_forward(x, factor=self.factor)
        self.cache = cache, out.shape
        return out

    def backward(self, dout: Array) -> Array:
        """Give dx in the shape of x."""
        cache, shape = self.recall()
        require_dout(dout, shape)
        return nn.upsample2d_backward(dout, cache)


def _require_pooling(size: int, stride: int | None, pad: int) -> None:
    """Raise unless a window of this size can be moved like that."""
    require_count(1, size=size, stride=size if stride is None else stride)
    require_count(0, pad=pad)
