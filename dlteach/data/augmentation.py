"""More pictures out of those there are: small changes that leave the label true.

Each function takes pictures `(N, C, H, W)` and `rng`, and changes every picture in its own way. Training only: what is
measured on must not be touched. Which change is harmless the task decides: a cat flipped is a cat, a "b" flipped is a "d".
"""

import numpy as np

from dlteach.data._require import require_generator
from dlteach.data.dataset import Array


def random_flip(images: Array, rng: np.random.Generator, *, probability: float = 0.5) -> Array:
    """Mirror some of the pictures, left to right.

    Args:
        images: (N, C, H, W).
        rng: NumPy's random generator.
        probability: how likely each picture is to be mirrored, from 0 to 1.

    Returns:
        New pictures, (N, C, H, W), same dtype.

    Raises:
        TypeError: `images` is not an array, or `rng` is no generator.
        ValueError: `images` does not have four axes, or `probability` is not from 0 to 1.
    """
    _require_images(images)
    require_generator(rng)
    if not 0 <= probability <= 1:
        raise ValueError(f"probability is {probability}; it needs to be from 0 to 1.")
    flipped = rng.random(len(images)) < probability
    return np.where(flipped[:, None, None, None], images[..., ::-1], images)


def random_shift(images: Array, rng: np.random.Generator, *, most: int) -> Array:
    """Move every picture up or down and left or right by a few pixels; 0 comes in at the edges.

    Args:
        images: (N, C, H, W).
        rng: NumPy's random generator.
        most: the largest shift along either axis, in pixels.

    Returns:
        New pictures, (N, C, H, W), same dtype.

    Raises:
        TypeError: `images` is not an array, or `rng` is no generator.
        ValueError: `images` does not have four axes, or `most` is negative.
    """
    _require_images(images)
    if most < 0:
        raise ValueError(f"most is {most}; it needs to be 0 or more.")
    padded = np.pad(images, ((0, 0), (0, 0), (most, most), (most, most)))
    return random_crop(padded, rng, height=images.shape[2], width=images.shape[3])


def random_crop(images: Array, rng: np.random.Generator, *, height: int, width: int) -> Array:
    """Cut a window out of every picture, each time at another place.

    Args:
        images: (N, C, H, W).
        rng: NumPy's random generator.
        height: of the window, at most H.
        width: of the window, at most W.

    Returns:
        New pictures, (N, C, height, width), same dtype.

    Raises:
        TypeError: `images` is not an array, or `rng` is no generator.
        ValueError: `images` does not have four axes, or the window is larger than the pictures or empty.
    """
    _require_images(images)
    require_generator(rng)
    n, _, image_height, image_width = images.shape
    if not (1 <= height <= image_height and 1 <= width <= image_width):
        most = f"{image_height}×{image_width}"
        raise ValueError(f"the window is {height}×{width}; it needs to be from 1×1 to {most}, the size of the pictures.")
    windows = np.lib.stride_tricks.sliding_window_view(images, (height, width), axis=(2, 3))  # (N, C, tops, lefts, height, width)
    top = rng.integers(0, image_height - height + 1, n)
    left = rng.integers(0, image_width - width + 1, n)
    return windows[np.arange(n), :, top, left]


def _require_images(images: Array) -> None:
    if not isinstance(images, np.ndarray):
        raise TypeError(f"images is a {type(images).__name__}; it needs to be a NumPy array.")
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(f"images has shape {images.shape}; it needs (N, C, H, W), none of them 0.")
