"""REINFORCE: returns by their definition, gradients against PyTorch, and a corridor that it learns to walk."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import models, nn
from dlteach.models import GridWorld
from dlteach.training import SGD, Adam, Dense, Sequential
from tests.models.harness import drawn
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)


def corridor(length=4, max_steps=50):
    """Walk right to the goal; every step costs 1."""
    rows = ("S" + "." * (length - 2) + "G",)
    return models.OneHotObservations(GridWorld(rows, max_steps=max_steps), length)


@given(seed=seeds, t=sizes, gamma=st.floats(0, 1))
def test_returns_are_rewards_to_come(seed, t, gamma):
    torch = pytest.importorskip("torch")
    rewards = frozen(np.random.default_rng(seed).standard_normal(t))
    ahead = torch.arange(t)[None, :] - torch.arange(t)[:, None]
    weights = torch.where(ahead >= 0, torch.tensor(gamma, dtype=torch.float64) ** ahead.clamp(min=0), 0.0)
    assert_agree(models.discounted_returns(rewards, gamma), weights @ torch.tensor(rewards))


def test_returns_small_enough_to_do_by_hand():
    np.testing.assert_array_equal(models.discounted_returns(np.array([1, 2, 4]), 0.5), [3, 4, 4])
    assert models.discounted_returns(np.ones(3, np.float32), 0.9).dtype == np.float32
    np.testing.assert_array_equal(models.discounted_returns(np.array([7.0]), 1.0), [7])


@given(seed=seeds, t=sizes, actions=sizes)
def test_the_loss_and_its_gradient_agree_with_torch(seed, t, actions):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal((t, actions))
    taken, advantages = frozen(rng.integers(0, actions, t)), frozen(rng.standard_normal(t))
    for _ in range(2):
        tensor = torch.tensor(logits, requires_grad=True)
        log_pi = torch.distributions.Categorical(logits=tensor).log_prob(torch.tensor(taken))
        expected = -(log_pi * torch.tensor(advantages)).sum()
        expected.backward()
        loss, dlogits = models.policy_gradient_loss(frozen(logits), taken, advantages)
        assert loss == pytest.approx(expected.item(), abs=1e-12)
        np.testing.assert_allclose(dlogits, tensor.grad.numpy(), rtol=1e-10, atol=1e-14)
        logits = logits - 0.1 * dlogits


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_stays_finite_where_it_is(dtype):
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    loss, dlogits = models.policy_gradient_loss(logits, np.array([0, 0]), np.array([1.0, 1.0]))
    assert loss == 2e4
    assert dlogits.dtype == dtype
    np.testing.assert_array_equal(dlogits, [[0, 0], [-1, 1]])


def test_one_episode_of_training_is_one_step_of_torch():
    """Plays the same episode by hand, and follows −Σ log π · (G − v) and the squared error of v in PyTorch."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    policy = drawn(models.policy_network(4, 4, num_hidden=5, rng=rng, dtype=np.float64), rng)
    value = drawn(Sequential(Dense(4, 1, rng=rng, dtype=np.float64)), rng)
    for episode in range(2):
        before = {name: torch.tensor(array, requires_grad=True) for name, array in policy.parameters().items()}
        v = {name: torch.tensor(array, requires_grad=True) for name, array in value.parameters().items()}
        x, actions, rewards = models.run_episode(corridor(), policy, np.random.default_rng(episode))
        earned = models.train_reinforce(
            corridor(), policy, SGD(0.05), episodes=1, gamma=0.9, rng=np.random.default_rng(episode), baseline=(value, SGD(0.02))
        )
        assert earned == rewards.sum()
        returns = torch.tensor([sum(0.9**k * r for k, r in enumerate(rewards[t:])) for t in range(len(rewards))], dtype=torch.float64)
        expected = (torch.tensor(x) @ v["0.w"] + v["0.b"])[:, 0]
        torch.nn.functional.mse_loss(expected, returns).backward()
        hidden = torch.tanh(torch.tensor(x) @ before["0.w"] + before["0.b"])
        log_pi = torch.log_softmax(hidden @ before["2.w"] + before["2.b"], dim=1)[range(len(actions)), torch.tensor(actions)]
        (-(log_pi * (returns - expected.detach())).sum()).backward()
        for model, tensors, lr in ((policy, before, 0.05), (value, v, 0.02)):
            for name, array in model.parameters().items():
                assert_agree(array, tensors[name] - lr * tensors[name].grad)


@pytest.mark.parametrize("with_baseline", [False, True])
def test_it_learns_to_walk_a_corridor(with_baseline):
    rng = np.random.default_rng(0)
    policy = models.policy_network(4, 4, num_hidden=8, rng=rng)
    baseline = (Sequential(Dense(4, 1, rng=rng)), Adam(0.05)) if with_baseline else None
    earned = models.train_reinforce(corridor(), policy, Adam(0.02), episodes=300, gamma=0.95, rng=rng, baseline=baseline)
    assert earned.shape == (300,)
    assert np.mean(earned[:20]) < -8
    assert np.mean(earned[-50:]) > -3.6  # the best is −2: three steps, the last onto the goal for free
    p = nn.softmax(policy.forward(np.eye(4, dtype=np.float32)[:3]))
    assert np.all(p[:, GridWorld.RIGHT] > 0.7)


def test_a_baseline_changes_nothing_in_the_mean_and_takes_off_luck():
    """Over many draws: with and without, the same mean gradient, and a smaller spread with."""
    rng = np.random.default_rng(0)
    logits, worth = np.array([0.3, -0.2, 0.1]), np.array([10.0, 11.0, 12.0])
    taken = rng.choice(3, 20_000, p=nn.softmax(logits[None])[0])
    means, spreads = [], []
    for baseline in (0.0, 11.0):
        _, grads = models.policy_gradient_loss(np.tile(logits, (20_000, 1)), taken, worth[taken] - baseline)
        means.append(grads.mean(axis=0))
        spreads.append(grads.std(axis=0).sum())
    np.testing.assert_allclose(means[0], means[1], atol=0.2)
    assert spreads[1] < spreads[0] / 5


def test_episodes_repeat_with_the_seed_and_end_at_max_steps():
    policy = models.policy_network(4, 4, rng=np.random.default_rng(0))
    first, second = (models.run_episode(corridor(), policy, np.random.default_rng(5)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    long = models.policy_network(40, 4, rng=np.random.default_rng(0))
    observations, actions, rewards = models.run_episode(corridor(40), long, np.random.default_rng(0), max_steps=6)
    assert observations.shape == (6, 40)
    assert observations.dtype == np.float32
    assert actions.shape == rewards.shape == (6,)


def test_a_frozen_policy_stays_as_it_is():
    rng = np.random.default_rng(0)
    policy = models.policy_network(4, 4, rng=rng)
    policy.layers[0].trainable = False
    before = {name: array.copy() for name, array in policy.parameters().items()}
    models.train_reinforce(corridor(), policy, SGD(0.1), episodes=3, gamma=0.9, rng=rng)
    for name, array in policy.parameters().items():
        assert np.array_equal(array, before[name]) == name.startswith("0.")


def test_bad_input_is_refused():
    rng = np.random.default_rng(0)
    policy = models.policy_network(4, 4, rng=rng)
    with pytest.raises(ValueError, match=r"rewards has shape \(0,\)"):
        models.discounted_returns(np.zeros(0), 0.9)
    with pytest.raises(ValueError, match=r"gamma is 1\.1"):
        models.discounted_returns(np.zeros(2), 1.1)
    with pytest.raises(ValueError, match="actions has the value 4; it needs actions from 0 to 3"):
        models.policy_gradient_loss(np.zeros((2, 4)), np.array([0, 4]), np.zeros(2))
    with pytest.raises(ValueError, match=r"advantages has shape \(3,\); it needs \(T,\) with T = 2"):
        models.policy_gradient_loss(np.zeros((2, 4)), np.array([0, 1]), np.zeros(3))
    with pytest.raises(TypeError, match="rng is 0"):
        models.run_episode(corridor(), policy, 0)
    with pytest.raises(ValueError, match="max_steps is 0"):
        models.run_episode(corridor(), policy, rng, max_steps=0)
    with pytest.raises(ValueError, match="episodes is 0"):
        models.train_reinforce(corridor(), policy, SGD(0.1), episodes=0, gamma=0.9, rng=rng)
    with pytest.raises(ValueError, match="gamma is 2"):
        models.train_reinforce(corridor(), policy, SGD(0.1), episodes=1, gamma=2, rng=rng)
    with pytest.raises(TypeError, match="baseline is a Sequential; it needs to be a tuple of a model and its optimizer"):
        models.train_reinforce(corridor(), policy, SGD(0.1), episodes=1, gamma=0.9, rng=rng, baseline=policy)
