"""Whatever a student calls a function: a clear report, the right points, and never a traceback."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import time
import warnings
from typing import Any

import numpy as np
import pytest

from dlteach.checking import Exercise, Report, examine, limits
from dlteach.checking.html import rich
from tests.checking.toy import TOY, check_toy, row_sums


def right(x: np.ndarray) -> Any:
    return x.sum(axis=1), len(x)


def raises(x):
    raise ValueError("no idea")


def raises_what_cannot_be_printed(x):
    class Nasty(Exception):
        def __str__(self):
            raise SystemExit

    raise Nasty


def calls_what_is_not_written(x):
    def helper():
        raise NotImplementedError

    return helper()


def leaves(x):
    sys.exit(0)


def returns_none(x):
    x.sum(axis=1)


def returns_a_string(x):
    return "12"


def returns_one_thing(x):
    return x.sum(axis=1)


def returns_lists(x):
    return list(x.sum(axis=1)), len(x)


def returns_a_matrix(x):
    return np.matrix(x).sum(axis=1), len(x)


def returns_a_masked_array(x):
    return np.ma.array(x.sum(axis=1)), len(x)


def returns_objects(x):
    return x.sum(axis=1).astype(object), len(x)


def returns_a_generator(x):
    yield x.sum(axis=1)
    yield len(x)


def returns_a_number_for_a_row(x):
    return x.sum(), len(x)


def returns_a_column(x):
    return x.sum(axis=1, keepdims=True), len(x)


def returns_nan(x):
    return x.sum(axis=1) * np.nan, len(x)


def returns_float32(x):
    return x.sum(axis=1).astype(np.float32), len(x)


def returns_a_hostile_object(x):
    class Hostile:
        def __repr__(self):
            raise SystemExit

        def __getattribute__(self, name):
            raise KeyError(name)

    return Hostile(), len(x)


def counts_in_floats(x):
    return x.sum(axis=1), float(len(x))


def says_true_for_one(x):
    return x.sum(axis=1), True if len(x) == 1 else len(x)


def calls_itself(x):
    return calls_itself(x)


def takes_no_arguments():
    return np.zeros(1), 1


def takes_two_arguments(x, axis):
    return x.sum(axis=axis), len(x)


WRONG = {
    raises: "`row_sums` stops with ValueError: no idea",
    raises_what_cannot_be_printed: "`row_sums` stops with Nasty",
    calls_what_is_not_written: "`row_sums` stops with NotImplementedError",
    leaves: "`row_sums` stops with SystemExit",
    returns_none: "It returns None; it should return 2 things: sums, count.",
    returns_a_string: "It returns the text '12'; it should return 2 things",
    returns_one_thing: "It returns an array of shape (1,); it should return 2 things",
    returns_lists: "`sums` is a list; it should be a NumPy array of shape (1,).",
    returns_a_matrix: "`sums` is a matrix; it should be a NumPy array",
    returns_a_masked_array: "`sums` is a MaskedArray; it should be a NumPy array",
    returns_objects: "`sums` is an array of dtype object; it should be a NumPy array",
    returns_a_generator: "It returns a generator; it should return 2 things",
    returns_a_number_for_a_row: "`sums` is the number 2; it should be a NumPy array of shape (1,).",
    returns_a_column: "`sums` has the right numbers in the wrong shape",
    returns_nan: "`sums` holds NaN or infinity",
    returns_float32: "`sums` is right to a few digits only.",
    returns_a_hostile_object: "`sums` is a Hostile; it should be a NumPy array",
    counts_in_floats: "`count` is the float 1.0; it should be a whole number.",
    says_true_for_one: "`count` is True; it should be a whole number.",
    calls_itself: "`row_sums` stops with RecursionError: it calls itself without end",
    takes_no_arguments: "takes 0 positional arguments but 1 was given",
    takes_two_arguments: "missing 1 required positional argument",
}


@pytest.mark.parametrize("function", WRONG, ids=lambda function: function.__name__)
def test_a_wrong_function_gets_a_clear_report(function: Any) -> None:
    report = check_toy(function)
    assert WRONG[function] in report.headline
    assert 0 <= report.points < report.max_points
    assert "Traceback" not in str(report)
    assert "dlteach" not in str(report)


def test_what_is_not_a_function_is_named() -> None:
    assert check_toy(3).headline == "`row_sums` is not a function but an int. Has its name been used for something else since?"
    assert check_toy(type("row_sums", (), {})).headline.startswith("`row_sums` is a class; a function is asked for.")
    assert examine(TOY, {}).headline == "`row_sums` is not defined yet."


@pytest.mark.parametrize(
    "function",
    [
        right,
        lambda numbers: right(numbers),
        functools.partial(lambda extra, x: right(x), None),
        type("Callable", (), {"__call__": lambda self, x: right(x)})(),
        lambda x: list(right(x)),
        lambda x: (x @ np.ones(x.shape[1]), np.int32(len(x))),
        lambda x: (x.sum(axis=1), np.array(len(x))),
    ],
    ids=["function", "other parameter names", "partial", "callable object", "list of results", "NumPy integer", "0-d array"],
)
def test_what_is_right_in_another_form_earns_everything(function: Any) -> None:
    report = check_toy(function)
    assert report.points == 4, str(report)
    assert report.passed


def test_changing_the_input_costs_half_of_what_is_right() -> None:
    def scribbles(x):
        result = x.sum(axis=1)
        x[:] = 0
        return result, len(x)

    report = check_toy(scribbles)
    assert report.points == 2
    assert "changes its input `x`" in report.headline


def test_a_different_answer_the_second_time_costs_half() -> None:
    calls = []

    def remembers(x):
        calls.append(1)
        return x.sum(axis=1) + (len(calls) % 2 == 0), len(x)

    assert "two different answers" in check_toy(remembers).headline
    calls.clear()
    assert str(check_toy(lambda x: (remembers(x)[0], x.shape[1]))).count("two different answers") == 1


def test_output_and_warnings_are_shown_and_cost_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    def talks(x):
        print("to stdout")
        print("to stderr", file=sys.stderr)
        os.write(2, b"to the descriptor\n")
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(1))
        return right(x)

    report = check_toy(talks)
    assert report.points == 4
    assert capfd.readouterr() == ("", "")
    for words in ("to stdout", "to stderr", "to the descriptor", "UserWarning: careful", "divide by zero"):
        assert words in str(report)


def test_what_the_notebook_has_set_changes_no_verdict() -> None:
    def overflows(x):
        np.exp(np.array([1000.0]))
        return right(x)

    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_toy(overflows)
    assert report.points == 4, str(report)
    assert "overflow" in str(report)


def test_what_a_function_sets_is_undone() -> None:
    def sets(x):
        np.seterr(all="raise")
        warnings.simplefilter("error")
        sys.stdout = sys.stderr = None
        return right(x)

    before = np.geterr(), list(warnings.filters), sys.stdout, sys.stderr
    assert check_toy(sets).points == 4
    assert (np.geterr(), list(warnings.filters), sys.stdout, sys.stderr) == before


def test_a_report_looks_the_same_whatever_the_print_options() -> None:
    report = check_toy(lambda x: (x.sum(axis=1) + 0.123456789, len(x)))
    text, card = str(report), report.html()
    with np.printoptions(formatter={"float": lambda _: 1 / 0}, legacy="1.13", sign="+", precision=1):
        assert str(report) == text
        assert report.html() == card


def test_half_a_surrogate_pair_can_be_sent_to_a_browser() -> None:
    def prints(x):
        print("\ud800")
        warnings.warn("\ud800", stacklevel=1)
        return right(x)

    def raises(x):
        raise ValueError("\ud800")

    reports = [check_toy(prints), check_toy(raises), check_toy(lambda x: "\ud800"), check_toy(lambda x: ({"\ud800"}, 1))]
    for report in reports:
        (str(report) + report.html()).encode()
    assert reports[0].points == 4


def test_descriptors_closed_by_a_function_are_open_again(capfd: pytest.CaptureFixture[str]) -> None:
    def closes(x):
        for descriptor in (1, 2):
            try:
                os.close(descriptor)
            except OSError:
                pass
        return right(x)

    assert check_toy(closes).points == 4
    os.write(1, b"still here")
    assert capfd.readouterr().out == "still here"


def test_libraries_that_ask_for_the_encoding_before_they_print_are_answered() -> None:
    def asks(x):
        print(sys.stdout.encoding.lower(), sys.stdout.isatty(), flush=True)
        return right(x)

    assert "utf-8 False" in str(check_toy(asks))


def test_a_flood_of_output_is_cut() -> None:
    def floods(x):
        for _ in range(2000):
            print("x" * 100)
        return right(x)

    report = check_toy(floods)
    assert report.points == 4
    assert len(str(report)) < 5000
    assert "more characters" in str(report)


def loops_forever(x):
    while True:
        pass


def loops_inside_a_bare_except(x):
    while True:
        try:
            len(x)
        except:  # noqa: E722
            pass


def loops_in_a_call_inside_a_bare_except(x):
    def busy():
        total = 0
        for i in range(10_000_000):
            total += i
        return total

    while True:
        try:
            busy()
        except:  # noqa: E722
            continue


def sorts_inside_a_bare_except(x):
    while True:
        try:
            np.sort(np.arange(200_000)[::-1])
        except BaseException:
            pass


def nests_bare_excepts(x):
    while True:
        try:
            while True:
                try:
                    sum(range(1000))
                except:  # noqa: E722
                    pass
        except:  # noqa: E722
            pass


def sleeps(x):
    time.sleep(60)


def switches_the_timer_off_and_loops_the_next_time(x, calls=[]):  # noqa: B006
    calls.append(x)
    if len(calls) > 1:
        while True:
            pass
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return right(x)


def raises_an_error_that_takes_forever_to_print(x):
    class Slow(Exception):
        def __str__(self):
            while True:
                pass

    raise Slow


ENDLESS = [
    *(loops_forever, loops_inside_a_bare_except, loops_in_a_call_inside_a_bare_except),
    *(sorts_inside_a_bare_except, nests_bare_excepts, sleeps),
    *(switches_the_timer_off_and_loops_the_next_time, raises_an_error_that_takes_forever_to_print),
]


@pytest.mark.parametrize("function", ENDLESS, ids=lambda function: function.__name__)
def test_a_loop_without_end_is_ended(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CPU_SECONDS", 0.2)
    monkeypatch.setattr(limits, "WALL_SECONDS", 0.6)
    trace = sys.gettrace()
    started = time.monotonic()
    report = check_toy(function)
    assert report.points == 0
    assert "does not come to an end" in report.headline
    assert time.monotonic() - started < 20  # a safety net against hanging, not a measurement
    assert sys.gettrace() is trace


def test_a_limit_within_a_limit_changes_nothing() -> None:
    import _pytest.python

    budget, boundary = limits.Budget(0.1, 5.0), _pytest.python.__file__  # which calls this function

    def loops() -> None:
        with budget.limit(boundary):
            with budget.limit(boundary):
                pass
            until = time.monotonic() + 20
            while time.monotonic() < until:
                pass

    with pytest.raises(limits.TimeUp):
        loops()
    assert budget.spent


def test_the_time_limit_leaves_no_handler_and_no_timer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def handlers() -> list[Any]:
        return [signal.getsignal(number) for number in signal.valid_signals()]

    monkeypatch.setattr(limits, "CPU_SECONDS", 0.01)
    before, timer = handlers(), signal.getitimer(signal.ITIMER_REAL)
    for _ in range(20):
        assert "does not come to an end" in check_toy(nests_bare_excepts).headline
    assert handlers() == before
    assert signal.getitimer(signal.ITIMER_REAL)[1] == timer[1]


def test_outside_the_main_thread_there_is_no_time_limit_and_the_report_says_so() -> None:
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(check_toy(right)))
    thread.start()
    thread.join()
    assert reports[0].points == 4
    assert "There is no time limit here" in str(reports[0])


def test_an_interrupt_passes_through() -> None:
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_toy(interrupted)


@pytest.mark.parametrize("points", [0.0, 1.0, 3.3, 1 / 3])
def test_points_are_scaled_and_never_exceed_the_maximum(points: float) -> None:
    assert check_toy(right, max_points=points).passed
    assert check_toy(right, max_points=points) <= points
    assert check_toy(right, max_points=points).points == pytest.approx(points, abs=1e-4)


def test_the_reference_is_never_shown() -> None:
    reports = [check_toy(function) for function in WRONG]
    assert all("x.sum(axis=1), len(x)" not in str(report) for report in reports)


def test_a_report_is_a_number_that_nbgrader_can_read() -> None:
    report = check_toy(lambda x: (x.sum(axis=1), 0))
    assert isinstance(report, Report)
    assert float(repr(report)) == report.points == 3.0


def test_the_toy_exercise_is_sound() -> None:
    assert isinstance(TOY, Exercise)
    assert examine(TOY, {"row_sums": row_sums}, forbid=False).passed


def test_a_sentence_is_escaped_and_its_code_and_its_stress_are_set():
    assert rich("`dx` is the *sum* of x * y * z <b>") == "<code>dx</code> is the <em>sum</em> of x * y * z &lt;b&gt;"
    assert rich("`a *b* c` and 2*x*y") == "<code>a *b* c</code> and 2*x*y"
