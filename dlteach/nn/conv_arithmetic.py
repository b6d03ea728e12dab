"""Arithmetic of stacked convolutions: how far a unit sees, and what it costs."""

from collections.abc import Sequence

from dlteach.nn._require import require_count


def receptive_field(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """Say how many pixels of the picture, along one axis, one unit of the last layer depends on.

    r_0 = 1    r_l = r_{l−1} + (k_l − 1) · s_1 · s_2 · … · s_{l−1}    with kernel size k_l and stride s_l in layer l

    Each layer adds kernel size − 1 steps of its own input, and a step there is as many pixels as the strides before it make.

    Args:
        kernels: kernel size of each layer, the first layer first; pooling counts as a layer.
        strides: stride of each layer.

    Returns:
        The size of the receptive field, in pixels; 1 for no layer at all.

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is below 1, or there are not as many strides as kernels.

    Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", 2019.
    """
    if len(kernels) != len(strides):
        raise ValueError(f"strides has {len(strides)} entries; it needs {len(kernels)}, one for each kernel.")
    field, step = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        require_count(1, kernel=kernel, stride=stride)
        field += (kernel - 1) * step
        step *= stride
    return field


def conv_num_parameters(channels_in: int, channels_out: int, kernel: int) -> int:
    """Count the parameters of a convolution with square kernels: its weights, and a bias for each kernel.

    (k · k · channels_in + 1) · channels_out

    The size of the picture is not in it. That is why a convolution needs so much less than a dense layer; and why two 3×3
    layers, which see 5×5 pixels, cost 18 C² weights where one 5×5 layer costs 25 C².

    Args:
        channels_in: channels of the input.
        channels_out: number of kernels, K.
        kernel: height and width of each.

    Returns:
        The number of parameters.

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is below 1.

    Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015, section 2.3.
    """
    require_count(1, channels_in=channels_in, channels_out=channels_out, kernel=kernel)
    return (kernel * kernel * channels_in + 1) * channels_out
