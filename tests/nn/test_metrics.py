"""Confusion matrix, accuracy, precision, recall and F1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")
Y_TRUE = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
Y_PRED = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])  # TP 3, FN 1, FP 2, TN 4


def test_a_case_counted_by_hand():
    np.testing.assert_array_equal(nn.confusion_matrix(Y_TRUE, Y_PRED, 2), [[4, 2], [1, 3]])
    assert nn.accuracy(Y_TRUE, Y_PRED) == 0.7
    assert nn.precision(Y_TRUE, Y_PRED) == 3 / 5
    assert nn.recall(Y_TRUE, Y_PRED) == 3 / 4
    assert nn.f1_score(Y_TRUE, Y_PRED) == 3 / (3 + 0.5 * (2 + 1))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), c=st.integers(1, 5))
def test_the_matrix_counts_every_sample_once(seed, n, c, arrays):
    source = arrays(seed)
    y_true, y_pred = source.labels(n, c), source.labels(n, c)
    matrix = nn.confusion_matrix(y_true, y_pred, c)
    assert matrix.dtype.kind == "i"
    assert matrix.tolist() == [[int(np.sum((y_true == i) & (y_pred == j))) for j in range(c)] for i in range(c)]
    assert nn.accuracy(y_true, y_pred) == pytest.approx(np.trace(matrix) / n)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30))
def test_scores_follow_from_the_matrix_and_f1_is_the_harmonic_mean(seed, n, arrays):
    source = arrays(seed)
    y_true, y_pred = source.labels(n), source.labels(n)
    (_, fp), (fn, tp) = nn.confusion_matrix(y_true, y_pred, 2)
    precision, recall, f1 = nn.precision(y_true, y_pred), nn.recall(y_true, y_pred), nn.f1_score(y_true, y_pred)
    assert [type(score) for score in (precision, recall, f1)] == [float] * 3
    if tp:
        assert (precision, recall) == (tp / (tp + fp), tp / (tp + fn))
        assert f1 == pytest.approx(2 * precision * recall / (precision + recall))
    else:
        assert (precision, recall, f1) == (0.0, 0.0, 0.0)


def test_scores_agree_with_scikit_learn(arrays):
    metrics = pytest.importorskip("sklearn.metrics")
    source = arrays(3)
    y_true, y_pred = source.labels(50), source.labels(50)
    assert nn.precision(y_true, y_pred) == pytest.approx(metrics.precision_score(y_true, y_pred))
    assert nn.recall(y_true, y_pred) == pytest.approx(metrics.recall_score(y_true, y_pred))
    assert nn.f1_score(y_true, y_pred) == pytest.approx(metrics.f1_score(y_true, y_pred))
    np.testing.assert_array_equal(nn.confusion_matrix(y_true, y_pred, 2), metrics.confusion_matrix(y_true, y_pred))


@pytest.mark.parametrize("dtype", [int, float, bool, np.uint8])
def test_binary_labels_may_have_any_dtype(dtype):
    assert nn.precision(Y_TRUE.astype(dtype), Y_PRED.astype(dtype)) == 3 / 5
    assert nn.confusion_matrix(Y_TRUE.astype(np.uint8), Y_PRED, 3).shape == (3, 3)


@pytest.mark.parametrize("score", [nn.accuracy, nn.precision, nn.recall, nn.f1_score, lambda t, p: nn.confusion_matrix(t, p, 2)])
def test_two_lengths_or_no_samples_are_refused(score):
    with pytest.raises(ValueError, match=r"y_pred has shape \(3,\); it needs \(N,\) with N = 2, as in y_true"):
        score(np.array([0, 1]), np.array([0, 1, 1]))
    with pytest.raises(ValueError, match=r"y_true has shape \(0,\); it needs \(N,\) with N at least 1"):
        score(np.empty(0, dtype=int), np.empty(0, dtype=int))


@pytest.mark.parametrize("score", [nn.precision, nn.recall, nn.f1_score])
def test_a_third_class_has_no_precision(score):
    with pytest.raises(ValueError, match="y_pred has the value 2; it needs 0 or 1 everywhere"):
        score(np.array([0, 1]), np.array([0, 2]))


def test_labels_outside_the_matrix_are_refused():
    with pytest.raises(ValueError, match="y_pred has the value 2; it needs class numbers from 0 to 1"):
        nn.confusion_matrix(np.array([0, 1]), np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="y_true has dtype float64; it needs integers"):
        nn.confusion_matrix(np.array([0.0, 1.0]), np.array([0, 1]), 2)
    with pytest.raises(ValueError, match="num_classes is 0; it needs to be at least 1"):
        nn.confusion_matrix(np.array([0]), np.array([0]), 0)
