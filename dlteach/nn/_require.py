"""Checks of arguments: each passes in silence or says which argument is wrong, what it is, and what it should be.

They stand as statements of their own at the top of a function, so that a reader can skip them and go to the mathematics.
A wrong kind of object (a list, say) is a `TypeError`; a wrong shape, dtype or value is a `ValueError`.
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
            raise ValueError(f"{name} has dtype {dtype}; it needs real numbers, as {name}.astype(float) gives.")
        if np.size(value) == 0:
            raise ValueError(f"{name} has shape {np.shape(value)}, so it is empty; it needs at least one value.")


def require_shapes(**arguments: tuple[Array, str]) -> None:
    """Raise unless every array has the shape its letters give; the same letter means the same size.

    `require_shapes(x=(x, "N D"), w=(w, "D H"))` lets `x` have any two sizes, and `w` any number of columns, but as many
    rows as `x` has columns. No size may be 0. "4H" is four times H; "... D" lets any number of axes stand before the last.
    """
    known: dict[str, tuple[int, str]] = {}  # letter -> its size, and the argument that fixed it
    for name, (array, spec) in arguments.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{name} is a {type(array).__name__}; it needs to be a NumPy array.")
        letters = spec.split()
        has = f"{name} has shape {array.shape}; it needs ({', '.join(letters)}{',' if len(letters) == 1 else ''})"
        if letters[0] == "...":
            letters = [*(f"axis {axis}" for axis in range(array.ndim - len(letters) + 1)), *letters[1:]]
        if array.ndim != len(letters):
            axes = f"{'at least ' if '...' in spec else ''}{len(letters)} {'axis' if len(letters) == 1 else 'axes'}"
            raise ValueError(f"{has}, which is {axes} and not {array.ndim}.")
        for letter, size in zip(letters, array.shape, strict=True):
            if size == 0:
                raise ValueError(f"{has} with {letter} at least 1.")
            if letter.startswith("axis"):  # one of those that "..." stands for: free, and each array's own
                continue
            symbol = letter.lstrip("0123456789")  # "4H": four times H; "kh" is one symbol
            times = int(letter.removesuffix(symbol) or 1)
            expected, source = known.setdefault(symbol, (size // times, name))
            if size != times * expected:
                raise ValueError(f"{has} with {symbol} = {expected}, as in {source}.")


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
        if np.asarray(value).dtype.kind not in "biuf":  # a word, None, a function
            raise TypeError(f"{name} is {value!r}; it needs a number.")


def require_labels(num_classes: int, **arguments: Array) -> None:
    """Raise unless every argument holds class numbers: integers from 0 to `num_classes - 1`."""
    for name, labels in arguments.items():
        if labels.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {labels.dtype}; it needs integers, the numbers of the classes.")
        wrong = labels[(labels < 0) | (labels >= num_classes)]
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs class numbers from 0 to {num_classes - 1}.")


def require_lengths(longest: int, **arguments: Array) -> None:
    """Raise unless every argument holds lengths of sequences: integers from 1 to `longest`."""
    for name, lengths in arguments.items():
        if lengths.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {lengths.dtype}; it needs integers, the lengths of the sequences.")
        wrong = lengths[(lengths < 1) | (lengths > longest)]
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs lengths from 1 to {longest}.")


def require_mask(**arguments: Array) -> None:
    """Raise unless every argument is an array of True and False."""
    for name, mask in arguments.items():
        if not isinstance(mask, np.ndarray):
            raise TypeError(f"{name} is a {type(mask).__name__}; it needs to be a NumPy array.")
        if mask.dtype != bool:
            raise ValueError(f"{name} has dtype {mask.dtype}; it needs True and False, as {name}.astype(bool) gives.")


def require_broadcast(shape: tuple[int, ...], **arguments: Array) -> None:
    """Raise unless every argument, repeated along some axes, has this shape."""
    for name, array in arguments.items():
        pairs = zip(array.shape[::-1], shape[::-1], strict=False)
        if array.ndim > len(shape) or any(has not in (1, needs) for has, needs in pairs):
            raise ValueError(f"{name} has shape {array.shape}; it needs {shape}, or a shape that broadcasts to it.")


def require_between(low: float, high: float, **arguments: Number) -> None:
    """Raise unless every argument is one number from `low` to `high`, both included."""
    require_scalar(**arguments)
    for name, value in arguments.items():
        if not low <= value <= high:  # NaN is refused too
            raise ValueError(f"{name} is {value}; it needs to be from {low} to {high}.")


def require_positive(**arguments: Number) -> None:
    """Raise unless every argument is one number above 0."""
    require_scalar(**arguments)
    for name, value in arguments.items():
        if not value > 0:
            raise ValueError(f"{name} is {value}; it needs to be above 0.")


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


def require_dicts(**arguments: object) -> None:
    """Raise unless every argument is a dict, as parameters and their gradients are."""
    for name, arrays in arguments.items():
        if not isinstance(arrays, dict):
            raise TypeError(f"{name} is a {type(arrays).__name__}; it needs to be a dict of arrays by name.")


def require_names(names: Collection[str], **arguments: dict[str, Array]) -> None:
    """Raise unless every argument is a dict with exactly these names as its keys."""
    for argument, values in arguments.items():
        if set(values) != set(names):
            raise ValueError(f"{argument} has the keys {sorted(values)}; it needs {sorted(names)}.")


def require_generator(rng: np.random.Generator) -> None:
    """Raise unless `rng` is NumPy's random generator (a bare seed, for one, is not)."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}; it needs to be a random generator, as np.random.default_rng(0) gives.")
