"""Hostile values that a checked function returns, and functions that behave otherwise when they are checked."""

from tests.autograder.redteam.base import NO_TOTAL, SUMS, Item, plain, rows

FAMILY = "hostile values"


def returns(name: str, does: str, value: str, before: str = "import numpy as np", **more: object) -> Item:
    """A function that returns that value: the exercise it stands in earns nothing, the one before it all."""
    return rows(f"returns-{name}", FAMILY, does, SUMS, f"{before}\ndef smallest_and_largest(x):\n    return {value}", 2, **more)


EVIL = """\
import os, numpy as np
class Evil:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter((self, self))
    def __float__(self): return 2.0
    def __array__(self, *a, **k): raise SystemExit
    def __reduce__(self): return (os.system, ("touch /tmp/rt-left",))
    __hash__ = None"""
LIAR = """\
import numpy as np
class Liar:
    shape, dtype, ndim, size = (3,), np.dtype(float), 1, 3
    __class__ = property(lambda self: np.ndarray)
    def __array__(self, *a, **k): return np.zeros(3)
    def tobytes(self): return b''
    def tolist(self): return [0.0] * 3"""
SUBCLASS = """\
import numpy as np
class Array(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array_function__(self, f, types, args, kw): return True
    def __array_ufunc__(self, f, method, *args, **kw): return 0.0
    def tobytes(self, *a): raise SystemExit
    def __reduce__(self): return (print, ())
    def copy(self, *a): return self"""
REPR = """\
class Slow:
    def __repr__(self):
        while True:
            try:
                while True: pass
            except BaseException: pass
    __str__ = __repr__"""
SELF = """\
loop = []
loop.append(loop)
circle = {}
circle['a'] = circle"""
WATCHES = """\
import inspect
def row_sums(x):
    frames = inspect.stack()
    for item in frames:
        for name, value in item.frame.f_locals.items():
            if name in ("expected", "reference", "exercise", "judge", "cases"):
                value = getattr(value, "reference", value)
                if callable(value) and value is not row_sums:
                    return value(x)
    return None"""

ITEMS: list[Item] = [
    returns("evil", "an object equal to everything, whose pickle runs a program", "Evil(), Evil()", EVIL),
    returns("liar", "an object that says it is an array of the right shape", "Liar(), Liar()", LIAR),
    returns(
        "subclass", "arrays of a class of its own, of which every method lies", "x.min(axis=1).view(Array) * 0, x.view(Array)", SUBCLASS
    ),
    returns("slow-repr", "an object whose text never ends", "Slow(), Slow()", REPR),
    returns("million", "lists of a million lists", "[[0.0] for _ in range(1_000_000)], [[[]] for _ in range(1_000_000)]"),
    returns("long-text", "a text of 200 MB", "'x' * (200 << 20), b'x' * (200 << 20)"),
    returns("big-array", "an array of 400 MB", "np.zeros(50 << 20), np.zeros(50 << 20)"),
    returns(
        "virtual-array", "an array of 10¹² numbers that all lie in one place", "np.broadcast_to(1.0, 10**12), np.broadcast_to(1.0, 10**12)"
    ),
    returns("no-end", "a generator without end", "(n for n in iter(int, 1))"),
    returns("itself", "a list and a dictionary that contain themselves", "loop, circle", SELF),
    returns(
        "deep",
        "a tuple in a tuple, 100,000 deep",
        "deep, deep",
        """\
deep = ()
for _ in range(100_000):
    deep = (deep,)""",
    ),
    returns("big-number", "a whole number of a million digits", "10 ** 1_000_000, -(10 ** 1_000_000)"),
    returns("objects", "arrays of objects", "np.array([object(), [1]], dtype=object), np.array([print])"),
    returns("records", "arrays of records, dates and texts", "np.zeros(3, 'f8,U4'), np.array(['2026-01-01'], 'M8[D]')"),
    returns("nothing-finite", "arrays of nan, of infinity and of complex numbers", "x.min(axis=1) * np.nan, x.max(axis=1) * np.inf * 1j"),
    returns("empty-huge", "an array without numbers whose other side is 10¹⁵", "np.zeros((0, 10**15)), np.zeros((10**15, 0))"),
    returns("type", "classes and modules", "np.ndarray, np"),
    returns(
        "released",
        "a memory view that was released, and an array on memory that is gone",
        "view, np.frombuffer(bytearray(8))",
        """\
import numpy as np
view = memoryview(bytearray(8))
view.release()""",
    ),
    returns("keys", "a dictionary of a million keys, and one with evil keys", "{n: n for n in range(1_000_000)}, {(): 1, None: 2, 0.5: 3}"),
    returns(
        "metaclass",
        "an object whose class can't be asked for its name",
        "C(), C()",
        """\
class M(type):
    def __getattribute__(self, name): raise SystemExit
class C(metaclass=M): pass""",
    ),
    returns(
        "weak-numbers",
        "numbers of classes of its own",
        "F(1), F(2)",
        """\
class F(float):
    def __float__(self): raise SystemExit
    def __eq__(self, o): return True
    __hash__ = None
    def __repr__(self): return '2.5'""",
    ),
    rows("watches-the-stack", FAMILY, "looks up the stack for the right answer while it is checked", WATCHES, points=2.5),
    rows(
        "only-when-checked",
        FAMILY,
        "is right the first ten times it is called, then wrong",
        """\
calls = []
def row_sums(x):
    calls.append(1)
    return x.sum(axis=1) if len(calls) < 3 else x.sum(axis=0)""",
        points=2.5,
    ),
    rows(
        "reseeds",
        FAMILY,
        "sets the seed of every random generator, and replaces default_rng; the answers are right",
        """\
import numpy as np, random
np.random.seed(0)
random.seed(0)
rng = np.random.default_rng(0)
np.random.default_rng = lambda *a: rng
def row_sums(x):
    np.random.seed(0)
    return x.sum(axis=1)""",
    ),
    rows(
        "changes-inputs",
        FAMILY,
        "sets all inputs to 0 and returns 0",
        """\
def row_sums(x):
    x[...] = 0
    return x.sum(axis=1)""",
        points=2.5,
    ),
    rows(
        "changes-inputs-later",
        FAMILY,
        "keeps every input and sets it to 0 from a thread",
        """\
import threading, time
kept = []
def work():
    while True:
        for x in list(kept): x[...] = 0
        time.sleep(0.0005)
threading.Thread(target=work, daemon=True).start()
def row_sums(x):
    kept.append(x)
    time.sleep(0.002)
    return x.sum(axis=1) * 0""",
        points=2.5,
    ),
    rows(
        "profiler",
        FAMILY,
        "sets trace and profile functions that end the process when anything is checked",
        SUMS,
        """\
import sys, threading
def look(frame, event, arg):
    if 'dlteach' in frame.f_code.co_filename:
        raise SystemExit
    return look
sys.settrace(look)
sys.setprofile(look)
threading.settrace(look)
def smallest_and_largest(x):
    return None""",
        2,
    ),
    rows(
        "class-instead",
        FAMILY,
        "the function is an object of a class that lies about its code and its signature",
        SUMS,
        """\
class F:
    __name__ = 'smallest_and_largest'
    __code__ = property(lambda self: (_ for _ in ()).throw(SystemExit))
    __signature__ = 3
    __wrapped__ = property(lambda self: self)
    def __call__(self, *a): return None
smallest_and_largest = F()""",
        2,
    ),
    rows(
        "namespace-lies",
        FAMILY,
        "the notebook's namespace holds other things for every name of the checker",
        SUMS,
        """\
__name__ = 'dlteach.checking'
exercise = judge = functions = case = cases = np = numpy = dlteach = 3
__builtins__ = {}
def smallest_and_largest(x): return None""",
        2,
    ),
    plain(
        "no-list",
        FAMILY,
        "the tested function returns an object whose comparison never ends",
        NO_TOTAL.replace("return 0", "return E()")
        + """\

class E:
    def __eq__(self, other):
        while True: pass
    __hash__ = None""",
    ),
]
