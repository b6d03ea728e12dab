"""Python in colours, in one pass of one expression.

A page has milliseconds, and a lexer for whole languages would take them all for a student's code.
"""

from __future__ import annotations

import builtins
import keyword
import re

from markupsafe import Markup, escape

from autograder.feedback.kept import kept

MOST = 20_000
"""Characters of a cell that are coloured; a longer one stays plain."""

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<string>
        (?i:\b[rbuft]{1,2})?
        (?:\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'''(?:[^\\]|\\.)*?(?:'''|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)
    )
  | (?P<number>\b\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
  | (?P<named>(?<=\bdef\ )\w+|(?<=\bclass\ )\w+)
  | (?P<magic>^[ \t]*(?:@[\w.]+|%%?\w+|![^\n]*))
  | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KEYWORDS = frozenset(keyword.kwlist)
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


@kept(longest=4000, entries=1024)
def python(source: str) -> Markup:
    """HTML of a cell's code, in ``<span>``s of one-letter classes.

    They are k, b, s, c, m, f, d: keyword, built-in, string, comment, number, name that is defined, decorator or magic.
    """
    if len(source) > MOST:
        return escape(source)
    parts, last = [], 0
    for found in _TOKEN.finditer(source):
        kind = _kind(found)
        if kind:
            parts += [str(escape(source[last : found.start()])), f'<span class="{kind}">{escape(found[0])}</span>']
            last = found.end()
    return Markup("".join([*parts, str(escape(source[last:]))]))


def _kind(found: re.Match[str]) -> str:
    if found.lastgroup == "word":
        return "k" if found[0] in _KEYWORDS else "b" if found[0] in _BUILTINS else ""
    return {"comment": "c", "string": "s", "number": "m", "named": "f", "magic": "d"}[str(found.lastgroup)]
