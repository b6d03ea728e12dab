"""REINFORCE: a network that decides, and learns from how whole episodes turned out. Actions that led to more get likelier."""

import numpy as np
from numpy.typing import DTypeLike

from dlteach import nn
from dlteach.models._require import require_actions
from dlteach.models.environment import Environment
from dlteach.nn._require import require_between, require_count, require_generator, require_numbers, require_shapes
from dlteach.nn._types import Array
from dlteach.training import Dense, Layer, Optimizer, Sequential, Tanh
from dlteach.training._require import kind


def discounted_returns(rewards: Array, gamma: float) -> Array:
    """Say of each step of an episode what was still to come: its reward and all later ones, later ones counting less.

    G_t = r_t + γ · G_{t+1} = r_t + γ · r_{t+1} + γ² · r_{t+2} + …

    Computed from the end, where nothing is to come: one product and one sum per step.

    Args:
        rewards: (T,), the reward of each step.
        gamma: discount, from 0 to 1.

    Returns:
        G: (T,); float32 stays float32, whole numbers become float64.

    Raises:
        TypeError: `rewards` is no array.
        ValueError: `rewards` is empty or does not have one axis, or `gamma` is not from 0 to 1.

    Source: Sutton and Barto, "Reinforcement Learning", 2018, equation 3.9.
    """
    require_shapes(rewards=(rewards, "T"))
    require_numbers(rewards=rewards)
    require_between(0, 1, gamma=gamma)
    returns = rewards.astype(np.result_type(rewards, 0.0))
    for t in reversed(range(len(returns) - 1)):
        returns[t] += gamma * returns[t + 1]
    return returns


def policy_gradient_loss(logits: Array, actions: Array, advantages: Array) -> tuple[float, Array]:
    """Give a loss whose descent makes the actions of an episode likelier, each by how well it turned out.

    J = −Σ_t A_t · log π(a_t | s_t)    dJ/dlogits_t = A_t · (π(· | s_t) − one_hot(a_t))    with π = softmax(logits)

    The number itself says little: it is made so that its gradient, over many episodes, points the way of falling return.

    Args:
        logits: (T, A), the scores of the actions at each step.
        actions: (T,), integers from 0 to A − 1, the actions taken.
        advantages: (T,), how much better it turned out than expected: the return, or what it was above the baseline.

    Returns:
        loss: a number. dlogits: (T, A).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, or an action is out of range.

    Source: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992.
    """
    require_shapes(logits=(logits, "T A"), actions=(actions, "T"), advantages=(advantages, "T"))
    require_numbers(logits=logits, advantages=advantages)
    require_actions(logits.shape[1], actions=actions)
    log_pi = nn.log_softmax(logits)
    steps = np.arange(len(actions))
    weights = advantages.astype(log_pi.dtype)
    loss = -np.sum(weights * log_pi[steps, actions])
    dlogits = np.exp(log_pi)
    dlogits[steps, actions] -= 1
    return float(loss), weights[:, None] * dlogits


def policy_network(
    num_in: int, num_actions: int, *, num_hidden: int = 32, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> Sequential:
    """Build a small network that turns an observation into a score for each action.

    logits = tanh(x @ w_1 + b_1) @ w_2 + b_2

    Args:
        num_in: length of an observation.
        num_actions: A.
        num_hidden: units in between.
        rng: NumPy's random generator, which draws the weights.
        dtype: of the parameters.

    Returns:
        A model, (N, num_in) → (N, A).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Sutton and Barto, "Reinforcement Learning", 2018, section 13.1.
    """
    hidden = Dense(num_in, num_hidden, rng=rng, dtype=dtype, init=nn.xavier_uniform)
    return Sequential(hidden, Tanh(), Dense(num_hidden, num_actions, rng=rng, dtype=dtype, init=nn.xavier_uniform))


def run_episode(
    env: Environment, policy: Layer, rng: np.random.Generator, *, max_steps: int = 1000
) -> tuple[Array, Array, Array]:
    """Play one episode, drawing each action from the probabilities that the policy gives it.

    Args:
        env: gives arrays as observations, and takes actions from 0 to A − 1.
        policy: a model, (N, …) → (N, A).
        rng: NumPy's random generator, for drawing.
        max_steps: where to cut off an episode that does not end.

    Returns:
        observations: (T, …), in the dtype of the policy. actions: (T,), integers. rewards: (T,), float64.

    Raises:
        TypeError: `rng` is no generator, or `max_steps` is no whole number.
        ValueError: `max_steps` is below 1.

    Source: Sutton and Barto, "Reinforcement Learning", 2018, section 13.3.
    """
    require_generator(rng)
    require_count(1, max_steps=max_steps)
    observations: list[Array] = []
    actions: list[int] = []
    rewards: list[float] = []
    observation, _ = env.reset()
    over = False
    while not over and len(rewards) < max_steps:
        seen = np.asarray(observation, dtype=policy.dtype)
        p = nn.softmax(policy.forward(seen[None]).astype(float))[0]
        action = int(rng.choice(len(p), p=p))
        observations.append(seen)
        actions.append(action)
        observation, reward, terminated, truncated, _ = env.step(action)
        rewards.append(reward)
        over = terminated or truncated
    return np.stack(observations), np.array(actions), np.array(rewards, dtype=float)


def train_reinforce(
    env: Environment,
    policy: Layer,
    optimizer: Optimizer,
    *,
    episodes: int,
    gamma: float,
    rng: np.random.Generator,
    baseline: tuple[Layer, Optimizer] | None = None,
    max_steps: int = 1000,
) -> Array:
    """Train a policy: play an episode, take one step that makes what turned out well likelier, and so on.

    θ ← step along −Σ_t (G_t − v(s_t)) · ∇_θ log π_θ(a_t | s_t)

    The returns of two episodes may differ by mere luck, and with them the steps. A baseline v(s), what one may expect from a
    state, takes much of that luck off. It must not look at the action: then it changes nothing in the mean, since
    Σ_a π(a | s) · ∇ log π(a | s) = ∇ Σ_a π(a | s) = ∇ 1 = 0. It is a second network, which learns to predict the returns.

    Args:
        env: gives arrays as observations, and takes actions from 0 to A − 1.
        policy: a model, (N, …) → (N, A), trained in place.
        optimizer: steps its parameters.
        episodes: how many to play.
        gamma: discount, from 0 to 1.
        rng: NumPy's random generator, for drawing actions.
        baseline: a model, (N, …) → (N, 1), and its optimizer, trained in place by the squared error; None goes without.
        max_steps: where to cut off an episode that does not end.

    Returns:
        (episodes,), the rewards of each episode added up, without discount.

    Raises:
        TypeError: `episodes` is no whole number, `rng` no generator, or `baseline` no tuple of two.
        ValueError: `episodes` or `max_steps` is below 1, or `gamma` is not from 0 to 1.

    Source: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992.
    """
    require_count(1, episodes=episodes)
    require_between(0, 1, gamma=gamma)
    _require_baseline(baseline)
    earned = np.zeros(episodes)
    for episode in range(episodes):
        observations, actions, rewards = run_episode(env, policy, rng, max_steps=max_steps)
        advantages = discounted_returns(rewards, gamma)
        if baseline is not None:
            advantages = advantages - _fit_baseline(*baseline, observations, advantages)
        logits = policy.forward(observations, training=True)
        _, dlogits = policy_gradient_loss(logits, actions, advantages)
        policy.backward(dlogits)
        optimizer.step(policy.parameters(trainable_only=True), policy.gradients())
        earned[episode] = np.sum(rewards)
    return earned


def _require_baseline(baseline: object) -> None:
    """Raise unless this is None, or a model with its optimizer."""
    if baseline is not None and not (isinstance(baseline, tuple) and len(baseline) == 2):
        raise TypeError(f"baseline is {kind(baseline)}; it needs to be a tuple of a model and its optimizer, or None.")


def _fit_baseline(model: Layer, optimizer: Optimizer, observations: Array, returns: Array) -> Array:
    """Give what the baseline expected, (T,), and let it learn what really came."""
    expected = model.forward(observations, training=True)
    _, dexpected = nn.mean_squared_error(expected, returns[:, None].astype(expected.dtype))
    model.backward(dexpected)
    optimizer.step(model.parameters(trainable_only=True), model.gradients())
    values: Array = expected[:, 0]
    return values
