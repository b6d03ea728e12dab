"""Q-learning and SARSA: single steps against PyTorch, tables against exact values, and the cliff that tells them apart."""

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


@given(seed=seeds, states=sizes, actions=sizes, terminated=st.booleans())
def test_a_step_is_one_down_half_the_squared_error_with_the_target_held_fast(seed, states, actions, terminated):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    tables = [rng.standard_normal((states, actions))] * 2
    for _ in range(2):
        s, s_next = (int(number) for number in rng.integers(0, states, 2))
        a, a_next = (int(number) for number in rng.integers(0, actions, 2))
        reward, lr, gamma = rng.standard_normal(), rng.random(), rng.random()
        steps = (
            models.q_learning_step(frozen(tables[0]), s, a, reward, s_next, terminated, lr=lr, gamma=gamma),
            models.sarsa_step(frozen(tables[1]), s, a, reward, s_next, a_next, terminated, lr=lr, gamma=gamma),
        )
        for place, ours in enumerate(steps):
            q = torch.tensor(tables[place], requires_grad=True)
            future = (q[s_next].max(), q[s_next, a_next])[place] * (0 if terminated else gamma)
            (0.5 * ((reward + future).detach() - q[s, a]) ** 2).backward()
            assert_agree(ours, q - lr * q.grad)
        tables = list(steps)


def test_a_step_corrects_one_entry_and_leaves_the_given_table_alone():
    q = frozen(np.array([[1.0, 2.0], [3.0, 5.0]]))
    stepped = models.q_learning_step(q, 0, 1, 10.0, 1, False, lr=0.5, gamma=0.1)
    np.testing.assert_array_equal(stepped, [[1, 2 + 0.5 * (10 + 0.5 - 2)], [3, 5]])
    assert models.sarsa_step(q, 0, 1, 10.0, 1, 0, False, lr=0.5, gamma=0.1)[0, 1] == pytest.approx(2 + 0.5 * (10 + 0.3 - 2))
    assert models.q_learning_step(q, 0, 1, 10.0, 1, True, lr=1, gamma=0.9)[0, 1] == 10
    assert models.q_learning_step(np.zeros((1, 1), np.float32), 0, 0, 0.1, 0, False, lr=0.1, gamma=0.9).dtype == np.float32
    assert models.q_learning_step(np.zeros((1, 1), int), 0, 0, 0.5, 0, True, lr=0.5, gamma=0.9)[0, 0] == 0.25


def test_epsilon_greedy_takes_the_best_and_now_and_then_any():
    rng = np.random.default_rng(0)
    q = frozen(np.array([0.0, 3.0, 1.0, 3.0]))
    drawn = np.bincount([models.epsilon_greedy(q, 0.2, rng) for _ in range(8000)], minlength=4) / 8000
    np.testing.assert_allclose(drawn, [0.05, 0.45, 0.05, 0.45], atol=0.015)
    assert {models.epsilon_greedy(q, 0, rng) for _ in range(50)} == {1, 3}
    assert {models.epsilon_greedy(q, 1, rng) for _ in range(100)} == {0, 1, 2, 3}
    assert models.epsilon_greedy(np.zeros(1), 0.5, rng) == 0
    assert type(models.epsilon_greedy(q, 0.5, rng)) is int


def test_q_learning_finds_the_exact_values_of_a_world_without_chance():
    env = GridWorld(("S..", ".#.", "..G"), goal_reward=5)
    learned = models.q_learning(
        env, np.zeros((9, 4)), episodes=400, lr=1.0, gamma=0.9, epsilon=0.5, rng=np.random.default_rng(0)
    )
    assert isinstance(learned, models.Learned)
    plan = models.value_iteration(env.mdp, 0.9)
    np.testing.assert_allclose(learned.q, models.action_values(env.mdp, plan.values, 0.9), atol=1e-9)
    assert learned.returns.shape == (400,)


def test_sarsa_goes_to_the_values_of_the_policy_it_follows():
    env = GridWorld(("S.G",), goal_reward=5)
    learned = models.sarsa(env, np.zeros((3, 4)), episodes=1500, lr=0.02, gamma=0.8, epsilon=1.0, rng=np.random.default_rng(0))
    transition, reward = env.mdp
    p, r = transition.mean(axis=1), reward.mean(axis=1)  # ε = 1: every action as often
    v = np.linalg.solve(np.eye(3) - 0.8 * p, r)
    np.testing.assert_allclose(learned.q, models.action_values(env.mdp, v, 0.8), atol=0.6)
    best = models.value_iteration(env.mdp, 0.8).values
    assert best[0] - v[0] > 2  # and those of the best policy are far away


@pytest.fixture(scope="module")
def cliff():
    """Both algorithms on the cliff, with the settings of Sutton and Barto's example 6.6."""
    results = {}
    for name, learn in (("q_learning", models.q_learning), ("sarsa", models.sarsa)):
        env = GridWorld(models.CLIFF_WALKING, goal_reward=-1)
        learned = learn(env, np.zeros((48, 4)), episodes=500, lr=0.5, gamma=1.0, epsilon=0.1, rng=np.random.default_rng(0))
        path, total = models.follow(env, np.argmax(learned.q, axis=1), max_steps=100)
        results[name] = (path, total, learned.returns)
    return results


def test_q_learning_walks_along_the_edge(cliff):
    path, total, _ = cliff["q_learning"]
    assert path == [36, *range(24, 36), 47]
    assert total == -13


def test_sarsa_keeps_away_from_the_edge(cliff):
    path, total, _ = cliff["sarsa"]
    rows = [state // 12 for state in path]
    assert path[-1] == 47
    assert -13 > total >= -21
    assert min(rows) <= 1  # it climbs at least one row above the edge
    assert sum(row == 2 for row in rows) < 8  # and leaves out most of it


def test_while_exploring_sarsa_earns_more(cliff):
    assert np.mean(cliff["sarsa"][2][-250:]) > np.mean(cliff["q_learning"][2][-250:]) + 10


class CutOff:
    """One state, one action, reward 1 for ever; the time is up after every step."""

    def reset(self):
        return 0, {}

    def step(self, action):
        return 0, 1.0, False, True, {}


@pytest.mark.parametrize("learn", [models.q_learning, models.sarsa])
def test_an_episode_that_is_cut_off_would_have_gone_on(learn):
    env: models.Environment = CutOff()
    q = learn(env, np.zeros((1, 1)), episodes=200, lr=0.5, gamma=0.5, epsilon=0.1, rng=np.random.default_rng(0)).q
    np.testing.assert_allclose(q, 1 / (1 - 0.5))  # and not 1, as if the world ended there


@pytest.mark.parametrize("learn", [models.q_learning, models.sarsa])
def test_a_table_without_the_action_that_leads_to_the_goal_does_not_run_for_ever(learn):
    env = GridWorld(("S", "G"))
    options = {"lr": 0.5, "gamma": 0.9, "epsilon": 0.1, "rng": np.random.default_rng(0)}
    assert learn(env, np.zeros((2, 1)), episodes=2, max_steps=7, **options).returns.tolist() == [-7, -7]
    assert learn(env, np.zeros((2, 1)), episodes=1, **options).returns.tolist() == [-10_000]
    with pytest.raises(ValueError, match="max_steps is 0; it needs to be at least 1"):
        learn(env, np.zeros((2, 1)), episodes=1, max_steps=0, **options)


@pytest.mark.parametrize("learn", [models.q_learning, models.sarsa])
def test_the_same_seed_gives_the_same_table(learn):
    def table(seed):
        return learn(GridWorld(("S..G",)), np.zeros((4, 4)), episodes=5, lr=0.5, gamma=0.9, epsilon=0.3, rng=np.random.default_rng(seed)).q

    np.testing.assert_array_equal(table(0), table(0))
    assert not np.array_equal(table(0), table(1))


def test_following_a_policy_in_circles_comes_to_an_end():
    env = GridWorld(("S.G",))
    path, total = models.follow(env, np.full(3, GridWorld.LEFT), max_steps=7)
    assert path == [0] * 8
    assert total == -7
    with pytest.raises(ValueError, match="policy has dtype float64; it needs integers"):
        models.follow(env, np.zeros(3), max_steps=7)
    with pytest.raises(ValueError, match="max_steps is 0"):
        models.follow(env, np.zeros(3, int), max_steps=0)


def test_bad_input_is_refused():
    q, rng, env = np.zeros((3, 4)), np.random.default_rng(0), GridWorld(("S.G",))
    with pytest.raises(ValueError, match=r"epsilon is 1\.5; it needs to be from 0 to 1"):
        models.epsilon_greedy(q[0], 1.5, rng)
    with pytest.raises(TypeError, match="rng is 7; it needs to be a random generator"):
        models.epsilon_greedy(q[0], 0.5, 7)
    with pytest.raises(ValueError, match=r"q has shape \(3, 4\); it needs \(A,\)"):
        models.epsilon_greedy(q, 0.5, rng)
    with pytest.raises(ValueError, match="next_state is 3; it needs to be from 0 to 2"):
        models.q_learning_step(q, 0, 0, 1.0, 3, False, lr=0.1, gamma=0.9)
    with pytest.raises(ValueError, match="next_action is 4; it needs to be from 0 to 3"):
        models.sarsa_step(q, 0, 0, 1.0, 1, 4, False, lr=0.1, gamma=0.9)
    with pytest.raises(ValueError, match="action is -1; it needs to be at least 0"):
        models.q_learning_step(q, 0, -1, 1.0, 1, False, lr=0.1, gamma=0.9)
    settings = {"lr": 0.1, "gamma": 0.9, "epsilon": 0.1, "rng": rng}
    for learn in (models.q_learning, models.sarsa):
        with pytest.raises(ValueError, match="episodes is 0"):
            learn(env, q, episodes=0, **settings)
        with pytest.raises(ValueError, match="gamma is 2; it needs to be from 0 to 1"):
            learn(env, q, episodes=1, **{**settings, "gamma": 2})
        with pytest.raises(TypeError, match="q is a list"):
            learn(env, [[0.0]], episodes=1, **settings)
