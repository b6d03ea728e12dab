"""What the cell of an exercise must look like: one function, the exercise's own, with one solution marked inside it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from dlteach.authoring.errors import SourceError
from dlteach.authoring.source import SourceCell
from dlteach.checking.exercise import Exercise

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


def check_answer_cell(path: Path, cell: SourceCell, exercise: Exercise) -> None:
    """Check an exercise's cell.

    Raises:
        SourceError: it isn't Python, doesn't hold exactly the exercise's function with the reference's parameters, or its
            markers don't enclose one block inside the function. The line is that of the mistake.
    """
    tree = _parse(path, cell)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if len(tree.body) != 1 or len(functions) != 1:
        raise SourceError(path, cell.line, f"the cell of exercise '{exercise.name}' should hold exactly one function and nothing else")
    function = functions[0]
    line = cell.line + function.lineno
    if function.name != exercise.name:
        raise SourceError(path, line, f"the cell of exercise '{exercise.name}' defines '{function.name}' instead")
    written = _bare(function.args)
    asked = _parameters(exercise)
    if written != asked:
        raise SourceError(path, line, f"'{exercise.name}' takes ({written}) here, but the exercise's reference takes ({asked})")
    _check_markers(path, cell, exercise, function)


def _parse(path: Path, cell: SourceCell) -> ast.Module:
    try:
        return ast.parse(cell.text)
    except SyntaxError as error:
        raise SourceError(path, cell.line + (error.lineno or 1), f"this is not Python: {error.msg}") from error


def _parameters(exercise: Exercise) -> str:
    """The reference's parameters as they would be written without annotations: ``f, x, h=1e-05``."""
    signature = inspect.signature(exercise.reference)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    text = str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    function = ast.parse(f"def f{text}: pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(function.args)


def _bare(arguments: ast.arguments) -> str:
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(arguments)


def _check_markers(path: Path, cell: SourceCell, exercise: Exercise, function: ast.FunctionDef) -> None:
    lines = cell.text.splitlines()
    begins = [number for number, line in enumerate(lines, 1) if line.strip() == BEGIN]
    ends = [number for number, line in enumerate(lines, 1) if line.strip() == END]
    for marker, found in ((BEGIN, begins), (END, ends)):
        if len(found) != 1:
            line = cell.line + (found[1] if len(found) > 1 else 0)
            count = "no" if not found else "more than one"
            raise SourceError(path, line, f"the cell of exercise '{exercise.name}' has {count} '{marker}'; it needs exactly one")
    begin, end = begins[0], ends[0]
    if not function.lineno < begin < end:
        raise SourceError(path, cell.line + begin, f"'{BEGIN}' should stand inside '{exercise.name}', above '{END}'")
    # what the student gets must be Python too: a marker at the wrong depth would leave the stub hanging
    indent = lines[begin - 1][: len(lines[begin - 1]) - len(lines[begin - 1].lstrip())]
    stub = [*lines[: begin - 1], f"{indent}raise NotImplementedError()", *lines[end:]]
    try:
        ast.parse("\n".join(stub))
    except SyntaxError as error:
        raise SourceError(path, cell.line + begin, f"without the solution, '{exercise.name}' is not Python: {error.msg}") from error
