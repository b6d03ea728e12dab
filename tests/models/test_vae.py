"""The variational autoencoder: loss and gradients against PyTorch with the same noise, and samples that look like the data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import data, models, nn
from dlteach.training import SGD, Adam, evaluate, fit
from tests.models.harness import drawn
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


def assert_equal_trees(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


class Fixed:
    """A generator that draws what it is told, so that PyTorch can be given the same."""

    def __init__(self, eps):
        self.eps = eps

    def standard_normal(self, shape):
        assert shape == self.eps.shape
        return self.eps


@given(seed=seeds, n=sizes, d=sizes, h=sizes, k=sizes, beta=st.sampled_from([1.0, 0.3, 4]))
@settings(max_examples=30)
def test_outputs_loss_and_every_gradient_agree_with_torch(seed, n, d, h, k, beta):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    model = drawn(models.VAE(d, k, num_hidden=h, rng=rng, dtype=np.float64), rng)
    x, optimizer = frozen(rng.random((n, d))), SGD(0.05)
    for _ in range(2):
        eps = rng.standard_normal((n, k))
        model.rng = Fixed(eps)
        p = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters().items()}
        x_torch = torch.tensor(x, requires_grad=True)
        hidden = torch.relu(x_torch @ p["encoder.0.w"] + p["encoder.0.b"])
        mu, log_var = hidden @ p["mu.w"] + p["mu.b"], hidden @ p["log_var.w"] + p["log_var.b"]
        z = mu + torch.exp(log_var / 2) * torch.tensor(eps)
        logits = torch.relu(z @ p["decoder.0.w"] + p["decoder.0.b"]) @ p["decoder.2.w"] + p["decoder.2.b"]
        restored = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(x), reduction="sum") / n
        normal = torch.distributions.Normal(0, torch.ones((), dtype=torch.float64))
        divergence = torch.distributions.kl_divergence(torch.distributions.Normal(mu, torch.exp(log_var / 2)), normal).sum() / n
        expected = restored + beta * divergence
        expected.backward()

        output = model.forward(x, training=True)
        for ours, theirs in zip(output, (logits, mu, log_var), strict=True):
            assert_agree(ours, theirs)
        loss, douts = models.vae_loss(frozen(output), x, beta)
        assert_agree(loss, expected)
        dx = model.backward(frozen(douts))
        assert_agree(dx, x_torch.grad)
        grads = model.gradients()
        assert set(grads) == set(p)
        for name, tensor in p.items():
            np.testing.assert_allclose(grads[name], tensor.grad.numpy(), rtol=1e-10, atol=1e-13)
        optimizer.step(model.parameters(), grads)


def test_the_loss_by_hand():
    x = np.array([[1.0, 0.0], [1.0, 1.0]])
    logits = np.zeros((2, 2))
    loss, (dlogits, dmu, dlog_var) = models.vae_loss((logits, np.array([[2.0], [0.0]]), np.zeros((2, 1))), x)
    assert loss == pytest.approx(2 * np.log(2) + 0.5 * 4 / 2)  # two pixels at log 2 each, and ½·μ² for one of two samples
    np.testing.assert_allclose(dlogits, (0.5 - x) / 2)
    np.testing.assert_allclose(dmu, [[1], [0]])
    np.testing.assert_array_equal(dlog_var, [[0], [0]])


def test_without_training_there_is_no_noise_and_with_it_the_seed_decides():
    def model():
        return models.VAE(4, 2, num_hidden=3, rng=np.random.default_rng(0))

    x = np.random.default_rng(1).random((5, 4)).astype(np.float32)
    still, moving = model(), model()
    assert_equal_trees(still.forward(x), still.forward(x))
    first, second = moving.forward(x, training=True), moving.forward(x, training=True)
    assert not np.array_equal(first[0], second[0])
    assert_equal_trees(first[1:], second[1:])
    assert_equal_trees(first, model().forward(x, training=True))
    mu, log_var = still.encode(x)
    assert_equal_trees((mu, log_var), still.forward(x)[1:])
    np.testing.assert_allclose(still.decode(mu), nn.sigmoid(still.forward(x)[0]))
    still.trainable = False
    assert_equal_trees(still.forward(x, training=True), still.forward(x))


def test_float32_stays_float32_also_in_one_sample():
    model = models.VAE(4, 2, num_hidden=3, rng=np.random.default_rng(0))
    x = np.full((1, 4), 0.5, np.float32)
    output = model.forward(x, training=True)
    assert {part.dtype for part in output} == {np.dtype(np.float32)}
    loss, douts = models.vae_loss(output, x, np.float64(2.0))
    assert isinstance(loss, float)
    assert {part.dtype for part in douts} == {np.dtype(np.float32)}
    assert model.backward(douts).dtype == np.float32
    assert {grad.dtype for grad in model.gradients().values()} == {np.dtype(np.float32)}
    assert model.sample(3, np.random.default_rng(0)).dtype == np.float32


def test_it_learns_digits_and_draws_new_ones():
    x = (data.load("digits").x / 16).astype(np.float32)[:400]
    rng = np.random.default_rng(0)
    model = models.VAE(64, 2, num_hidden=32, rng=rng)
    before = evaluate(model, x, x, loss=models.vae_loss)["loss"]
    history = fit(model, x, x, loss=models.vae_loss, optimizer=Adam(0.005), epochs=20, rng=rng)
    assert history["loss"][-1] < 0.75 * before
    mu, log_var = model.encode(x)
    assert 0.3 < np.mean(np.mean(mu**2, axis=0) + np.mean(np.exp(log_var), axis=0)) < 3  # the clouds together are about N(0, 1)
    samples = model.sample(100, np.random.default_rng(1))
    assert samples.shape == (100, 64)
    assert np.all((samples >= 0) & (samples <= 1))
    nearest, by_chance = (nn.pairwise_distances(part, x).min(axis=1) for part in (samples, rng.random((100, 64), np.float32)))
    assert np.median(nearest) < np.median(by_chance) / 2
    np.testing.assert_array_equal(samples, model.sample(100, np.random.default_rng(1)))
    np.testing.assert_allclose(samples.mean(axis=0), x.mean(axis=0), atol=0.25)


def test_extremes_stay_finite():
    for dtype in (np.float32, np.float64):
        logits = np.array([[1e4, -1e4]], dtype)
        x = np.array([[1.0, 0.0]], dtype)
        loss, (dlogits, dmu, dlog_var) = models.vae_loss((logits, np.full((1, 1), 1e4, dtype), np.full((1, 1), -1e4, dtype)), x)
        assert loss == pytest.approx(0.5 * (1e8 + 1e4 - 1), rel=1e-6)
        np.testing.assert_array_equal(dlogits, [[0, 0]])
        np.testing.assert_array_equal(dmu, [[1e4]])
        np.testing.assert_allclose(dlog_var, [[-0.5]])


def test_bad_input_is_refused():
    rng = np.random.default_rng(0)
    model = models.VAE(4, 2, num_hidden=3, rng=rng)
    x = np.full((5, 4), 0.5)
    output = model.forward(x)
    with pytest.raises(ValueError, match="targets has the value 2"):
        models.vae_loss(output, 4 * x)
    with pytest.raises(ValueError, match=r"x has shape \(5, 3\); it needs \(N, D\) with D = 4, as in logits"):
        models.vae_loss(output, x[:, :3])
    with pytest.raises(ValueError, match=r"mu has shape \(4, 2\); it needs \(N, K\) with N = 5, as in logits"):
        models.vae_loss((output[0], output[1][:4], output[2]), x)
    with pytest.raises(TypeError, match=r"output is a ndarray; it needs to be the tuple \(logits, mu, log_var\)"):
        models.vae_loss(output[0], x)
    with pytest.raises(ValueError, match="beta is 0; it needs to be above 0"):
        models.vae_loss(output, x, 0)
    with pytest.raises(ValueError, match="num_latents is 0"):
        models.VAE(4, 0, rng=rng)
    with pytest.raises(TypeError, match="rng is 0"):
        models.VAE(4, 2, rng=0)
    with pytest.raises(ValueError, match="n is 0"):
        model.sample(0, rng)
    with pytest.raises(TypeError, match="rng is 0"):
        model.sample(3, 0)
    with pytest.raises(RuntimeError, match="comes before its forward"):
        models.VAE(4, 2, rng=rng).backward(output)
