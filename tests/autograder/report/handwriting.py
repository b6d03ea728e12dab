"""Make up what students write: right answers in everybody's own hand, and copies in disguise. Seeded, so the same every time."""

import ast
import inspect
import random
import textwrap

NAMES = (
    "a",
    "res",
    "tmp",
    "val",
    "y_",
    "out2",
    "first",
    "second",
    "part",
    "z1",
    "s",
    "acc",
    "total_",
    "grad",
    "g",
    "u",
    "q",
    "mid",
    "step1",
    "work",
)
REMARKS = ("# first the shapes", "# see the notes", "# this took me a while", "# now the rest", "# chain rule", "# ok", "# check again")


def answers_of(exercise):
    """The right answers that the course itself knows."""
    return [textwrap.dedent(inspect.getsource(function)) for function in (exercise.reference, *exercise.accepted)]


def habits(rng):
    """What somebody is used to: how often they write ``np.sum(x)`` for ``x.sum()``, and so on."""
    return {idiom: rng.betavariate(0.5, 0.5) for idiom in ("function", "product", "dot", "turned", "transpose", "steps")}


def honest(exercise, rng, habit):
    """Somebody's own right answer: one of the usual ways, in their own idioms, steps and names."""
    tree = ast.parse(rng.choice(answers_of(exercise)))
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)][:1]
    _without_documentation(tree)
    tree.body[0].name = exercise.name
    tree = Idioms(rng, habit).visit(tree)
    tree.body[0].body = _in_steps(tree.body[0].body, rng, habit)
    return ast.unparse(ast.fix_missing_locations(_renamed(tree, rng)))


def disguised(source, rng):
    """A copy: every name of the author's own is another, comments and empty lines come in, and the code is the same."""
    lines = ast.unparse(ast.fix_missing_locations(_renamed(ast.parse(source), rng))).splitlines()
    said = [lines[0]]
    for line in lines[1:]:
        blank = line[: len(line) - len(line.lstrip())]
        said += [blank + rng.choice(REMARKS)] if rng.random() < 0.3 else []
        said += [""] if rng.random() < 0.2 else []
        said.append(line.replace(", ", ",") if rng.random() < 0.3 else line)
    return "\n".join(said)


class Idioms(ast.NodeTransformer):
    """The same in other words, as the author is used to: ``x.sum(axis=0)`` or ``np.sum(x, axis=0)``, ``a @ b`` or ``np.dot(a, b)``."""

    def __init__(self, rng, habit):
        self.does = lambda idiom: rng.random() < habit[idiom]

    def visit_Call(self, node):
        self.generic_visit(node)
        function = node.func
        is_method = isinstance(function, ast.Attribute) and function.attr in ("sum", "mean", "max", "min")
        if is_method and ast.unparse(function.value) != "np" and self.does("function"):
            return ast.Call(_numpy(function.attr), [function.value, *node.args], node.keywords)
        return node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.MatMult) and self.does("product"):
            return ast.Call(_numpy("dot" if self.does("dot") else "matmul"), [node.left, node.right], [])
        if isinstance(node.op, ast.Mult | ast.Add) and self.does("turned"):
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if node.attr == "T" and isinstance(node.ctx, ast.Load) and self.does("transpose"):
            return ast.Call(_numpy("transpose"), [node.value], [])
        return node


def _numpy(name):
    return ast.Attribute(ast.Name("np", ast.Load()), name)


def _in_steps(body, rng, habit):
    """Some write a formula in one line, others give its parts names first."""
    steps = []
    for node in body:
        for child in ast.walk(node) if isinstance(node, ast.Return | ast.Assign) else ():
            parts = child.elts if isinstance(child, ast.Tuple) and isinstance(child.ctx, ast.Load) else getattr(child, "args", [])
            for place, part in enumerate(parts):
                simple = isinstance(part, ast.Name | ast.Constant | ast.Starred | ast.Tuple | ast.GeneratorExp | ast.Slice)
                inside = {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
                used = {name.id for name in ast.walk(part) if isinstance(name, ast.Name)}
                if not simple and not inside & used and rng.random() < habit["steps"] and isinstance(child, ast.Tuple | ast.Call):
                    name = f"step_{len(steps)}_{place}"
                    steps.append(ast.Assign([ast.Name(name, ast.Store())], part, lineno=0))
                    parts[place] = ast.Name(name, ast.Load())
        steps.append(node)
    return steps


def _without_documentation(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]


def _renamed(tree, rng):
    """Every name that is given a value inside becomes another."""
    own = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)})
    fresh = rng.sample(NAMES, min(len(own), len(NAMES)))
    new = dict(zip(own, fresh, strict=False))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    return tree


def generator(seed):
    """Randomness for a class."""
    return random.Random(seed)
