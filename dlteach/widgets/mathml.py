"""Equations in MathML, which every browser draws without help, with slots for the numbers of the present frame.

`row(sub(ident("x"), "t+1"), op("="), slot("x"), op("−"), slot("lr"), op("·"), slot("slope", brackets=True))`
"""

from __future__ import annotations

from html import escape


def math(*parts: str) -> str:
    """A line of its own."""
    return f'<math display="block">{"".join(parts)}</math>'


def ident(name: str) -> str:
    """A name: one letter is slanted, as mathematicians write it, a word is upright."""
    upright = ' mathvariant="normal"' if len(name) > 1 else ""
    return f"<mi{upright}>{escape(name)}</mi>"


def op(sign: str) -> str:
    """A sign between two things: =, +, −, ·, a bracket."""
    return f"<mo>{escape(sign)}</mo>"


def num(number: float | str) -> str:
    """A number that never changes."""
    return f"<mn>{escape(str(number))}</mn>"


def row(*parts: str) -> str:
    """Parts that belong together, as in a numerator."""
    return f"<mrow>{''.join(parts)}</mrow>"


def sub(base: str, index: str) -> str:
    """A name with an index below: sub(ident("x"), ident("t"))."""
    return f"<msub>{base}{index}</msub>"


def sup(base: str, exponent: str) -> str:
    """Something to the power of something."""
    return f"<msup>{base}{exponent}</msup>"


def frac(top: str, bottom: str) -> str:
    """A fraction."""
    return f"<mfrac>{top}{bottom}</mfrac>"


def slot(array: str, index: int | None = None, *, digits: int = 3, brackets: bool = False, color: str = "") -> str:
    """The present value of an array: at `index` in it (counted in C order) if it holds several numbers.

    `brackets` puts a negative number in brackets, as after a times sign. `color` is one of the names that marks have, so that the number
    looks like what it belongs to in the picture.
    """
    place = "" if index is None else f' data-index="{index}"'
    look = f' class="dlteach-{escape(color)}"' if color else ""
    around = ' data-brackets="1"' if brackets else ""
    return f'<mn data-array="{escape(array)}"{place} data-digits="{digits}"{around}{look}></mn>'
