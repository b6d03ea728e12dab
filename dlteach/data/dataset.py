"""What every data set looks like."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
"""A NumPy array. Its shape stands in the docstring, because Python's types cannot say it."""


class DataError(RuntimeError):
    """A data set could not be read: a file is missing or damaged, or there is no connection to fetch it."""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Samples, their labels, and what to call them.

    Attributes:
        name: the name to ask `load` for.
        x: (N, D), or (N, height, width) for images that come as images; one row per sample, in `unit`.
        y: (N,), integers: the number of each sample's class.
        class_names: the name of each class; `class_names[y[i]]` is what sample `i` is.
        feature_names: the name of each column of `x`; empty for images.
        image_shape: (height, width) where a sample is a picture, else None.
        unit: what the numbers in `x` are.
        description: what it is, in one line.
        source: who made it, and when.
    """

    name: str
    x: Array
    y: Array
    class_names: tuple[str, ...]
    unit: str
    description: str
    source: str
    feature_names: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None

    @property
    def images(self) -> Array:
        """The samples as pictures, (N, height, width).

        Raises:
            ValueError: the samples are no pictures.
        """
        if self.image_shape is None:
            raise ValueError(f"The samples of {self.name!r} are not pictures; use x, shape {self.x.shape}.")
        return self.x.reshape(len(self.x), *self.image_shape)

    def __repr__(self) -> str:
        counts = np.bincount(self.y, minlength=len(self.class_names))
        classes = ", ".join(f"{name}: {count}" for name, count in zip(self.class_names, counts, strict=True))
        return (
            f"{self.name}: {self.description}\n"
            f"x {self.x.shape} {self.x.dtype}, {self.unit}\n"
            f"y {self.y.shape} {self.y.dtype}, samples per class: {classes}\n"
            f"source: {self.source}"
        )
