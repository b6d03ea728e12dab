"""Text from a submission, made fit for a page: valid Unicode, no hidden control characters, no more of it than a reader wants."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from autograder.feedback.kept import kept

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")
"""Control characters, half characters, and marks that turn the direction of what follows, so that code reads as what it is not."""


def plain(value: Any) -> str:
    """The text of a notebook's field, which is a string or a list of strings, with odd characters made visible; empty for anything else."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return _made_visible(value)


@kept(longest=5000, entries=2048)
def _made_visible(text: str) -> str:
    return _ODD.sub(_seen, text.replace("\r\n", "\n"))


def _seen(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x0D:
        return "\n"
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode has a picture of each: ␀, ␛
    if 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069:
        return f"[U+{code:04X}]"
    return "\ufffd"


def head(text: str, most: int) -> str:
    """The beginning of a text, and how much was cut."""
    return text if len(text) <= most else f"{text[:most]}\n… {len(text) - most} more characters are not shown."


def tail(text: str, most: int) -> str:
    """The end of a text, where an error says what it is, and how much was cut."""
    return text if len(text) <= most else f"{len(text) - most} characters before this are not shown …\n{text[-most:]}"


def tag(name: str, inside: Markup | str, **attributes: str) -> Markup:
    """``<name attribute="…">inside</name>``, with everything escaped that isn't markup already; ``class_`` stands for ``class``."""
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{named}>{escape(inside)}</{name}>")
