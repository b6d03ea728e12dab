"""Binary and softmax cross-entropy: values, gradients, confident mistakes, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)


@given(seed=seeds, n=st.integers(1, 8))
def test_binary_cross_entropy_is_the_mean_of_minus_log_probability(seed, n, arrays):
    source = arrays(seed)
    z, y = source.normal(n, scale=3), source.labels(n)
    p = nn.sigmoid(z)
    loss = nn.binary_cross_entropy(z, y)
    assert type(loss) is float
    assert loss == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-10)


@pytest.mark.parametrize("dtype", [int, float, bool, np.uint8])
def test_binary_cross_entropy_charges_a_confident_mistake_in_full(dtype):
    z, y = np.array([1000.0, -1000.0, 1e4]), np.array([0, 1, 1], dtype=dtype)
    assert [nn.binary_cross_entropy(z[i : i + 1], y[i : i + 1]) for i in range(3)] == [1000.0, 1000.0, 0.0]
    assert nn.binary_cross_entropy(np.array([40.0]), np.array([1])) == pytest.approx(np.exp(-40), rel=1e-12)


@given(seed=seeds, n=st.integers(1, 5), c=st.integers(1, 5))
def test_softmax_cross_entropy_and_its_gradient(seed, n, c, arrays):
    source = arrays(seed)
    logits, labels = source.normal(n, c), source.labels(n, c)
    loss, dlogits = nn.softmax_cross_entropy(logits, labels)
    assert type(loss) is float
    assert loss == pytest.approx(-np.mean(np.log(nn.softmax(logits)[np.arange(n), labels])), abs=1e-12)
    np.testing.assert_allclose(dlogits, (nn.softmax(logits) - np.eye(c)[labels]) / n, rtol=1e-12, atol=1e-15)
    estimate = nn.numerical_gradient(lambda logits: nn.softmax_cross_entropy(logits, labels)[0], logits)
    np.testing.assert_allclose(dlogits, estimate, atol=1e-8)


def test_softmax_cross_entropy_holds_at_the_extremes():
    loss, dlogits = nn.softmax_cross_entropy(np.array([[1e4, -1e4], [-1e4, 1e4]]), np.array([1, 1]))
    assert loss == 1e4
    np.testing.assert_array_equal(dlogits, [[0.5, -0.5], [0, 0]])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, 3]), "labels has the value 3; it needs class numbers from 0 to 2"),
        (np.array([-1, 0]), "labels has the value -1; it needs class numbers from 0 to 2"),
        (np.array([0.0, 1.0]), "labels has dtype float64; it needs integers"),
        (np.array([True, False]), "labels has dtype bool; it needs integers"),
        (np.array([0, 1, 2]), r"labels has shape \(3,\); it needs \(N,\) with N = 2, as in logits"),
        (np.eye(3, dtype=int)[:2], r"labels has shape \(2, 3\); it needs \(N,\), which is 1 axis and not 2"),
    ],
)
def test_labels_that_are_no_class_numbers_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        nn.softmax_cross_entropy(np.ones((2, 3)), labels)


def test_bad_input_of_binary_cross_entropy_is_refused():
    with pytest.raises(ValueError, match="y has the value 2; it needs 0 or 1 everywhere"):
        nn.binary_cross_entropy(np.ones(2), np.array([1, 2]))
    with pytest.raises(ValueError, match=r"y has shape \(3,\); it needs \(N,\) with N = 2, as in z"):
        nn.binary_cross_entropy(np.ones(2), np.zeros(3))
    with pytest.raises(ValueError, match=r"z has shape \(0,\)"):
        nn.binary_cross_entropy(np.empty(0), np.empty(0))
    with pytest.raises(TypeError, match="z has dtype uint8"):
        nn.binary_cross_entropy(np.ones(2, dtype=np.uint8), np.zeros(2))
