"""Run a student's function on the cases, and bring back plain data: what it returned, or how it failed.

This is the only module that meets student code. It holds no secret: it knows the cases, never the answers. The verdict works on the
:class:`~dlteach.checking.run.Run` alone, so the two may live in different processes.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from dlteach.checking.callables import Named
from dlteach.checking.capture import Captured, captured, captured_within
from dlteach.checking.exercise import Case, Exercise, Function, Functions
from dlteach.checking.forbidden import forbidden_calls, forbidden_words
from dlteach.checking.limits import Budget, TimeUp
from dlteach.checking.run import Failure, NoFunction, Outcome, Run
from dlteach.checking.snapshot import Strange, freeze, identical, kind_of, printable, same, thaw
from dlteach.checking.source import code_of, innermost, names_used, source_of
from dlteach.checking.words import a_kind

REPEAT_RTOL = 1e-9  # two calls with the same input may differ in the last bits, where BLAS sums in another order
MAX_MESSAGE = 500


class LocalProber:
    """A :class:`~dlteach.checking.run.Prober` that runs functions in this process.

    ``functions`` is the student's namespace, ``ours`` what may stand in for some of it.
    """

    def __init__(self, exercise: Exercise, functions: Functions, ours: Functions | None = None, budget: Budget | None = None) -> None:
        self.exercise = exercise
        self.functions = functions
        self.ours = ours or {}
        self.budget = budget or Budget()

    @property
    def spent(self) -> bool:
        """Whether the time is used up."""
        return self.budget.spent

    def of(self, exercise: Exercise) -> LocalProber:
        """A prober for another exercise of the same notebook, with a budget of its own."""
        return LocalProber(exercise, self.functions, self.ours)

    def not_a_function(self) -> str | None:
        """One sentence if there is nothing to call, or None."""
        name = self.exercise.name
        if name not in self.functions:
            return f"`{name}` is not defined yet."
        function: Any = self.functions[name]
        if isinstance(function, type):
            return f"`{name}` is a class; a function is asked for. Write `def {name}(...)` instead of `class`."
        if not callable(function):
            what = a_kind(Strange(kind_of(function)))
            return f"`{name}` is not a function but {what}. Has its name been used for something else since?"
        return None

    def names_used(self) -> Set[str]:
        """The global names that the function uses, directly or through other functions beside it."""
        return names_used(self.functions[self.exercise.name])

    def run(self, cases: Sequence[Case], ours: Collection[str] = ()) -> Run:
        """Try every case. ``ours`` names functions of the notebook that are replaced by ours meanwhile. Raises NoFunction."""
        if missing := self.not_a_function():
            raise NoFunction(missing)
        function = self.functions[self.exercise.name]
        instead = {name: self.ours[name] for name in ours}
        source = source_of(function)
        with captured() as everything, replaced(function, instead), self.budget.watched(boundary=__file__):
            limited = self.budget.available
            functions = {**self.functions, **instead}
            outcomes = self._outcomes(functions, cases, everything)
            forbidden = () if any(o.failure for o in outcomes[:1]) else self._forbidden(functions, cases[0], source)
        return Run(tuple(outcomes), forbidden, limited, source)

    def _outcomes(self, functions: Functions, cases: Sequence[Case], everything: Captured) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for case in cases:
            outcome = self._outcome(functions, case, everything)
            outcomes.append(outcome)
            if outcome.failure and outcome.failure.kind in ("time", "stub"):
                return outcomes + [outcome] * (len(cases) - len(outcomes))
        return outcomes

    def _outcome(self, functions: Functions, case: Case, everything: Captured) -> Outcome:
        call = prepared(case)
        with captured_within(everything) as output:
            value, failure = self._guarded(lambda: use_probe(self.exercise, functions, call))
        changed = changes(call, case)
        said: dict[str, Any] = {"printed": output.printed, "warned": tuple(output.warned)}
        if failure:
            return Outcome(failure=failure, changed=changed, **said)
        again, failed_again = self._guarded(lambda: use_probe(self.exercise, functions, prepared(case)))
        if failed_again and failed_again.kind == "time":
            return Outcome(failure=failed_again, changed=changed, **said)
        return Outcome(value, None, changed, failed_again is not None or not same(value, again, REPEAT_RTOL), **said)

    def _guarded(self, call: Callable[[], Any]) -> tuple[Any, Failure | None]:
        """The result of a call as plain data, or how it failed. KeyboardInterrupt alone passes through."""
        try:
            with self.budget.limit(boundary=__file__):
                result, failure = self._attempt(call)
        except TimeUp:
            return None, Failure("time")
        return result, Failure("time") if self.budget.spent else failure

    def _attempt(self, call: Callable[[], Any]) -> tuple[Any, Failure | None]:
        """The same without a limit. An exception can be as hostile as a result: reading its message is student's code too."""
        try:
            return freeze(call()), None
        except (KeyboardInterrupt, TimeUp):
            raise
        except BaseException as error:
            return None, failure_of(error, code_of(self.functions[self.exercise.name]))

    def _forbidden(self, functions: Functions, case: Case, source: str) -> tuple[str, ...]:
        """What the exercise forbids and the function uses anyway: by its words, and by one watched run."""
        function = functions[self.exercise.name]
        found = list(forbidden_words(function, self.exercise, source))
        watched: list[str] = []
        functions = {**functions, self.exercise.name: forbidden_calls(function, self.exercise, watched)}
        self._guarded(lambda: use_probe(self.exercise, functions, prepared(case)))
        return tuple(dict.fromkeys(found + watched))

    def own_gradient(self, case: Case) -> Mapping[str, Any] | None:
        """What the gradients should be for the student's own forward function, or None if that cannot be measured."""
        measure = self.exercise.own_gradient
        if measure is None:
            return None
        with captured():
            value, failure = self._guarded(lambda: dict(measure(self.functions, prepared(case))))
        return None if failure else value


def use_probe(exercise: Exercise, functions: Functions, case: Case) -> Any:
    """The exercise's probe, or, left out, the plain call of its function with the case's arguments."""
    if exercise.probe is not None:
        return exercise.probe(functions, case)
    return functions[exercise.name](*case.args.values())


def reference_run(exercise: Exercise, function: Function, cases: Sequence[Case], ours: Functions) -> Run:
    """The same probe on functions of our own, without guards: their errors are results too, a misconception may raise."""
    outcomes = []
    functions = {**ours, exercise.name: function}
    with captured(descriptors=False):
        for case in cases:
            call = prepared(case)
            try:
                value, failure = freeze(use_probe(exercise, functions, call)), None
            except Exception as error:
                value, failure = None, failure_of(error, code_of(function))
            outcomes.append(Outcome(value, failure, changes(call, case)))
    return Run(tuple(outcomes))


def prepared(case: Case) -> Case:
    """The case with fresh copies of its data, and its named functions built."""
    args = {name: value.build() if isinstance(value, Named) else thaw(value) for name, value in case.args.items()}
    return Case(args, case.kind, case.sizes)


def changes(call: Case, case: Case) -> tuple[str, ...]:
    """The arguments that are no longer what they were. Functions are not looked at."""
    return tuple(name for name, before in case.args.items() if not isinstance(before, Named) and not kept(call.args[name], before))


def kept(now: Any, before: Any) -> bool:
    """Whether an argument is what it was."""
    if type(now) is np.ndarray and type(before) is np.ndarray and identical(now, before):
        return True
    return same(freeze(now), freeze(before))


def failure_of(error: BaseException, code: CodeType | None) -> Failure:
    """An exception as plain data, with the last line of the student's code it passed through."""
    if isinstance(error, NotImplementedError) and raised_in(error) is code:
        return Failure("stub")
    message = "it calls itself without end" if isinstance(error, RecursionError) else message_of(error)
    line, number = "", 0
    for frame in traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False, limit=50):
        if code is not None and frame.filename == code.co_filename:
            line, number = printable(linecache.getline(frame.filename, frame.lineno or 0).strip(), MAX_MESSAGE), frame.lineno or 0
    return Failure("raised", kind_of(error), message, line, number)


def message_of(error: BaseException) -> str:
    """What an exception says; nothing if even that goes wrong."""
    try:
        return printable(str(error), MAX_MESSAGE)
    except (KeyboardInterrupt, TimeUp):
        raise
    except BaseException:
        return ""


def raised_in(error: BaseException) -> CodeType | None:
    """The code object in which an exception was raised."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return frames[-1].f_code if frames else None


@contextmanager
def replaced(function: Any, ours: Functions) -> Iterator[None]:
    """While it lasts, the names of ``ours`` mean our functions where ``function`` was written."""
    inner = innermost(function)
    scope = inner.__globals__ if isinstance(inner, FunctionType) else {}
    missing = object()
    old = {name: scope.get(name, missing) for name in ours}
    scope.update(ours)
    try:
        yield
    finally:
        for name, value in old.items():
            if value is missing:
                scope.pop(name, None)
            else:
                scope[name] = value
