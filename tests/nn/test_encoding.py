"""One-hot, multi-hot, pairwise distances, receptive fields: small functions that lessons ask for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import nn

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'dlteach[torch]'): nothing to compare with")
sizes = st.integers(1, 5)


@given(seed=st.integers(0, 2**32 - 1), n=sizes, c=sizes)
def test_one_hot_is_torchs(seed, n, c, arrays):
    labels = arrays(seed).labels(n, c)
    np.testing.assert_array_equal(nn.one_hot(labels, c), torch.nn.functional.one_hot(torch.tensor(labels), c).numpy())


def test_labels_that_are_no_class_numbers_are_refused():
    with pytest.raises(ValueError, match="labels has the value 3; it needs class numbers from 0 to 2"):
        nn.one_hot(np.array([0, 3]), 3)
    with pytest.raises(ValueError, match="labels has dtype float64"):
        nn.one_hot(np.array([0.0]), 3)
    with pytest.raises(ValueError, match=r"labels has shape \(0,\)"):
        nn.one_hot(np.array([], dtype=int), 3)


def test_multi_hot_counts_a_word_once_and_filling_not_at_all():
    tokens = np.array([[2, 2, 0], [1, 0, 0]])
    mask = np.array([[True, True, True], [True, False, False]])
    np.testing.assert_array_equal(nn.multi_hot(tokens, mask, 4), [[1, 0, 1, 0], [0, 1, 0, 0]])
    with pytest.raises(ValueError, match="mask has dtype int64; it needs True and False"):
        nn.multi_hot(tokens, mask.astype(int), 4)
    with pytest.raises(ValueError, match="tokens has the value 2; it needs class numbers from 0 to 1"):
        nn.multi_hot(tokens, mask, 2)


@given(seed=st.integers(0, 2**32 - 1), n=sizes, m=sizes, d=sizes, scale=st.sampled_from([1e-6, 1.0, 1e4]))
def test_distances_are_torchs(seed, n, m, d, scale, arrays):
    a, b = arrays(seed).normal(n, d, scale=scale), arrays(seed + 1).normal(m, d, scale=scale)
    expected = torch.cdist(torch.tensor(a), torch.tensor(b), compute_mode="donot_use_mm_for_euclid_dist").numpy()
    np.testing.assert_allclose(nn.pairwise_distances(a, b), expected, rtol=1e-12)


def test_points_that_lie_close_together_far_out_keep_their_distance():
    a = np.array([[1e8, 1e8]])
    np.testing.assert_allclose(nn.pairwise_distances(a, a + 1e-3), [[np.sqrt(2) * 1e-3]], rtol=1e-4)


def test_whole_numbers_far_apart_do_not_wrap_around():
    a, b = np.array([[0], [50_000]], np.int32), np.array([[100_000]], np.int32)  # the squares are beyond 2³¹
    np.testing.assert_array_equal(nn.pairwise_distances(a, b), [[100_000.0], [50_000.0]])


def test_points_of_another_dimension_are_refused():
    with pytest.raises(ValueError, match=r"b has shape \(2, 2\); it needs \(M, D\) with D = 3, as in a"):
        nn.pairwise_distances(np.ones((4, 3)), np.ones((2, 2)))


@given(seed=st.integers(0, 2**32 - 1), layers=st.integers(0, 4))
def test_the_receptive_field_is_what_a_gradient_reaches(seed, layers):
    rng = np.random.default_rng(seed)
    kernels, strides = rng.integers(1, 5, layers).tolist(), rng.integers(1, 4, layers).tolist()
    signal = torch.ones(1, 1, 600, dtype=torch.float64, requires_grad=True)
    out = signal
    for kernel, stride in zip(kernels, strides, strict=True):
        out = torch.nn.functional.conv1d(out, torch.ones(1, 1, kernel, dtype=torch.float64), stride=stride)
    out[0, 0, 0].backward()
    reached = np.nonzero(signal.grad.numpy().ravel())[0]
    if all(kernel >= stride for kernel, stride in zip(kernels, strides, strict=True)):  # no pixel between is skipped
        assert len(reached) == nn.receptive_field(kernels, strides)
    assert reached.max() - reached.min() + 1 == nn.receptive_field(kernels, strides)


def test_two_small_kernels_see_as_much_as_a_large_one_and_cost_less():
    assert nn.receptive_field([3, 3], [1, 1]) == nn.receptive_field([5], [1]) == 5
    assert 2 * nn.conv_num_parameters(64, 64, 3) < nn.conv_num_parameters(64, 64, 5)
    assert [nn.conv_num_parameters(c, k, 3) for c, k in ((1, 32), (32, 64), (64, 64))] == [320, 18_496, 36_928]


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="strides has 1 entries; it needs 2"):
        nn.receptive_field([3, 3], [1])
    with pytest.raises(ValueError, match="stride is 0; it needs to be at least 1"):
        nn.receptive_field([3], [0])
    with pytest.raises(ValueError, match="kernel is -3"):
        nn.conv_num_parameters(1, 1, -3)
