"""What can be known about a function without calling it: its code, its source, the names it uses."""

from __future__ import annotations

import functools
import inspect
from types import CodeType, FunctionType
from typing import Any


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
    try:
        return inspect.getsource(innermost(function))
    except (OSError, TypeError, SyntaxError, IndexError):
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
