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


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), c=st.integers(1, 5))
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_averages_agree_with_scikit_learn(average, seed, n, c, arrays):
    metrics = pytest.importorskip("sklearn.metrics")
    source = arrays(seed)
    y_true, y_pred = source.labels(n, c), source.labels(n, c)
    ours = nn.averaged_scores(y_true, y_pred, c, average)
    theirs = metrics.precision_recall_fscore_support(y_true, y_pred, labels=range(c), average=average, zero_division=0)
    assert isinstance(ours, nn.Scores)
    assert [type(score) for score in ours] == [float] * 3
    assert (ours.precision, ours.recall, ours.f1) == pytest.approx(theirs[:3], rel=1e-12)


def test_averages_counted_by_hand():
    y_true, y_pred = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0])
    macro = nn.averaged_scores(y_true, y_pred, 3, "macro")  # class 0: 2/3 and 2/3, class 1: 1/2 and 1/1, class 2: 0 and 0
    assert macro == pytest.approx(((2 / 3 + 1 / 2) / 3, (2 / 3 + 1) / 3, (2 / 3 + 2 / 3) / 3))
    assert nn.averaged_scores(y_true, y_pred, 3) == macro
    assert nn.averaged_scores(y_true, y_pred, 3, "micro") == pytest.approx((3 / 5, 3 / 5, 3 / 5))
    assert nn.averaged_scores(y_true, y_pred, 4, "micro") == pytest.approx((3 / 5, 3 / 5, 3 / 5))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30))
def test_micro_is_the_accuracy_and_two_classes_give_the_binary_scores(seed, n, arrays):
    source = arrays(seed)
    y_true, y_pred = source.labels(n), source.labels(n)
    assert nn.averaged_scores(y_true, y_pred, 2, "micro") == pytest.approx([nn.accuracy(y_true, y_pred)] * 3)
    macro = nn.averaged_scores(y_true, y_pred, 2)
    for score, mean in zip((nn.precision, nn.recall, nn.f1_score), macro, strict=True):
        assert mean == pytest.approx((score(y_true, y_pred) + score(1 - y_true, 1 - y_pred)) / 2)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 20), c=st.integers(3, 6))
def test_top_k_agrees_with_scikit_learn(seed, n, c, arrays):
    metrics = pytest.importorskip("sklearn.metrics")
    source = arrays(seed)
    logits, labels = source.normal(n, c), source.labels(n, c)
    shares = [nn.top_k_accuracy(logits, labels, k) for k in range(1, c + 1)]
    for k in range(1, c):
        assert shares[k - 1] == pytest.approx(metrics.top_k_accuracy_score(labels, logits, k=k, labels=range(c)))
    assert shares[0] == nn.accuracy(labels, np.argmax(logits, axis=1))
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_of_equal_scores_the_lower_class_comes_first():
    logits = np.array([[1.0, 5.0, 5.0, 5.0]])
    assert [nn.top_k_accuracy(logits, np.array([2]), k) for k in (1, 2, 3, 4)] == [0, 1, 1, 1]
    assert [nn.top_k_accuracy(logits, np.array([3]), k) for k in (1, 2, 3, 4)] == [0, 0, 1, 1]
    masked = np.array([[-np.inf, 0.0, -np.inf]])
    assert [nn.top_k_accuracy(masked, np.array([0]), k) for k in (1, 2)] == [0, 1]


def test_bad_input_to_averages_and_top_k_is_refused():
    y, logits = np.array([0, 1]), np.ones((2, 3))
    with pytest.raises(ValueError, match="average is 'weighted'; it needs to be 'macro' or 'micro'"):
        nn.averaged_scores(y, y, 2, "weighted")
    with pytest.raises(ValueError, match="y_pred has the value 2; it needs class numbers from 0 to 1"):
        nn.averaged_scores(y, np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="k is 4; it needs to be from 1 to 3"):
        nn.top_k_accuracy(logits, y, 4)
    with pytest.raises(ValueError, match="k is 0; it needs to be at least 1"):
        nn.top_k_accuracy(logits, y, 0)
    with pytest.raises(TypeError, match=r"k is 1\.0; it needs a whole number"):
        nn.top_k_accuracy(logits, y, 1.0)
    with pytest.raises(ValueError, match="labels has the value 3; it needs class numbers from 0 to 2"):
        nn.top_k_accuracy(logits, np.array([0, 3]), 1)
    with pytest.raises(ValueError, match=r"labels has shape \(3,\); it needs \(N,\) with N = 2, as in logits"):
        nn.top_k_accuracy(logits, np.array([0, 1, 2]), 1)
    with pytest.raises(ValueError, match="logits has dtype bool; it needs real numbers"):
        nn.top_k_accuracy(logits.astype(bool), y, 1)
