"""See whether a function leaves the exercise to somebody else: to our reference, to autograd, to ``np.gradient``.

Two looks: the words of its source, and one watched run that sees through helper functions. It is a teaching rule, not a wall: the
reference is public. What is found earns nothing, is said plainly, and is listed for the instructor.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from dlteach.checking.exercise import Exercise, Function
from dlteach.checking.source import code_of, innermost

ALWAYS = (
    *("dlteach.nn", "dlteach.models", "dlteach.exercises", "dlteach.training", "dlteach.pytorch"),
    *("torch", "jax", "tensorflow", "autograd", "sklearn", "numpy.gradient"),
    *("scipy.special", "scipy.optimize", "scipy.differentiate"),
)

_IN_C = (np.ufunc, BuiltinFunctionType)
_WORD = re.compile(r"\w+")


def forbidden_names(exercise: Exercise) -> tuple[str, ...]:
    """Dotted names of modules and functions that this exercise does not allow."""
    return ALWAYS + exercise.forbids


def forbidden_words(function: Function, exercise: Exercise, source: str) -> Iterator[str]:
    """Forbidden names in the function's ``source``, resolved through what its names stand for: ``np`` is ``numpy``.

    A function written in C (``scipy.special.expit``) is known by its name alone, since no watched run can see it.
    """
    names = forbidden_names(exercise)
    inner = innermost(function)
    if name := _written_in_c(inner, names):
        yield name
    scope = getattr(inner, "__globals__", {})
    if not _suspicious(source, scope, names):
        return
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        for dotted in _dotted_names(node, scope):
            if name := _covered(dotted, names):
                yield name
        if isinstance(node, ast.Name) and (name := _written_in_c(scope.get(node.id), names)):
            yield name


def _suspicious(source: str, scope: dict[str, Any], names: tuple[str, ...]) -> bool:
    """Whether a source may use a forbidden name at all: most have not even its words, which is seen without parsing them."""
    words = set(_WORD.findall(source))
    for meant in [scope[word] for word in words if word in scope]:
        if issubclass(type(meant), ModuleType):  # not isinstance, which asks the object, and so may run a student's code
            words.update(meant.__name__.split("."))
        elif type(meant) in _IN_C:
            return True
    return not source.isascii() or any(words.issuperset(name.split(".")) for name in names)


def _written_in_c(function: Any, names: tuple[str, ...]) -> str | None:
    """The forbidden name that a ufunc or built-in function is, or lies directly under, whatever it is called here."""
    if type(function) not in _IN_C:
        return None
    own = function.__name__
    return next((name for name in names if _found(name) is function or _found(f"{name}.{own}") is function), None)


def _dotted_names(node: ast.AST, scope: dict[str, Any]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Attribute):
        path, root = [node.attr], node.value
        while isinstance(root, ast.Attribute):
            path.insert(0, root.attr)
            root = root.value
        if isinstance(root, ast.Name) and isinstance(module := scope.get(root.id), ModuleType):
            yield ".".join([module.__name__, *path])


def _covered(dotted: str, names: tuple[str, ...]) -> str | None:
    """The forbidden name that ``dotted`` is, or lies under."""
    return next((name for name in names if dotted == name or dotted.startswith(name + ".")), None)


def forbidden_calls(function: Function, exercise: Exercise, found: list[str]) -> Function:
    """``function``, watched: every forbidden function that runs below it is noted in ``found``.

    The exercises it ``needs`` may be ours, so nothing below those is noted, nor below ``use``, which hands them out.
    """
    names = forbidden_names(exercise)

    def watched(*args: Any) -> Any:
        allowed_depth = 0

        def look(frame: FrameType, event: str, _arg: Any) -> None:
            nonlocal allowed_depth
            if event not in ("call", "return"):
                return
            if frame.f_code.co_name in exercise.needs or _is_use(frame):
                allowed_depth += 1 if event == "call" else -1
            if event == "call" and allowed_depth == 0 and (name := _called(frame, names)):
                found.append(name)

        previous = sys.getprofile()
        sys.setprofile(look)
        try:
            return function(*args)
        finally:
            sys.setprofile(previous)

    return watched


def _is_use(frame: FrameType) -> bool:
    return frame.f_code.co_name == "use" and frame.f_globals.get("__name__") == "dlteach.exercises.checks"


def _called(frame: FrameType, names: tuple[str, ...]) -> str | None:
    """The forbidden name whose code this frame runs: it belongs to a forbidden module, or is a forbidden function's own code."""
    module = frame.f_globals.get("__name__", "")
    if not isinstance(module, str):
        return None
    by_module = _covered(module, names)
    if by_module or frame.f_code.co_name not in {name.rpartition(".")[2] for name in names}:
        return by_module
    return next((name for name in names if _code_of(_found(name)) is frame.f_code), None)


def _code_of(function: Any) -> CodeType | None:
    """NumPy wraps its functions in objects of its own, which say what they wrap."""
    return code_of(inspect.unwrap(function)) if callable(function) else None


def _found(dotted: str) -> Any:
    """What a dotted name stands for, if its module is loaded; otherwise None."""
    module, _, name = dotted.rpartition(".")
    return getattr(sys.modules.get(module), name, None)
