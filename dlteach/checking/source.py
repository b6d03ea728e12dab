"""What can be known about a function without calling it: its code, its source, the names it uses."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
from types import CodeType, FunctionType
from typing import Any

A_CELL = 300
"""A file of more lines is a module, and would take long to parse."""


def innermost(function: Any) -> Any:
    """The function inside partials, wrappers, bound methods and callable objects."""
    for _ in range(20):
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif isinstance(function, FunctionType):
            wrapped = function.__dict__.get("__wrapped__")
            if not isinstance(wrapped, FunctionType):
                return function
            function = wrapped
        elif isinstance(call := vars(type(function)).get("__call__"), FunctionType):
            function = call
        else:
            return function
    return function


def code_of(function: Any) -> CodeType | None:
    """The code object a student wrote, if there is one: a NumPy ufunc or a class has none."""
    inner = innermost(function)
    return inner.__code__ if isinstance(inner, FunctionType) else None


def source_of(function: Any) -> str:
    """The source of a function, or an empty string where Python does not know it."""
    inner = innermost(function)
    try:
        return _lines_of(inner) or inspect.getsource(inner)
    except (OSError, TypeError, ValueError, SyntaxError, IndexError, RecursionError):
        return ""


def _lines_of(function: Any) -> str:
    """The lines of a function at the top level of a cell. ``inspect`` looks for the last one token by token, which takes longer."""
    if not isinstance(function, FunctionType):
        return ""
    code = function.__code__
    lines = linecache.getlines(code.co_filename)
    for node in ast.parse("".join(lines)).body if len(lines) <= A_CELL else ():
        if isinstance(node, ast.FunctionDef) and (node.name, node.lineno) == (code.co_name, code.co_firstlineno):
            return "".join(lines[node.lineno - 1 : node.end_lineno])
    return ""


def names_used(function: Any) -> set[str]:
    """The global names that a function uses, directly or through other functions beside it."""
    found: set[str] = set()
    waiting = [innermost(function)]
    while waiting:
        current = waiting.pop()
        if isinstance(current, FunctionType):
            new = names_in(current.__code__) - found
            found |= new
            waiting += [innermost(current.__globals__.get(name)) for name in new]
    return found


def names_in(code: CodeType) -> set[str]:
    """The names in a piece of code, and in the functions defined inside it."""
    inner = [names_in(const) for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*inner)
