"""Learning by walking: Q-learning and SARSA keep a table of what each action is worth, and correct it after every step.

Both move q(s, a) a little towards a better-informed guess, the target: the reward that came, and what the next state is
worth by the table itself. They differ in that last part. Q-learning asks for the best next action, SARSA for the one that is
really taken, explorations and all: hence its name, from s, a, r, s', a'.
"""

from typing import NamedTuple

import numpy as np

from dlteach.models.environment import Environment
from dlteach.nn._require import (
    require_between,
    require_count,
    require_generator,
    require_numbers,
    require_scalar,
    require_shapes,
)
from dlteach.nn._types import Array, as_float


class Learned(NamedTuple):
    """The table after learning, and what each episode earned on the way."""

    q: Array
    returns: Array


def epsilon_greedy(q: Array, epsilon: float, rng: np.random.Generator) -> int:
    """Mostly take the best action, and now and then any: how else would one learn of a better?

    a = any action with probability ε, else one with the largest q

    Where several actions are as good, one of them is drawn. Always to take the first would send an agent that knows nothing
    yet, whose table is all zeros, into one corner.

    Args:
        q: (A,), the worth of each action in the state one is in: a row of the table.
        epsilon: from 0 (never explore) to 1 (do nothing else).
        rng: NumPy's random generator.

    Returns:
        The action, from 0 to A − 1.

    Raises:
        TypeError: `q` is no array, or `rng` no generator.
        ValueError: `q` does not have one axis, or `epsilon` is not from 0 to 1.

    Source: Watkins, "Learning from delayed rewards", 1989.
    """
    require_shapes(q=(q, "A"))
    require_numbers(q=q)
    require_between(0, 1, epsilon=epsilon)
    require_generator(rng)
    if rng.random() < epsilon:
        return int(rng.integers(len(q)))
    best = np.flatnonzero(q == np.max(q))
    return int(best[rng.integers(len(best))])


def q_learning_step(
    q: Array, state: int, action: int, reward: float, next_state: int, terminated: bool, *, lr: float, gamma: float
) -> Array:
    """Correct the table after one step, taking it that from the next state on one acts for the best.

    q(s, a) ← q(s, a) + lr · [ r + γ · max_a' q(s', a') − q(s, a) ]    without the middle term if s' is final

    Only what is really the end is worth nothing more. An episode that was merely cut off (`truncated`) would have gone on,
    and its last step is corrected like any other.

    Args:
        q: (S, A), the table.
        state: s.
        action: a.
        reward: r.
        next_state: s'.
        terminated: whether s' is final.
        lr: learning rate.
        gamma: discount, from 0 to 1.

    Returns:
        A new table, (S, A).

    Raises:
        TypeError: `q` is no array.
        ValueError: `q` does not have two axes, a state or an action is not in it, or `gamma` is not from 0 to 1.

    Source: Watkins and Dayan, "Q-learning", 1992.
    """
    _require_step(q, gamma, state=state, action=action, next_state=next_state)
    require_scalar(reward=reward, lr=lr)
    future = 0.0 if terminated else np.max(q[next_state])
    return _towards(q, state, action, reward + gamma * future, lr)


def sarsa_step(
    q: Array, state: int, action: int, reward: float, next_state: int, next_action: int, terminated: bool, *, lr: float, gamma: float
) -> Array:
    """Correct the table after one step, knowing which action is taken next.

    q(s, a) ← q(s, a) + lr · [ r + γ · q(s', a') − q(s, a) ]    without the middle term if s' is final

    Args:
        q: (S, A), the table.
        state: s.
        action: a.
        reward: r.
        next_state: s'.
        next_action: a'; it plays no part if s' is final.
        terminated: whether s' is final.
        lr: learning rate.
        gamma: discount, from 0 to 1.

    Returns:
        A new table, (S, A).

    Raises:
        TypeError: `q` is no array.
        ValueError: `q` does not have two axes, a state or an action is not in it, or `gamma` is not from 0 to 1.

    Source: Rummery and Niranjan, "On-line Q-learning using connectionist systems", 1994.
    """
    _require_step(q, gamma, state=state, action=action, next_state=next_state, next_action=next_action)
    require_scalar(reward=reward, lr=lr)
    future = 0.0 if terminated else q[next_state, next_action]
    return _towards(q, state, action, reward + gamma * future, lr)


def q_learning(
    env: Environment, q: Array, *, episodes: int, lr: float, gamma: float, epsilon: float, rng: np.random.Generator,
    max_steps: int = 10_000,
) -> Learned:
    """Walk through many episodes ε-greedily, with a `q_learning_step` after every step.

    Whatever one does on the way, q goes to the worth of the best policy, provided that every action is tried again and again
    in every state and that the learning rate goes down: it learns the best while exploring, and so cares little how dearly
    exploring comes.

    Args:
        env: gives states from 0 to S − 1 and takes actions from 0 to A − 1.
        q: (S, A), the table to start from, often zeros.
        episodes: how many.
        lr: learning rate.
        gamma: discount, from 0 to 1.
        epsilon: share of steps at random, from 0 to 1.
        rng: NumPy's random generator, for exploring.
        max_steps: where to cut off an episode that does not end, as when no action of the table leads to the goal.

    Returns:
        q: (S, A). returns: (episodes,), the rewards of each episode added up, without discount.

    Raises:
        TypeError: `q` is no array, `episodes` or `max_steps` is no whole number, or `rng` no generator.
        ValueError: `q` does not have two axes, `episodes` or `max_steps` is below 1, or a share is not from 0 to 1.

    Source: Watkins and Dayan, "Q-learning", 1992.
    """
    _require_learning(q, episodes, lr, gamma, epsilon, rng)
    require_count(1, max_steps=max_steps)
    q = as_float(q)
    returns = np.zeros(episodes)
    for episode in range(episodes):
        state, _ = env.reset()
        for _ in range(max_steps):
            action = epsilon_greedy(q[state], epsilon, rng)
            next_state, reward, terminated, truncated, _ = env.step(action)
            q = q_learning_step(q, state, action, reward, next_state, terminated, lr=lr, gamma=gamma)
            returns[episode] += reward
            state = next_state
            if terminated or truncated:
                break
    return Learned(q, returns)


def sarsa(
    env: Environment, q: Array, *, episodes: int, lr: float, gamma: float, epsilon: float, rng: np.random.Generator,
    max_steps: int = 10_000,
) -> Learned:
    """Walk through many episodes ε-greedily, with a `sarsa_step` after every step.

    q goes to the worth of the very policy that is followed, which now and then does something foolish. Beside a cliff that
    makes a difference: SARSA learns to keep away from the edge.

    Args:
        env: gives states from 0 to S − 1 and takes actions from 0 to A − 1.
        q: (S, A), the table to start from, often zeros.
        episodes: how many.
        lr: learning rate.
        gamma: discount, from 0 to 1.
        epsilon: share of steps at random, from 0 to 1.
        rng: NumPy's random generator, for exploring.
        max_steps: where to cut off an episode that does not end, as when no action of the table leads to the goal.

    Returns:
        q: (S, A). returns: (episodes,), the rewards of each episode added up, without discount.

    Raises:
        TypeError: `q` is no array, `episodes` or `max_steps` is no whole number, or `rng` no generator.
        ValueError: `q` does not have two axes, `episodes` or `max_steps` is below 1, or a share is not from 0 to 1.

    Source: Rummery and Niranjan, "On-line Q-learning using connectionist systems", 1994.
    """
    _require_learning(q, episodes, lr, gamma, epsilon, rng)
    require_count(1, max_steps=max_steps)
    q = as_float(q)
    returns = np.zeros(episodes)
    for episode in range(episodes):
        state, _ = env.reset()
        action = epsilon_greedy(q[state], epsilon, rng)
        for _ in range(max_steps):
            next_state, reward, terminated, truncated, _ = env.step(action)
            next_action = epsilon_greedy(q[next_state], epsilon, rng)
            q = sarsa_step(q, state, action, reward, next_state, next_action, terminated, lr=lr, gamma=gamma)
            returns[episode] += reward
            state, action = next_state, next_action
            if terminated or truncated:
                break
    return Learned(q, returns)


def follow(env: Environment, policy: Array, *, max_steps: int) -> tuple[list[int], float]:
    """Walk through one episode by a fixed policy, with no exploring.

    Args:
        env: gives states from 0 to S − 1 and takes actions from 0 to A − 1.
        policy: (S,), the action to take in each state; `np.argmax(q, axis=1)` is the one that a table stands for.
        max_steps: where to stop if the episode does not end: a policy may go round in circles.

    Returns:
        The states on the way, the first and the last among them; and the rewards added up, without discount.

    Raises:
        TypeError: `policy` is no array, or `max_steps` is no whole number.
        ValueError: `policy` does not have one axis or does not hold integers, or `max_steps` is below 1.

    Source: Sutton and Barto, "Reinforcement Learning", 2018, section 6.5.
    """
    require_shapes(policy=(policy, "S"))
    if policy.dtype.kind not in "iu":
        raise ValueError(f"policy has dtype {policy.dtype}; it needs integers, the numbers of the actions.")
    require_count(1, max_steps=max_steps)
    state, _ = env.reset()
    path, total, over = [state], 0.0, False
    while not over and len(path) <= max_steps:
        state, reward, terminated, truncated, _ = env.step(int(policy[state]))
        path.append(state)
        total += reward
        over = terminated or truncated
    return path, total


def _towards(q: Array, state: int, action: int, target: float, lr: float) -> Array:
    """A copy of the table with one entry moved towards its target."""
    corrected = as_float(q).copy()
    corrected[state, action] += lr * (target - corrected[state, action])
    return corrected


def _require_step(q: Array, gamma: float, **places: int) -> None:
    """Raise unless the table has a row for every state and a column for every action given."""
    require_shapes(q=(q, "S A"))
    require_numbers(q=q)
    require_between(0, 1, gamma=gamma)
    for name, place in places.items():
        require_count(0, **{name: place})
        require_between(0, q.shape[1 if "action" in name else 0] - 1, **{name: place})


def _require_learning(q: Array, episodes: int, lr: float, gamma: float, epsilon: float, rng: np.random.Generator) -> None:
    """Raise unless these settings will do."""
    require_shapes(q=(q, "S A"))
    require_numbers(q=q)
    require_count(1, episodes=episodes)
    require_scalar(lr=lr)
    require_between(0, 1, gamma=gamma, epsilon=epsilon)
    require_generator(rng)
