"""The GAN: losses and alternating steps against PyTorch, who learns when, and samples that come to lie where the data lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlteach import models, nn
from dlteach.training import SGD, Adam, History, load, save
from tests.models.harness import drawn
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 4)


def copies(params):
    return {name: array.copy() for name, array in params.items()}


def twin(torch, p, x, who):
    """The network of one player, with PyTorch's functions."""
    for place in ("0", "2"):
        x = torch.nn.functional.leaky_relu(x @ p[f"{who}.{place}.w"] + p[f"{who}.{place}.b"], 0.2)
    return x @ p[f"{who}.4.w"] + p[f"{who}.4.b"]


@pytest.mark.parametrize("saturating", [False, True])
@given(seed=seeds, n=sizes, m=sizes, d=sizes, k=sizes)
@settings(max_examples=10)
def test_alternating_steps_agree_with_torch(saturating, seed, n, m, d, k):
    torch = pytest.importorskip("torch")
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    rng = np.random.default_rng(seed)
    gan = drawn(models.GAN(d, k, num_hidden=4, rng=rng, dtype=np.float64), rng)
    p = {name: torch.tensor(array, requires_grad=True) for name, array in gan.parameters().items()}
    generator = [tensor for name, tensor in p.items() if name.startswith("generator")]
    discriminator = [tensor for name, tensor in p.items() if name.startswith("discriminator")]
    torch_g, torch_d = torch.optim.Adam(generator, lr=0.01), torch.optim.SGD(discriminator, lr=0.05, momentum=0.9)
    our_g, our_d = Adam(0.01), SGD(0.05, momentum=0.9)
    loss = nn.saturating_generator_loss if saturating else nn.generator_loss
    for _ in range(2):
        real, z1, z2 = (frozen(rng.standard_normal(shape)) for shape in ((n, d), (m, k), (m, k)))

        fake = twin(torch, p, torch.tensor(z1), "generator").detach()
        on_real, on_fake = (twin(torch, p, x, "discriminator") for x in (torch.tensor(real), fake))
        judged = bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
        torch_d.zero_grad()
        judged.backward()
        torch_d.step()
        assert_agree(models.discriminator_step(gan, our_d, real, z1), judged)

        on_fake = twin(torch, p, twin(torch, p, torch.tensor(z2), "generator"), "discriminator")
        made = torch.log(1 - torch.sigmoid(on_fake)).mean() if saturating else bce(on_fake, torch.ones_like(on_fake))
        torch_g.zero_grad()
        made.backward()
        torch_g.step()
        assert_agree(models.generator_step(gan, our_g, z2, loss), made, rtol=1e-9)

        for name, array in gan.parameters().items():
            np.testing.assert_allclose(array, p[name].detach().numpy(), rtol=1e-7, atol=1e-9)


@given(seed=seeds, n=sizes, d=sizes, k=sizes)
@settings(max_examples=10)
def test_the_gradients_of_one_step_agree_with_torch_to_the_last_digits(seed, n, d, k):
    torch = pytest.importorskip("torch")
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    rng = np.random.default_rng(seed)
    gan = drawn(models.GAN(d, k, num_hidden=4, rng=rng, dtype=np.float64), rng)
    for _ in range(2):
        real, z = frozen(rng.standard_normal((n, d))), frozen(rng.standard_normal((n, k)))
        for who in ("discriminator", "generator"):
            p = {name: torch.tensor(array, requires_grad=True) for name, array in gan.parameters().items()}
            fake = twin(torch, p, torch.tensor(z), "generator")
            on_real, on_fake = (twin(torch, p, x, "discriminator") for x in (torch.tensor(real), fake))
            if who == "discriminator":
                (bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))).backward()
                models.discriminator_step(gan, SGD(0.05), real, z)
            else:
                bce(on_fake, torch.ones_like(on_fake)).backward()
                models.generator_step(gan, SGD(0.05), z)
            for name, grad in getattr(gan, who).gradients().items():
                assert_agree(grad, p[f"{who}.{name}"].grad)


def test_each_step_changes_one_player_alone():
    rng = np.random.default_rng(0)
    gan = models.GAN(rng=rng)
    real, z = rng.standard_normal((8, 2)).astype(np.float32), gan.noise(8, rng)
    before = copies(gan.parameters())
    models.discriminator_step(gan, SGD(0.1), frozen(real), frozen(z))
    for name, array in gan.parameters().items():
        assert np.array_equal(array, before[name]) == name.startswith("generator")
    before = copies(gan.parameters())
    models.generator_step(gan, SGD(0.1), frozen(z))
    for name, array in gan.parameters().items():
        assert np.array_equal(array, before[name]) == name.startswith("discriminator")


def test_steps_make_the_players_better_at_what_they_do():
    rng = np.random.default_rng(0)
    gan = models.GAN(rng=rng)
    real, z = (3 + rng.standard_normal((64, 2))).astype(np.float32), gan.noise(64, rng)
    optimizer = SGD(0.05)
    judged = [models.discriminator_step(gan, optimizer, real, z) for _ in range(30)]
    assert judged[-1] < judged[0]
    made = [models.generator_step(gan, SGD(0.05), z) for _ in range(30)]
    assert made[-1] < made[0]


def test_the_gradient_of_the_saturating_loss_vanishes_where_the_discriminator_is_sure():
    logits = np.full((4, 1), -12.0)
    assert np.abs(nn.saturating_generator_loss(logits)[1]).max() < 1e-5
    assert np.abs(nn.generator_loss(logits)[1]).max() > 0.2


def test_samples_come_to_lie_on_the_ring_where_the_data_lie():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 512)
    x = frozen((2 * np.column_stack([np.cos(angle), np.sin(angle)])).astype(np.float32))
    gan = models.GAN(num_hidden=32, rng=rng)
    before = np.abs(np.linalg.norm(gan.sample(500, np.random.default_rng(1)), axis=1) - 2).mean()
    history = models.train_gan(
        gan, x, generator_optimizer=Adam(5e-3, beta1=0.5), discriminator_optimizer=Adam(5e-3, beta1=0.5), epochs=100, rng=rng
    )
    made = gan.sample(500, np.random.default_rng(1))
    assert made.shape == (500, 2)
    assert np.abs(np.linalg.norm(made, axis=1) - 2).mean() < before / 3
    quarters = np.bincount((made[:, 0] > 0) * 2 + (made[:, 1] > 0), minlength=4)
    assert quarters.min() > 40  # all the way round: no mode has collapsed
    assert isinstance(history, History)
    assert set(history) == {"discriminator_loss", "generator_loss"}
    assert history.epochs == 100
    assert abs(history["discriminator_loss"][-1] - 2 * np.log(2)) < 0.4  # it can hardly tell any more


def test_training_repeats_with_the_seed_and_goes_on_with_its_history():
    x = np.random.default_rng(5).standard_normal((50, 2)).astype(np.float32)

    def trained():
        rng = np.random.default_rng(0)
        gan = models.GAN(num_hidden=4, rng=rng)
        options = {"generator_optimizer": Adam(), "discriminator_optimizer": Adam(), "batch_size": 20, "rng": rng}
        history = models.train_gan(gan, x, epochs=2, **options)
        again = models.train_gan(gan, x, epochs=1, history=history, **options)
        assert again is history
        return gan, history

    (one, history), (other, same) = trained(), trained()
    assert history == same
    assert history.epochs == 3
    for name, array in one.parameters().items():
        np.testing.assert_array_equal(array, other.parameters()[name])


def test_a_gan_is_a_layer_that_makes_samples_and_can_be_saved(tmp_path):
    rng = np.random.default_rng(0)
    gan, other = models.GAN(3, 2, num_hidden=4, rng=rng, dtype=np.float64), models.GAN(3, 2, num_hidden=4, rng=rng, dtype=np.float64)
    z = frozen(gan.noise(5, rng))
    assert gan.forward(z).shape == (5, 3)
    dout = frozen(rng.standard_normal((5, 3)))
    np.testing.assert_allclose(gan.backward(dout), nn.numerical_backward(gan.forward, z, dout), atol=1e-7)
    save(tmp_path / "gan.safetensors", gan)
    load(tmp_path / "gan.safetensors", other)
    np.testing.assert_array_equal(gan.forward(z), other.forward(z))
    assert gan.sample(2, rng).dtype == np.float64
    assert models.GAN(rng=rng).sample(1, rng).dtype == np.float32


def test_bad_input_is_refused():
    rng = np.random.default_rng(0)
    gan, x, optimizer = models.GAN(rng=rng), np.ones((8, 2), np.float32), SGD(0.1)
    with pytest.raises(ValueError, match="generator_optimizer is discriminator_optimizer; each needs one of its own"):
        models.train_gan(gan, x, generator_optimizer=optimizer, discriminator_optimizer=optimizer, epochs=1, rng=rng)
    options = {"generator_optimizer": SGD(0.1), "discriminator_optimizer": SGD(0.1), "rng": rng}
    with pytest.raises(ValueError, match="epochs is 0"):
        models.train_gan(gan, x, epochs=0, **options)
    with pytest.raises(ValueError, match=r"fake has shape \(8, 2\); it needs \(M, D\) with D = 3, as in real"):
        models.train_gan(gan, np.ones((8, 3)), epochs=1, **options)
    with pytest.raises(ValueError, match=r"x has shape \(8,\); it needs \(N, D\)"):
        models.train_gan(gan, np.ones(8), epochs=1, **options)
    with pytest.raises(TypeError, match="rng is 0"):
        models.train_gan(gan, x, epochs=1, **{**options, "rng": 0})
    with pytest.raises(ValueError, match=r"z has shape \(8,\); it needs \(N, K\)"):
        models.generator_step(gan, optimizer, np.ones(8))
    with pytest.raises(ValueError, match="n is 0"):
        gan.sample(0, rng)
    with pytest.raises(ValueError, match="num_features is 0"):
        models.GAN(0, rng=rng)
    with pytest.raises(ValueError, match="x has dtype uint8; it needs to be scaled first"):
        models.train_gan(gan, np.ones((8, 2), np.uint8), epochs=1, **options)
    with pytest.raises(TypeError, match="gan is a MLP; it needs to be a GAN"):
        models.train_gan(gan.generator, x, epochs=1, **options)
    with pytest.raises(TypeError, match="generator_optimizer is a str; it needs to be an Optimizer"):
        models.train_gan(gan, x, epochs=1, **{**options, "generator_optimizer": "adam"})
    with pytest.raises(FloatingPointError, match="a loss is no longer a finite number in epoch 1"):
        models.train_gan(gan, np.full((8, 2), np.nan), epochs=1, **options)
