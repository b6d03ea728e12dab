"""Anything that a cell displays as plain JSON data of bounded size.

Only exact types pass: what a student's class says about itself is not asked.
"""

from __future__ import annotations

import math
from base64 import b64encode
from typing import Any

DEPTH = 30


class TooBig(Exception):
    """The data has more bytes, or more levels, than there is room for."""


def plain_text(text: str, room: int) -> str:
    """The beginning of a text as an exact ``str`` that can be written as UTF-8."""
    part = str.__getitem__(text, slice(0, max(0, room)))
    return part if part.isascii() else part.encode("utf-8", "replace").decode("utf-8")


def size_of(text: str) -> int:
    """How many bytes a text has."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def to_plain(value: Any, room: int) -> tuple[Any, int]:
    """The value as JSON data, and its size in bytes. What JSON doesn't know becomes its type's name.

    Raises TooBig if there are more than ``room`` bytes of it.
    """
    left = [room]
    result = _plain(value, left, DEPTH)
    return result, room - left[0]


def _plain(value: Any, left: list[int], depth: int) -> Any:
    if depth == 0 or left[0] < 0:
        raise TooBig
    if isinstance(value, str):
        return _text(value, left)
    left[0] -= 8
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int):
        return int.__index__(value) if int.bit_length(value) < 1000 else _text("a very large integer", left)
    if isinstance(value, float):
        number = float.__float__(value)
        return number if math.isfinite(number) else repr(number)
    if isinstance(value, bytes | bytearray):
        return _bytes(bytes(value), left)
    if isinstance(value, dict):
        return {_key(key, left): _plain(item, left, depth - 1) for key, item in dict.items(value)}
    if isinstance(value, list | tuple):
        return [_plain(item, left, depth - 1) for item in (list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value))]
    return _text(type(value).__name__, left)


def _text(value: str, left: list[int]) -> str:
    left[0] -= str.__len__(value) + 4
    if left[0] < 0:
        raise TooBig
    text = plain_text(value, str.__len__(value))
    left[0] -= size_of(text) - len(text)
    if left[0] < 0:
        raise TooBig
    return text


def _bytes(value: bytes, left: list[int]) -> str:
    left[0] -= len(value) * 4 // 3
    if left[0] < 0:
        raise TooBig
    return b64encode(value).decode("ascii")


def _key(key: Any, left: list[int]) -> str:
    return _text(key if isinstance(key, str) else type(key).__name__, left)
