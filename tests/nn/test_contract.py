"""What holds for every function of the reference: dtype kept, inputs untouched, memory layout without effect, all of it documented."""

import inspect
from pathlib import Path

import numpy as np
import pytest

from dlteach import nn
from tests.nn.calls import CALLS
from tests.nn.harness import Options

pytestmark = pytest.mark.filterwarnings("error")

FUNCTIONS = [name for name in nn.__all__ if inspect.isfunction(getattr(nn, name))]


def call(name, args):
    """The result of a function for one of the calls in the table."""
    options = args[-1] if isinstance(args[-1], Options) else {}
    return getattr(nn, name)(*args[: len(args) - bool(options)], **options)


def leaves(value):
    """Every array and number in a nest of tuples and dicts, in order (functions and random generators left out)."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        return [leaf for item in value for leaf in leaves(item)]
    return [] if callable(value) or value is None or isinstance(value, np.random.Generator | str) else [value]


def rebuilt(value, change, kinds=np.ndarray):
    """The same nest with `change` applied to every array in it, or to everything of other kinds."""
    if isinstance(value, dict):
        return type(value)({key: rebuilt(item, change, kinds) for key, item in value.items()})
    if isinstance(value, tuple):
        items = [rebuilt(item, change, kinds) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return change(value) if isinstance(value, kinds) else value


def every_other(array):
    """The same numbers, spread over twice the memory."""
    if array.ndim == 0:
        return array
    spread = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spread[..., ::2] = array
    return spread[..., ::2]


def test_every_function_stands_in_the_table():
    drawn = {"fans", "he_normal", "he_uniform", "orthogonal", "xavier_normal", "xavier_uniform"}  # they take no array
    assert set(CALLS) | drawn == set(FUNCTIONS)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_result_has_the_dtype_of_the_input(name, dtype, arrays):
    for leaf in leaves(call(name, CALLS[name](arrays(0, dtype)))):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
            assert leaf.dtype == dtype


@pytest.mark.parametrize("name", CALLS)
def test_plain_numbers_may_be_those_of_numpy_and_widen_nothing(name, arrays):
    expected = leaves(call(name, CALLS[name](arrays(0, np.float32))))
    args = rebuilt(CALLS[name](arrays(0, np.float32)), lambda number: np.asarray(number)[()], (float, int))  # float64 and int64
    for got, want in zip(leaves(call(name, args)), expected, strict=True):
        np.testing.assert_array_equal(got, want)
        assert not isinstance(want, np.ndarray) or got.dtype == want.dtype


@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_left_alone_and_calls_repeat(name, arrays):
    args = CALLS[name](arrays(0))  # read-only: writing to them would raise
    before = rebuilt(args, np.copy)
    first = leaves(call(name, args))
    again = args if not any(isinstance(value, np.random.Generator) for value in args) else CALLS[name](arrays(0))
    second = leaves(call(name, again))
    for left, right in zip(leaves(args) + first, leaves(before) + second, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("layout", [np.asfortranarray, every_other, lambda a: a[::-1].copy()[::-1] if a.ndim else a])
def test_memory_layout_has_no_effect(name, layout, arrays):
    expected = leaves(call(name, CALLS[name](arrays(0))))
    args = rebuilt(CALLS[name](arrays(0)), layout)
    for got, want in zip(leaves(call(name, args)), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ("gradient_descent", "numerical_gradient", "numerical_backward")])
def test_float32_agrees_with_float64_to_its_own_precision(name, arrays):
    exact = leaves(call(name, CALLS[name](arrays(0, np.float64))))
    for got, want in zip(leaves(call(name, CALLS[name](arrays(0, np.float32)))), exact, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_documents_arguments_results_errors_and_source(name):
    doc = inspect.getdoc(getattr(nn, name))
    for part in ("Args:", "Returns:", "Raises:", "Source:"):
        assert part in doc
    for parameter in inspect.signature(getattr(nn, name)).parameters:
        assert f"{parameter}: " in doc


def test_every_public_name_is_used_in_these_tests():
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in nn.__all__ if f"nn.{name}" not in tests] == []
