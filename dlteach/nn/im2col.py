"""Sliding windows: how many there are, how to lay them out as the columns of a matrix, and how to add them back.

Convolution and pooling both look at an image through a small window that moves over it. Where the windows lie is
settled here, once for all of them.
"""

import numpy as np

from dlteach.nn._require import require_count, require_numbers, require_shapes
from dlteach.nn._types import Array

Shape = tuple[int, int, int, int]


def conv_output_size(size: int, kernel: int, stride: int = 1, pad: int = 0) -> int:
    """Count the positions a window can take along one side of an image.

    positions = ⌊(size + 2·pad − kernel) / stride⌋ + 1

    The first window stands at the left edge; what is left over of the way to the right edge, after the last whole
    stride, is seen by no window. The height and the width of an image are counted apart, with the same formula.

    Args:
        size: height or width of the image.
        kernel: height or width of the window.
        stride: how far the window moves at a time.
        pad: how many rows or columns are added on each of the two sides.

    Returns:
        The number of positions: the height or width of the output.

    Raises:
        TypeError: an argument is not a whole number.
        ValueError: a size or the stride is below 1, `pad` is negative, or the window does not fit into the padded image.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.
    """
    require_count(1, size=size, kernel=kernel, stride=stride)
    require_count(0, pad=pad)
    if kernel > size + 2 * pad:
        raise ValueError(f"kernel is {kernel}; it needs to be at most {size + 2 * pad}, the size {size} with pad {pad} on both sides.")
    return (size + 2 * pad - kernel) // stride + 1


def im2col(x: Array, kernel_height: int, kernel_width: int, stride: int = 1, pad: int = 0) -> Array:
    """Lay out every window of the images as a column, so that a convolution becomes a product of matrices.

    cols[n, (c, i, j), (u, v)] = x[n, c, u·stride + i − pad, v·stride + j − pad], and 0 outside the image

    Row (c, i, j) holds what place (i, j) in the window sees in channel c; column (u, v) holds all that the window sees
    at its position (u, v). Neighbouring windows overlap, so most numbers appear many times. With one channel and a window of
    2 by 2, the image on the left has two positions for it, and gives the two columns on the right::

        1 2 3        1 2
        4 5 6        2 3
                     4 5
                     5 6

    Args:
        x: (N, C, H, W), a batch of images.
        kernel_height: kh, height of the window.
        kernel_width: kw, width of the window.
        stride: how far the window moves at a time.
        pad: how many rows and columns of zeros surround each image.

    Returns:
        (N, C·kh·kw, OH·OW), where OH and OW are what `conv_output_size` gives.

    Raises:
        TypeError: `x` is not an array, or a size is not a whole number.
        ValueError: `x` does not have four axes, a size is below 1, or the window does not fit.

    Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.
    """
    require_shapes(x=(x, "N C H W"))
    require_numbers(x=x)
    positions = _count_positions(x.shape, kernel_height, kernel_width, stride, pad)
    columns = gather_columns(pad_images(x, pad), kernel_height, kernel_width, stride)
    return np.ascontiguousarray(columns.reshape(-1, len(x), positions).swapaxes(0, 1))


def col2im(cols: Array, x_shape: Shape, kernel_height: int, kernel_width: int, stride: int = 1, pad: int = 0) -> Array:
    """Add every column back to where its window was in the image: what `im2col` copied apart flows together.

    dx[n, c, p, q] = Σ cols[n, (c, i, j), (u, v)] over all (i, j), (u, v) with u·stride + i − pad = p, v·stride + j − pad = q

    This is the backward pass of `im2col`: a number that was copied into nine columns gets the sum of nine gradients. It
    is not the inverse of `im2col`, which would have to give each number once.

    Args:
        cols: (N, C·kh·kw, OH·OW), gradients of the columns.
        x_shape: (N, C, H, W), the shape of the images the columns came from.
        kernel_height: kh, height of the window.
        kernel_width: kw, width of the window.
        stride: how far the window moves at a time.
        pad: how many rows and columns of zeros surrounded each image.

    Returns:
        (N, C, H, W), gradients of the images.

    Raises:
        TypeError: `cols` is not an array, or a size is not a whole number.
        ValueError: `cols` does not have the shape that `im2col` gives for `x_shape`, or a size is below 1.

    Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing", 2006.
    """
    require_shapes(cols=(cols, "N R P"))
    require_numbers(cols=cols)
    if len(x_shape) != 4:
        raise ValueError(f"x_shape is {x_shape}; it needs four sizes, (N, C, H, W).")
    num, channels, height, width = x_shape
    positions = _count_positions(x_shape, kernel_height, kernel_width, stride, pad)
    needed = (num, channels * kernel_height * kernel_width, positions)
    if cols.shape != needed:
        raise ValueError(f"cols has shape {cols.shape}; it needs {needed}, as im2col gives for images of shape {x_shape}.")
    columns = cols.swapaxes(0, 1).reshape(needed[1], -1)  # those of all images side by side
    padded_shape = (num, channels, height + 2 * pad, width + 2 * pad)
    return crop_images(scatter_columns(columns, padded_shape, kernel_height, kernel_width, stride), pad)


def pad_images(x: Array, pad: int, value: float = 0.0) -> Array:
    """Surround every image with `pad` rows and columns of `value` (without `pad`, the images themselves are given)."""
    if pad == 0:
        return x
    num, channels, height, width = x.shape
    padded = np.full((num, channels, height + 2 * pad, width + 2 * pad), value, x.dtype)
    padded[:, :, pad:-pad, pad:-pad] = x
    return padded


def crop_images(x: Array, pad: int) -> Array:
    """Take the `pad` rows and columns off again that `pad_images` put around every image."""
    return x[:, :, pad : x.shape[2] - pad, pad : x.shape[3] - pad]


def window_places(size: int, kernel: int, stride: int) -> list[slice]:
    """Give for each place in the window a slice: what that place sees along one side, one number for each window.

    With size 5, kernel 3 and stride 2 there are two windows. Their first places see pixels 0 and 2, their second ones 1 and 3,
    their third ones 2 and 4. Every algorithm here goes through the places of a window and takes all windows at once.
    """
    count = (size - kernel) // stride + 1
    return [slice(place, place + (count - 1) * stride + 1, stride) for place in range(kernel)]


def gather_columns(x: Array, kernel_height: int, kernel_width: int, stride: int) -> Array:
    """Copy the windows of x (N, C, H, W) into columns (C·kh·kw, N·OH·OW), those of all images side by side.

    First along each row, then down the columns: kw + kh long copies in place of kh·kw short ones.
    """
    num, channels, height, width = x.shape
    across = window_places(width, kernel_width, stride)
    down = window_places(height, kernel_height, stride)
    out_height, out_width = (height - kernel_height) // stride + 1, (width - kernel_width) // stride + 1
    shifted = np.empty((channels, kernel_width, num, height, out_width), x.dtype)  # [c, j]: what column j of the windows sees, in every row
    for j, place in enumerate(across):
        shifted[:, j] = x[:, :, :, place].swapaxes(0, 1)  # (C, N, H, OW)
    columns = np.empty((channels, kernel_height, kernel_width, num, out_height, out_width), x.dtype)
    for i, place in enumerate(down):
        columns[:, i] = shifted[:, :, :, place]
    return columns.reshape(channels * kernel_height * kernel_width, -1)


def scatter_columns(columns: Array, x_shape: Shape, kernel_height: int, kernel_width: int, stride: int) -> Array:
    """Add the columns (C·kh·kw, N·OH·OW) back into images (N, C, H, W): `gather_columns` step by step in reverse."""
    num, channels, height, width = x_shape
    across = window_places(width, kernel_width, stride)
    down = window_places(height, kernel_height, stride)
    out_height, out_width = (height - kernel_height) // stride + 1, (width - kernel_width) // stride + 1
    columns = columns.reshape(channels, kernel_height, kernel_width, num, out_height, out_width)
    shifted = np.empty((channels, kernel_width, num, height, out_width), columns.dtype)
    _add_up(shifted, columns.swapaxes(0, 1), down)
    x = np.empty(x_shape, columns.dtype)
    _add_up(x, shifted.transpose(1, 2, 0, 3, 4), across)
    return x


def _add_up(total: Array, parts: Array, places: list[slice]) -> None:
    """Fill total with the sum of all parts[i] at places[i] of its fourth axis, and 0 where none of them lies."""
    start = 0
    if places[0].step == 1:  # the first place covers all but the end: to write it is cheaper than to add it to zeros
        total[:, :, :, places[0]] = parts[0]
        total[:, :, :, places[0].stop :] = 0
        start = 1
    else:
        total[...] = 0
    for part, place in zip(parts[start:], places[start:], strict=True):
        total[:, :, :, place] += part


def _count_positions(x_shape: Shape | tuple[int, ...], kernel_height: int, kernel_width: int, stride: int, pad: int) -> int:
    height, width = x_shape[2:]
    return conv_output_size(height, kernel_height, stride, pad) * conv_output_size(width, kernel_width, stride, pad)
