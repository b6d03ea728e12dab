"""Put back what a student's code has replaced in the libraries that graded cells rely on, and say what it was.

A snapshot is taken before any student code runs: functions, classes and modules by identity, functions also by their code. State that
ordinary code sets (random generators, print options, caches, warning filters, new attributes) is neither looked at nor touched. This is no
wall, as student code and tests share a process: it stops the common tricks and reports them.
"""

from __future__ import annotations

import builtins
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter, is_not
from types import FunctionType, ModuleType
from typing import Any

MODULES = (
    *("builtins", "math", "cmath", "statistics", "hashlib", "inspect", "re", "copy", "unittest", "unittest.case"),
    *("numpy", "numpy.linalg", "numpy.linalg._linalg", "numpy.testing", "numpy.testing._private.utils", "numpy._core.numeric"),
    *("dlteach", "dlteach.nn", "dlteach.exercises", "dlteach.exercises.checks"),
    *("dlteach.checking.probe", "dlteach.checking.capture", "dlteach.checking.snapshot", "dlteach.checking.limits"),
    *("torch.linalg", "torch.nn.functional", "torch.testing", "torch.testing._comparison"),
    *("pandas", "pandas.testing", "pandas._testing.asserters", "sklearn.metrics"),
    *(f"autograder.worker.{name}" for name in ("cells", "display", "guard", "outputs", "plain", "probes", "shell", "worker")),
)
"""The modules that tests call, those where NumPy keeps how it compares, and our own: every function in them is watched.

Not simply all modules: to look at an object is to write to it (its count of references), and in a forked process that copies memory.
"""

SOME = {"torch": ("allclose", "isclose", "equal", "eq", "all", "any", "abs", "max", "sum", "mean", "is_tensor", "tensor")}
"""Of a very large module, the names that tests use."""

OURS = ("cells.Runner", "guard.Guard", "guard.Place", "outputs.Outputs", "outputs.Stream", "outputs.Descriptor", "clock.Clock")
"""Classes of ours whose methods are watched, in ``autograder.worker``."""

TOOLS = ("json", "json.encoder", "json.decoder", "json.scanner", "struct")
"""Modules without which nothing could be answered. They are put back after every cell, in silence."""

FREE = {"exit", "quit", "get_ipython", "display", "help", "input", "_", "__builtins__", "__warningregistry__", "__loader__", "__spec__"}
"""Names that IPython, or we, set and take away."""

PARTS = (
    *("displayhook", "display_pub", "display_formatter", "compile", "events", "input_transformer_manager", "prefilter_manager"),
    *("display_trap", "builtin_trap", "history_manager", "InteractiveTB", "user_module", "user_ns"),
)
"""What a shell is made of."""

LISTS = (
    *("ast_transformers", "input_transformers_post", "prefilter_manager.transformers", "prefilter_manager.checkers"),
    *(f"input_transformer_manager.{name}" for name in ("cleanup_transforms", "line_transforms", "token_transformers")),
)
"""What rewrites a cell before it runs; a test could be rewritten too."""

_get_code: Callable[[Any], Any] = attrgetter("__code__")
_any, _map, _zip, _vars = any, map, zip, vars  # ours, whatever becomes of the builtins


class Place:
    """A module or a class, and what its names stood for."""

    def __init__(self, label: str, owner: Any, names: tuple[str, ...] = ()) -> None:
        self.label = label
        self.owner = owner
        self.kind = type(owner)
        self.scope = scope = vars(owner)
        self.names = [name for name in names or scope if name in scope and name not in FREE and _is_watched(scope[name])]
        self.values = [scope[name] for name in self.names]
        self.is_class = isinstance(owner, type)
        self.all = frozenset(scope) if self.is_class else frozenset()

    def changes(self) -> Iterator[str]:
        """Set every name to what it was; yields those that had been changed."""
        get = self.scope.get
        if type(self.owner) is not self.kind:
            self.owner.__class__ = self.kind
            yield f"the class of {self.label}"
        if self.is_class and len(self.scope) != len(self.all):
            yield from self._hidden()
        if not _any(_map(is_not, _map(get, self.names), self.values)):
            return
        for name, value in _zip(self.names, self.values):
            if get(name) is not value:
                _set(self.owner, name, value)
                yield f"{self.label}.{name}"

    def _hidden(self) -> Iterator[str]:
        """Take new names off a class that hide what it inherits; yields them."""
        inherited = [_vars(base) for base in self.owner.__mro__[1:]]
        for name in [*self.scope]:
            if name not in self.all and _any(name in base for base in inherited):
                type.__delattr__(self.owner, name)
                yield f"{self.label}.{name}"

    def functions(self) -> Iterator[tuple[str, FunctionType]]:
        """Its functions written in Python, by their full names."""
        for name, value in zip(self.names, self.values, strict=True):
            if isinstance(value, FunctionType):
                yield f"{self.label}.{name}", value


def _set(owner: Any, name: str, value: Any) -> None:
    """Set a name of a module or a class, past what they may do on being set."""
    (type if isinstance(owner, type) else ModuleType).__setattr__(owner, name, value)


def _is_watched(value: Any) -> bool:
    return callable(value) or isinstance(value, ModuleType | staticmethod | classmethod | property)


class Guard:
    """The snapshot. Make it before student code runs; use :meth:`restore` as often as needed."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._loaded = sys.modules
        wanted = {*MODULES, *SOME}
        self.modules = {name: module for name, module in sys.modules.items() if name in wanted and isinstance(module, ModuleType)}
        self.places = [Place(name, module, SOME.get(name, ())) for name, module in self.modules.items()]
        self.tools = [Place(name, sys.modules[name]) for name in TOOLS]
        self.places += [Place(f"{owner.__module__}.{owner.__name__}", owner) for owner in _classes(shell)]
        named = {id(function): (name, function) for place in self.places for name, function in place.functions()}
        self._names = [name for name, _ in named.values()]
        self._functions = [function for _, function in named.values()]
        self._codes = [function.__code__ for function in self._functions]
        self._builtins = {name: value for name, value in vars(builtins).items() if name not in FREE}
        self._mend: Callable[[Mapping[str, Any]], None] = vars(builtins).update
        self.heal = healer(self._builtins)
        self._parts = {name: getattr(shell, name) for name in PARTS}
        self._methods = {name for owner in type(shell).__mro__ for name, value in vars(owner).items() if isinstance(value, FunctionType)}
        self._lists = {name: (items, list(items)) for name in LISTS if (items := attrgetter(name)(shell)) is not None}

    def mend(self) -> None:
        """Give Python's own functions back, and what is needed for an answer, without a word."""
        self._mend(self._builtins)  # needs none of them itself
        for place in self.tools:
            for _ in place.changes():
                pass

    def restore(self) -> list[str]:
        """Put everything back; says in a sentence each what had been replaced."""
        sys.modules = self._loaded
        found = [name for place in self.places for name in place.changes()]
        if _any(_map(is_not, _map(_get_code, self._functions), self._codes)):
            found += self._restore_code()
        found += [*self._restore_modules(), *self._restore_shell()]
        sentences = [f"{name} had been replaced" for name in found]
        if sys.gettrace() is not None or sys.getprofile() is not None:
            sys.settrace(None)
            sys.setprofile(None)
            sentences.append("a function was watching every line that runs")
        return sentences

    def _restore_code(self) -> Iterator[str]:
        for name, function, code in _zip(self._names, self._functions, self._codes):
            if function.__code__ is not code:
                function.__code__ = code
                yield f"the code of {name}"

    def _restore_modules(self) -> Iterator[str]:
        for name, module in self.modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
                yield f"the module {name}"

    def _restore_shell(self) -> Iterator[str]:
        """A shell's methods can also be hidden by attributes of the one shell there is, its parts exchanged, its input rewritten."""
        own = _vars(self.shell)
        for name in self._methods.intersection(own):
            del own[name]
            yield f"get_ipython().{name}"
        for name, part in self._parts.items():
            if getattr(self.shell, name) is not part:
                setattr(self.shell, name, part)
                yield f"get_ipython().{name}"
        for name, (items, before) in self._lists.items():
            now = attrgetter(name)(self.shell)
            if now is not items or len(items) != len(before) or _any(_map(is_not, items, before)):
                items[:] = before
                holder, _, last = name.rpartition(".")
                setattr(attrgetter(holder)(self.shell) if holder else self.shell, last, items)
                yield f"get_ipython().{name}"


def healer(saved: Mapping[str, Any]) -> Callable[[], None]:
    """A function that gives builtins back which were deleted, and needs none of them itself."""
    count, least, set_default, names, values = (
        vars(builtins).__len__,
        len(saved),
        vars(builtins).setdefault,
        tuple(saved),
        tuple(saved.values()),
    )
    each, drain = map, deque

    def heal() -> None:
        if count() < least:
            drain(each(set_default, names, values), 0)

    return heal


def _classes(shell: Any) -> Iterator[type]:
    """The shell's class and the classes of its parts, with those they are made from; unittest's; ours."""
    for part in (shell, shell.displayhook, shell.display_pub, shell.display_formatter):
        yield from (owner for owner in type(part).__mro__ if owner.__module__.startswith(("IPython.", "ipykernel.", "autograder.")))
    yield sys.modules["unittest"].TestCase
    for name in OURS:
        module, owner = name.split(".")
        yield getattr(sys.modules[f"autograder.worker.{module}"], owner)
