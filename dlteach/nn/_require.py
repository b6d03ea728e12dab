"""Checks of arguments: each passes in silence or says which argument is wrong, what it is, and what it should be.

They stand as statements of their own at the top of a function, so that a reader can skip them and go to the mathematics.
A wrong kind of object (a list, say) is a `TypeError`; a wrong shape or a wrong value is a `ValueError`.
"""

import numbers
from collections.abc import Collection

import numpy as np

from dlteach.nn._types import Array, Number


def require_numbers(**arguments: Array | Number) -> None:
    """Raise unless every argument is an array to calculate with, or a plain number, and holds at least one value."""
    for name, value in arguments.items():
        if not isinstance(value, np.ndarray | np.generic | numbers.Real):
            raise TypeError(f"{name} is a {type(value).__name__}; it needs to be a NumPy array or a number.")
        dtype = np.asarray(value).dtype
        if not (dtype.kind == "f" or (dtype.kind == "i" and dtype.itemsize >= 4)):  # −x wraps round in uint8, exp(x) rounds in int8
            raise TypeError(f"{name} has dtype {dtype}; it needs real numbers, as {name}.astype(float) gives.")
        if np.size(value) == 0:
            raise ValueError(f"{name} has shape {np.shape(value)}, so it is empty; it needs at least one value.")


def require_shapes(**arguments: tuple[Array, str]) -> None:
    """Raise unless every array has the shape its letters give; the same letter means the same size.

    `require_shapes(x=(x, "N D"), w=(w, "D H"))` lets `x` have any two sizes, and `w` any number of columns, but as many
    rows as `x` has columns. No size may be 0.
    """
    known: dict[str, tuple[int, str]] = {}  # letter -> its size, and the argument that fixed it
    for name, (array, spec) in arguments.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{name} is a {type(array).__name__}; it needs to be a NumPy array.")
        letters = spec.split()
        needs = f"({', '.join(letters)}{',' if len(letters) == 1 else ''})"
        has = f"{name} has shape {array.shape}; it needs {needs}"
        if array.ndim != len(letters):
            raise ValueError(f"{has}, which is {len(letters)} {'axis' if len(letters) == 1 else 'axes'} and not {array.ndim}.")
        for letter, size in zip(letters, array.shape, strict=True):
            if size == 0:
                raise ValueError(f"{has} with {letter} at least 1.")
            expected, source = known.setdefault(letter, (size, name))
            if size != expected:
                raise ValueError(f"{has} with {letter} = {expected}, as in {source}.")


def require_same_shape(**arguments: Array | Number) -> None:
    """Raise unless all arguments (arrays or plain numbers) have the shape of the last one, and none is empty."""
    require_numbers(**arguments)
    model = list(arguments)[-1]
    for name, value in arguments.items():
        if np.shape(value) != np.shape(arguments[model]):
            raise ValueError(f"{name} has shape {np.shape(value)}; it needs {np.shape(arguments[model])}, the shape of {model}.")


def require_scalar(**arguments: Array | Number) -> None:
    """Raise unless every argument is one number (a plain one, or an array of shape `()`)."""
    for name, value in arguments.items():
        if np.shape(value) != ():
            raise ValueError(f"{name} has shape {np.shape(value)}; it needs to be a single number.")


def require_labels(num_classes: int, **arguments: Array) -> None:
    """Raise unless every argument holds class numbers: integers from 0 to `num_classes - 1`."""
    for name, labels in arguments.items():
        if labels.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {labels.dtype}; it needs integers, the numbers of the classes.")
        wrong = labels[(labels < 0) | (labels >= num_classes)]
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs class numbers from 0 to {num_classes - 1}.")


def require_binary(**arguments: Array) -> None:
    """Raise unless every argument holds nothing but 0 and 1 (of any dtype)."""
    for name, labels in arguments.items():
        wrong = labels[(labels != 0) & (labels != 1)]
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs 0 or 1 everywhere.")


def require_count(minimum: int, **arguments: object) -> None:
    """Raise unless every argument is a whole number that is not below `minimum`."""
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise TypeError(f"{name} is {value!r}; it needs a whole number.")
        if value < minimum:
            raise ValueError(f"{name} is {value}; it needs to be at least {minimum}.")


def require_names(names: Collection[str], **arguments: dict[str, Array]) -> None:
    """Raise unless every argument is a dict with exactly these names as its keys."""
    for argument, values in arguments.items():
        if set(values) != set(names):
            raise ValueError(f"{argument} has the keys {sorted(values)}; it needs {sorted(names)}.")


def require_generator(rng: np.random.Generator) -> None:
    """Raise unless `rng` is NumPy's random generator (a bare seed, for one, is not)."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; it needs to be a random generator, as np.random.default_rng(0) gives.")
