"""The gridworld: its tables and its steps tell the same rules."""

import numpy as np
import pytest

from dlteach import models
from dlteach.models import GridWorld

UP, RIGHT, DOWN, LEFT = GridWorld.UP, GridWorld.RIGHT, GridWorld.DOWN, GridWorld.LEFT
BOARD = ("S.#G", "..CT")


def board(**options):
    return GridWorld(BOARD, step_reward=-1, goal_reward=10, trap_reward=-20, cliff_reward=-50, **options)


@pytest.mark.parametrize(
    ("actions", "state", "reward", "terminated"),
    [
        ([RIGHT], 1, -1, False),
        ([DOWN], 4, -1, False),
        ([UP], 0, -1, False),  # off the board
        ([LEFT], 0, -1, False),
        ([RIGHT, RIGHT], 1, -1, False),  # into the wall
        ([DOWN, RIGHT, RIGHT], 0, -50, False),  # over the cliff, and back to the start
    ],
)
def test_every_kind_of_square(actions, state, reward, terminated):
    env = board()
    assert env.reset() == (0, {})
    for action in actions:
        step = env.step(action)
    assert step == (state, reward, terminated, False, {})


def test_goals_and_traps_end_the_episode():
    for rows, state, reward in ((("SG",), 1, 10), (("ST", ".G"), 1, -20)):
        env = GridWorld(rows, goal_reward=10, trap_reward=-20)
        env.reset()
        assert env.step(RIGHT) == (state, reward, True, False, {})
        with pytest.raises(ValueError, match="The episode is over; call reset to start another"):
            env.step(LEFT)
        assert env.reset() == (0, {})


def test_the_tables_are_distributions_and_zero_where_nothing_follows():
    mdp = board(slip=0.2, rng=np.random.default_rng(0)).mdp
    assert isinstance(mdp, models.Mdp)
    assert mdp.transition.shape == (8, 4, 8)
    walkable = [0, 1, 4, 5]
    others = [2, 3, 6, 7]
    np.testing.assert_allclose(mdp.transition[walkable].sum(axis=2), 1)
    assert not mdp.transition[others].any()
    assert not mdp.reward[others].any()
    assert not mdp.transition[:, :, [2, 6]].any()  # nobody ever stands in a wall or beyond the cliff
    np.testing.assert_allclose(mdp.transition[5, RIGHT, [0, 1, 5]], [0.8, 0.1, 0.1])  # the cliff, or astray up, or down into the edge
    assert mdp.reward[5, RIGHT] == pytest.approx(0.8 * -50 - 0.2)
    np.testing.assert_allclose(mdp.transition[0, UP, [0, 1]], [0.9, 0.1])


def test_steps_come_as_often_as_the_tables_say():
    env = GridWorld((".G", "S#", ".T"), slip=0.3, rng=np.random.default_rng(0), goal_reward=4, step_reward=-1)
    counts, rewards, tries = np.zeros((4, 6)), np.zeros(4), 2000
    for action in range(4):
        for _ in range(tries):
            env.reset()
            state, reward, *_ = env.step(action)
            counts[action, state] += 1
            rewards[action] += reward
    np.testing.assert_allclose(counts / tries, env.mdp.transition[env.start], atol=0.03)
    np.testing.assert_allclose(rewards / tries, env.mdp.reward[env.start], atol=0.1)


def test_time_runs_out_but_not_at_the_goal():
    env = GridWorld(("S.G",), max_steps=2)
    env.reset()
    assert env.step(LEFT)[2:4] == (False, False)
    assert env.step(LEFT)[2:4] == (False, True)
    env.reset()
    assert env.step(RIGHT)[2:4] == (False, False)
    assert env.step(RIGHT)[2:4] == (True, False)


def test_slipping_repeats_with_the_same_seed():
    def walk(seed):
        env = GridWorld((".....", "..S..", "....G"), slip=0.5, rng=np.random.default_rng(seed))
        env.reset()
        return [env.step(action)[0] for action in (UP, LEFT, DOWN, UP, LEFT)]

    assert walk(0) == walk(0)
    assert len({tuple(walk(seed)) for seed in range(10)}) > 3


def test_one_hot_observations():
    env = models.OneHotObservations(GridWorld(("S.G",)), 3)
    np.testing.assert_array_equal(env.reset()[0], [1, 0, 0])
    observation, reward, terminated, truncated, _ = env.step(RIGHT)
    np.testing.assert_array_equal(observation, [0, 1, 0])
    assert (reward, terminated, truncated) == (-1, False, False)
    with pytest.raises(ValueError, match="num_states is 0"):
        models.OneHotObservations(GridWorld(("S.G",)), 0)
    with pytest.raises(ValueError, match="num_states is 1; it needs to be larger, since the environment is in state 2"):
        models.OneHotObservations(GridWorld(("G.S",)), 1).reset()


def test_bad_boards_and_options_are_refused():
    for rows, message in (
        ((), r"rows have the lengths \[\]"),
        (("SG", "."), r"rows have the lengths \[2, 1\]; they need one length"),
        (("SX", ".G"), "rows hold the letter 'X'; they need S, G, T, C, # and . alone"),
        ((".G",), "rows hold 0 times S; they need one start"),
        (("SSG",), "rows hold 2 times S"),
        (("S.",), "rows hold no G; they need a goal"),
    ):
        with pytest.raises(ValueError, match=message):
            GridWorld(rows)
    for rows in ("SG", (1, 2)):
        with pytest.raises(TypeError, match="it needs a string for each row of the board"):
            GridWorld(rows)
    with pytest.raises(ValueError, match=r"slip is 1\.5; it needs to be from 0 to 1"):
        board(slip=1.5)
    with pytest.raises(ValueError, match=r"slip is 0\.5; it needs an rng"):
        board(slip=0.5)
    with pytest.raises(TypeError, match="rng is 3; it needs to be a random generator"):
        board(slip=0.5, rng=3)
    with pytest.raises(ValueError, match="max_steps is 0"):
        board(max_steps=0)
    for action in (-1, 4):
        with pytest.raises(ValueError, match=f"action is {action}; it needs to be"):
            board().step(action)
