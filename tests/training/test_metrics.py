"""Metrics of the loop: the accuracies of what a model gives."""

import numpy as np
import pytest

from dlteach import nn
from dlteach.models import MLP
from dlteach.training import Adam, binary_accuracy, class_accuracy, evaluate, fit, predict

pytestmark = pytest.mark.filterwarnings("error")


def test_the_class_with_the_highest_score_is_the_answer():
    logits, labels = np.array([[0.1, 0.2, -3.0], [5.0, 4.0, 3.0], [-2.0, -2.0, -1.0], [0.0, 1.0, 0.5]]), np.array([1, 0, 0, 2])
    assert class_accuracy(logits, labels) == 0.5
    assert class_accuracy(nn.softmax(logits), labels.astype(np.uint8)) == 0.5
    assert class_accuracy(logits, labels) == nn.top_k_accuracy(logits, labels, 1)


def test_a_logit_from_0_up_says_yes():
    logits = np.array([[2.0], [-1.0], [0.0], [-0.1]], np.float32)
    for dtype in (int, np.float32):
        assert binary_accuracy(logits, np.array([[1], [0], [1], [1]], dtype)) == 0.75
    assert binary_accuracy(np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([[1, 1], [1, 0]])) == 0.5  # several labels per sample


def test_both_are_what_the_loop_takes():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 2))
    labels = (x[:, 0] > 0).astype(int)
    for model, y, loss, accuracy in (
        (MLP(2, 8, 2, rng=rng), labels, nn.softmax_cross_entropy, class_accuracy),
        (MLP(2, 8, 1, rng=rng), labels[:, None], nn.sigmoid_cross_entropy, binary_accuracy),
    ):
        fit(model, x, y, loss=loss, optimizer=Adam(0.05), epochs=20, rng=rng, metrics={"accuracy": accuracy})
        found = evaluate(model, x, y, loss=loss, metrics={"accuracy": accuracy}, batch_size=7)["accuracy"]
        assert found == pytest.approx(accuracy(predict(model, x), y))
        assert found > 0.9


def test_what_does_not_fit_is_refused():
    logits = np.zeros((2, 3))
    with pytest.raises(ValueError, match=r"labels has shape \(2, 3\); it needs \(N,\)"):
        class_accuracy(logits, np.eye(3)[:2])
    with pytest.raises(ValueError, match="labels has the value 3; it needs class numbers from 0 to 2"):
        class_accuracy(logits, np.array([0, 3]))
    with pytest.raises(ValueError, match=r"targets has shape \(2,\); it needs \(2, 1\), the shape of logits"):
        binary_accuracy(np.zeros((2, 1)), np.zeros(2))
    with pytest.raises(ValueError, match="targets has the value 2; it needs 0 or 1 everywhere"):
        binary_accuracy(np.zeros((2, 1)), np.full((2, 1), 2))
