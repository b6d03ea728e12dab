"""Planning in a world whose rules are known: the value of a policy, and the best policy there is.

The value of a state is the return to expect from there on: r_0 + γ · r_1 + γ² · r_2 + … A discount γ below 1 prefers an
earlier reward; it says the same as a chance of 1 − γ that the world ends after each step.
"""

from typing import NamedTuple

import numpy as np

from dlteach.models._require import require_actions
from dlteach.models.gridworld import Mdp
from dlteach.nn._require import require_between, require_count, require_numbers, require_positive, require_shapes
from dlteach.nn._types import Array


class Plan(NamedTuple):
    """The best values, a policy that earns them, and after how many rounds it was found."""

    values: Array
    policy: Array
    rounds: int


def action_values(mdp: Mdp, values: Array, gamma: float) -> Array:
    """Look one step ahead: what each action is worth, if the states after it are worth `values`.

    q(s, a) = r(s, a) + γ · Σ_s' p(s' | s, a) · v(s')

    Args:
        mdp: `transition` (S, A, S) and `reward` (S, A).
        values: (S,), v.
        gamma: discount, from 0 to 1.

    Returns:
        q: (S, A).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, rows of `transition` are no probabilities, or `gamma` is not from 0 to 1.

    Source: Bellman, "Dynamic Programming", 1957.
    """
    _require_mdp(mdp, gamma)
    require_shapes(transition=(mdp.transition, "S A S"), values=(values, "S"))
    require_numbers(values=values)
    return _look_ahead(mdp, values, gamma)


def policy_values(mdp: Mdp, policy: Array, gamma: float) -> Array:
    """Give the value of every state under a policy, exactly: the values solve one linear equation per state.

    v = r_π + γ · P_π @ v, so (I − γ · P_π) @ v = r_π

    Args:
        mdp: `transition` (S, A, S) and `reward` (S, A).
        policy: (S,), the action taken in each state.
        gamma: discount, from 0 to 1.

    Returns:
        v: (S,).

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, an action is out of range, rows of `transition` are no probabilities, `gamma` is
            not from 0 to 1, or it is 1 and the policy never comes to an end, so that the values have no bound.

    Source: Howard, "Dynamic Programming and Markov Processes", 1960.
    """
    _require_mdp(mdp, gamma)
    require_shapes(transition=(mdp.transition, "S A S"), policy=(policy, "S"))
    require_actions(mdp.transition.shape[1], policy=policy)
    states = np.arange(len(policy))
    transition, reward = mdp.transition[states, policy], mdp.reward[states, policy]
    if gamma == 1:
        _require_end(transition)
    v: Array = np.linalg.solve(np.eye(len(policy)) - gamma * transition, reward)
    return v


def value_iteration(mdp: Mdp, gamma: float, *, tol: float = 1e-10, max_rounds: int = 100_000) -> Plan:
    """Find the best values by looking one step ahead again and again, until they stay as they are.

    v(s) ← max_a [ r(s, a) + γ · Σ_s' p(s' | s, a) · v(s') ]    for all s at once, starting from 0

    Each round brings v nearer to the best values by the factor γ. When a round changes nothing by more than `tol`, no value
    is further than `tol` · γ / (1 − γ) from the best.

    Args:
        mdp: `transition` (S, A, S) and `reward` (S, A).
        gamma: discount, from 0 to 1.
        tol: the change at which to stop.
        max_rounds: after so many rounds the values are taken to have no bound.

    Returns:
        values: (S,). policy: (S,), a best action in each state, the first where several are as good. rounds: a number.

    Raises:
        TypeError: an argument is not an array, or `max_rounds` is not a whole number.
        ValueError: the shapes do not fit together, rows of `transition` are no probabilities, `gamma` is not from 0 to 1,
            `tol` is not above 0, or the values do not settle (`gamma` is 1, and there is no end to what can be earned).

    Source: Bellman, "Dynamic Programming", 1957.
    """
    _require_mdp(mdp, gamma)
    require_positive(tol=tol)
    require_count(1, max_rounds=max_rounds)
    values = np.zeros(len(mdp.reward))
    for rounds in range(1, max_rounds + 1):
        best = np.max(_look_ahead(mdp, values, gamma), axis=1)
        change = np.max(np.abs(best - values))
        values = best
        if change <= tol:
            return Plan(values, _greedy(mdp, values, gamma), rounds)
    raise ValueError(f"The values still change by {change:.3g} after {max_rounds} rounds; gamma is {gamma} and may need to be lower.")


def policy_iteration(mdp: Mdp, gamma: float) -> Plan:
    """Find the best policy by turns: give the values of the policy, then take in each state the action that is best by them.

    v ← values of π    π(s) ← argmax_a [ r(s, a) + γ · Σ_s' p(s' | s, a) · v(s') ]    until π stays as it is

    An action is only given up for one that is better by more than rounding. Without that, two actions that are as good may
    take turns for ever.

    Args:
        mdp: `transition` (S, A, S) and `reward` (S, A).
        gamma: discount, from 0 to below 1 (a first policy knows nothing, and may go round in circles for ever).

    Returns:
        values: (S,). policy: (S,). rounds: how many policies were looked at.

    Raises:
        TypeError: an argument is not an array.
        ValueError: the shapes do not fit together, rows of `transition` are no probabilities, or `gamma` is not from 0 to
            below 1.

    Source: Howard, "Dynamic Programming and Markov Processes", 1960.
    """
    _require_mdp(mdp, gamma)
    if gamma == 1:
        raise ValueError("gamma is 1; it needs to be below 1 for policy iteration.")
    states = np.arange(len(mdp.reward))
    rounding = 100 * np.finfo(float).eps / (1 - gamma)  # relative: how far off the solution of the equations may be, and more
    policy = np.argmax(mdp.reward, axis=1)
    rounds = 1
    while True:
        values = policy_values(mdp, policy, gamma)
        q = _look_ahead(mdp, values, gamma)
        gain = np.max(q, axis=1) - q[states, policy]
        better = gain > rounding * np.max(np.abs(q))
        if not np.any(better):
            return Plan(values, _greedy(mdp, values, gamma), rounds)
        policy = np.where(better, np.argmax(q, axis=1), policy)
        rounds += 1


def _look_ahead(mdp: Mdp, values: Array, gamma: float) -> Array:
    """The equation of `action_values`, unchecked."""
    q: Array = mdp.reward + gamma * mdp.transition @ values
    return q


def _greedy(mdp: Mdp, values: Array, gamma: float) -> Array:
    """The first of the best actions in each state, where those that differ by no more than rounding are as good."""
    q = _look_ahead(mdp, values, gamma)
    terms = np.abs(mdp.reward) + gamma * mdp.transition @ np.abs(values)  # rounding is as large as what was added up, not as the sum
    slack = 1e-9 * np.max(terms, axis=1, keepdims=True)
    policy: Array = np.argmax(q >= np.max(q, axis=1, keepdims=True) - slack, axis=1)
    return policy


def _require_mdp(mdp: Mdp, gamma: float) -> None:
    """Raise unless the tables fit together and each row of the transitions is a distribution, or 0 after a final state."""
    if not isinstance(mdp, Mdp):
        raise TypeError(f"mdp is a {type(mdp).__name__}; it needs to be an Mdp, as GridWorld(…).mdp is.")
    transition, reward = mdp
    require_shapes(transition=(transition, "S A S"), reward=(reward, "S A"))
    require_numbers(transition=transition, reward=reward)
    require_between(0, 1, gamma=gamma)
    total = np.sum(transition, axis=2)
    if np.any(transition < 0) or np.any((np.abs(total - 1) > 1e-6) & (total != 0)):
        raise ValueError("transition has a row that is no distribution; it needs probabilities that add up to 1, or zeros alone.")


def _require_end(transition: Array) -> None:
    """Raise unless an end can be reached from every state: a state whose row is 0."""
    ends = np.sum(transition, axis=1) == 0
    for _ in range(len(ends)):
        ends = ends | (transition @ ends > 0)
    if not np.all(ends):
        raise ValueError(f"policy never comes to an end from state {np.argmin(ends)}; gamma is 1, and it needs to be below 1 for that.")
