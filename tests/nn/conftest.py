"""What the tests of the reference share: random arrays that nobody may write to."""

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

settings.register_profile("repeatable", derandomize=True, deadline=None)  # the same cases in every run, however busy the machine
settings.load_profile("repeatable")

Array = NDArray[Any]


class Arrays:
    """A seeded source of read-only arrays: a function that writes to its input fails on the spot."""

    def __init__(self, seed: int, dtype: type = np.float64) -> None:
        self.rng = np.random.default_rng(seed)
        self.dtype = dtype

    def normal(self, *shape: int, scale: float = 1.0) -> Array:
        return self._frozen((scale * self.rng.standard_normal(shape)).astype(self.dtype))

    def away_from_zero(self, *shape: int) -> Array:
        """Numbers of size 0.1 and more: far enough from ReLU's corner for finite differences."""
        values = self.rng.choice([-1, 1], shape) * (0.1 + np.abs(self.rng.standard_normal(shape)))
        return self._frozen(values.astype(self.dtype))

    def labels(self, n: int, num_classes: int = 2) -> Array:
        return self._frozen(self.rng.integers(0, num_classes, n))

    def two_layer_params(self, d: int, h: int, c: int) -> dict[str, Array]:
        return {"w1": self.normal(d, h), "b1": self.normal(h), "w2": self.normal(h, c), "b2": self.normal(c)}

    @staticmethod
    def _frozen(array: Array) -> Array:
        array = np.asarray(array)
        array.flags.writeable = False
        return array


@pytest.fixture(scope="session")
def arrays() -> type[Arrays]:
    return Arrays
