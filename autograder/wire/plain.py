"""Plain data on the wire: what a student's function is given and what it gives back, as JSON, with exact types on both sides.

None, truth values, whole numbers, finite floats, texts and lists stand for themselves. Everything else is an object with one key, its
tag: ``{"tuple": [...]}``, ``{"array": [dtype, shape, base64]}``, ``{"Outcome": {...}}``. Only what this file names can come of it, and
nothing is looked up or evaluated, so that a hostile text can at worst be refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.wire import arrays
from dlteach.checking import Case, Named
from dlteach.checking.callables import TABLE
from dlteach.checking.run import Failure, Outcome, Run
from dlteach.checking.snapshot import MAX_SIZE, Strange

MAX_DEPTH = 16  # of data inside data; results have 6 at most
MAX_PIECES = 50_000
MAX_BYTES = 4 << 20  # of all arrays together
MAX_TEXT = 10_000  # characters of one text; what a function says was cut long before
MAX_AXES = 32
MAX_INT = 1 << 63
FAILURES = ("raised", "stub", "time")
FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class PlainError(Exception):
    """Something that isn't plain data, or too much of it. The message says what."""


def pack(value: Any) -> Any:
    """A value as JSON data. Raises PlainError for what :func:`unpack` would refuse."""
    return _Packer().pack(value, 0)


def unpack(data: Any) -> Any:
    """The value that :func:`pack` described. ``data`` is anything that JSON can say; raises PlainError if it describes nothing."""
    return _Unpacker().unpack(data)


class _Caps:
    """Counts what there is of a message, so that there is not too much."""

    def __init__(self) -> None:
        self.pieces = 0
        self.bytes = 0

    def piece(self, depth: int) -> None:
        """One more piece of data."""
        self.pieces += 1
        if depth > MAX_DEPTH:
            raise PlainError(f"data inside data inside data, deeper than {MAX_DEPTH}")
        if self.pieces > MAX_PIECES:
            raise PlainError(f"more than {MAX_PIECES} pieces of data")

    def array(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        """One more array. An axis of length 0 hides how long the others are, so it counts as 1."""
        if len(shape) > MAX_AXES or math.prod(max(n, 1) for n in shape) > MAX_SIZE:
            raise PlainError("an array far larger than any right answer")
        self.bytes += math.prod(shape) * dtype.itemsize
        if self.bytes > MAX_BYTES:
            raise PlainError(f"arrays of more than {MAX_BYTES} bytes")


def text(value: Any) -> str:
    """A text that any file can hold. Raises PlainError if it isn't one, is too long, or has half a surrogate pair."""
    if type(value) is not str:
        raise PlainError("something else where a text belongs")
    if len(value) > MAX_TEXT:
        raise PlainError(f"a text of {len(value)} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PlainError("a text with half a surrogate pair, which UTF-8 has no bytes for") from None
    return value


def whole(value: Any) -> int:
    """A whole number of at most 64 bits. Raises PlainError if it isn't one; a truth value isn't."""
    if type(value) is not int or not -MAX_INT <= value < MAX_INT:
        raise PlainError("something else where a whole number of 64 bits belongs")
    return value


def truth(value: Any) -> bool:
    """True or False. Raises PlainError for anything else."""
    if type(value) is not bool:
        raise PlainError("something else where True or False belongs")
    return value


def key(value: Any) -> str | int:
    """A key of a dict: a text or a whole number. Raises PlainError."""
    return whole(value) if type(value) is int else text(value)


class _Packer(_Caps):
    """Turns values into JSON data."""

    def pack(self, value: Any, depth: int) -> Any:
        self.piece(depth)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is int:
            return whole(value)
        if kind is str:
            return text(value)
        if kind is np.ndarray:
            return {"array": self.array_of(value)}
        if isinstance(value, np.generic):
            return {"scalar": self.array_of(np.asarray(value))}
        return self.compound(value, kind, depth + 1)

    def compound(self, value: Any, kind: type, depth: int) -> Any:
        if kind is list:
            return [self.pack(item, depth) for item in value]
        if kind is tuple:
            return {"tuple": [self.pack(item, depth) for item in value]}
        if kind is dict:
            return {"dict": [[key(name), self.pack(item, depth)] for name, item in value.items()]}
        if kind is complex:
            return {"complex": [self.pack(value.real, depth), self.pack(value.imag, depth)]}
        if kind in RECORDS:
            parts = {name: getattr(value, name) for name in READERS[kind.__name__][1]}
            return {kind.__name__: {name: self.pack(_plain(part), depth) for name, part in parts.items()}}
        raise PlainError(f"a {kind.__name__} isn't plain data")

    def array_of(self, array: np.ndarray) -> list[Any]:
        if array.dtype.str not in arrays.DTYPES:
            raise PlainError(f"an array of dtype {array.dtype}")
        self.array(array.shape, array.dtype)
        return arrays.encode(array)


def _plain(part: Any) -> Any:
    return dict(part) if isinstance(part, Mapping) else part


class _Unpacker(_Caps):
    """Turns JSON data into values, and trusts none of it."""

    def unpack(self, data: Any) -> Any:
        tag = next(iter(data)) if type(data) is dict and len(data) == 1 else ""
        return self.record(data, 0) if tag in READERS else self.value(data, 0)

    def value(self, data: Any, depth: int) -> Any:
        """Plain data, as a function gives it back."""
        self.piece(depth)
        kind = type(data)
        if data is None or kind is bool:
            return data
        if kind is float:
            if not math.isfinite(data):
                raise PlainError("a number beyond the range of a float")
            return data
        if kind is int:
            return whole(data)
        if kind is str:
            return text(data)
        if kind is list:
            return [self.value(item, depth + 1) for item in data]
        return self.tagged(data, depth)

    def tagged(self, data: Any, depth: int) -> Any:
        tag, body = self.split(data)
        if tag == "tuple":
            return self.tuple_of(body, lambda item: self.value(item, depth + 1))
        if tag == "dict":
            return self.mapping(body, lambda item: self.value(item, depth + 1))
        if tag == "float" and type(body) is str and body in FLOATS:
            return FLOATS[body]
        if tag == "complex" and type(body) is list and len(body) == 2:
            real, imaginary = (self.value(part, depth + 1) for part in body)
            if type(real) is float and type(imaginary) is float:
                return complex(real, imaginary)
        if tag in ("array", "scalar"):
            return self.array_from(body, scalar=tag == "scalar")
        if tag == "Strange":
            return self.record(data, depth)
        raise PlainError("a tag that nothing has, or a wrong thing behind it")

    def split(self, data: Any) -> tuple[str, Any]:
        if type(data) is not dict or len(data) != 1:
            raise PlainError("something that is no description of a value")
        return next(iter(data.items()))

    def record(self, data: Any, depth: int) -> Any:
        """One of our own classes: exactly its fields, each of the type it must have."""
        self.piece(depth)
        tag, body = self.split(data)
        if tag not in READERS:
            raise PlainError("a tag that nothing has")
        kind, readers = READERS[tag]
        if type(body) is not dict or body.keys() != readers.keys():
            raise PlainError(f"a {tag} with other parts than it has")
        return kind(**{name: read(self, body[name], depth + 1) for name, read in readers.items()})

    def one(self, tag: str, data: Any, depth: int) -> Any:
        """A record of one class."""
        if self.split(data)[0] != tag:
            raise PlainError(f"something else where a {tag} belongs")
        return self.record(data, depth)

    def argument(self, data: Any, depth: int) -> Any:
        """An argument of a case: plain data, or a function by name."""
        named = type(data) is dict and "Named" in data
        return self.record(data, depth) if named else self.value(data, depth)

    def tuple_of(self, data: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        if type(data) is not list:
            raise PlainError("something else where a list belongs")
        return tuple(read(item) for item in data)

    def tagged_tuple(self, data: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        tag, body = self.split(data)
        if tag != "tuple":
            raise PlainError("something else where a tuple belongs")
        return self.tuple_of(body, read)

    def mapping(self, data: Any, read: Callable[[Any], Any]) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for pair in self.tuple_of(data, lambda item: item):
            if type(pair) is not list or len(pair) != 2 or key(pair[0]) in found:
                raise PlainError("a dict that isn't made of different keys with a value each")
            found[pair[0]] = read(pair[1])
        return found

    def tagged_mapping(self, data: Any, read: Callable[[Any], Any]) -> dict[str, Any]:
        tag, body = self.split(data)
        if tag != "dict":
            raise PlainError("something else where a dict belongs")
        found = self.mapping(body, read)
        return {text(name): item for name, item in found.items()}

    def array_from(self, body: Any, scalar: bool) -> Any:
        if type(body) is not list or len(body) != 3:
            raise PlainError("an array that isn't dtype, shape and bytes")
        name, lengths, data = body
        if type(name) is not str or name not in arrays.DTYPES or type(data) is not str:
            raise PlainError("an array of a dtype that no answer has")
        shape = self.tuple_of(lengths, whole)
        if any(n < 0 for n in shape) or (scalar and shape):
            raise PlainError("an array with an impossible shape")
        self.array(shape, arrays.DTYPES[name])
        try:
            array = arrays.decode(name, shape, data)
        except ValueError as error:
            raise PlainError(str(error)) from error
        return array[()] if scalar else array


Reader = Callable[[_Unpacker, Any, int], Any]


def _text(_: _Unpacker, data: Any, depth: int) -> str:
    return text(data)


def _whole(_: _Unpacker, data: Any, depth: int) -> int:
    return whole(data)


def _truth(_: _Unpacker, data: Any, depth: int) -> bool:
    return truth(data)


def _texts(self: _Unpacker, data: Any, depth: int) -> tuple[str, ...]:
    return self.tagged_tuple(data, text)


def _choice(*allowed: str) -> Reader:
    def read(_: _Unpacker, data: Any, depth: int) -> str:
        if type(data) is not str or data not in allowed:
            raise PlainError(f"something else where one of {', '.join(allowed)} belongs")
        return data

    return read


def _outcomes(self: _Unpacker, data: Any, depth: int) -> tuple[Outcome, ...]:
    return self.tagged_tuple(data, lambda item: self.one("Outcome", item, depth + 1))


def _failure(self: _Unpacker, data: Any, depth: int) -> Failure | None:
    return None if data is None else self.one("Failure", data, depth)


def _arguments(self: _Unpacker, data: Any, depth: int) -> dict[str, Any]:
    return self.tagged_mapping(data, lambda item: self.argument(item, depth + 1))


def _sizes(self: _Unpacker, data: Any, depth: int) -> dict[str, int]:
    return self.tagged_mapping(data, whole)


READERS: dict[str, tuple[Callable[..., Any], dict[str, Reader]]] = {
    "Strange": (Strange, {"kind": _text, "text": _text}),
    "Failure": (Failure, {"kind": _choice(*FAILURES), "type": _text, "message": _text, "line": _text, "number": _whole}),
    "Outcome": (
        Outcome,
        {"value": _Unpacker.value, "failure": _failure, "changed": _texts, "unstable": _truth, "printed": _text, "warned": _texts},
    ),
    "Run": (Run, {"outcomes": _outcomes, "forbidden": _texts, "limited": _truth, "source": _text}),
    "Named": (Named, {"name": _choice(*TABLE), "params": _arguments}),
    "Case": (Case, {"args": _arguments, "kind": _text, "sizes": _sizes}),
}
RECORDS = {kind for kind, _ in READERS.values()}
