"""Mechanical mutants of a function: every small change of a fixed list, one at a time.

Operators: swap arithmetic and comparison; add 1 to, take 1 from and double each constant; flip True and False; change or
drop an axis, drop keepdims; negate what is assigned, returned and asked; drop a statement. Argument checks (``require_…``),
docstrings and annotations are left alone: a check never passes bad arguments.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.MatMult: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed function: what was changed, and the whole source."""

    change: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of the function in ``source``, without duplicates."""
    tree = ast.parse(textwrap.dedent(source)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    _strip(tree)
    seen = {ast.unparse(tree)}
    found: list[Mutant] = []
    for path in list(_paths(tree)):
        for change, new in _changes(_at(tree, path)):
            mutated = copy.deepcopy(tree)
            _put(mutated, path, new)
            text = ast.unparse(ast.fix_missing_locations(mutated))
            if text not in seen:
                seen.add(text)
                line = ast.unparse(_statement(tree, path)).splitlines()[0]
                found.append(Mutant(f"{change}  in  {line}", text))
    return found


def _strip(tree: ast.FunctionDef) -> None:
    """Drop what is not computation: docstrings, annotations, argument checks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                argument.annotation = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
        if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With):
            node.body = [item for item in node.body if not _is_requirement(item)] or [ast.Pass()]
            node.body = [_plain(item) for item in node.body]


def _plain(node: ast.stmt) -> ast.stmt:
    """An assignment without its annotation."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ast.copy_location(ast.Assign([node.target], node.value), node)
    return node


def _is_requirement(node: ast.stmt) -> bool:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    name = node.value.func.attr if isinstance(node.value.func, ast.Attribute) else getattr(node.value.func, "id", "")
    return name.lstrip("_").startswith("require_")


Path = tuple[tuple[str, int | None], ...]


def _paths(node: ast.AST, path: Path = ()) -> Iterator[Path]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "ctx"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                here = (*path, (field, index))
                yield here
                yield from _paths(child, here)


def _at(tree: ast.AST, path: Path) -> ast.AST:
    for field, index in path:
        child = getattr(tree, field)
        tree = child if index is None else child[index]
    return tree


def _put(tree: ast.AST, path: Path, new: ast.AST) -> None:
    parent = _at(tree, path[:-1])
    field, index = path[-1]
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new


def _statement(tree: ast.AST, path: Path) -> ast.AST:
    """The innermost statement around a place."""
    nodes = [_at(tree, path[:length]) for length in range(len(path) + 1)]
    return next(node for node in reversed(nodes) if isinstance(node, ast.stmt))


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What to put in the place of one node."""
    for swap in SWAPS.get(type(node), ()):
        yield f"{type(node).__name__} → {swap.__name__}", swap()
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "minus dropped", node.operand
    if isinstance(node, ast.Call) and node.keywords:
        yield from _keywords(node)
    computed = isinstance(node, ast.Return) and isinstance(node.value, ast.BinOp | ast.Call | ast.Name)
    if computed or (isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp)):
        changed = copy.deepcopy(node)
        changed.value = ast.UnaryOp(ast.USub(), node.value)
        yield "negated", changed
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield "condition negated", changed
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.For | ast.If | ast.With):
        yield "statement dropped", ast.Pass()


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} → {not value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        for new in dict.fromkeys((value + 1, value - 1, value * 2)):
            if new != value:
                yield f"{value} → {new}", ast.Constant(new)


def _keywords(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for index, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims", "axes"):
            changed = copy.deepcopy(node)
            del changed.keywords[index]
            yield f"{keyword.arg} dropped", changed
