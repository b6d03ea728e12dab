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


def test_a_seed_goes_on_meaning_the_same_weights():
    def rng():
        return np.random.default_rng(7)

    np.testing.assert_array_equal(nn.xavier_uniform(3, 5, rng()), rng().uniform(-np.sqrt(6 / 8), np.sqrt(6 / 8), (3, 5)))
    np.testing.assert_array_equal(nn.xavier_normal(3, 5, rng()), rng().normal(0, np.sqrt(2 / 8), (3, 5)))
    np.testing.assert_array_equal(nn.he_uniform(3, 5, rng()), rng().uniform(-np.sqrt(6 / 3), np.sqrt(6 / 3), (3, 5)))
    np.testing.assert_array_equal(nn.he_normal(3, 5, rng()), rng().normal(0, np.sqrt(2 / 3), (3, 5)))


def test_he_keeps_the_size_of_the_signal_through_ten_relu_layers():
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((200, 256))
    for _ in range(10):
        signal, _ = nn.relu_forward(signal @ nn.he_normal(256, 256, rng))
    assert 0.5 < np.mean(signal**2) < 2


def test_a_bare_seed_is_refused():
    with pytest.raises(TypeError, match=r"rng is 0; it needs to be a random generator, as np\.random\.default_rng\(0\) gives"):
        nn.he_normal(3, 4, 0)


def test_fans_of_a_dense_layer_and_of_a_convolution():
    assert nn.fans((784, 512)) == (784, 512)
    assert nn.fans((32, 16, 3, 5)) == (16 * 3 * 5, 32 * 3 * 5)


@pytest.mark.parametrize(("shape", "needs"), [((7, 5), (7, 5)), ((6, 4, 3, 5), (6, 4, 3, 5))])
def test_fans_are_those_of_torch(shape, needs):
    torch = pytest.importorskip("torch")
    weights = torch.empty(*needs) if len(needs) == 4 else torch.empty(*needs).T  # a dense layer of PyTorch has (out, in)
    assert nn.fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(weights)


@pytest.mark.parametrize("init", [init for init, _ in VARIANCE])
def test_the_weights_of_a_convolution_take_their_spread_from_its_fans(init):
    shape = (64, 32, 3, 3)
    w = init(*nn.fans(shape), np.random.default_rng(0), shape)
    assert w.shape == shape
    fan_in, fan_out = 32 * 9, 64 * 9
    expected = 2 / fan_in if init in (nn.he_normal, nn.he_uniform) else 2 / (fan_in + fan_out)
    assert w.var() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (4, 4), (5, 3), (3, 5), (1, 4)])
def test_orthogonal_weights_turn_a_signal_and_do_not_stretch_it(rows, columns):
    w = nn.orthogonal(rows, columns, np.random.default_rng(0), gain=2.0)
    assert w.shape == (rows, columns)
    assert w.dtype == np.float64
    product = w.T @ w if rows >= columns else w @ w.T
    np.testing.assert_allclose(product, 4 * np.eye(min(rows, columns)), atol=1e-14)


def test_orthogonal_weights_favour_no_direction():
    rng = np.random.default_rng(0)
    drawn = np.array([nn.orthogonal(2, 2, rng) for _ in range(2000)])
    assert np.abs(drawn.mean(axis=0)).max() < 0.06  # without the correction of the signs, w[0, 0] is never positive
    assert np.mean(np.linalg.det(drawn) > 0) == pytest.approx(0.5, abs=0.05)


def test_the_same_generator_gives_the_same_orthogonal_weights():
    first, again, other = (nn.orthogonal(3, 4, np.random.default_rng(seed)) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_bad_shapes_and_gains_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"shape is \(3, 4, 5\); it needs two sizes, \(in, out\), or four, \(K, C, kh, kw\)"):
        nn.fans((3, 4, 5))
    with pytest.raises(ValueError, match=r"shape\[1\] is 0; it needs to be at least 1"):
        nn.fans((3, 0))
    with pytest.raises(ValueError, match=r"shape\[0\] is -1; it needs to be at least 1"):
        nn.he_normal(3, 4, rng, (-1, 4))
    with pytest.raises(TypeError, match=r"shape\[0\] is 2.5; it needs a whole number"):
        nn.xavier_uniform(3, 4, rng, (2.5, 4))
    with pytest.raises(ValueError, match="columns is 0; it needs to be at least 1"):
        nn.orthogonal(3, 0, rng)
    with pytest.raises(ValueError, match="gain is 0; it needs to be above 0"):
        nn.orthogonal(3, 3, rng, gain=0)
    with pytest.raises(TypeError, match="rng is 0; it needs to be a random generator"):
        nn.orthogonal(3, 3, 0)
