"""Run a student's function on the cases, and bring back plain data: what it returned, or how it failed.

This is the only module that meets student code. It holds no secret: it knows the cases, never the answers. The verdict works on the
:class:`Run` alone, so the two may live in different processes.
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from dlteach.checking.callables import Named
from dlteach.checking.capture import captured
from dlteach.checking.exercise import Case, Exercise, Function, Functions
from dlteach.checking.forbidden import forbidden_calls, forbidden_words
from dlteach.checking.limits import Budget, TimeUp
from dlteach.checking.snapshot import freeze, kind_of, printable, same, thaw
from dlteach.checking.source import code_of, innermost, source_of

REPEAT_RTOL = 1e-9  # two calls with the same input may differ in the last bits, where BLAS sums in another order
MAX_MESSAGE = 500


@dataclass(frozen=True)
class Failure:
    """How a call ended without a result: ``kind`` is "raised", "stub", "time" or "missing"; ``line`` is the student's line."""

    kind: str
    type: str = ""
    message: str = ""
    line: str = ""
    number: int = 0

    @property
    def signature(self) -> tuple[str, str, str]:
        """What two failures must share to be the same mistake."""
        return self.kind, self.type, self.message


@dataclass(frozen=True)
class Outcome:
    """One case: the result as plain data, or the failure; which arguments were changed; whether a second call gave something else;
    what the first call printed and warned."""

    value: Any = None
    failure: Failure | None = None
    changed: tuple[str, ...] = ()
    unstable: bool = False
    printed: str = ""
    warned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """All cases: an outcome each, and what else was seen on the way."""

    outcomes: tuple[Outcome, ...]
    forbidden: tuple[str, ...] = ()
    limited: bool = True
    source: str = field(default="", repr=False)


class LocalProber:
    """Runs functions in this process, within one budget of time for everything that a check asks of it."""

    def __init__(self, exercise: Exercise, functions: Functions, budget: Budget | None = None) -> None:
        self.exercise = exercise
        self.functions = functions
        self.budget = budget or Budget()

    def run(self, cases: Sequence[Case], ours: Functions | None = None) -> Run:
        """Try every case. ``ours`` replaces functions of the notebook, by name, while it lasts."""
        function = self.functions[self.exercise.name]
        with captured(), replaced(function, ours or {}):
            limited = self.budget.available
            functions = {**self.functions, **(ours or {})}
            outcomes = self._outcomes(functions, cases)
            forbidden = () if any(o.failure for o in outcomes[:1]) else self._forbidden(functions, cases[0])
        return Run(tuple(outcomes), forbidden, limited, source_of(function))

    def _outcomes(self, functions: Functions, cases: Sequence[Case]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for case in cases:
            outcome = self._outcome(functions, case)
            outcomes.append(outcome)
            if outcome.failure and outcome.failure.kind in ("time", "stub"):
                return outcomes + [outcome] * (len(cases) - len(outcomes))
        return outcomes

    def _outcome(self, functions: Functions, case: Case) -> Outcome:
        call = prepared(case)
        with captured() as output:
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

    def _forbidden(self, functions: Functions, case: Case) -> tuple[str, ...]:
        """What the exercise forbids and the function uses anyway: by its words, and by one watched run."""
        function = functions[self.exercise.name]
        found = list(forbidden_words(function, self.exercise))
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
    with captured():
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
    kept = {name for name, before in case.args.items() if isinstance(before, Named) or same(freeze(call.args[name]), freeze(before))}
    return tuple(name for name in case.args if name not in kept)


def failure_of(error: BaseException, code: CodeType | None) -> Failure:
    """An exception as plain data, with the last line of the student's code it passed through."""
    if isinstance(error, NotImplementedError) and raised_in(error) is code:
        return Failure("stub")
    message = "it calls itself without end" if isinstance(error, RecursionError) else message_of(error)
    line, number = "", 0
    for frame in traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False, limit=50):
        if code is not None and frame.filename == code.co_filename:
            line, number = printable(linecache.getline(frame.filename, frame.lineno or 0).strip()), frame.lineno or 0
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
