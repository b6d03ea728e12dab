"""Latent variables: the reparameterised draw and the divergence from a standard normal distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_agree, assert_backward_agrees_with_differences, assert_layer_agrees_with_torch

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


def test_a_draw_has_the_mean_and_the_variance_that_were_asked_for():
    eps = np.random.default_rng(0).standard_normal(100_000)
    z, _ = nn.reparameterize_forward(np.full(eps.shape, 3.0), np.full(eps.shape, np.log(4.0)), eps)
    assert z.mean() == pytest.approx(3, abs=0.03)
    assert z.var() == pytest.approx(4, rel=0.02)


@given(seed=seeds, shape=array_shapes(min_dims=0, max_dims=3, max_side=4))
def test_the_draw_agrees_with_torch_for_two_steps(seed, shape, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    mu, log_var, eps = source.normal(*shape), source.normal(*shape, scale=2), source.normal(*shape)

    def forward(mu, log_var):
        return nn.reparameterize_forward(mu, log_var, eps)

    def twin(mu, log_var):
        return mu + torch.exp(0.5 * log_var) * torch.tensor(eps)

    assert_layer_agrees_with_torch(forward, nn.reparameterize_backward, twin, (mu, log_var), source.rng)
    assert_backward_agrees_with_differences(forward, nn.reparameterize_backward, (mu, log_var), source.rng, atol=1e-6)


def test_gradients_of_the_draw_are_named():
    _, cache = nn.reparameterize_forward(np.zeros(2), np.log(np.array([4.0, 9.0])), np.array([1.0, -1.0]))
    grads = nn.reparameterize_backward(np.array([1.0, 10.0]), cache)
    assert isinstance(grads, nn.ReparameterizeGrads)
    np.testing.assert_array_equal(grads.dmu, [1, 10])
    np.testing.assert_allclose(grads.dlog_var, [1, -15])


@given(seed=seeds, n=sizes, d=sizes, scale=st.sampled_from([1e-2, 0.3, 2.0]))
def test_the_divergence_agrees_with_torch_for_two_steps(seed, n, d, scale, arrays):
    torch = pytest.importorskip("torch")
    source = arrays(seed)
    mu, log_var = source.normal(n, d, scale=scale), source.normal(n, d, scale=scale)
    for _ in range(2):
        tmu, tlog_var = torch.tensor(mu, requires_grad=True), torch.tensor(log_var, requires_grad=True)
        latents = torch.distributions.Normal(tmu, torch.exp(0.5 * tlog_var))
        standard = torch.distributions.Normal(torch.zeros_like(tmu), torch.ones_like(tmu))
        tloss = torch.distributions.kl_divergence(latents, standard).sum(dim=1).mean()
        tloss.backward()
        loss, dmu, dlog_var = nn.kl_standard_normal(mu, log_var)
        assert type(loss) is float
        assert_agree(loss, tloss)
        assert_agree(dmu, tmu.grad)
        assert_agree(dlog_var, tlog_var.grad)
        mu, log_var = mu - 0.01 * dmu, log_var - 0.01 * dlog_var


@given(seed=seeds, n=sizes, d=sizes)
def test_the_divergence_agrees_with_finite_differences(seed, n, d, arrays):
    source = arrays(seed)
    mu, log_var = source.normal(n, d), source.normal(n, d)
    _, dmu, dlog_var = nn.kl_standard_normal(mu, log_var)
    np.testing.assert_allclose(dmu, nn.numerical_gradient(lambda mu: nn.kl_standard_normal(mu, log_var)[0], mu), atol=1e-7)
    estimate = nn.numerical_gradient(lambda log_var: nn.kl_standard_normal(mu, log_var)[0], log_var)
    np.testing.assert_allclose(dlog_var, estimate, atol=1e-7)


def test_the_divergence_is_0_for_the_standard_normal_alone_and_exact_close_to_it():
    loss, dmu, dlog_var = nn.kl_standard_normal(np.zeros((2, 3)), np.zeros((2, 3)))
    assert loss == 0
    assert not dmu.any()
    assert not dlog_var.any()
    _, _, dlog_var = nn.kl_standard_normal(np.zeros((1, 1)), np.full((1, 1), 1e-12))
    assert dlog_var == pytest.approx(5e-13, rel=1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_hold_at_the_extremes(dtype):
    mu, log_var = np.array([[1e4, -1e4]], dtype), np.array([[-1e4, -1e4]], dtype)
    loss, dmu, dlog_var = nn.kl_standard_normal(mu, log_var)
    assert loss == pytest.approx(1e8 + 1e4 - 1, rel=1e-6)
    np.testing.assert_array_equal(dmu, mu)
    np.testing.assert_array_equal(dlog_var, [[-0.5, -0.5]])
    z, noise = nn.reparameterize_forward(mu, log_var, np.array([[1e4, -1e4]], dtype))
    np.testing.assert_array_equal(z, mu)
    assert z.dtype == noise.dtype == dmu.dtype == dlog_var.dtype == dtype


def test_the_float64_of_a_generator_leaves_float32_alone():
    mu = np.zeros((2, 3), np.float32)
    z, cache = nn.reparameterize_forward(mu, mu, np.random.default_rng(0).standard_normal((2, 3)))
    grads = nn.reparameterize_backward(z, cache)
    assert z.dtype == cache.dtype == grads.dmu.dtype == grads.dlog_var.dtype == np.float32


def test_bad_input_is_refused():
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"eps has shape \(3,\); it needs \(2, 3\), the shape of mu"):
        nn.reparameterize_forward(x, x, np.ones(3))
    with pytest.raises(ValueError, match=r"dz has shape \(3,\); it needs \(2, 3\), the shape of cache"):
        nn.reparameterize_backward(np.ones(3), x)
    with pytest.raises(ValueError, match=r"log_var has shape \(2, 2\); it needs \(N, D\) with D = 3, as in mu"):
        nn.kl_standard_normal(x, x[:, :2])
    with pytest.raises(ValueError, match=r"mu has shape \(0, 3\); it needs \(N, D\) with N at least 1"):
        nn.kl_standard_normal(x[:0], x[:0])
    with pytest.raises(ValueError, match="log_var has dtype bool; it needs real numbers"):
        nn.kl_standard_normal(x, x > 0)
    with pytest.raises(TypeError, match="mu is a list"):
        nn.kl_standard_normal([[1.0]], x)
