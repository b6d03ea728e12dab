"""What holds for every function of the reference: dtype kept, inputs untouched, memory layout without effect, all of it documented."""

import inspect
from pathlib import Path

import numpy as np
import pytest

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")

CALLS = {
    "sigmoid": lambda a: (a.normal(3, 4),),
    "sigmoid_forward": lambda a: (a.normal(3, 4),),
    "sigmoid_backward": lambda a: (a.normal(3, 4), nn.sigmoid(a.normal(3, 4))),
    "relu_forward": lambda a: (a.normal(3, 4),),
    "relu_backward": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "softmax": lambda a: (a.normal(3, 4),),
    "log_softmax": lambda a: (a.normal(3, 4),),
    "affine_forward": lambda a: (a.normal(2, 3), a.normal(3, 4), a.normal(4)),
    "affine_backward": lambda a: (a.normal(2, 4), nn.AffineCache(a.normal(2, 3), a.normal(3, 4))),
    "binary_cross_entropy": lambda a: (a.normal(5), a.labels(5)),
    "softmax_cross_entropy": lambda a: (a.normal(5, 3), a.labels(5, 3)),
    "logistic_gradient": lambda a: (a.normal(5, 3), a.labels(5), a.normal(3), 0.5),
    "predict": lambda a: (a.normal(5, 3), a.normal(3), 0.5),
    "train_logistic_regression": lambda a: (a.normal(5, 3), a.labels(5), 0.1, 3),
    "two_layer_logits": lambda a: (a.two_layer_params(3, 4, 2), a.normal(5, 3)),
    "two_layer_loss": lambda a: (a.two_layer_params(3, 4, 2), a.normal(5, 3), a.labels(5, 2)),
    "quadratic_derivative": lambda a: (a.normal(3, 4),),
    "gradient_descent": lambda a: (nn.quadratic_derivative, a.normal(3, 4), 0.1, 3),
    "sgd_step": lambda a: (a.two_layer_params(3, 4, 2), a.two_layer_params(3, 4, 2), 0.1),
    "numerical_gradient": lambda a: (lambda x: np.sum(x**2), a.normal(3, 4)),
    "numerical_backward": lambda a: (lambda x: x**2, a.normal(3, 4), a.normal(3, 4)),
    "relative_error": lambda a: (a.normal(3, 4), a.normal(3, 4)),
    "accuracy": lambda a: (a.labels(9), a.labels(9)),
    "confusion_matrix": lambda a: (a.labels(9, 3), a.labels(9, 3), 3),
    "precision": lambda a: (a.labels(9), a.labels(9)),
    "recall": lambda a: (a.labels(9), a.labels(9)),
    "f1_score": lambda a: (a.labels(9), a.labels(9)),
}
FUNCTIONS = [name for name in nn.__all__ if inspect.isfunction(getattr(nn, name))]


def leaves(value):
    """Every array and number in a nest of tuples and dicts, in order."""
    if isinstance(value, dict):
        value = tuple(value.values())
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, tuple) else [value]


def rebuilt(value, change):
    """The same nest with `change` applied to every array in it."""
    if isinstance(value, dict):
        return {key: rebuilt(item, change) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(rebuilt(item, change) for item in value)
    return change(value) if isinstance(value, np.ndarray) else value


def every_other(array):
    """The same numbers, spread over twice the memory."""
    spread = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spread[..., ::2] = array
    return spread[..., ::2]


def test_every_function_stands_in_the_table():
    drawn = {"he_normal", "he_uniform", "xavier_normal", "xavier_uniform"}  # they take no array
    assert set(CALLS) | drawn == set(FUNCTIONS)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_result_has_the_dtype_of_the_input(name, dtype, arrays):
    for leaf in leaves(getattr(nn, name)(*CALLS[name](arrays(0, dtype)))):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
            assert leaf.dtype == dtype


@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_left_alone_and_calls_repeat(name, arrays):
    args = CALLS[name](arrays(0))  # read-only: writing to them would raise
    before = rebuilt(args, np.copy)
    first, second = leaves(getattr(nn, name)(*args)), leaves(getattr(nn, name)(*args))
    for left, right in zip(leaves(args) + first, leaves(before) + second, strict=True):
        if not callable(left):
            np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("layout", [np.asfortranarray, every_other, lambda a: a[::-1].copy()[::-1]])
def test_memory_layout_has_no_effect(name, layout, arrays):
    args = CALLS[name](arrays(0))
    expected = leaves(getattr(nn, name)(*args))
    for got, want in zip(leaves(getattr(nn, name)(*rebuilt(args, layout))), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ("gradient_descent", "numerical_gradient", "numerical_backward")])
def test_float32_agrees_with_float64_to_its_own_precision(name, arrays):
    exact = leaves(getattr(nn, name)(*CALLS[name](arrays(0, np.float64))))
    for got, want in zip(leaves(getattr(nn, name)(*CALLS[name](arrays(0, np.float32)))), exact, strict=True):
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
