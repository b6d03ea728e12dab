"""Logistic regression: gradient, decision, training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(1, 6), d=st.integers(1, 4))
def test_gradient_agrees_with_finite_differences_of_the_loss(seed, n, d, arrays):
    source = arrays(seed)
    x, y, w, b = source.normal(n, d), source.labels(n), source.normal(d), 0.3
    dw, db = nn.logistic_gradient(x, y, w, b)
    assert dw.shape == (d,)
    assert type(db) is float
    np.testing.assert_allclose(dw, nn.numerical_gradient(lambda w: nn.binary_cross_entropy(x @ w + b, y), w), atol=1e-8)
    np.testing.assert_allclose(db, nn.numerical_gradient(lambda b: nn.binary_cross_entropy(x @ w + b, y), b), atol=1e-8)


@pytest.mark.parametrize("dtype", [int, float, bool, np.uint8])
def test_labels_may_have_any_dtype(dtype):
    dw, db = nn.logistic_gradient(np.array([[1.0], [-1.0]]), np.array([1, 0], dtype=dtype), np.zeros(1), 0.0)
    np.testing.assert_array_equal(dw, [-0.5])
    assert db == 0.0


def test_predict_counts_a_probability_at_the_threshold_as_one():
    x = np.array([[-1.0], [0.0], [1.0]])
    labels = nn.predict(x, np.ones(1), 0.0)
    np.testing.assert_array_equal(labels, [0, 1, 1])
    assert labels.dtype.kind == "i"
    np.testing.assert_array_equal(nn.predict(x, np.ones(1), 0.0, threshold=0.9), [0, 0, 0])
    np.testing.assert_array_equal(nn.predict(x, np.ones(1), 0.0, threshold=0.1), [1, 1, 1])
    np.testing.assert_array_equal(nn.predict(x * 1e4, np.ones(1), 0.0), [0, 1, 1])


def test_training_starts_from_zeros_and_takes_one_full_step_per_epoch(arrays):
    source = arrays(0)
    x, y = source.normal(7, 3), source.labels(7)
    w, b = nn.train_logistic_regression(x, y, lr=0.5, epochs=0)
    np.testing.assert_array_equal(w, np.zeros(3))
    assert b == 0.0
    for epochs in (1, 2, 3):
        dw, db = nn.logistic_gradient(x, y, w, b)
        w, b = w - 0.5 * dw, b - 0.5 * db
        trained_w, trained_b = nn.train_logistic_regression(x, y, lr=0.5, epochs=epochs)
        np.testing.assert_allclose(trained_w, w, rtol=1e-14)
        assert trained_b == pytest.approx(b, rel=1e-14)


def test_training_separates_two_blobs(arrays):
    source = arrays(1)
    y = source.labels(100)
    x = source.normal(100, 2) + 6 * y[:, None]
    w, b = nn.train_logistic_regression(x, y, lr=0.5, epochs=500)
    assert nn.accuracy(y, nn.predict(x, w, b)) == 1.0


def test_training_takes_whole_numbers_as_features():
    w, b = nn.train_logistic_regression(np.array([[0], [1]]), np.array([0, 1]), lr=1.0, epochs=1)
    np.testing.assert_array_equal(w, [0.25])
    assert b == 0.0


def test_bad_input_is_refused():
    x, y, w = np.ones((2, 3)), np.array([0, 1]), np.zeros(3)
    with pytest.raises(ValueError, match=r"y has shape \(1, 2\); it needs \(N,\)"):
        nn.logistic_gradient(x, y[None], w, 0.0)
    with pytest.raises(ValueError, match=r"w has shape \(2,\); it needs \(D,\) with D = 3, as in x"):
        nn.predict(x, np.zeros(2), 0.0)
    with pytest.raises(ValueError, match=r"b has shape \(1,\); it needs to be a single number"):
        nn.predict(x, w, np.zeros(1))
    with pytest.raises(ValueError, match="y has the value -1; it needs 0 or 1 everywhere"):
        nn.train_logistic_regression(x, np.array([-1, 1]), 0.1, 1)
    with pytest.raises(ValueError, match="epochs is -1; it needs to be at least 0"):
        nn.train_logistic_regression(x, y, 0.1, -1)
    with pytest.raises(TypeError, match=r"epochs is 1.5; it needs a whole number"):
        nn.train_logistic_regression(x, y, 0.1, 1.5)
    with pytest.raises(ValueError, match="x has dtype uint8; it needs real numbers"):
        nn.logistic_gradient(x.astype(np.uint8), y, w, 0.0)
    with pytest.raises(ValueError, match="w has dtype bool; it needs real numbers"):
        nn.predict(x, w > 0, 0.0)
    with pytest.raises(ValueError, match="x has dtype bool; it needs real numbers"):
        nn.train_logistic_regression(x > 0, y, 0.1, 1)
