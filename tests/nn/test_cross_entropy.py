"""Cross-entropy in all its forms: values, gradients, agreement with PyTorch, confident mistakes, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_agree

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
        (np.zeros((2, 1), int), r"labels has shape \(2, 1\); it needs \(N,\), which is 1 axis and not 2"),
        (np.eye(3)[:2], r"labels has shape \(2, 3\), as one-hot rows have; it needs \(N,\), .* as np.argmax\(labels, axis=1\) gives"),
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
    with pytest.raises(ValueError, match="z has dtype uint8"):
        nn.binary_cross_entropy(np.ones(2, dtype=np.uint8), np.zeros(2))


@given(seed=seeds, shape=array_shapes(min_dims=0, max_dims=3, max_side=4), scale=st.sampled_from([1e-3, 1.0, 30.0]))
def test_sigmoid_cross_entropy_agrees_with_torch_for_two_steps(seed, shape, scale, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    logits, targets = source.normal(*shape, scale=scale), nn.sigmoid(source.normal(*shape, scale=3))
    for _ in range(2):
        tlogits = torch.tensor(logits, requires_grad=True)
        tloss = torch.nn.functional.binary_cross_entropy_with_logits(tlogits, torch.tensor(targets))
        tloss.backward()
        loss, dlogits = nn.sigmoid_cross_entropy(logits, targets)
        assert type(loss) is float
        assert_agree(loss, tloss)
        assert_agree(dlogits, tlogits.grad)
        logits = logits - 0.5 * dlogits


@pytest.mark.parametrize("dtype", [int, float])
def test_sigmoid_cross_entropy_of_0_and_1_is_binary_cross_entropy_with_its_gradient(dtype, arrays):
    source = arrays(0)
    z, y = source.normal(6), source.labels(6).astype(dtype)
    loss, dz = nn.sigmoid_cross_entropy(z, y)
    assert loss == pytest.approx(nn.binary_cross_entropy(z, y), rel=1e-13)
    np.testing.assert_allclose(dz, nn.numerical_gradient(lambda z: nn.binary_cross_entropy(z, y), z), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_cross_entropy_charges_confident_mistakes_in_full(dtype):
    z, t = np.array([1e4, -1e4, 1e4, -1e4], dtype), np.array([0.0, 1.0, 1.0, 0.0], dtype)
    for place, loss in enumerate([1e4, 1e4, 0.0, 0.0]):
        assert nn.sigmoid_cross_entropy(z[place : place + 1], t[place : place + 1])[0] == loss
    loss, dlogits = nn.sigmoid_cross_entropy(z, t)
    assert loss == 5e3
    np.testing.assert_array_equal(dlogits, [0.25, -0.25, 0, 0])
    assert dlogits.dtype == dtype
    assert nn.sigmoid_cross_entropy(np.array([40.0]), np.array([1.0]))[0] == pytest.approx(np.exp(-40), rel=1e-12)


@pytest.mark.parametrize("targets", [np.array([0, 1]), np.array([0.0, 1.0])])
def test_targets_of_another_dtype_leave_float32_alone(targets):
    _, dlogits = nn.sigmoid_cross_entropy(np.ones(2, np.float32), targets)
    assert dlogits.dtype == np.float32


@pytest.mark.parametrize("wrong", [-0.5, 1.5, np.nan])
def test_a_target_that_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match=f"targets has the value {wrong}; it needs numbers from 0 to 1"):
        nn.sigmoid_cross_entropy(np.ones(2), np.array([0.5, wrong]))


def test_bad_input_of_sigmoid_cross_entropy_is_refused():
    with pytest.raises(ValueError, match=r"targets has shape \(3,\); it needs \(2,\), the shape of logits"):
        nn.sigmoid_cross_entropy(np.ones(2), np.zeros(3))
    with pytest.raises(ValueError, match="logits has dtype uint8"):
        nn.sigmoid_cross_entropy(np.ones(2, dtype=np.uint8), np.zeros(2))
    with pytest.raises(ValueError, match=r"targets has shape \(0,\), so it is empty"):
        nn.sigmoid_cross_entropy(np.empty(0), np.empty(0))
    with pytest.raises(TypeError, match="logits is a list"):
        nn.sigmoid_cross_entropy([1.0], np.ones(1))


def lengths_as_mask(lengths, t):
    return np.arange(t) < np.array(lengths)[:, None]


@given(data=st.data(), seed=seeds, t=st.integers(1, 4), v=st.integers(1, 5), scale=st.sampled_from([1.0, 30.0]))
def test_sequence_cross_entropy_agrees_with_torch_for_two_steps(data, seed, t, v, scale, arrays):
    torch = pytest.importorskip("torch")
    lengths = data.draw(st.lists(st.integers(1, t), min_size=1, max_size=4))
    source, n = arrays(seed), len(lengths)
    logits, labels, mask = source.normal(n, t, v, scale=scale), source.labels(n * t, v).reshape(n, t), lengths_as_mask(lengths, t)
    for _ in range(2):
        tlogits = torch.tensor(logits, requires_grad=True)
        tlabels = torch.tensor(np.where(mask, labels, -100))
        tloss = torch.nn.functional.cross_entropy(tlogits.reshape(-1, v), tlabels.reshape(-1), ignore_index=-100)
        tloss.backward()
        loss, dlogits = nn.sequence_cross_entropy(logits, labels, mask)
        assert type(loss) is float
        assert_agree(loss, tloss)
        assert_agree(dlogits, tlogits.grad)
        logits = logits - 0.5 * dlogits


def test_a_token_counts_the_same_in_a_short_and_in_a_long_sequence():
    logits = np.zeros((2, 3, 4))
    logits[0, 0, 0] = np.log(3)
    labels, mask = np.zeros((2, 3), dtype=int), lengths_as_mask([1, 3], 3)
    loss, dlogits = nn.sequence_cross_entropy(logits, labels, mask)
    assert loss == pytest.approx((np.log(2) + 3 * np.log(4)) / 4)
    np.testing.assert_allclose(dlogits[0, 0], np.array([0.5 - 1, 1 / 6, 1 / 6, 1 / 6]) / 4)
    np.testing.assert_array_equal(dlogits[0, 1:], 0)


def test_what_stands_in_the_padding_does_not_matter(arrays):
    source = arrays(0)
    logits, labels, mask = source.normal(2, 3, 4).copy(), source.labels(6, 4).reshape(2, 3).copy(), lengths_as_mask([1, 2], 3)
    loss, dlogits = nn.sequence_cross_entropy(logits, labels, mask)
    logits[~mask], labels[~mask] = np.nan, -100
    again, dagain = nn.sequence_cross_entropy(logits, labels, mask)
    assert loss == again
    np.testing.assert_array_equal(dlogits, dagain)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sequence_cross_entropy_holds_at_the_extremes(dtype):
    logits = np.array([[[1e4, -1e4], [-1e4, 1e4]]], dtype)
    loss, dlogits = nn.sequence_cross_entropy(logits, np.array([[1, 1]]), np.array([[True, True]]))
    assert loss == 1e4
    np.testing.assert_array_equal(dlogits, [[[0.5, -0.5], [0, 0]]])
    assert dlogits.dtype == dtype


def test_bad_input_of_sequence_cross_entropy_is_refused():
    logits, labels, mask = np.ones((2, 3, 4)), np.zeros((2, 3), dtype=int), np.ones((2, 3), dtype=bool)
    with pytest.raises(ValueError, match=r"labels has shape \(2, 4\); it needs \(N, T\) with T = 3, as in logits"):
        nn.sequence_cross_entropy(logits, np.zeros((2, 4), dtype=int), mask)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 2\); it needs \(N, T\) with N = 2, as in logits"):
        nn.sequence_cross_entropy(logits, labels, mask.T)
    with pytest.raises(ValueError, match="mask has dtype float64; it needs True and False"):
        nn.sequence_cross_entropy(logits, labels, mask.astype(float))
    with pytest.raises(ValueError, match="mask is False everywhere"):
        nn.sequence_cross_entropy(logits, labels, ~mask)
    with pytest.raises(ValueError, match="labels has the value 4; it needs class numbers from 0 to 3"):
        nn.sequence_cross_entropy(logits, labels + 4, mask)
    with pytest.raises(ValueError, match="labels has dtype float64; it needs integers"):
        nn.sequence_cross_entropy(logits, labels.astype(float), mask)
    with pytest.raises(ValueError, match="logits has dtype complex128; it needs real numbers"):
        nn.sequence_cross_entropy(logits.astype(complex), labels, mask)
    with pytest.raises(ValueError, match=r"logits has shape \(0, 3, 4\); it needs \(N, T, V\) with N at least 1"):
        nn.sequence_cross_entropy(logits[:0], labels[:0], mask[:0])
    with pytest.raises(TypeError, match="mask is a list"):
        nn.sequence_cross_entropy(logits, labels, [[True]])
