"""Splitting: set samples aside before any choice is made, to test on what was never looked at."""

from typing import NamedTuple

import numpy as np

from dlteach.data._require import require_arrays, require_generator
from dlteach.data.dataset import Array


class Split(NamedTuple):
    """Two parts of the same data, in scikit-learn's order."""

    x_train: Array
    x_test: Array
    y_train: Array
    y_test: Array


def split(x: Array, y: Array, test_fraction: float, rng: np.random.Generator) -> Split:
    """Shuffle the samples and set a share of them aside.

    A rare class may fall into one part alone; `stratified_split` sees to that.

    Args:
        x: (N, …), samples.
        y: (N,), labels.
        test_fraction: share of the test part, between 0 and 1; rounded to whole samples, at least one in either part.
        rng: NumPy's random generator.

    Returns:
        `x_train, x_test, y_train, y_test`, all copies.

    Raises:
        TypeError: `x` or `y` is no array, or `rng` no generator.
        ValueError: `x` and `y` differ in length, there are fewer than two samples, or the fraction is not between 0 and 1.

    Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 2009, section 7.2.
    """
    require_generator(rng)
    _require_samples(x, y, test_fraction)
    if len(y) < 2:
        raise ValueError(f"x has {len(y)} sample; it needs at least 2, one for each part.")
    order = rng.permutation(len(y))
    count = _test_count(len(y), test_fraction)
    return _take(x, y, order[count:], order[:count])


def stratified_split(x: Array, y: Array, test_fraction: float, rng: np.random.Generator) -> Split:
    """Shuffle the samples and set the same share of every class aside.

    Args:
        x: (N, …), samples.
        y: (N,), labels.
        test_fraction: share of the test part, between 0 and 1; rounded to whole samples class by class, at least one of
            every class in either part.
        rng: NumPy's random generator.

    Returns:
        `x_train, x_test, y_train, y_test`, all copies, the classes mixed.

    Raises:
        TypeError: `x` or `y` is no array, or `rng` no generator.
        ValueError: `x` and `y` differ in length, a class has fewer than two samples, or the fraction is not between 0 and 1.

    Source: Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model selection", 1995.
    """
    require_generator(rng)
    _require_samples(x, y, test_fraction)
    train, test = [], []
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        if len(members) < 2:
            raise ValueError(f"y has one sample of class {label}; it needs at least 2 of every class, one for each part.")
        count = _test_count(len(members), test_fraction)
        test.append(members[:count])
        train.append(members[count:])
    return _take(x, y, rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test)))


def _test_count(n: int, fraction: float) -> int:
    return min(max(round(fraction * n), 1), n - 1)


def _take(x: Array, y: Array, train: Array, test: Array) -> Split:
    return Split(x_train=x[train], x_test=x[test], y_train=y[train], y_test=y[test])


def _require_samples(x: Array, y: Array, test_fraction: float) -> None:
    require_arrays(x=x, y=y)
    if y.ndim != 1 or len(x) != len(y):
        raise ValueError(f"y has shape {y.shape}; it needs ({len(x)},), one label for each sample of x.")
    if len(y) == 0:
        raise ValueError(f"x has shape {x.shape}; it needs at least 2 samples, one for each part.")
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction is {test_fraction}; it needs to be between 0 and 1.")
