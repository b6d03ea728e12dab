"""Linear and softmax regression: gradients against PyTorch, fits against exact solutions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import data, models, nn
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32 - 1)
LOSSES = {"mse_loss": nn.mean_squared_error, "l1_loss": nn.mean_absolute_error, "huber_loss": nn.huber_loss}


@pytest.mark.parametrize("name", LOSSES)
@given(seed=seeds, n=sizes, d=sizes)
def test_the_gradient_of_linear_regression_agrees_with_torch(name, seed, n, d):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x, y = frozen(rng.standard_normal((n, d))), frozen(3 * rng.standard_normal(n))
    w, b = rng.standard_normal(d), float(rng.standard_normal())
    for _ in range(2):
        w_torch, b_torch = torch.tensor(w, requires_grad=True), torch.tensor(b, dtype=torch.float64, requires_grad=True)
        pred = torch.tensor(x) @ w_torch + b_torch
        expected = getattr(torch.nn.functional, name)(pred, torch.tensor(y))
        expected.backward()
        loss, dw, db = models.linear_gradient(x, y, frozen(w), b, LOSSES[name])
        assert_agree(models.linear_predict(x, frozen(w), b), pred)
        assert_agree(loss, expected)
        assert_agree(dw, w_torch.grad)
        assert_agree(db, b_torch.grad)
        w, b = w - 0.1 * dw, b - 0.1 * db


@given(seed=seeds, d=sizes, extra=st.integers(2, 20))
def test_least_squares_finds_the_line_and_leaves_residuals_square_to_all_features(seed, d, extra):
    rng = np.random.default_rng(seed)
    x, truth, bias = frozen(rng.standard_normal((d + extra, d))), rng.standard_normal(d), float(rng.standard_normal())
    w, b = models.solve_linear_regression(x, frozen(x @ truth + bias))
    np.testing.assert_allclose(w, truth, atol=1e-8)
    assert b == pytest.approx(bias, abs=1e-8)
    y = x @ truth + bias + rng.standard_normal(len(x))
    residual = y - models.linear_predict(x, *models.solve_linear_regression(x, y))
    np.testing.assert_allclose(np.column_stack([x, np.ones(len(x))]).T @ residual, 0, atol=1e-9)


def test_least_squares_agrees_with_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((30, 4)), rng.standard_normal(30)
    solution = torch.linalg.lstsq(torch.tensor(np.column_stack([x, np.ones(30)])), torch.tensor(y)[:, None]).solution[:, 0]
    w, b = models.solve_linear_regression(x, y)
    assert_agree(np.append(w, b), solution)


def test_gradient_descent_goes_to_the_least_squares_solution():
    rng = np.random.default_rng(1)
    x = frozen(rng.standard_normal((50, 3)))
    y = frozen(x @ [1.0, -2.0, 0.5] + 3 + 0.1 * rng.standard_normal(50))
    w, b = models.train_linear_regression(x, y, lr=0.1, epochs=600)
    exact_w, exact_b = models.solve_linear_regression(x, y)
    np.testing.assert_allclose(w, exact_w, atol=1e-10)
    assert b == pytest.approx(exact_b, abs=1e-10)


def test_one_wild_outlier_pulls_the_squared_error_and_hardly_the_others():
    x = np.linspace(-1, 1, 21)[:, None]
    y = 2 * x[:, 0]
    y[-1] = 100
    slopes = {name: models.train_linear_regression(x, y, 0.05, 3000, loss)[0][0] for name, loss in LOSSES.items()}
    assert slopes["mse_loss"] > 10
    assert slopes["l1_loss"] == pytest.approx(2, abs=0.2)
    assert slopes["huber_loss"] == pytest.approx(2, abs=0.5)


def test_features_that_depend_on_each_other_get_the_shortest_weights():
    x = np.arange(6.0)[:, None] * [1.0, 1.0]
    w, b = models.solve_linear_regression(x, 4 * np.arange(6.0) + 1)
    np.testing.assert_allclose(w, [2, 2])
    assert b == pytest.approx(1)
    w, b = models.solve_linear_regression(np.array([[3.0, 4.0]]), np.array([5.0]))  # one sample: its own value, and no slope
    np.testing.assert_array_equal(w, [0, 0])
    assert b == 5


@given(seed=seeds, n=sizes, d=sizes, c=st.integers(2, 5))
def test_the_gradient_of_softmax_regression_agrees_with_torch(seed, n, d, c):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    x, labels = frozen(rng.standard_normal((n, d))), frozen(rng.integers(0, c, n))
    w, b = rng.standard_normal((d, c)), rng.standard_normal(c)
    for _ in range(2):
        w_torch, b_torch = torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)
        logits = torch.tensor(x) @ w_torch + b_torch
        expected = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
        expected.backward()
        loss, dw, db = models.softmax_regression_gradient(x, labels, frozen(w), frozen(b))
        assert_agree(loss, expected)
        assert_agree(dw, w_torch.grad)
        assert_agree(db, b_torch.grad)
        assert_agree(models.softmax_regression_predict(x, frozen(w), frozen(b)), torch.argmax(logits, dim=1))
        w, b = w - 0.1 * dw, b - 0.1 * db


def test_with_two_classes_softmax_regression_is_logistic_regression():
    rng = np.random.default_rng(0)
    x = frozen(rng.standard_normal((40, 3)))
    labels = frozen((x[:, 0] + rng.standard_normal(40) > 0).astype(int))
    w, b = models.train_softmax_regression(x, labels, 2, lr=0.3, epochs=50)
    w_logistic, b_logistic = nn.train_logistic_regression(x, labels, lr=0.6, epochs=50)  # two columns share each step
    np.testing.assert_allclose(w[:, 1] - w[:, 0], w_logistic, rtol=1e-12)
    assert b[1] - b[0] == pytest.approx(b_logistic, rel=1e-12)


def test_softmax_regression_learns_the_irises():
    iris = data.load("iris")
    x = data.fit_standard(iris.x).apply(iris.x)
    w, b = models.train_softmax_regression(x, iris.y, 3, lr=0.5, epochs=300)
    assert np.mean(models.softmax_regression_predict(x, w, b) == iris.y) >= 0.96
    w, _ = models.train_softmax_regression(x, iris.y, 5, lr=0.5, epochs=1)  # classes that no sample has
    assert w.shape == (4, 5)


def test_float32_stays_float32_and_whole_numbers_become_float64():
    x = np.arange(12).reshape(6, 2)
    y = x @ [1, 2]
    for dtype, expected in ((np.float32, np.float32), (np.int64, np.float64)):
        w, b = models.train_linear_regression(x.astype(dtype), y, lr=0.001, epochs=3)
        assert w.dtype == expected
        assert isinstance(b, float)
        assert models.solve_linear_regression(x.astype(dtype), y)[0].dtype == expected
        assert models.train_softmax_regression(x.astype(dtype), y % 2, 2, lr=0.1, epochs=2)[0].dtype == expected
    x = x.astype(np.float32)
    for plain in (float, np.float64):  # NumPy's own numbers, as np.linspace gives them, widen nothing
        w, b = models.train_linear_regression(x, y, lr=plain(0.001), epochs=3)
        assert (w.dtype, type(b)) == (np.float32, float)
        assert [array.dtype for array in models.train_softmax_regression(x, y % 2, 2, lr=plain(0.1), epochs=2)] == 2 * [np.float32]
        assert models.linear_predict(x, w, plain(0.5)).dtype == np.float32
        assert models.linear_gradient(x, y, w, plain(0.5))[1].dtype == np.float32


def test_bad_input_is_refused():
    x, y, w = np.ones((4, 2)), np.ones(4), np.ones(2)
    with pytest.raises(ValueError, match=r"w has shape \(3,\); it needs \(D,\) with D = 2, as in x"):
        models.linear_predict(x, np.ones(3), 0.0)
    with pytest.raises(ValueError, match=r"y has shape \(3,\); it needs \(N,\) with N = 4, as in x"):
        models.linear_gradient(x, np.ones(3), w, 0.0)
    with pytest.raises(ValueError, match=r"y has shape \(4, 1\); it needs \(N,\), which is 1 axis and not 2"):
        models.train_linear_regression(x, y[:, None], 0.1, 1)  # (4, 1) − (4,) would quietly become (4, 4)
    with pytest.raises(ValueError, match="lr is -1; it needs to be above 0"):
        models.train_linear_regression(x, y, -1, 1)
    with pytest.raises(ValueError, match="epochs is -1"):
        models.train_linear_regression(x, y, 0.1, -1)
    with pytest.raises(ValueError, match="y holds a NaN or an infinity"):
        models.solve_linear_regression(x, np.array([1, 2, np.nan, 4]))
    with pytest.raises(ValueError, match="labels has the value 3; it needs class numbers from 0 to 2"):
        models.train_softmax_regression(x, np.array([0, 1, 2, 3]), 3, 0.1, 1)
    with pytest.raises(ValueError, match="num_classes is 1; it needs to be at least 2"):
        models.train_softmax_regression(x, np.zeros(4, int), 1, 0.1, 1)
    with pytest.raises(ValueError, match="x has dtype uint8"):
        models.softmax_regression_predict(np.ones((4, 2), np.uint8), np.ones((2, 3)), np.ones(3))
    with pytest.raises(TypeError, match="x is a list"):
        models.solve_linear_regression([[1.0]], y)
