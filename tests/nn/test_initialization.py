"""Where weights start: shape, spread, repeatability."""

import numpy as np
import pytest

from dlteach import nn

FAN_IN, FAN_OUT = 300, 200
VARIANCE = [
    (nn.xavier_uniform, 2 / (FAN_IN + FAN_OUT)),
    (nn.xavier_normal, 2 / (FAN_IN + FAN_OUT)),
    (nn.he_uniform, 2 / FAN_IN),
    (nn.he_normal, 2 / FAN_IN),
]


@pytest.mark.parametrize(("init", "variance"), VARIANCE)
def test_weights_have_mean_zero_and_the_variance_of_the_paper(init, variance):
    w = init(FAN_IN, FAN_OUT, np.random.default_rng(0))
    assert w.shape == (FAN_IN, FAN_OUT)
    assert w.dtype == np.float64
    assert abs(w.mean()) < 4 * np.sqrt(variance / w.size)
    assert w.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize(("init", "variance"), [VARIANCE[0], VARIANCE[2]])
def test_uniform_weights_fill_their_interval(init, variance):
    w = init(FAN_IN, FAN_OUT, np.random.default_rng(0))
    assert 0.999 * np.sqrt(3 * variance) < np.abs(w).max() <= np.sqrt(3 * variance)


@pytest.mark.parametrize(("init", "variance"), VARIANCE)
def test_the_generator_decides_and_sizes_are_checked(init, variance):
    first, again, other = (init(3, 4, np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match="fan_in is 0; it needs to be at least 1"):
        init(0, 4, np.random.default_rng(0))


def test_he_keeps_the_size_of_the_signal_through_ten_relu_layers():
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((200, 256))
    for _ in range(10):
        signal, _ = nn.relu_forward(signal @ nn.he_normal(256, 256, rng))
    assert 0.5 < np.mean(signal**2) < 2


def test_a_bare_seed_is_refused():
    with pytest.raises(TypeError, match=r"rng is 0; it needs to be a random generator, as np\.random\.default_rng\(0\) gives"):
        nn.he_normal(3, 4, 0)
