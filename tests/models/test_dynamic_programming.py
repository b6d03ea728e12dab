"""Planning: values against linear equations solved exactly, plans against published ones, and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlteach import models
from dlteach.models import GridWorld
from tests.nn.harness import assert_agree, frozen

pytestmark = pytest.mark.filterwarnings("error")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)
gammas = st.sampled_from([0.0, 0.5, 0.9, 0.99])


def random_mdp(seed, states, actions):
    """A world where some states are final."""
    rng = np.random.default_rng(seed)
    transition = rng.random((states, actions, states)) * (rng.random((states, actions, states)) < 0.7) + 1e-3
    transition /= transition.sum(axis=2, keepdims=True)
    reward = rng.standard_normal((states, actions))
    final = rng.random(states) < 0.2
    transition[final], reward[final] = 0, 0
    return frozen(models.Mdp(transition, reward))


@given(seed=seeds, states=sizes, actions=sizes, gamma=gammas)
def test_the_values_of_a_policy_solve_its_equations(seed, states, actions, gamma):
    torch = pytest.importorskip("torch")
    mdp = random_mdp(seed, states, actions)
    policy = np.random.default_rng(seed).integers(0, actions, states)
    p, r = mdp.transition[np.arange(states), policy], mdp.reward[np.arange(states), policy]
    v = models.policy_values(mdp, frozen(policy), gamma)
    np.testing.assert_allclose(v, np.linalg.solve(np.eye(states) - gamma * p, r), atol=1e-12)
    total, weight = np.zeros(states), np.eye(states)
    for _ in range(4000 if gamma == 0.99 else 400):  # the same by its meaning: rewards to come, added up
        total, weight = total + weight @ r, gamma * weight @ p
    np.testing.assert_allclose(v, total, atol=1e-10)
    q = torch.tensor(mdp.reward) + gamma * torch.einsum("saz,z->sa", torch.tensor(mdp.transition), torch.tensor(v))
    assert_agree(models.action_values(mdp, v, gamma), q)


@given(seed=seeds, states=sizes, actions=sizes, gamma=gammas)
def test_both_ways_find_the_best_of_all_policies(seed, states, actions, gamma):
    mdp = random_mdp(seed, states, actions)
    by_values, by_policies = models.value_iteration(mdp, gamma), models.policy_iteration(mdp, gamma)
    np.testing.assert_allclose(by_values.values, by_policies.values, atol=2e-8)
    np.testing.assert_array_equal(by_values.policy, by_policies.policy)
    np.testing.assert_allclose(models.policy_values(mdp, by_values.policy, gamma), by_policies.values, atol=1e-9)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        other = models.policy_values(mdp, rng.integers(0, actions, states), gamma)
        assert np.all(by_policies.values >= other - 1e-9)


def test_the_world_of_russell_and_norvig():
    """Utilities as printed in "Artificial Intelligence: A Modern Approach", 4 columns and 3 rows, no discount."""
    env = GridWorld(
        ("...G", ".#.T", "S..."),
        step_reward=-0.04,
        goal_reward=1 - 0.04,
        trap_reward=-1 - 0.04,
        slip=0.2,
        rng=np.random.default_rng(0),
    )
    plan = models.value_iteration(env.mdp, 1.0)
    printed = [[0.812, 0.868, 0.918, 0], [0.762, 0, 0.660, 0], [0.705, 0.655, 0.611, 0.388]]
    np.testing.assert_allclose(plan.values.reshape(3, 4), printed, atol=6e-4)
    arrows = np.array(list("^>v<"))[plan.policy].reshape(3, 4)
    assert ["".join(row) for row in arrows[:, :3]] == [">>>", "^^^", "^<<"]
    assert arrows[2, 3] == "<"


def test_without_slipping_a_value_is_minus_the_number_of_steps():
    env = GridWorld(("S...", ".##.", "...G"), goal_reward=-1)
    values = models.value_iteration(env.mdp, 1.0).values.reshape(3, 4)
    np.testing.assert_array_equal(values, [[-5, -4, -3, -2], [-4, 0, 0, -1], [-3, -2, -1, 0]])
    nearly = models.policy_iteration(env.mdp, 1 - 1e-9).values.reshape(3, 4)
    np.testing.assert_allclose(nearly, values, atol=1e-6)


def test_the_cliff_is_walked_along_the_edge():
    env = GridWorld(models.CLIFF_WALKING, goal_reward=-1)
    plan = models.value_iteration(env.mdp, 1.0)
    path, total = models.follow(env, plan.policy, max_steps=50)
    assert path == [36, *range(24, 36), 47]
    assert total == plan.values[env.start] == -13


def test_ties_go_to_the_first_and_do_not_go_on_for_ever():
    one = np.ones((2, 3, 2)) / 2
    mdp = models.Mdp(frozen(one), np.full((2, 3), 1 / 3))  # all the same
    for plan in (models.value_iteration(mdp, 0.9), models.policy_iteration(mdp, 0.9)):
        assert isinstance(plan, models.Plan)
        np.testing.assert_array_equal(plan.policy, [0, 0])
        np.testing.assert_allclose(plan.values, 1 / 3 / (1 - 0.9), atol=1e-8)
    rng = np.random.default_rng(0)
    half = rng.random((30, 2, 30)) / 15
    twins = np.concatenate([half, half], axis=1)  # every action there twice
    twins /= twins.sum(axis=2, keepdims=True)
    plan = models.policy_iteration(models.Mdp(twins, np.tile(rng.standard_normal((30, 2)), 2)), 0.999)
    assert set(plan.policy) <= {0, 1}
    assert plan.rounds < 20


@pytest.mark.parametrize("size", [3, 4, 5, 6])
@pytest.mark.parametrize("gamma", [0.7, 0.9, 0.99])
@pytest.mark.parametrize("slip", [0.0, 0.1, 0.3])
def test_rounding_neither_breaks_ties_nor_lets_two_actions_take_turns(size, gamma, slip, monkeypatch):
    """From corner to corner of a square, right and down are as good on the diagonal: by rounding, now one and now the other."""
    board = ("S" + "." * (size - 1), *["." * size] * (size - 2), "." * (size - 1) + "G")
    mdp = GridWorld(board, goal_reward=10, slip=slip, rng=np.random.default_rng(0)).mdp
    rounds = iter(range(50))
    exact = models.policy_values

    def counted(*args):
        assert next(rounds, None) is not None, "policy iteration goes on for ever"
        return exact(*args)

    monkeypatch.setattr("dlteach.models.dynamic_programming.policy_values", counted)
    for plan in (models.policy_iteration(mdp, gamma), models.value_iteration(mdp, gamma)):
        diagonal = np.diag(plan.policy.reshape(size, size))[:-1]
        np.testing.assert_array_equal(diagonal, GridWorld.RIGHT)


def test_tables_of_rewards_that_are_nothing():
    mdp = models.Mdp(np.ones((1, 1, 1)), np.zeros((1, 1)))
    assert models.value_iteration(mdp, 1.0).values == [0]
    assert models.policy_iteration(mdp, 0.5).rounds == 1


def test_without_discount_an_endless_walk_is_refused():
    mdp = GridWorld(("S.G",)).mdp
    with pytest.raises(ValueError, match="policy never comes to an end from state 0; gamma is 1"):
        models.policy_values(mdp, np.full(3, GridWorld.LEFT), 1.0)
    np.testing.assert_array_equal(models.policy_values(mdp, np.full(3, GridWorld.RIGHT), 1.0), [-1, 0, 0])
    with pytest.raises(ValueError, match="gamma is 1; it needs to be below 1 for policy iteration"):
        models.policy_iteration(mdp, 1)
    endless = models.Mdp(np.ones((1, 1, 1)), np.ones((1, 1)))
    with pytest.raises(ValueError, match="The values still change by 1 after 50 rounds"):
        models.value_iteration(endless, 1.0, max_rounds=50)


def test_bad_input_is_refused():
    mdp = random_mdp(0, 3, 2)
    with pytest.raises(ValueError, match=r"reward has shape \(2, 2\); it needs \(S, A\) with S = 3, as in transition"):
        models.value_iteration(models.Mdp(mdp.transition, np.ones((2, 2))), 0.9)
    with pytest.raises(ValueError, match="transition has a row that is no distribution"):
        models.policy_iteration(models.Mdp(2 * np.ones((1, 1, 1)), np.ones((1, 1))), 0.9)
    with pytest.raises(ValueError, match="transition has a row that is no distribution"):
        models.action_values(models.Mdp(np.array([[[2.0, -1.0]], [[0.0, 0.0]]]), np.ones((2, 1))), np.ones(2), 0.9)
    for gamma in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"gamma is {gamma}; it needs to be from 0 to 1"):
            models.value_iteration(mdp, gamma)
    with pytest.raises(ValueError, match=r"values has shape \(4,\); it needs \(S,\) with S = 3"):
        models.action_values(mdp, np.ones(4), 0.9)
    with pytest.raises(ValueError, match="policy has the value 2; it needs actions from 0 to 1"):
        models.policy_values(mdp, np.array([0, 1, 2]), 0.9)
    with pytest.raises(ValueError, match="tol is 0; it needs to be above 0"):
        models.value_iteration(mdp, 0.9, tol=0)
    with pytest.raises(TypeError, match="transition is a list"):
        models.value_iteration(models.Mdp([[[1.0]]], np.ones((1, 1))), 0.9)
    with pytest.raises(TypeError, match="mdp is a GridWorld; it needs to be an Mdp"):
        models.value_iteration(models.GridWorld(("SG",)), 0.9)


def test_great_rewards_in_one_state_do_not_hide_small_differences_in_another():
    mdp = models.Mdp(np.zeros((2, 2, 2)), np.array([[1e7, 0.0], [0.0, 1e-3]]))
    assert models.value_iteration(mdp, 0.9).policy.tolist() == [0, 1]
    assert models.policy_iteration(mdp, 0.9).policy.tolist() == [0, 1]
