"""Take what notebooks and student processes say as what it is: hostile data. Nothing is taken for granted, and nothing is passed on raw."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SIGNATURE = re.compile(r"[0-9A-Za-z_-]{4,128}")
LONGEST = 300
LONGEST_CODE = 2_000


def text(value: Any, longest: int = LONGEST) -> str:
    """One printable line of a reasonable length; empty for anything that isn't text."""
    if not isinstance(value, str):
        return ""
    line = "".join(character if character.isprintable() else " " for character in value[:longest])
    return " ".join(line.split()) + "…" * (len(value) > longest)


def block(value: Any, longest: int = LONGEST_CODE) -> str:
    """Printable lines; tabs become spaces, and nothing that steers a terminal or turns the direction of writing is left."""
    if not isinstance(value, str):
        return ""
    lines = value[:longest].expandtabs(4).splitlines()
    clean = ("".join(character for character in line if character.isprintable()).rstrip() for line in lines)
    return "\n".join(clean) + "\n…" * (len(value) > longest)


def number(value: Any) -> float | None:
    """A finite number, or None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return float(value) if is_number and math.isfinite(value) else None
    except OverflowError:
        return None


def formula_free(value: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.lstrip()[:1] in tuple("=+-@＝＋－＠") or value[:1] in tuple("\t\r\n|") else value


@dataclass(frozen=True)
class Said:
    """What ``dlteach.check`` said about one exercise, as far as the instructor's tables need it.

    ``lost`` says whether points were lost; ``unfinished`` whether that is because nothing was written; ``signature`` stands for what
    the function gave.
    """

    exercise: str
    lost: bool
    unfinished: bool
    diagnosis: str
    headline: str
    forbidden: str
    similarity: float
    signature: str
    call: str
    returns: str


def said(data: Any) -> Said | None:
    """The report in ``data``, cleaned; None if it is none."""
    if not isinstance(data, Mapping) or not text(data.get("exercise")):
        return None
    points, most = number(data.get("points")), number(data.get("max_points"))
    lost = data.get("passed") is not True or (points is not None and most is not None and points < most)
    names = data.get("forbidden")
    forbidden = ", ".join(filter(None, map(text, names[:20]))) if isinstance(names, list | tuple) else ""
    headline = text(data.get("headline"))
    return Said(
        exercise=text(data["exercise"]),
        lost=lost,
        unfinished=lost and not data.get("criteria") and not data.get("diagnosis") and not forbidden,
        diagnosis=text(data.get("diagnosis")) if lost else "",
        headline=headline,
        forbidden=forbidden,
        similarity=number(data.get("similarity")) or 0.0,
        signature=_signature(data.get("signature"), headline),
        call=block(data.get("call")),
        returns=block(data.get("returns")),
    )


def _signature(value: Any, headline: str) -> str:
    """The signature; where plain nbgrader graded, there is none, and the headline, which tells got from expected, stands in for it."""
    if isinstance(value, str) and _SIGNATURE.fullmatch(value):
        return value
    return hashlib.sha256(headline.encode("utf-8", "replace")).hexdigest()[:32]
