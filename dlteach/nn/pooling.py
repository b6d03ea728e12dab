"""Pooling: an image made smaller, each window of it replaced by its largest number or by its mean.

A window's maximum is the largest of the maxima of its rows, and its sum the sum of the sums of its rows. So each function
here goes over the images twice, along the rows and then down the columns, which takes 2·size steps in place of size².
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_count, require_numbers, require_shapes
from dlteach.nn._types import Array, as_float
from dlteach.nn.im2col import conv_output_size, crop_images, pad_images, window_places

HEIGHT, WIDTH = 2, 3  # the axes of an image in a batch (N, C, H, W)


class MaxPoolCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    column: Array
    row: Array
    x_shape: tuple[int, ...]
    size: int
    stride: int
    pad: int


class AvgPoolCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    x_shape: tuple[int, ...]
    size: int
    stride: int
    pad: int


def max_pool2d_forward(x: Array, *, size: int, stride: int | None = None, pad: int = 0) -> tuple[Array, MaxPoolCache]:
    """Replace every window of each channel by its largest number.

    out[n, c, u, v] = max over i, j < size of x[n, c, u·stride + i − pad, v·stride + j − pad]

    Outside the image stands −∞, which is never the largest. Of equal numbers the first counts, row by row from the top
    left, as in PyTorch: after a ReLU, windows full of zeros are common, and one of them alone must get the gradient.

    Args:
        x: (N, C, H, W), a batch of images.
        size: height and width of the window.
        stride: how far the window moves at a time; `size` unless told, so that the windows do not overlap.
        pad: how many rows and columns surround each image, at most half of `size`.

    Returns:
        out: (N, C, OH, OW), where OH and OW are what `conv_output_size` gives.
        cache: `(column, row, x_shape, size, stride, pad)`, where the largest stood: `column (N, C, H + 2·pad, OW)` within
            each row of each window, `row (N, C, OH, OW)` within the window.

    Raises:
        TypeError: `x` is not an array, or a size is not a whole number.
        ValueError: `x` does not have four axes, a size is below 1, `pad` is negative or more than half of `size`, or the
            window does not fit into the padded image.

    Source: Ranzato et al., "Unsupervised learning of invariant feature hierarchies with applications to object recognition", 2007.
    """
    stride = size if stride is None else stride
    _require_pooling(x, size, stride, pad)
    padded = pad_images(as_float(x), pad, -np.inf)
    largest_of_row, column = _largest(padded, WIDTH, size, stride)
    out, row = _largest(largest_of_row, HEIGHT, size, stride)
    return out, MaxPoolCache(column, row, x.shape, size, stride, pad)


def max_pool2d_backward(dout: Array, cache: MaxPoolCache) -> Array:
    """Hand the gradient of each window to the number that was its largest.

    dx[n, c, p, q] = Σ dout[n, c, u, v] over the windows (u, v) whose largest number stands in row p and column q

    The others have no part in the output, so their gradient is 0. Windows that overlap may share their largest number,
    which then gets the sum.

    Args:
        dout: (N, C, OH, OW), gradient of the loss with respect to `out`.
        cache: what `max_pool2d_forward` kept.

    Returns:
        dx: (N, C, H, W).

    Raises:
        TypeError: `dout` is not an array.
        ValueError: `dout` does not have the shape of `out`.

    Source: Ranzato et al., "Unsupervised learning of invariant feature hierarchies with applications to object recognition", 2007.
    """
    column, row, x_shape, size, stride, pad = cache
    _require_dout(dout, x_shape, size, stride, pad)
    dlargest_of_row = _give_to_largest(dout, row, HEIGHT, x_shape[HEIGHT] + 2 * pad, size, stride)
    dpadded = _give_to_largest(dlargest_of_row, column, WIDTH, x_shape[WIDTH] + 2 * pad, size, stride)
    return crop_images(dpadded, pad)


def avg_pool2d_forward(x: Array, *, size: int, stride: int | None = None, pad: int = 0) -> tuple[Array, AvgPoolCache]:
    """Replace every window of each channel by its mean.

    out[n, c, u, v] = 1/size² · Σ_i Σ_j x[n, c, u·stride + i − pad, v·stride + j − pad]

    Outside the image stand zeros, and they count: a window at the border is divided by size² as well (PyTorch's default).

    Args:
        x: (N, C, H, W), a batch of images.
        size: height and width of the window.
        stride: how far the window moves at a time; `size` unless told, so that the windows do not overlap.
        pad: how many rows and columns of zeros surround each image, at most half of `size`.

    Returns:
        out: (N, C, OH, OW), where OH and OW are what `conv_output_size` gives.
        cache: `(x_shape, size, stride, pad)`. No number of `x` is needed on the way back.

    Raises:
        TypeError: `x` is not an array, or a size is not a whole number.
        ValueError: `x` does not have four axes, a size is below 1, `pad` is negative or more than half of `size`, or the
            window does not fit into the padded image.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """
    stride = size if stride is None else stride
    _require_pooling(x, size, stride, pad)
    sum_of_row = sum_windows(pad_images(as_float(x), pad), WIDTH, size, stride)
    out = sum_windows(sum_of_row, HEIGHT, size, stride) / int(size) ** 2  # a plain number: divided by NumPy's own, float32 would widen
    return out, AvgPoolCache(x.shape, size, stride, pad)


def avg_pool2d_backward(dout: Array, cache: AvgPoolCache) -> Array:
    """Hand the gradient of each window to all its numbers in equal parts.

    dx[n, c, p, q] = 1/size² · Σ dout[n, c, u, v] over the windows (u, v) that see the pixel in row p and column q

    Args:
        dout: (N, C, OH, OW), gradient of the loss with respect to `out`.
        cache: what `avg_pool2d_forward` kept, `(x_shape, size, stride, pad)`.

    Returns:
        dx: (N, C, H, W).

    Raises:
        TypeError: `dout` is not an array.
        ValueError: `dout` does not have the shape of `out`.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """
    x_shape, size, stride, pad = cache
    _require_dout(dout, x_shape, size, stride, pad)
    dsum_of_row = _give_to_all(dout / int(size) ** 2, HEIGHT, x_shape[HEIGHT] + 2 * pad, size, stride)
    dpadded = _give_to_all(dsum_of_row, WIDTH, x_shape[WIDTH] + 2 * pad, size, stride)
    return crop_images(dpadded, pad)


def _largest(x: Array, axis: int, size: int, stride: int) -> tuple[Array, Array]:
    """Give the largest number of every window along one axis, and its place in the window (the first of equal ones)."""
    places = _places(x.shape[axis], axis, size, stride)
    largest = x[places[0]].copy()
    winner = np.zeros(largest.shape, np.min_scalar_type(size))
    for index, place in enumerate(places[1:], start=1):
        is_larger = x[place] > largest
        # as winner[is_larger] = index, but without the slow indexing: index is larger than all before it
        np.maximum(winner, is_larger * winner.dtype.type(index), out=winner)
        np.maximum(largest, x[place], out=largest)
    return largest, winner


def _give_to_largest(dlargest: Array, winner: Array, axis: int, length: int, size: int, stride: int) -> Array:
    """Add the gradient of every window to the one of its places that had the largest number: `_largest` in reverse."""
    dx = _zeros(dlargest, axis, length)
    for index, place in enumerate(_places(length, axis, size, stride)):
        if stride >= size:  # the windows lie apart, so there is nothing to add up
            np.multiply(dlargest, winner == index, out=dx[place])
        else:
            dx[place] += dlargest * (winner == index)
    return dx


def sum_windows(x: Array, axis: int, size: int, stride: int) -> Array:
    """Give the sum of every window along one axis."""
    first, *others = _places(x.shape[axis], axis, size, stride)
    total = x[first].copy()
    for place in others:
        total += x[place]
    return total


def _give_to_all(dtotal: Array, axis: int, length: int, size: int, stride: int) -> Array:
    """Add the gradient of every window to all of its places: `sum_windows` in reverse."""
    dx = _zeros(dtotal, axis, length)
    for place in _places(length, axis, size, stride):
        dx[place] += dtotal
    return dx


def _places(length: int, axis: int, size: int, stride: int) -> list[tuple[slice, ...]]:
    """Give for each place of the window the index of what it sees along `axis`, for all windows at once."""
    return [(*(slice(None),) * axis, place) for place in window_places(length, size, stride)]  # [:, :, place] for axis 2


def _zeros(like: Array, axis: int, length: int) -> Array:
    return np.zeros((*like.shape[:axis], length, *like.shape[axis + 1 :]), like.dtype)


def _require_pooling(x: Array, size: int, stride: int, pad: int) -> None:
    """Raise unless windows of this size can be laid over these images."""
    require_shapes(x=(x, "N C H W"))
    require_numbers(x=x)
    require_count(1, size=size, stride=stride)
    require_count(0, pad=pad)
    if 2 * pad > size:
        raise ValueError(f"pad is {pad}; it needs to be at most half of size, {size // 2}: else a window could lie outside the image.")
    for length in x.shape[2:]:
        conv_output_size(length, size, stride, pad)


def _require_dout(dout: Array, x_shape: tuple[int, ...], size: int, stride: int, pad: int) -> None:
    require_shapes(dout=(dout, "N C OH OW"))
    require_numbers(dout=dout)
    needed = (*x_shape[:2], *(conv_output_size(length, size, stride, pad) for length in x_shape[2:]))
    if dout.shape != needed:
        raise ValueError(f"dout has shape {dout.shape}; it needs {needed}, the shape of the output.")
