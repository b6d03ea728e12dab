"""See whether a function leaves the exercise to somebody else: to our reference, to autograd, to ``np.gradient``.

Two looks: the words of its source, and one watched run that sees through helper functions. It is a teaching rule, not a wall: the
reference is public. What is found earns nothing, is said plainly, and is listed for the instructor.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from dlteach.checking.exercise import Exercise, Function

ALWAYS = (
    *("dlteach.nn", "dlteach.models", "dlteach.exercises", "dlteach.training", "dlteach.pytorch"),
    *("torch", "jax", "tensorflow", "autograd", "sklearn", "numpy.gradient"),
    *("scipy.special", "scipy.optimize", "scipy.differentiate"),
)


def forbidden_names(exercise: Exercise) -> tuple[str, ...]:
    """Dotted names of modules and functions that this exercise does not allow."""
    return ALWAYS + exercise.forbids


def forbidden_words(function: Function, exercise: Exercise) -> Iterator[str]:
    """Forbidden dotted names in the function's source, resolved through what its names stand for: ``np`` is ``numpy``."""
    names = forbidden_names(exercise)
    scope = getattr(function, "__globals__", {})
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, IndexError, ValueError):
        return
    for node in ast.walk(tree):
        for dotted in _dotted_names(node, scope):
            if name := _covered(dotted, names):
                yield name


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

    The exercises it ``needs`` may be ours (``use`` hands them out), so nothing below those is noted.
    """
    names = forbidden_names(exercise)

    def watched(*args: Any) -> Any:
        allowed_depth = 0

        def look(frame: FrameType, event: str, _arg: Any) -> None:
            nonlocal allowed_depth
            if event not in ("call", "return"):
                return
            if frame.f_code.co_name in exercise.needs:
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


def _called(frame: FrameType, names: tuple[str, ...]) -> str | None:
    """The forbidden name whose code this frame runs: it belongs to a forbidden module, or is a forbidden function's own code."""
    module = frame.f_globals.get("__name__", "")
    if not isinstance(module, str):
        return None
    by_module = _covered(module, names)
    if by_module or frame.f_code.co_name not in {name.rpartition(".")[2] for name in names}:
        return by_module
    return next((name for name in names if _code_named(name) is frame.f_code), None)


def _code_named(dotted: str) -> CodeType | None:
    """The code object of a function given by its dotted name, if its module is loaded."""
    module, _, name = dotted.rpartition(".")
    function = getattr(sys.modules.get(module), name, None)
    inner = inspect.unwrap(function) if callable(function) else None
    return inner.__code__ if isinstance(inner, FunctionType) else None
