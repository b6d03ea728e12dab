"""Exhausting output: more than fits, and what is no output at all."""

from tests.autograder.redteam.base import NO_EXTREMES, SUMS, Item, plain, rows
from tests.autograder.redteam.exhausting import IN_FUNCTION

FAMILY = "exhausting output"
BIG = """\
class Big:
    def __repr__(self): return 'x' * (300 << 20)
"""
ITEMS: list[Item] = [
    rows("print-much", FAMILY, "prints 1 GB", SUMS, "for _ in range(1000):\n    print('x' * (1 << 20))\n" + NO_EXTREMES, 2),
    rows(
        "descriptor-much",
        FAMILY,
        "writes 1 GB to file descriptor 1 and to 2",
        SUMS,
        """\
import os
for fd in (1, 2):
    for _ in range(500):
        os.write(fd, b'x' * (1 << 20))
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "print-while-checked",
        FAMILY,
        "prints 1 GB while it is checked",
        SUMS,
        IN_FUNCTION + "for _ in range(1000):\n        print('x' * (1 << 20))",
        2,
    ),
    plain(
        "print-much-plain",
        FAMILY,
        "prints 1 GB in the tested function",
        """\
def total(x):
    for _ in range(1000):
        print('x' * (1 << 20))
    return 0""",
    ),
    rows("displays", FAMILY, "a million displays", SUMS, "for n in range(1_000_000):\n    display(n)\n" + NO_EXTREMES, 2),
    rows(
        "display-much",
        FAMILY,
        "a picture of 100 MB, and data that is no JSON",
        SUMS,
        """\
display({'image/png': 'A' * (100 << 20)}, raw=True)
display({'application/json': {1, 2}, 'text/plain': 5, 7: 'x'}, raw=True, metadata={'a': object()})
"""
        + NO_EXTREMES,
        2,
    ),
    rows("representation-much", FAMILY, "a value whose text has 300 MB", SUMS, BIG + NO_EXTREMES + "\nBig()", 2),
    rows("error-much", FAMILY, "an error whose message has 300 MB", SUMS, "raise ValueError('x' * (300 << 20))", 2),
    rows("error-much-while-checked", FAMILY, "the same, in the function", SUMS, IN_FUNCTION + "raise ValueError('x' * (300 << 20))", 2),
    rows(
        "traceback-deep",
        FAMILY,
        "a traceback of a thousand causes",
        SUMS,
        """\
def fail(n):
    try:
        if n: fail(n - 1)
        raise ValueError(n)
    except ValueError as e:
        raise KeyError(n) from e
fail(300)""",
        2,
    ),
    rows(
        "no-text",
        FAMILY,
        "prints half a character, zero bytes, bells and bytes that are no text",
        SUMS,
        """\
import os, sys
print('\\ud800 \\x00 \\x07 \\x1b[2J \\u202e')
os.write(1, bytes(range(256)))
display('\\ud800')
"""
        + NO_EXTREMES
        + "\n'\\udfff'",
        2,
    ),
    rows(
        "stdout-replaced",
        FAMILY,
        "sys.stdout is None, then closed, then something that raises",
        SUMS,
        """\
import sys
class Bad:
    def write(self, text): raise SystemExit
    def flush(self): raise SystemExit
    def __getattr__(self, name): raise SystemExit
sys.stdout.close()
sys.stdout = sys.stderr = sys.__stdout__ = Bad()
"""
        + NO_EXTREMES,
        2,
    ),
    plain(
        "clear-output",
        FAMILY,
        "the tested function clears the output, and updates displays that aren't there",
        """\
from IPython.display import clear_output, display, update_display
def total(x):
    clear_output()
    update_display('2.0', display_id='none')
    display('x', display_id='a')
    raise ValueError""",
    ),
    plain(
        "stdout-counterfeit",
        FAMILY,
        "the tested function prints what looks like a result",
        """\
def total(x):
    print('Out[1]: 2.0\\n2.0')
    return 0""",
    ),
]
