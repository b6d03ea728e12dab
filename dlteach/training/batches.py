"""Mini-batches: the samples in small groups, in a new order every epoch."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

from dlteach.nn._require import require_count, require_generator
from dlteach.nn._types import Array

Data: TypeAlias = Array | tuple[Array, ...]
"""What goes into a model, or should come out of it: an array, or several of the same length."""


def batches(*arrays: Array, batch_size: int, rng: np.random.Generator | None = None) -> Iterator[tuple[Array, ...]]:
    """Go through the samples once, a batch at a time.

    Every sample comes exactly once. The last batch holds what is left, so it may be smaller than the others.

    Args:
        arrays: (N, …) each; the samples of all of them are kept together.
        batch_size: B, how many samples make a batch.
        rng: draws the order; without it, the samples come as they stand, and the batches are views of the arrays.

    Returns:
        An iterator over tuples of as many arrays, (B, …) each.

    Raises:
        TypeError: an argument is not an array, `batch_size` is not a whole number, or `rng` is no generator.
        ValueError: there are no samples, the arrays differ in length, or `batch_size` is below 1.

    Source: Bottou, Curtis and Nocedal, "Optimization methods for large-scale machine learning", 2018, section 3.
    """
    num_samples = require_samples(**{f"arrays[{place}]": array for place, array in enumerate(arrays)})
    require_count(1, batch_size=batch_size)
    if rng is not None:
        require_generator(rng)
    return _batches(arrays, num_samples, batch_size, rng)


def _batches(arrays: tuple[Array, ...], num_samples: int, size: int, rng: np.random.Generator | None) -> Iterator[tuple[Array, ...]]:
    order = None if rng is None else rng.permutation(num_samples)
    for start in range(0, num_samples, size):
        if order is None:
            yield tuple(array[start : start + size] for array in arrays)
        else:
            yield tuple(array[order[start : start + size]] for array in arrays)


def require_samples(**arguments: Data) -> int:
    """Raise unless every argument is an array, or a tuple of arrays, and all hold the same number of samples; give it."""
    known: tuple[int, str] | None = None
    for argument, data in arguments.items():
        if isinstance(data, tuple) and not data:
            raise ValueError(f"{argument} is an empty tuple; it needs at least one array.")
        for place, array in enumerate(as_tuple(data)):
            name = f"{argument}[{place}]" if isinstance(data, tuple) else argument
            if not isinstance(array, np.ndarray):
                raise TypeError(f"{name} is a {type(array).__name__}; it needs to be a NumPy array.")
            if array.ndim == 0 or len(array) == 0:
                raise ValueError(f"{name} has shape {array.shape}; it needs at least one sample, along its first axis.")
            if array.dtype.kind not in "fiub":
                raise ValueError(f"{name} has dtype {array.dtype}; it needs real numbers.")
            known = known or (len(array), name)
            if len(array) != known[0]:
                raise ValueError(f"{name} has {len(array)} samples; it needs {known[0]}, as {known[1]} has.")
    if known is None:
        raise ValueError("there are no arrays; it needs at least one.")
    return known[0]


def require_scaled(**arguments: Data) -> None:
    """Raise if a model is about to be fed the bytes of pictures: arithmetic on whole numbers from 0 to 255 wraps around."""
    for name, data in arguments.items():
        if any(array.dtype == np.uint8 for array in as_tuple(data)):
            raise ValueError(f"{name} has dtype uint8; it needs to be scaled first, as {name}.astype(np.float32) / 255 does for pictures.")


def as_tuple(data: Any) -> tuple[Any, ...]:
    """Give several as they are, and one as a tuple of one."""
    return data if isinstance(data, tuple) else (data,)
