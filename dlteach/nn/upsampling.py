"""Upsampling: an image made larger, as a decoder needs it that grows a picture from a few numbers."""

from dlteach.nn._require import require_count, require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.nn.pooling import HEIGHT, WIDTH, sum_windows


def upsample2d_forward(x: Array, *, factor: int) -> tuple[Array, int]:
    """Make every pixel a square of equal pixels (nearest-neighbour upsampling).

    out[n, c, p, q] = x[n, c, ⌊p / factor⌋, ⌊q / factor⌋]    in row p and column q

    Args:
        x: (N, C, H, W), a batch of images.
        factor: how many times as high and as wide the output is.

    Returns:
        out: (N, C, H·factor, W·factor).
        cache: `factor`.

    Raises:
        TypeError: `x` is not an array, or `factor` is not a whole number.
        ValueError: `x` does not have four axes, the batch is empty, or `factor` is below 1.

    Source: Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", 2016.
    """
    require_shapes(x=(x, "N C H W"))
    require_numbers(x=x)
    require_count(1, factor=factor)
    return x.repeat(factor, axis=3).repeat(factor, axis=2), factor


def upsample2d_backward(dout: Array, cache: int) -> Array:
    """Add up the gradients of all the pixels that one pixel became.

    dx[n, c, p, q] = Σ_i Σ_j dout[n, c, p·factor + i, q·factor + j], with i and j from 0 to factor − 1

    Args:
        dout: (N, C, H·factor, W·factor), gradient of the loss with respect to `out`.
        cache: what `upsample2d_forward` kept, `factor`.

    Returns:
        dx: (N, C, H, W).

    Raises:
        TypeError: `dout` is not an array, or `factor` is not a whole number.
        ValueError: `dout` does not have four axes, or its height or width is no multiple of `factor`.

    Source: Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", 2016.
    """
    factor = cache
    require_shapes(dout=(dout, "N C H W"))
    require_numbers(dout=dout)
    require_count(1, factor=factor)
    height, width = dout.shape[2:]
    if height % factor or width % factor:
        raise ValueError(f"dout has shape {dout.shape}; it needs a height and a width that are multiples of factor = {factor}.")
    sum_of_row = sum_windows(dout, WIDTH, factor, factor)
    return sum_windows(sum_of_row, HEIGHT, factor, factor)
