"""What stays of a function when names, comments and layout are taken away, and the fingerprints of that.

Fingerprints are those of Schleimer, Wilkerson and Aiken, "Winnowing" (2003): a hash of every few tokens in a row, and of every ``WINDOW``
neighbouring hashes the smallest. Short rows find what was taken over in parts; long rows, and the whole, tell common words in an uncommon
order.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROWS = (6, 16)
WINDOW = 3
LONGEST = 20_000
"""Characters of a cell that are looked at; no honest answer is longer."""

_TOKEN = re.compile(
    r'''(?P<gap>\s+|\#[^\n]*|\\\n|[rbfu]{0,2}(?:"""(?s:.*?)(?:"""|\Z)|\'\'\'(?s:.*?)(?:\'\'\'|\Z)))'''
    r"""|(?P<text>[rbfu]{0,2}(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?))"""
    r"""|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?j?)"""
    r"""|(?P<mark>\*\*=?|//=?|<<|>>|->|:=|[-+*/%@&|^=!<>]=|.)""",
    re.IGNORECASE,
)
_ODD = np.uint64(0x9E3779B97F4A7C15)
_KEPT = frozenset({*keyword.kwlist, *dir(builtins), "np", "numpy", "math", "torch"})


def tokens(source: str) -> list[str]:
    """The code without comments, docstrings and layout. A name that the author chose is ``V``; what NumPy and Python call things stays."""
    found = [(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(source[:LONGEST]) if match.lastgroup != "gap"]
    said: list[str] = []
    depth = 0
    for place, (kind, text) in enumerate(found):
        if kind == "mark":
            depth += (text in "([{") - (text in ")]}")
        elif kind == "name":
            attribute = place > 0 and found[place - 1][1] == "."
            option = depth > 0 and place + 1 < len(found) and found[place + 1][1] == "="
            text = text if attribute or option or text in _KEPT else "V"
        elif kind == "number":
            text = _value(text)
        else:
            text = "S" if any(character.isspace() for character in text) else text.replace('"', "'")
        said.append(text)
    return said


@dataclass(frozen=True)
class Prints:
    """The fingerprints of many pieces of code.

    ``wholes`` has one for each piece, of all its code (empty if it is too short to say anything). ``values`` are those of rows, and
    ``owners`` the places of the pieces they are from; what occurs twice in one piece stands here once.
    """

    wholes: tuple[str, ...]
    owners: np.ndarray
    values: np.ndarray


def fingerprints(sources: Sequence[str]) -> Prints:
    """The fingerprints of some pieces of code, all at once: a class has thousands of short ones."""
    said = [tokens(source) for source in sources]
    wholes = tuple(" ".join(each) if len(each) >= min(ROWS) else "" for each in said)
    numbers = np.array([_hash(token) for each in said for token in each], dtype=np.uint64)
    owners = np.repeat(np.arange(len(said)), [len(each) for each in said])
    rows = [_winnowed(*_hashes(numbers, owners, length)) for length in ROWS if length <= len(numbers)]
    values = np.concatenate([np.empty(0, dtype=np.uint64), *(row[0] for row in rows)])
    owners = np.concatenate([np.empty(0, dtype=np.int64), *(row[1] for row in rows)])
    order = np.lexsort((values, owners))
    values, owners = values[order], owners[order]
    new = np.ones(len(values), dtype=bool)
    new[1:] = (values[1:] != values[:-1]) | (owners[1:] != owners[:-1])
    return Prints(wholes, owners[new], values[new])


def _hashes(numbers: np.ndarray, owners: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """A hash of every ``length`` numbers in a row that belong to one piece, and which piece. Integers overflow, and are meant to."""
    starts = len(numbers) - length + 1
    hashes = np.zeros(starts, dtype=np.uint64)
    for step in range(length):
        hashes = hashes * _ODD + numbers[step : step + starts]
    inside = owners[:starts] == owners[length - 1 :]
    return hashes[inside], owners[:starts][inside]


def _winnowed(hashes: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of every few neighbours the smallest: the same ones wherever the same code stands."""
    starts = max(0, len(hashes) - WINDOW + 1)
    smallest = np.minimum.reduce([hashes[step : step + starts] for step in range(WINDOW)])
    inside = owners[:starts] == owners[len(owners) - starts :]
    return smallest[inside], owners[:starts][inside]


def _value(text: str) -> str:
    """A number as it counts, so that ``1e-8`` and ``0.00000001`` are the same."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text.lower()


@functools.lru_cache(maxsize=100_000)
def _hash(token: str) -> int:
    """A number for a token, the same in every process (Python's own ``hash`` is not)."""
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest(), "little")
