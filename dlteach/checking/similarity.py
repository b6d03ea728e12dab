"""How alike two functions are, names and layout aside. Listed for an instructor to look at, never punished by the program."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
import textwrap

from dlteach.checking.exercise import Function

MIN_NODES = 60  # below this, two people who solve the same exercise write the same lines
MAX_RATIO = 20  # something so much longer is no copy, and comparing it would take long


def similarity(source: str, reference: Function) -> float | None:
    """Between 0 and 1, or None where the function is too short, or its source unknown, to say anything."""
    theirs = _shape_of(reference)
    if len(theirs) < MIN_NODES:
        return None
    mine = _shape(source)
    if not MIN_NODES <= len(mine) <= MAX_RATIO * len(theirs):
        return None
    return round(difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio(), 3)


@functools.lru_cache(maxsize=256)
def _shape_of(reference: Function) -> tuple[str, ...]:
    try:
        return _shape(inspect.getsource(reference))
    except (OSError, TypeError):
        return ()


def _shape(source: str) -> tuple[str, ...]:
    """The kinds of syntax nodes, in order, without docstrings, annotations and names. Nothing for what is no Python."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deeply for the parser
        return ()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return tuple(type(node).__name__ for node in ast.walk(tree))
