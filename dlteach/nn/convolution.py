"""The convolution: the same small window of weights looks at every place of an image."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.im2col import conv_output_size, crop_images, gather_columns, pad_images, scatter_columns

BLOCK = 2**19  # numbers in the columns of a block: two megabytes in float32, about what a processor keeps at hand


class ConvCache(NamedTuple):
    """What the backward pass needs to remember of the forward pass."""

    x: Array
    w: Array
    stride: int
    pad: int


class ConvGrads(NamedTuple):
    """The gradient of the loss with respect to each input of `conv2d_forward`."""

    dx: Array
    dw: Array
    db: Array


class ConvParameterGrads(NamedTuple):
    """The gradient of the loss with respect to the parameters of `conv2d_forward`."""

    dw: Array
    db: Array


def conv2d_forward(x: Array, w: Array, b: Array, *, stride: int = 1, pad: int = 0) -> tuple[Array, ConvCache]:
    """Slide K kernels over a batch of images, and give one map for each kernel.

    out[n, k, u, v] = b_k + Σ_c Σ_i Σ_j w[k, c, i, j] · x[n, c, u·stride + i − pad, v·stride + j − pad]

    Each output is the affine map of one window, and all windows share the weights: `w_rows @ columns + b`, where w_rows is
    (K, C·kh·kw), with a kernel in each row, and columns is (C·kh·kw, OH·OW), with a window in each column. `conv2d_naive`
    says the same with loops. The images are taken a few at a time, so that their columns, which are many times their
    size, need not travel to main memory and back. (A mathematician would flip the kernel first and call this a
    cross-correlation; to a network that learns its kernels it makes no difference.)

    Args:
        x: (N, C, H, W), a batch of images with C channels.
        w: (K, C, kh, kw), the kernels. PyTorch keeps them in the same order.
        b: (K,), the bias of each kernel.
        stride: how far the window moves at a time.
        pad: how many rows and columns of zeros surround each image.

    Returns:
        out: (N, K, OH, OW), where OH and OW are what `conv_output_size` gives.
        cache: `(x, w, stride, pad)`. The columns are not kept: to copy them again is cheaper than to store them.

    Raises:
        TypeError: an argument is not an array, or `stride` or `pad` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, `stride` is below 1, `pad` is negative, or the
            kernel is larger than the padded image.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.
    """
    out_height, out_width = require_convolution(x, w, stride, pad)
    require_shapes(w=(w, "K C kh kw"), b=(b, "K"))
    require_numbers(b=b)
    num_kernels, _, kernel_height, kernel_width = w.shape
    w_rows = w.reshape(num_kernels, -1)
    out = np.empty((len(x), num_kernels, out_height, out_width), np.result_type(x, w, b))
    padded = pad_images(x, pad)
    for block in _blocks(len(x), w_rows.shape[1] * out_height * out_width):
        columns = gather_columns(padded[block], kernel_height, kernel_width, stride)  # (C·kh·kw, B·OH·OW), with B images in the block
        maps = (w_rows @ columns).reshape(num_kernels, -1, out_height, out_width)  # (K, B, OH, OW)
        np.add(maps.swapaxes(0, 1), b[:, None, None], out=out[block])
    return out, ConvCache(x, w, stride, pad)


def conv2d_backward(dout: Array, cache: ConvCache) -> ConvGrads:
    """Carry the gradient of the loss back to the images, the kernels and the biases.

    dcolumns = w_rowsᵀ @ dmaps    dw_rows = dmaps @ columnsᵀ    db_k = Σ_n Σ_u Σ_v dout[n, k, u, v]

    Here dmaps is dout with each map laid out as a row, (K, OH·OW), and w_rows and columns are those of `conv2d_forward`. It is
    the backward pass of the affine map, window by window. A kernel meets every window and a bias stands in every
    place of its map, hence the sums; a pixel is seen by several windows, so the gradients of its copies are added up.
    `conv2d_naive_backward` says the same with loops.

    Args:
        dout: (N, K, OH, OW), gradient of the loss with respect to `out`.
        cache: what `conv2d_forward` kept, `(x, w, stride, pad)`.

    Returns:
        dx: (N, C, H, W), dw: (K, C, kh, kw), db: (K,).

    Raises:
        TypeError: an argument is not an array, or `stride` or `pad` is not a whole number.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.
    """
    x, w, stride, pad = cache
    out_height, out_width = require_convolution(x, w, stride, pad)
    require_maps(dout, (len(x), len(w), out_height, out_width))
    num_kernels, _, kernel_height, kernel_width = w.shape
    w_rows = w.reshape(num_kernels, -1)
    dx = np.empty(x.shape, np.result_type(dout, w))
    dw_rows_t = np.zeros(w_rows.shape[::-1], np.result_type(dout, x))
    padded = pad_images(x, pad)
    for block in _blocks(len(x), w_rows.shape[1] * out_height * out_width):
        images = padded[block]
        dmaps = dout[block].swapaxes(0, 1).reshape(num_kernels, -1)  # (K, B·OH·OW)
        dw_rows_t += gather_columns(images, kernel_height, kernel_width, stride) @ dmaps.T  # (dmaps @ columnsᵀ)ᵀ, a little faster
        dimages = scatter_columns(w_rows.T @ dmaps, images.shape, kernel_height, kernel_width, stride)
        dx[block] = crop_images(dimages, pad)
    return ConvGrads(dx=dx, dw=dw_rows_t.T.reshape(w.shape), db=np.sum(dout, axis=(0, 2, 3)))


def conv2d_parameter_gradients(dout: Array, cache: ConvCache) -> ConvParameterGrads:
    """Do the part of `conv2d_backward` that learning needs in the first layer, where nobody asks how the images should change.

    dw_rows = dmaps @ columnsᵀ    db_k = Σ_n Σ_u Σ_v dout[n, k, u, v]    with dmaps as in `conv2d_backward`

    Args:
        dout: (N, K, OH, OW), gradient of the loss with respect to `out`.
        cache: what `conv2d_forward` kept, `(x, w, stride, pad)`.

    Returns:
        dw: (K, C, kh, kw), db: (K,).

    Raises:
        TypeError: an argument is not an array, or `stride` or `pad` is not a whole number.
        ValueError: the shapes do not fit together, or the batch is empty.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.
    """
    x, w, stride, pad = cache
    out_height, out_width = require_convolution(x, w, stride, pad)
    require_maps(dout, (len(x), len(w), out_height, out_width))
    num_kernels, _, kernel_height, kernel_width = w.shape
    dw_rows_t = np.zeros((w[0].size, num_kernels), np.result_type(dout, x))
    padded = pad_images(x, pad)
    for block in _blocks(len(x), w[0].size * out_height * out_width):
        dmaps = dout[block].swapaxes(0, 1).reshape(num_kernels, -1)  # (K, B·OH·OW)
        dw_rows_t += gather_columns(padded[block], kernel_height, kernel_width, stride) @ dmaps.T
    return ConvParameterGrads(dw=dw_rows_t.T.reshape(w.shape), db=np.sum(dout, axis=(0, 2, 3)))


def _blocks(num_samples: int, numbers_per_sample: int) -> Iterator[slice]:
    """Cut the batch into slices of so many samples that their columns hold about `BLOCK` numbers."""
    step = max(1, BLOCK // numbers_per_sample)
    return (slice(start, start + step) for start in range(0, num_samples, step))


def require_convolution(x: Array, w: Array, stride: int, pad: int) -> tuple[int, int]:
    """Raise unless these kernels can slide over these images; give the size of a map."""
    require_shapes(x=(x, "N C H W"), w=(w, "K C kh kw"))
    require_numbers(x=x, w=w)
    (height, width), (kernel_height, kernel_width) = x.shape[2:], w.shape[2:]
    return conv_output_size(height, kernel_height, stride, pad), conv_output_size(width, kernel_width, stride, pad)


def require_maps(dout: Array, shape: tuple[int, int, int, int]) -> None:
    """Raise unless `dout` has the shape of the maps that the forward pass gave."""
    require_shapes(dout=(dout, "N K OH OW"))
    require_numbers(dout=dout)
    if dout.shape != shape:
        raise ValueError(f"dout has shape {dout.shape}; it needs {shape}, the shape of the output.")
