"""Data sets, and how to prepare them. One way to ask for any of them:

    from dlteach.data import load

    digits = load("digits")                                              # bundled
    moons = load("moons", n=200, rng=np.random.default_rng(0))           # generated
    mnist = load("mnist", part="test")                                   # downloaded when first asked for

Each comes as a `Dataset`: `x`, `y`, `class_names`, and a line about what it is and where it is from. The tasks that turn one
sequence into another come as `SequencePairs`: texts, their vocabularies, and both as arrays.
"""

import difflib
from collections.abc import Callable
from typing import Any, Literal, overload

from dlteach.data import bundled, mnist, sequence_tasks, toy
from dlteach.data.augmentation import random_crop, random_flip, random_shift
from dlteach.data.dataset import DataError, Dataset
from dlteach.data.scaling import Scaling, fit_min_max, fit_standard
from dlteach.data.sequences import SequencePairs, Vocabulary, pad_sequences
from dlteach.data.splitting import Split, split, stratified_split

__all__ = [
    "DataError",
    "Dataset",
    "Scaling",
    "SequencePairs",
    "Split",
    "Vocabulary",
    "available",
    "fit_min_max",
    "fit_standard",
    "load",
    "pad_sequences",
    "random_crop",
    "random_flip",
    "random_shift",
    "split",
    "stratified_split",
]

_LOADERS: dict[str, Callable[..., Dataset | SequencePairs]] = {
    "digits": bundled.digits,
    "iris": bundled.iris,
    "mnist": mnist.mnist,
    "two_blobs": toy.two_blobs,
    "imbalanced_blobs": toy.imbalanced_blobs,
    "moons": toy.moons,
    "circles": toy.circles,
    "spirals": toy.spirals,
    "copying": sequence_tasks.copying,
    "reversing": sequence_tasks.reversing,
    "number_to_words": sequence_tasks.number_to_words,
    "date_formats": sequence_tasks.date_formats,
}


def available() -> tuple[str, ...]:
    """Give the names of all data sets.

    Returns:
        The names `load` knows.
    """
    return tuple(_LOADERS)


@overload
def load(name: Literal["copying", "reversing", "number_to_words", "date_formats"], **options: Any) -> SequencePairs: ...


@overload
def load(name: str, **options: Any) -> Dataset: ...


def load(name: str, **options: Any) -> Dataset | SequencePairs:
    """Give a data set by its name.

    Args:
        name: one of `available()`.
        **options: what that data set can be asked for: `n` and `rng` for a generated one, `part` for MNIST.

    Returns:
        The data set: `SequencePairs` for a task that turns one sequence into another, else a `Dataset`.

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
