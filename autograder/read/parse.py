"""The bytes of a notebook file → the JSON data in it, mended where that can be done; otherwise one sentence about what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any

MEGABYTE = 1 << 20
_BLANK = "\0 \t\r\n\f\v\ufeff"
_CONFLICT = re.compile(r"^<{7}\s", re.MULTILINE)  # inside a JSON string a line begins with a quote
# A file of brackets and commas alone makes fifty times its size in Python objects; real notebooks stay far below these.
_MANY_BRACKETS, _MANY_COMMAS = 1_000_000, 2_000_000
_LONG_NUMBER = 400


class Unreadable(Exception):
    """Why a file can't be read as a notebook: the end of a sentence that begins with the file's name."""


def parse(raw: bytes, limit: int = 20 * MEGABYTE) -> tuple[dict[str, Any], list[str]]:
    """The JSON object in a file, and sentences about what had to be mended.

    Args:
        raw: what the file holds.
        limit: how many bytes it may have.

    Raises:
        Unreadable: there is no JSON object in it, or it is too large.
    """
    if len(raw) > limit:
        raise Unreadable(too_large(len(raw), limit))
    text, repairs = _decode(raw)
    if not text.strip(_BLANK):
        raise Unreadable("is empty")
    if len(text) > MEGABYTE and (text.count("[") + text.count("{") > _MANY_BRACKETS or text.count(",") > _MANY_COMMAS):
        raise Unreadable("holds millions of values, and no notebook needs so many")
    try:
        data = json.loads(text)
    except RecursionError:
        raise Unreadable("is nested too deeply to be a notebook") from None
    except ValueError as error:  # no JSON, or a number with too many digits to convert
        data = _mend(text, error, repairs)
    if not isinstance(data, dict) or not {"nbformat", "cells", "worksheets"} & data.keys():
        raise Unreadable("is JSON, but no notebook")
    return data, repairs


def too_large(size: int, limit: int) -> str:
    """The end of a sentence about a file that has too many bytes."""
    return f"is too large: it has {size / MEGABYTE:.1f} MB, and up to {limit / MEGABYTE:g} MB can be read"


def _decode(raw: bytes) -> tuple[str, list[str]]:
    """The text of a file, whatever encoding it was saved in."""
    encoding = json.detect_encoding(raw)
    repairs = []
    if encoding != "utf-8":
        began = "it began with a byte order mark, which was left out"
        repairs.append(began if encoding == "utf-8-sig" else f"it was saved as {encoding.upper()}, not as UTF-8")
    try:
        return raw.decode(encoding).lstrip("\ufeff"), repairs
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
    if encoding == "utf-8" and text.replace("\ufffd", "").isascii():  # nothing in it was UTF-8: an old Windows editor
        return raw.decode("cp1252", "replace"), ["it was saved as Windows-1252, not as UTF-8"]
    return text, [*repairs, "some of its characters were damaged; each was replaced by \ufffd"]


def _mend(text: str, error: ValueError, repairs: list[str]) -> Any:
    """Read JSON that isn't quite JSON: with raw control characters, gigantic numbers, or something after its end."""
    start = len(text) - len(text.lstrip(_BLANK))
    lenient = json.JSONDecoder(strict=False, parse_int=_number)
    try:
        data, end = lenient.raw_decode(text, start)
    except json.JSONDecodeError as worse:
        raise Unreadable(json_problem(text, worse)) from None
    except RecursionError:
        raise Unreadable("is nested too deeply to be a notebook") from None
    rest = text[end:].strip(_BLANK)
    if rest and not isinstance(data, dict) and isinstance(error, json.JSONDecodeError):
        raise Unreadable(json_problem(text, error))
    if rest:
        repairs.append(f"{len(rest)} characters after its end were left out")
    else:
        repairs.append("it was not quite JSON (stray bytes, raw control characters, or a number with thousands of digits)")
    return data


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONG_NUMBER else 0


def json_problem(text: str, error: json.JSONDecodeError) -> str:
    """What is wrong with a file that isn't JSON: the end of a sentence that begins with its name."""
    if not text.strip(_BLANK):
        return "is empty"
    if _CONFLICT.search(text):
        return "holds both versions of a merge conflict"
    if error.pos >= len(text.rstrip(_BLANK + "\ufffd")) or "Unterminated" in error.msg:
        return f"breaks off on line {error.lineno}, perhaps cut on its way"
    return f"is no notebook: it is not JSON on line {error.lineno}"
