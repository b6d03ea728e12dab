"""The convolution written as it is defined: one number of the output after the other, each from its window. For reading, not for use."""

import numpy as np

from dlteach.nn._require import require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.convolution import ConvCache, ConvGrads, require_convolution, require_maps


def conv2d_naive(x: Array, w: Array, b: Array, *, stride: int = 1, pad: int = 0) -> Array:
    """Slide K kernels over a batch of images, one window at a time.

    out[n, k, u, v] = b_k + Σ_c Σ_i Σ_j w[k, c, i, j] · x[n, c, u·stride + i − pad, v·stride + j − pad]

    Lay the kernel on the image, multiply each weight by the pixel under it, add it all up, move on. `conv2d_forward` gives the
    same numbers hundreds of times faster, because it leaves the loops to a product of matrices.

    Args:
        x: (N, C, H, W), a batch of images with C channels.
        w: (K, C, kh, kw), the kernels.
        b: (K,), the bias of each kernel.
        stride: how far the window moves at a time.
        pad: how many rows and columns of zeros surround each image.

    Returns:
        (N, K, OH, OW), where OH and OW are what `conv_output_size` gives.

    Raises:
        TypeError: an argument is not an array, or `stride` or `pad` is not a whole number.
        ValueError: the shapes do not fit together, the batch is empty, `stride` is below 1, `pad` is negative, or the
            kernel is larger than the padded image.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.
    """
    out_height, out_width = require_convolution(x, w, stride, pad)
    require_shapes(w=(w, "K C kh kw"), b=(b, "K"))
    require_numbers(b=b)
    _, _, kernel_height, kernel_width = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty((len(x), len(w), out_height, out_width), np.result_type(x, w, b))
    for n, k, u, v in np.ndindex(out.shape):
        rows = slice(u * stride, u * stride + kernel_height)
        columns = slice(v * stride, v * stride + kernel_width)
        out[n, k, u, v] = np.sum(padded[n, :, rows, columns] * w[k]) + b[k]
    return out


def conv2d_naive_backward(dout: Array, cache: ConvCache) -> ConvGrads:
    """Carry the gradient of the loss back to images, kernels and biases, one window at a time.

    out = Σ window · w[k] + b_k, so each number of dout adds
    dout · w[k] to the gradient of its window,    dout · window to that of its kernel,    dout to that of its bias

    The loop is that of the way forward. Windows overlap and kernels are used again and again: that is why it says `+=`
    in all three places. `conv2d_backward` gives the same numbers, much faster.

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
    _, _, kernel_height, kernel_width = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded = np.zeros(padded.shape, np.result_type(dout, w))
    dw, db = np.zeros(w.shape, np.result_type(dout, x)), np.zeros(len(w), dout.dtype)
    for n, k, u, v in np.ndindex(dout.shape):
        rows = slice(u * stride, u * stride + kernel_height)
        columns = slice(v * stride, v * stride + kernel_width)
        dpadded[n, :, rows, columns] += dout[n, k, u, v] * w[k]
        dw[k] += dout[n, k, u, v] * padded[n, :, rows, columns]
        db[k] += dout[n, k, u, v]
    return ConvGrads(dx=dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw=dw, db=db)
