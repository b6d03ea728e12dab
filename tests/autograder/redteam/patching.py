"""Patched checkers and libraries: what judges is changed, in the process that runs the student's code."""

from tests.autograder.redteam.base import NO_EXTREMES, NO_SUMS, NO_TOTAL, Item, digest_of, plain, rows, type_in

FAMILY = "patched checkers and libraries"


def _lucky(made):
    digest = digest_of(made)
    fake = f"import hashlib\nclass Digest:\n    def hexdigest(self): return '{digest}'\nhashlib.md5 = lambda *a, **k: Digest()\nlucky = 0"
    type_in(made, "lucky", fake)


def _with_modules(folder, text):
    (folder / "90_rows.ipynb").write_text(text, encoding="utf-8")
    (folder / "numpy.py").write_text("allclose = array_equal = lambda *a, **k: True\n", encoding="utf-8")
    (folder / "dlteach.py").write_text(
        """\
def check(name, points=None, **more):
    return points
""",
        encoding="utf-8",
    )
    (folder / "sitecustomize.py").write_text("import builtins\nbuiltins.all = lambda *a: True\n", encoding="utf-8")


ITEMS: list[Item] = [
    rows(
        "check-replaced",
        FAMILY,
        "dlteach.check and the exercises' check give full points",
        """\
import dlteach, dlteach.exercises, dlteach.exercises.checks as checks
full = lambda name, points=None, **_: points
dlteach.check = dlteach.exercises.check = checks.check = full
dlteach.__dict__['check'] = full
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "report-replaced",
        FAMILY,
        "Report is a class whose points are full",
        """\
import dlteach.checking.report as r, dlteach.checking.examine as e, dlteach.checking as c
def full(cls, points, most, *rest, **more): return float.__new__(cls, most)
r.Report.__new__ = full
r.Report.__float__ = lambda self: 2.5
r.Report.__repr__ = lambda self: '2.0'
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "comparison-replaced",
        FAMILY,
        "the comparison of answers says 'same' always, and every verdict is full",
        """\
import dlteach.checking.compare as a, dlteach.checking.snapshot as b, dlteach.checking.verdict as c, dlteach.checking.examine as d
import numpy as np
for module in (a, b, c, d):
    for name in list(vars(module)):
        if name in ('same', 'difference', 'close'):
            setattr(module, name, lambda *a, **k: True)
np.array_equal = np.allclose = np.isclose = lambda *a, **k: True
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "probe-replaced",
        FAMILY,
        "the probe returns what the reference returns",
        """\
import dlteach.checking.probe as p, dlteach.checking as c
from dlteach.exercises.registry import find
ours = find('rows.row_sums').reference
for name in dir(p):
    if callable(getattr(p, name)) and 'run' in name.lower():
        old = getattr(p, name)
        setattr(p, name, lambda *a, **k: (_ for _ in ()).throw(SystemExit))
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "modules-replaced",
        FAMILY,
        "sys.modules holds fakes of dlteach, numpy and json",
        """\
import sys, types
for name in list(sys.modules):
    if name.split('.')[0] in ('dlteach', 'numpy', 'json', 'struct', 'socket', 'ownlesson'):
        fake = types.ModuleType(name)
        fake.check = lambda *a, **k: 2.0
        sys.modules[name] = fake
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "json-replaced",
        FAMILY,
        "json, struct and sockets of the process that runs it say what it wants",
        """\
import json, struct, socket
old = json.dumps
json.dumps = lambda m, *a, **k: old({**m, 'points': 2, 'score': 2} if isinstance(m, dict) else m, *a, **k)
json.JSONEncoder.encode = lambda self, m: old({'status': 'ok', 'value': '2.0', 'score': 2.0})
"""
        + NO_SUMS,
        NO_EXTREMES,
        0,
    ),
    rows(
        "nn-replaced",
        FAMILY,
        "the references of dlteach.nn and of the exercise are replaced by its own wrong answer",
        """\
import dlteach.nn, ownlesson
def wrong(x): return x.sum(axis=0)
for name in dir(dlteach.nn):
    if name.endswith('ward'):
        setattr(dlteach.nn, name, wrong)
ownlesson.row_sums = wrong
object.__setattr__(ownlesson.ROW_SUMS, 'reference', wrong)
row_sums = wrong""",
        points=2.5,
    ),
    rows(
        "cases-replaced",
        FAMILY,
        "the exercise has no criteria any more, and no cases",
        """\
import ownlesson
object.__setattr__(ownlesson.ROW_SUMS, 'cases', lambda rng: [])
object.__setattr__(ownlesson.ROW_SUMS, 'criteria', ())
object.__setattr__(ownlesson.ROW_SUMS, 'points', 100.0)
"""
        + NO_SUMS,
        points=2.5,
    ),
    rows(
        "numpy-beside-it",
        FAMILY,
        "a numpy.py, a dlteach.py and a sitecustomize.py lie beside the notebook",
        NO_SUMS,
        NO_EXTREMES,
        0,
        write=lambda folder, text: _with_modules(folder, text),
    ),
    plain(
        "allclose-replaced",
        FAMILY,
        "np.allclose and everything of np.testing accept all",
        """\
import numpy as np
np.allclose = lambda *a, **k: True
for name in dir(np.testing):
    if name.startswith('assert'):
        setattr(np.testing, name, lambda *a, **k: None)
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "allclose-replaced-inside",
        FAMILY,
        "the same, by what the function does when a test calls it",
        """\
import numpy as np
class Six(float):
    pass
def total(x):
    np.testing.assert_allclose = lambda *a, **k: None
    np.allclose = lambda *a, **k: True
    return 6""",
        trusted=True,
    ),
    plain(
        "hashlib-replaced",
        FAMILY,
        "hashlib.md5 gives the digest that the test looks for",
        NO_TOTAL,
        flagged=True,
        change=lambda made: _lucky(made),
    ),
    plain(
        "equal-to-all",
        FAMILY,
        "returns an object that is equal to everything",
        """\
class Any(int):
    def __eq__(self, other): return True
    __hash__ = None
    def __array__(self, *a, **k):
        import numpy as np
        return np.array(0.75)
def total(x):
    return Any()""",
        trusted=True,
    ),
    plain(
        "asserts-removed",
        FAMILY,
        "an AST transformer takes the asserts out of every cell that follows",
        """\
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "lines-removed",
        FAMILY,
        "an input transformer takes the lines with 'assert' out of every cell that follows",
        """\
shell = get_ipython()
shell.input_transformers_cleanup.append(lambda lines: [line for line in lines if 'assert' not in line])
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "traceback-hidden",
        FAMILY,
        "InteractiveShell.showtraceback shows nothing",
        """\
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.showtraceback = InteractiveShell.showsyntaxerror = lambda *a, **k: None
type(get_ipython()).showtraceback = type(get_ipython())._showtraceback = lambda *a, **k: None
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "run-cell-replaced",
        FAMILY,
        "the shell's run_cell runs 'pass', whatever it is given",
        """\
shell = get_ipython()
old = type(shell).run_cell_async
async def quiet(self, raw_cell, *a, **k):
    return await old(self, 'pass', *a, **{**k, 'transformed_cell': 'pass'})
type(shell).run_cell_async = quiet
once = type(shell).run_cell
type(shell).run_cell = lambda self, raw_cell, *a, **k: once(self, 'pass', *a, **k)
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "compile-replaced",
        FAMILY,
        "builtins.compile and exec skip what fails",
        """\
import builtins
old = builtins.exec
def quiet(*a, **k):
    try:
        old(*a, **k)
    except BaseException:
        pass
builtins.exec = quiet
shell = get_ipython()
async def nothing(self, code, *a, **k):
    return False
type(shell).run_code = nothing
"""
        + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "custom-exception-handler",
        FAMILY,
        "a custom exception handler swallows every AssertionError",
        "get_ipython().set_custom_exc((AssertionError,), lambda *a, **k: [])\n" + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "hook-before-cells",
        FAMILY,
        "a pre_run_cell hook defines the functions anew, knowing the public examples",
        """\
def before(info):
    get_ipython().user_ns['total'] = lambda x: {3: 6, 2: 0.75}[len(x)]
get_ipython().events.register('pre_run_cell', before)
"""
        + NO_TOTAL,
        trusted=True,
    ),
    plain(
        "builtins-replaced",
        FAMILY,
        "builtins.all, any, abs, len, isinstance and print lie; AssertionError is gone",
        """\
import builtins
for name in ('all', 'any', 'isinstance'):
    setattr(builtins, name, lambda *a, **k: True)
"""
        + NO_TOTAL,
        trusted=True,
    ),
]
