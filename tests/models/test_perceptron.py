"""The perceptron: the rule by hand, against PyTorch's gradient of the perceptron criterion, and until there are no mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import models
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


def test_a_case_small_enough_to_do_by_hand():
    x, w = frozen(np.array([2.0, -1.0])), frozen(np.array([1.0, 3.0]))
    w_right, b_right = models.perceptron_step(x, 0, w, 0.5, lr=0.1)  # 2 − 3 + 0.5 < 0, so the answer is 0
    np.testing.assert_array_equal(w_right, w)
    assert b_right == 0.5
    w_wrong, b_wrong = models.perceptron_step(x, 1, w, 0.5, lr=0.1)
    np.testing.assert_allclose(w_wrong, [1.2, 2.9])
    assert b_wrong == pytest.approx(0.6)
    np.testing.assert_array_equal(models.perceptron_predict(np.array([[2.0, -1.0], [0.0, 0.0], [-0.5, 0.0]]), w, 0.5), [0, 1, 1])


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(1, 5), label=st.integers(0, 1), lr=st.floats(0.01, 2))
def test_a_step_is_one_down_the_perceptron_criterion(seed, d, label, lr):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    w, b = rng.standard_normal(d), float(rng.standard_normal())
    for _ in range(2):
        x = frozen(rng.standard_normal(d))
        w_torch = torch.tensor(w, requires_grad=True)
        b_torch = torch.tensor(b, dtype=torch.float64, requires_grad=True)
        score = torch.tensor(x) @ w_torch + b_torch
        torch.relu(-(2 * label - 1) * score).backward()
        w, b = models.perceptron_step(x, label, frozen(w), b, lr)
        assert_agree(w, w_torch - lr * w_torch.grad)
        assert_agree(b, b_torch - lr * b_torch.grad)


@pytest.mark.parametrize("y", [AND, OR, 1 - AND, 1 - OR])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_it_learns_what_a_line_separates_and_then_stops(y, seed):
    rng = None if seed is None else np.random.default_rng(seed)
    w, b, mistakes = models.train_perceptron(frozen(CORNERS), frozen(y), rng=rng)
    np.testing.assert_array_equal(models.perceptron_predict(CORNERS, w, b), y)
    assert mistakes[-1] == 0
    assert 0 not in mistakes[:-1]
    assert len(mistakes) < 20


def test_xor_defeats_it():
    fit = models.train_perceptron(CORNERS, XOR, epochs=500)
    assert len(fit.mistakes) == 500
    assert min(fit.mistakes) > 0
    assert np.any(models.perceptron_predict(CORNERS, fit.w, fit.b) != XOR)


def test_the_learning_rate_changes_the_scale_and_no_answer():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 3))
    y = (x @ [1.0, -2.0, 0.5] > 0.3).astype(int)
    one, half = models.train_perceptron(x, y, lr=1), models.train_perceptron(x, y, lr=0.5)
    assert one.mistakes == half.mistakes
    np.testing.assert_allclose(half.w, one.w / 2)
    assert half.b == one.b / 2


@given(seed=st.integers(0, 1000), n=st.integers(1, 30), d=st.integers(1, 4))
def test_mistakes_are_no_more_than_novikoff_allows(seed, n, d):
    rng = np.random.default_rng(seed)
    truth, x = rng.standard_normal(d + 1), rng.standard_normal((n, d))
    scores = x @ truth[:-1] + truth[-1]
    extended = np.column_stack([x, np.ones(n)])
    margin = np.min(np.abs(scores)) / np.linalg.norm(truth)
    allowed = (np.max(np.linalg.norm(extended, axis=1)) / margin) ** 2
    fit = models.train_perceptron(x, (scores >= 0).astype(int), epochs=300)
    assert sum(fit.mistakes) <= allowed + 1  # the one: at the start a sample may lie exactly on the line


def test_float32_stays_float32_and_labels_may_be_true_and_false():
    x = CORNERS.astype(np.float32)
    for plain in (float, np.float64):  # NumPy's own numbers, as np.linspace gives them, widen nothing
        fit = models.train_perceptron(x, AND, lr=plain(0.5))
        assert (fit.w.dtype, type(fit.b)) == (np.float32, float)
        assert models.perceptron_step(x[3], 0, np.zeros(2, np.float32), 0.0, plain(0.5))[0].dtype == np.float32
    same = models.train_perceptron(x[::-1].copy()[::-1], AND.astype(bool))
    np.testing.assert_array_equal(same.w, models.train_perceptron(x, AND).w)


def test_no_epoch_is_no_change_and_one_sample_is_enough():
    w, b, mistakes = models.train_perceptron(CORNERS, AND, epochs=0)
    np.testing.assert_array_equal(w, [0, 0])
    assert (b, mistakes) == (0, ())
    assert isinstance(models.train_perceptron(np.ones((1, 1)), np.array([0])), models.PerceptronFit)


def test_bad_input_is_refused():
    x, w = np.ones((4, 2)), np.ones(2)
    with pytest.raises(ValueError, match=r"w has shape \(3,\); it needs \(D,\) with D = 2, as in x"):
        models.perceptron_predict(x, np.ones(3), 0.0)
    with pytest.raises(ValueError, match=r"w has shape \(3,\); it needs \(D,\) with D = 2, as in x"):
        models.perceptron_step(x[0], 1, np.ones(3), 0.0)
    with pytest.raises(ValueError, match="y has the value 2; it needs 0 or 1"):
        models.perceptron_step(x[0], 2, w, 0.0)
    with pytest.raises(ValueError, match="y has the value -1; it needs 0 or 1"):
        models.train_perceptron(x, np.array([1, 1, -1, 1]))
    with pytest.raises(ValueError, match="lr is 0; it needs to be above 0"):
        models.train_perceptron(x, AND, lr=0)
    with pytest.raises(ValueError, match="epochs is -1"):
        models.train_perceptron(x, AND, epochs=-1)
    with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
        models.train_perceptron(x, AND, rng=0)
    with pytest.raises(ValueError, match="x has dtype uint8"):
        models.train_perceptron(CORNERS.astype(np.uint8), AND)
    with pytest.raises(TypeError, match="x is a list"):
        models.perceptron_predict([[1.0]], w, 0.0)
