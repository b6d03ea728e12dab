"""Data sets, and how to prepare them. One way to ask for any of them:

    from dlteach.data import load

    digits = load("digits")                                              # bundled
    moons = load("moons", n=200, rng=np.random.default_rng(0))           # generated
    mnist = load("mnist", part="test")                                   # downloaded when first asked for

Each comes as a `Dataset`: `x`, `y`, `class_names`, and a line about what it is and where it is from.
"""

import difflib
from collections.abc import Callable
from typing import Any

from dlteach.data import bundled, mnist, toy
from dlteach.data.dataset import DataError, Dataset
from dlteach.data.scaling import Scaling, fit_min_max, fit_standard
from dlteach.data.splitting import Split, split, stratified_split

__all__ = [
    "DataError",
    "Dataset",
    "Scaling",
    "Split",
    "available",
    "fit_min_max",
    "fit_standard",
    "load",
    "split",
    "stratified_split",
]

_LOADERS: dict[str, Callable[..., Dataset]] = {
    "digits": bundled.digits,
    "iris": bundled.iris,
    "mnist": mnist.mnist,
    "two_blobs": toy.two_blobs,
    "imbalanced_blobs": toy.imbalanced_blobs,
    "moons": toy.moons,
    "circles": toy.circles,
    "spirals": toy.spirals,
}


def available() -> tuple[str, ...]:
    """Give the names of all data sets.

    Returns:
        The names `load` knows.
    """
    return tuple(_LOADERS)


def load(name: str, **options: Any) -> Dataset:
    """Give a data set by its name.

    Args:
        name: one of `available()`.
        **options: what that data set can be asked for: `n` and `rng` for a generated one, `part` for MNIST.

    Returns:
        The data set.

    Raises:
        ValueError: there is no data set of that name, or an option has a value that it can't have.
        TypeError: an option is missing or unknown.
        DataError: a file is missing or damaged, or can't be fetched.
    """
    if name not in _LOADERS:
        near = difflib.get_close_matches(name, _LOADERS, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no data set {name!r}; there are {', '.join(_LOADERS)}.{guess}")
    return _LOADERS[name](**options)
