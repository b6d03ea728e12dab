"""Formulas as MathML, which browsers draw by themselves: a page needs no script and no address for them."""

from __future__ import annotations

import re
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from autograder.feedback.clean import words
from autograder.feedback.kept import kept

MOST = 2000
"""Characters in a formula that is drawn; a longer one is shown as it was written."""

WIDE = 30
"""Characters of a formula on a line of its own that may be wider than a telephone: one can scroll along it, with keys too."""

_MACROS = re.compile(r"\\(?:[A-Za-z]*def|[A-Za-z]*(?:command|environment)|Declare|let)(?![a-z])|\\Declare")
"""A formula that defines commands can grow without end."""

_TAGS = words("""
    math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder mover munderover
    mmultiscripts mprescripts mtable mtr mtd menclose none
""")
_ATTRIBUTES = words("""
    display displaystyle scriptlevel stretchy fence separator form largeop movablelimits symmetric accent accentunder linethickness lspace
    rspace minsize maxsize width height depth voffset mathvariant columnalign rowspacing columnspacing
""")
_SIGNS = {"&#x02212;", "&#x0002B;", "−", "-", "+"}
_CLOSING = set(")]}|!")
_NAMES = {"log", "ln", "exp", "sin", "cos", "tan", "tanh"}
_VALUE = re.compile(r"[\w.%+\- ]*")


@kept(longest=300, entries=4096)
def math(source: str, block: bool = False) -> str:
    """A formula in LaTeX as MathML, or, if it is none that can be drawn, as it was written."""
    display = "block" if block else "inline"
    try:
        if len(source) > MOST or _MACROS.search(source):
            raise ValueError("a formula that is not drawn")
        drawn = _written(Converter(display=display).convert_to_element(source))
    except Exception:  # the converter has an exception for each kind of nonsense, and plain IndexErrors for the rest
        dollars = "$$" if block else "$"
        return f'<code class="tex">{escape(f"{dollars}{source}{dollars}")}</code>'
    return f'<span class="formula" tabindex="0" role="group" aria-label="Formula">{drawn}</span>' if block and len(source) > WIDE else drawn


def _written(element: Element) -> str:
    """An element as text. The converter's own way leaves ``<script>`` in a ``\\text{}`` as it is, and lets ``\\href`` through."""
    inside = escape(unescape(element.text or ""))
    before = None
    for child in element:
        if child.tag == "mo" and child.text in _SIGNS and (before is None or _opens(before)):
            child.set("form", "prefix")
        space = '<mspace width="0.167em"></mspace>' if before is not None and before.text in _NAMES and child.tag in ("mi", "mn") else ""
        inside += space + _written(child) + escape(unescape(child.tail or ""))
        before = child if child.tag != "mspace" else before
    if element.tag not in _TAGS:
        return inside
    named = "".join(f' {name}="{value}"' for name, value in element.attrib.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value))
    return f"<{element.tag}{named}>{inside}</{element.tag}>"


def _opens(element: Element) -> bool:
    """Whether a sign after this belongs to what follows: ``= −1``, not ``) − 1``."""
    return element.tag == "mo" and unescape(element.text or "") not in _CLOSING
