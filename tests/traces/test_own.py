"""The learner's own function in a trace: whatever it does, what comes out is numbers of the right shape, or a sentence about it."""

import functools
import time

import numpy as np
import pytest

from dlteach.traces import OwnFunctionError
from dlteach.traces.own import call, first_difference, name_of, numbers, patience


def test_arguments_and_result_go_through():
    assert call(lambda a, *, b: (a, b), 1, b=2) == (1, 2)


class Speechless(Exception):
    """An error that cannot even say what it is."""

    def __str__(self):
        raise RuntimeError


def raises(error):
    def step(*_):
        raise error

    return step


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (NotImplementedError(), "step is not written yet"),
        (ZeroDivisionError("division by zero"), "step stopped with ZeroDivisionError: division by zero"),
        (RecursionError("too deep"), "step stopped with RecursionError: too deep"),
        (SystemExit(1), "step stopped with SystemExit: 1"),
        (GeneratorExit(), "step stopped with GeneratorExit"),
        (Speechless(), "step stopped with Speechless$"),
    ],
)
def test_a_function_that_fails_is_named_with_what_it_did(error, message):
    with pytest.raises(OwnFunctionError, match=message) as caught:
        call(raises(error))
    assert caught.value.__cause__ is error


def test_whoever_presses_stop_stops_it():
    with pytest.raises(KeyboardInterrupt):
        call(raises(KeyboardInterrupt()))


def test_a_failure_within_a_failure_is_told_once():
    def inner():
        raise ValueError("no")

    with pytest.raises(OwnFunctionError, match=r"^inner stopped with ValueError: no$"):
        call(lambda: call(inner))


def test_what_it_does_to_the_settings_of_numpy_ends_with_it():
    before = np.geterr()
    call(lambda: np.seterr(all="raise"))
    assert np.geterr() == before


def test_a_slow_function_is_not_called_for_ever():
    def slow():
        """Stands for a function that takes its time."""

    with patience(0.0):
        time.sleep(0.001)
        with pytest.raises(OwnFunctionError, match="slow is too slow: it is needed many times, and 0 seconds were not enough"):
            call(slow)
    with patience(100):
        call(slow)
    call(slow)


class Trap:
    """An object that raises whenever NumPy asks it for numbers, or anybody for its name."""

    def __array__(self, *_, **__):
        raise RuntimeError

    @property
    def __name__(self):
        raise RuntimeError


def grad(x):
    """Stands for the learner's function."""


@pytest.mark.parametrize("result", [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), ((1.0, 2.0), (3.0, 4.0)), np.float32([[1, 2], [3, 4]])])
def test_any_form_of_numbers_becomes_a_float64_array(result):
    array = numbers(grad, result, (2, 2))
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [[1, 2], [3, 4]])


def test_a_number_is_an_array_without_axes():
    assert numbers(grad, 3, ()).shape == ()
    assert numbers(grad, np.float32(3), ()) == 3


def test_a_function_that_goes_on_working_on_what_it_returned_changes_nothing_that_was_recorded():
    work = np.zeros(2)
    first = numbers(grad, work, (2,))
    work += 1
    np.testing.assert_array_equal(first, [0, 0])


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "grad returned None for dw: is a return missing?"),
        ("3", r"grad returned str for dw; it should be numbers of shape \(2,\)"),
        (["1", "2"], r"grad returned list for dw; it should be numbers of shape \(2,\)"),
        ([1, None], r"grad returned list for dw; it should be numbers of shape \(2,\)"),
        ([1, [2, 3]], r"grad returned list for dw; it should be numbers of shape \(2,\)"),
        (np.array([1j, 2]), r"grad returned ndarray of complex128 for dw; it should be numbers of shape \(2,\)"),
        ({"dw": 1}, r"grad returned dict for dw; it should be numbers of shape \(2,\)"),
        (np.zeros((2, 1)), r"grad returned dw of shape \(2, 1\); it should be \(2,\)"),
        (1.0, r"grad returned dw of shape \(\); it should be \(2,\)"),
    ],
)
def test_what_is_no_array_of_that_shape_is_told(result, message):
    with pytest.raises(OwnFunctionError, match=message):
        numbers(grad, result, (2,), "dw")


def test_an_object_that_fails_when_it_is_to_become_numbers_is_told_too():
    with pytest.raises(OwnFunctionError, match=r"grad returned Trap for dw; it should be numbers of shape \(2,\)"):
        numbers(grad, Trap(), (2,), "dw")


def test_numbers_may_be_infinite_or_nan_since_that_is_worth_seeing():
    np.testing.assert_array_equal(numbers(grad, [np.inf, np.nan], (2,)), [np.inf, np.nan])


def test_a_function_is_called_by_its_name_if_it_has_one():
    assert name_of(grad) == "grad"
    assert name_of(lambda x: x) == "your function"
    assert name_of(functools.partial(grad, 1)) == "your function"
    assert name_of(Trap()) == "your function"
    numbered = functools.partial(grad)
    numbered.__name__ = 5
    assert name_of(numbered) == "your function"


@pytest.mark.parametrize(("result", "needed"), [("3", "it should be a number"), ([3], "it should be a single number")])
def test_a_single_number_is_asked_for_in_words(result, needed):
    with pytest.raises(OwnFunctionError, match=needed):
        numbers(grad, result, ())


@pytest.mark.parametrize(
    ("own", "ours", "first"),
    [
        ([1.0, 2, 3], [1.0, 2, 3], None),
        ([1.0, 2, 3], [1.0, 2.5, 3.5], 1),
        ([[1.0, 2], [3, 4]], [[1.0, 2], [3, 5]], 1),
        ([[1.0, 2], [3, 4]], [[0.0, 2], [3, 4]], 0),
        ([1.0, 2 + 1e-9], [1.0, 2], None),
        ([1.0, 2 + 1e-5], [1.0, 2], 1),
        ([100.0, 0.0], [100.0, 0.00005], None),  # small beside what was there before
        ([0.0, 100.0], [0.00005, 100.0], 0),  # but what comes later does not count
        ([0.0, 0.0], [0.0, 1e-13], None),
        ([np.inf, 1], [np.inf, 2], 1),
        ([np.nan, 1], [np.nan, 2], 1),
        ([-np.inf], [np.inf], 0),
        ([1.0, np.nan], [1.0, 2], 1),
        ([1.0, 2], [1.0, np.inf], 1),
        ([np.inf, np.nan], [np.inf, np.nan], None),
        ([5.0], [5.0], None),
    ],
)
def test_the_first_frame_at_which_two_recordings_part(own, ours, first):
    assert first_difference(np.array(own), np.array(ours)) == first


def test_how_far_apart_is_apart_can_be_said():
    assert first_difference(np.array([1.0, 2.1]), np.array([1.0, 2.0]), tolerance=0.1) is None
    assert first_difference(np.array([1.0, 2.1]), np.array([1.0, 2.0]), tolerance=0.01) == 1
