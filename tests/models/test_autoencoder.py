"""Autoencoders: against PyTorch twins, beside PCA, and at their work: cleaning up, finding what is strange."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import data, models, nn
from dlteach.training import SGD, Adam, Dropout, Identity, MaxPool2d, Sequential, fit
from tests.models.harness import assert_keeps_float32, assert_model_agrees_with_torch
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


@given(seed=seeds, n=sizes, d=sizes, h=sizes, k=sizes)
@settings(max_examples=25)
def test_the_dense_autoencoder_agrees_with_torch(seed, n, d, h, k):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)

    def twin(p, x):
        hidden = torch.relu(torch.tensor(x) @ p["encoder.0.w"] + p["encoder.0.b"])
        z = hidden @ p["encoder.2.w"] + p["encoder.2.b"]
        hidden = torch.relu(z @ p["decoder.0.w"] + p["decoder.0.b"])
        return hidden @ p["decoder.2.w"] + p["decoder.2.b"]

    model = models.DenseAutoencoder(d, h, k, rng=rng, dtype=np.float64)
    assert_model_agrees_with_torch(model, twin, (rng.standard_normal((n, d)),), rng)


def conv_twin(p, x):
    import torch
    from torch.nn import functional

    def conv(x, name):
        return functional.conv2d(x, p[f"{name}.w"], p[f"{name}.b"], padding=1)

    z = functional.max_pool2d(torch.relu(conv(torch.as_tensor(x), "encoder.0")), 2)
    z = functional.max_pool2d(torch.relu(conv(z, "encoder.3")), 2)
    out = torch.relu(conv(functional.interpolate(z, scale_factor=2), "decoder.1"))
    return conv(functional.interpolate(out, scale_factor=2), "decoder.4")


@pytest.mark.parametrize("seed", range(4))
def test_the_convolutional_autoencoder_agrees_with_torch(seed):
    pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    channels, code, n = (int(number) for number in rng.integers(1, 4, 3))
    height, width = (4 * int(number) for number in rng.integers(1, 3, 2))
    model = models.ConvAutoencoder(channels, code, rng=rng, dtype=np.float64)
    assert_model_agrees_with_torch(model, conv_twin, (rng.standard_normal((n, channels, height, width)),), rng)
    assert model.encode(np.ones((n, channels, height, width))).shape == (n, code, height // 4, width // 4)


@pytest.mark.parametrize(("model", "shape"), [("dense", (3, 6)), ("conv", (2, 1, 8, 4))])
def test_dx_agrees_with_finite_differences(model, shape):
    rng = np.random.default_rng(0)
    if model == "dense":
        model = models.DenseAutoencoder(6, 4, 2, rng=rng, dtype=np.float64)
    else:
        model = models.ConvAutoencoder(1, 2, rng=rng, dtype=np.float64)
    x, dout = frozen(rng.standard_normal(shape)), frozen(rng.standard_normal(shape))
    model.forward(x)
    dx = model.backward(dout)
    np.testing.assert_allclose(dx, nn.numerical_backward(model.forward, x, dout), atol=1e-7)


def test_a_linear_autoencoder_finds_the_subspace_of_pca():
    rng = np.random.default_rng(0)
    plane, _ = np.linalg.qr(rng.standard_normal((6, 2)))
    x = rng.standard_normal((200, 2)) * [3, 2] @ plane.T + 0.3 * rng.standard_normal((200, 6))
    x -= x.mean(axis=0)
    model = models.DenseAutoencoder(6, 2, rng=rng, dtype=np.float64)
    for lr in (0.02, 0.002, 0.0002):
        fit(model, x, x, loss=nn.mean_squared_error, optimizer=Adam(lr), epochs=400, batch_size=200, rng=rng)
    pca = models.fit_pca(x, 2)
    plane, _ = np.linalg.qr(model.parameters()["decoder.0.w"].T)
    np.testing.assert_allclose(plane @ plane.T, pca.components.T @ pca.components, atol=1e-4)
    np.testing.assert_allclose(model.forward(x), pca.inverse(pca.transform(x)), atol=1e-2)


def test_at_the_solution_of_pca_a_linear_autoencoder_has_nothing_left_to_learn():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 4)) * [3, 2, 1, 0.5] + [1, 2, 3, 4]
    pca = models.fit_pca(x, 2)
    model = models.DenseAutoencoder(4, 2, rng=rng, dtype=np.float64)
    params = model.parameters()

    def gradients(components):
        params["encoder.0.w"][...], params["decoder.0.w"][...] = components.T, components
        params["encoder.0.b"][...], params["decoder.0.b"][...] = -pca.mean @ components.T, pca.mean
        out = model.forward(x)
        np.testing.assert_allclose(out, (x - pca.mean) @ components.T @ components + pca.mean, atol=1e-12)
        model.backward(nn.mean_squared_error(out, x)[1])
        return np.concatenate([grad.ravel() for grad in model.gradients().values()])

    np.testing.assert_allclose(gradients(pca.components), 0, atol=1e-12)
    assert np.abs(gradients(np.linalg.qr(rng.standard_normal((4, 2)))[0].T)).max() > 0.1  # any other plane does


def test_one_that_bends_restores_what_no_plane_can():
    rng = np.random.default_rng(0)
    t = rng.uniform(-1, 1, 300)
    x = np.column_stack([t, t**2, np.cos(3 * t)]).astype(np.float32)
    model = models.DenseAutoencoder(3, 32, 16, 1, rng=rng)
    fit(model, x, x, loss=nn.mean_squared_error, optimizer=Adam(0.01), epochs=60, rng=rng)
    pca = models.fit_pca(x, 1)
    linear, _ = nn.mean_squared_error(pca.inverse(pca.transform(x)), x)
    assert nn.mean_squared_error(model.forward(x), x)[0] < linear / 5


def test_codes_and_samples_are_the_two_halves_of_the_way():
    rng = np.random.default_rng(0)
    model = models.DenseAutoencoder(5, 4, 2, rng=rng)
    x = rng.standard_normal((3, 5)).astype(np.float32)
    assert model.encode(x).shape == (3, 2)
    np.testing.assert_array_equal(model.decode(model.encode(x)), model.forward(x))
    assert model.num_parameters() == (5 * 4 + 4) + (4 * 2 + 2) + (2 * 4 + 4) + (4 * 5 + 5)


def test_a_denoising_autoencoder_cleans_up_better_than_a_plain_one():
    images = data.load("digits").x.astype(np.float32) / 16
    x, test = images[:300], images[600:800]
    noisy = test + 0.4 * np.random.default_rng(9).standard_normal(test.shape).astype(np.float32)
    errors = {}
    for name, std in (("plain", None), ("denoising", 0.4)):
        rng = np.random.default_rng(0)
        corruption = None if std is None else models.GaussianNoise(std, rng=rng)
        model = models.DenseAutoencoder(64, 48, rng=rng, corruption=corruption)
        fit(model, x, x, loss=nn.mean_squared_error, optimizer=Adam(0.005), epochs=20, rng=rng)
        errors[name], _ = nn.mean_squared_error(model.forward(noisy), test)
    assert errors["denoising"] < 0.4 * errors["plain"]


def test_noise_comes_while_training_alone_and_repeats_with_the_seed():
    x = frozen(np.zeros((400, 50), np.float32))
    layer = models.GaussianNoise(0.5, rng=np.random.default_rng(0))
    noisy = layer.forward(x, training=True)
    assert noisy.dtype == np.float32
    assert noisy.std() == pytest.approx(0.5, rel=0.02)
    assert noisy.mean() == pytest.approx(0, abs=0.02)
    assert not np.array_equal(noisy, layer.forward(x, training=True))
    np.testing.assert_array_equal(noisy, models.GaussianNoise(0.5, rng=np.random.default_rng(0)).forward(x, training=True))
    np.testing.assert_array_equal(layer.forward(x), x)
    dout = np.ones((400, 50))
    np.testing.assert_array_equal(layer.backward(dout), dout)
    layer.trainable = False
    np.testing.assert_array_equal(layer.forward(x, training=True), x)


@pytest.mark.parametrize("corruption", ["noise", "dropout"])
def test_the_gradient_goes_through_the_corruption(corruption):
    """With the same draw, PyTorch gives the same gradients for the damaged input."""
    torch = pytest.importorskip("torch")

    def damage():
        rng = np.random.default_rng(7)
        return models.GaussianNoise(0.3, rng=rng) if corruption == "noise" else Dropout(0.4, rng=rng)

    rng = np.random.default_rng(0)
    model = models.DenseAutoencoder(4, 2, rng=rng, corruption=damage(), dtype=np.float64)
    x = frozen(rng.standard_normal((5, 4)))
    damaged = damage().forward(x, training=True)
    assert not np.array_equal(damaged, x)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in model.parameters().items()}
    out = (torch.tensor(damaged) @ p["encoder.0.w"] + p["encoder.0.b"]) @ p["decoder.0.w"] + p["decoder.0.b"]
    expected = torch.nn.functional.mse_loss(out, torch.tensor(x))
    expected.backward()
    loss, dout = nn.mean_squared_error(model.forward(x, training=True), x)
    assert_agree(loss, expected)
    dx = model.backward(dout)
    assert dx.shape == x.shape
    assert (dx == 0).any() == (corruption == "dropout")
    for name, grad in model.gradients().items():
        assert_agree(grad, p[name].grad)
    assert not np.array_equal(model.forward(x, training=True), model.forward(x))


def test_a_frozen_autoencoder_damages_nothing():
    rng = np.random.default_rng(0)
    model = models.DenseAutoencoder(4, 2, rng=rng, corruption=models.GaussianNoise(1.0, rng=rng))
    model.trainable = False
    x = np.ones((3, 4), np.float32)
    np.testing.assert_array_equal(model.forward(x, training=True), model.forward(x))


def test_what_is_strange_scores_high():
    x = frozen(np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(models.anomaly_score(x, frozen(np.array([[1.0, 4.0], [2.0, 4.0]]))), [2, 0.5])
    images = data.load("digits")
    ones, others = images.x[images.y == 1], images.x[images.y != 1]
    pca = models.fit_pca(ones[:100], 8)
    usual, strange = (models.anomaly_score(part, pca.inverse(pca.transform(part))) for part in (ones[100:], others))
    assert np.median(strange) > 3 * np.median(usual)
    assert models.anomaly_score(np.ones((2, 1, 4, 4), np.float32), np.zeros((2, 1, 4, 4), np.float32)).dtype == np.float32


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    assert_keeps_float32(models.DenseAutoencoder(5, 3, 2, rng=rng), (rng.standard_normal((4, 5)).astype(np.float32),))
    assert_keeps_float32(models.ConvAutoencoder(rng=rng), (rng.standard_normal((1, 1, 8, 8)).astype(np.float32),))


def test_the_convolutional_one_learns():
    rng = np.random.default_rng(0)
    x = data.load("digits").images[:200, None].astype(np.float32) / 16
    model = models.ConvAutoencoder(1, 8, rng=rng)
    history = fit(model, x, x, loss=nn.mean_squared_error, optimizer=Adam(0.003), epochs=12, batch_size=10, rng=rng)
    assert history["loss"][-1] < 0.6 * np.mean(np.var(x, axis=0))  # against always giving the mean picture


def test_bad_input_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"std is 0; it needs to be above 0"):
        models.GaussianNoise(0, rng=rng)
    with pytest.raises(TypeError, match="rng is 1; it needs to be a random generator"):
        models.GaussianNoise(0.1, rng=1)
    with pytest.raises(ValueError, match=r"x has shape \(1, 1, 6, 8\); it needs a height and a width that are multiples of 4"):
        models.ConvAutoencoder(rng=rng).forward(np.ones((1, 1, 6, 8), np.float32))
    with pytest.raises(ValueError, match="sizes is"):
        models.DenseAutoencoder(5, rng=rng)
    shared = Sequential(Identity())
    with pytest.raises(ValueError, match="is used twice"):
        models.Autoencoder(shared, shared)
    with pytest.raises(TypeError, match="it needs to be a Layer"):
        models.Autoencoder(shared, len)
    with pytest.raises(ValueError, match=r"restored has shape \(3, 3\); it needs \(3, 2\), the shape of x"):
        models.anomaly_score(np.ones((3, 2)), np.ones((3, 3)))
    with pytest.raises(ValueError, match="it needs at least two axes"):
        models.anomaly_score(np.ones(3), np.ones(3))
    model = models.Autoencoder(MaxPool2d(2), Identity())
    assert model.forward(np.ones((1, 1, 4, 4))).shape == (1, 1, 2, 2)
    SGD(0.1).step(model.parameters(), model.gradients())  # nothing to train, and no harm
