"""How alike two functions are, names and layout aside. Listed for an instructor to look at, never punished by the program."""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap

from dlteach.checking.exercise import Function

MIN_NODES = 60  # below this, two people who solve the same exercise write the same lines


def similarity(source: str, reference: Function) -> float | None:
    """Between 0 and 1, or None where the function is too short, or its source unknown, to say anything."""
    try:
        mine, theirs = _shape(source), _shape(inspect.getsource(reference))
    except (SyntaxError, OSError, TypeError, ValueError):
        return None
    if min(len(mine), len(theirs)) < MIN_NODES:
        return None
    return round(difflib.SequenceMatcher(None, mine, theirs, autojunk=False).ratio(), 3)


def _shape(source: str) -> list[str]:
    """The kinds of syntax nodes, in order, without docstrings, annotations and names."""
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return [type(node).__name__ for node in ast.walk(tree)]
