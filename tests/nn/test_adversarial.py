"""The losses of a GAN: values, gradients, agreement with PyTorch, confident players, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dlteach import nn
from tests.nn.harness import assert_agree

pytestmark = pytest.mark.filterwarnings("error")
seeds = st.integers(0, 2**32 - 1)
shapes = array_shapes(min_dims=1, max_dims=2, max_side=5)


def test_a_discriminator_that_can_only_guess():
    loss, dreal, dfake = nn.discriminator_loss(np.zeros((4, 1)), np.zeros((2, 1)))
    assert loss == pytest.approx(2 * math.log(2))
    np.testing.assert_array_equal(dreal, np.full((4, 1), -0.5 / 4))
    np.testing.assert_array_equal(dfake, np.full((2, 1), 0.5 / 2))


@given(seed=seeds, real_shape=shapes, fake_shape=shapes, scale=st.sampled_from([1.0, 30.0]))
def test_losses_agree_with_torch_for_two_steps(seed, real_shape, fake_shape, scale, arrays):
    torch = pytest.importorskip("torch")
    log_sigmoid = torch.nn.functional.logsigmoid
    source = arrays(seed)
    real, fake = source.normal(*real_shape, scale=scale), source.normal(*fake_shape, scale=scale)
    for _ in range(2):
        treal, tfake = torch.tensor(real, requires_grad=True), torch.tensor(fake, requires_grad=True)
        tloss = -log_sigmoid(treal).mean() - log_sigmoid(-tfake).mean()
        tloss.backward()
        loss, dreal, dfake = nn.discriminator_loss(real, fake)
        assert type(loss) is float
        assert_agree(loss, tloss)
        assert_agree(dreal, treal.grad)
        assert_agree(dfake, tfake.grad)
        for function, twin in (
            (nn.generator_loss, lambda fake: -log_sigmoid(fake).mean()),
            (nn.saturating_generator_loss, lambda fake: log_sigmoid(-fake).mean()),
        ):
            tfake = torch.tensor(fake, requires_grad=True)
            tloss = twin(tfake)
            tloss.backward()
            loss, dgenerator = function(fake)
            assert type(loss) is float
            assert_agree(loss, tloss)
            assert_agree(dgenerator, tfake.grad)
        real, fake = real - 0.5 * dreal, fake - 0.5 * dfake


@given(seed=seeds)
def test_gradients_agree_with_finite_differences(seed, arrays):
    source = arrays(seed)
    real, fake = source.normal(3), source.normal(4)
    _, dreal, dfake = nn.discriminator_loss(real, fake)
    np.testing.assert_allclose(dreal, nn.numerical_gradient(lambda real: nn.discriminator_loss(real, fake)[0], real), atol=1e-8)
    np.testing.assert_allclose(dfake, nn.numerical_gradient(lambda fake: nn.discriminator_loss(real, fake)[0], fake), atol=1e-8)
    for function in (nn.generator_loss, nn.saturating_generator_loss):
        estimate = nn.numerical_gradient(lambda fake, function=function: function(fake)[0], fake)
        np.testing.assert_allclose(function(fake)[1], estimate, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_generator_that_is_seen_through_learns_from_one_loss_and_not_from_the_other(dtype):
    fake = np.full((2, 1), -1e4, dtype)
    loss, dfake = nn.generator_loss(fake)
    assert loss == 1e4
    np.testing.assert_array_equal(dfake, [[-0.5], [-0.5]])
    saturated, dsaturated = nn.saturating_generator_loss(fake)
    assert saturated == 0
    np.testing.assert_array_equal(dsaturated, [[0], [0]])
    assert dfake.dtype == dsaturated.dtype == dtype


def test_the_first_form_of_the_game_adds_up_to_nothing(arrays):
    source = arrays(0)
    real, fake = source.normal(5, scale=1e-9), source.normal(5)
    _, _, dfake = nn.discriminator_loss(real, fake)
    np.testing.assert_array_equal(nn.saturating_generator_loss(fake)[1], -dfake)


def test_bad_input_is_refused():
    logits = np.ones((2, 1))
    with pytest.raises(ValueError, match=r"fake_logits has shape \(0, 1\), so it is empty"):
        nn.discriminator_loss(logits, logits[:0])
    with pytest.raises(ValueError, match="real_logits has dtype bool; it needs real numbers"):
        nn.discriminator_loss(logits > 0, logits)
    for function in (nn.generator_loss, nn.saturating_generator_loss):
        with pytest.raises(TypeError, match="fake_logits is a list"):
            function([1.0])
        with pytest.raises(ValueError, match="fake_logits has dtype complex128"):
            function(logits.astype(complex))
