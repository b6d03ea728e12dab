"""What a terminal would show of a text: colours as classes that the page's style sheet knows, overwritten lines as they end."""

from __future__ import annotations

import re

from markupsafe import Markup

from autograder.feedback.plain import plain, tag

_SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]?")
"""A change of colour, or any other command to a terminal, which is left out."""

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def ansi(text: str) -> Markup:
    """HTML of a text with terminal colours. A background, whatever its colour, becomes one mark that can be read in any theme."""
    look: dict[str, str] = {}
    parts: list[Markup] = []
    parts_of = _SEQUENCE.split(_overwritten(text))
    for place, part in enumerate(parts_of):
        if place % 2:
            look = _changed(look, part) if part is not None else look
        elif part:
            classes = " ".join(sorted(look.values()))
            parts.append(tag("span", plain(part), class_=classes) if classes else Markup.escape(plain(part)))
    return Markup("").join(parts)


def without(text: str) -> str:
    """The text alone."""
    return plain(_SEQUENCE.sub("", _overwritten(text)))


def _overwritten(text: str) -> str:
    """A progress bar goes back to the start of its line to draw itself anew; only what it drew last stays."""
    text = text.replace("\r\n", "\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")) if "\r" in text else text


def _changed(look: dict[str, str], codes: str) -> dict[str, str]:
    look = dict(look)
    numbers = [int(code[:4] or 0) for code in codes.replace(":", ";").split(";")[:16]]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            look.clear()
        elif code == 1:
            look["weight"] = "ansi-bold"
        elif code == 22:
            look.pop("weight", None)
        elif code in (38, 48):
            name = _extended(numbers)
            look["fg" if code == 38 else "bg"] = f"ansi-{name}" if code == 38 else "ansi-marked"
        elif 30 <= code <= 37 or 90 <= code <= 97:
            look["fg"] = f"ansi-{_NAMES[code % 10]}"
        elif code == 39:
            look.pop("fg", None)
        elif code == 7 or 40 <= code <= 47 or 100 <= code <= 107:
            look["bg"] = "ansi-marked"
        elif code in (27, 49):
            look.pop("bg", None)
    return look


def _extended(numbers: list[int]) -> str:
    """The nearest of the eight colours to one of 256 (``5;n``) or of all (``2;r;g;b``); takes its numbers off the list."""
    kind = numbers.pop(0) if numbers else 5
    if kind == 2:
        rgb, numbers[:3] = [*numbers[:3], 0, 0, 0][:3], []
        return _nearest(rgb)
    number = min(numbers.pop(0), 255) if numbers else 0
    if number < 16:
        return _NAMES[number % 8]
    if number >= 232:
        return "white" if number >= 244 else "black"
    cube = number - 16
    return _nearest([cube // 36 * 51, cube // 6 % 6 * 51, cube % 6 * 51])


def _nearest(rgb: list[int]) -> str:
    most = max(rgb)
    if most - min(rgb) < 40:
        return "white" if most > 127 else "black"
    return _NAMES[sum(1 << place for place, value in enumerate(rgb) if value > most * 0.6)]
