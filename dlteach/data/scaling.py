"""Scaling: bring all features to one size, so that none drowns the others and one learning rate suits them all.

What to take off and what to divide by is found on the training part alone, and then applied to every part. Looking at
the test part, even for its largest value, would let it leak into what is being tested.

    scaling = fit_standard(x_train)
    x_train, x_test = scaling.apply(x_train), scaling.apply(x_test)
"""

from dataclasses import dataclass

import numpy as np

from dlteach.data._require import require_arrays
from dlteach.data.dataset import Array


@dataclass(frozen=True, eq=False)
class Scaling:
    """(x − offset) / scale, feature by feature.

    Attributes:
        offset: (D,), what to take off each feature.
        scale: (D,), what to divide it by; 1 for a feature that was the same in every sample.
    """

    offset: Array
    scale: Array

    def apply(self, x: Array) -> Array:
        """Scale samples.

        Args:
            x: (N, D), in the units the scaling was fitted in.

        Returns:
            (N, D); float32 stays float32, whole numbers become float64.

        Raises:
            TypeError: `x` is no array.
            ValueError: `x` has other features than the scaling was fitted on.
        """
        self._require_features(x)
        return ((x - self.offset) / self.scale).astype(np.result_type(x, 0.0), copy=False)

    def undo(self, x: Array) -> Array:
        """Go back from scaled samples to the original units.

        Args:
            x: (N, D), scaled.

        Returns:
            (N, D); float32 stays float32.

        Raises:
            TypeError: `x` is no array.
            ValueError: `x` has other features than the scaling was fitted on.
        """
        self._require_features(x)
        return (x * self.scale + self.offset).astype(np.result_type(x, 0.0), copy=False)

    def _require_features(self, x: Array) -> None:
        require_arrays(x=x)
        if x.shape[1:] != self.offset.shape:
            needs = ", ".join(str(size) for size in ("N", *self.offset.shape))
            raise ValueError(f"x has shape {x.shape}; it needs ({needs}), the features that the scaling was fitted on.")


def fit_min_max(x: Array) -> Scaling:
    """Find the scaling that brings every feature of the training part to the range 0 to 1.

    (x − min) / (max − min)

    Args:
        x: (N, D), the training part.

    Returns:
        The scaling. On other samples it may give numbers outside 0 to 1, and should.

    Raises:
        TypeError: `x` is no array.
        ValueError: `x` is empty, has no feature axis, or holds a NaN or an infinity.

    Source: Han, Kamber and Pei, "Data Mining", 2011, section 3.5.2.
    """
    _require_samples(x)
    low, high = np.min(x, axis=0).astype(float), np.max(x, axis=0).astype(float)
    return Scaling(low, np.where(high > low, high - low, 1.0))


def fit_standard(x: Array) -> Scaling:
    """Find the scaling that brings every feature of the training part to mean 0 and standard deviation 1.

    (x − mean) / standard deviation    with the deviation that divides by N

    Args:
        x: (N, D), the training part.

    Returns:
        The scaling.

    Raises:
        TypeError: `x` is no array.
        ValueError: `x` is empty, has no feature axis, or holds a NaN or an infinity.

    Source: Han, Kamber and Pei, "Data Mining", 2011, section 3.5.2.
    """
    _require_samples(x)
    constant = np.max(x, axis=0) == np.min(x, axis=0)  # asked of the values: the deviation of a constant may round to more than 0
    return Scaling(np.mean(x, axis=0, dtype=float), np.where(constant, 1.0, np.std(x, axis=0, dtype=float)))


def _require_samples(x: Array) -> None:
    require_arrays(x=x)
    if x.ndim < 2 or x.size == 0:
        raise ValueError(f"x has shape {x.shape}; it needs (N, D) with N and D at least 1.")
    if not np.all(np.isfinite(x)):
        raise ValueError("x holds a NaN or an infinity; it needs finite numbers.")
