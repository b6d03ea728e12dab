"""A gridworld: an agent on a board of squares, which it may know by heart (for planning) or by walking (for learning).

    cliff = GridWorld(CLIFF_WALKING, goal_reward=-1)
    cliff.mdp                            # its rules as tables
    state, _ = cliff.reset()             # or a walk through it, step by step
    state, reward, terminated, truncated, _ = cliff.step(GridWorld.UP)
"""

from typing import Any, NamedTuple

import numpy as np

from dlteach.nn._require import require_between, require_count, require_generator
from dlteach.nn._types import Array

_MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # up, right, down, left, as (rows, columns)

CLIFF_WALKING = (
    "............",
    "............",
    "............",
    "SCCCCCCCCCCG",
)
"""The board of Sutton and Barto's example 6.6."""


class Mdp(NamedTuple):
    """The rules of a world as tables: a Markov decision process of S states and A actions.

    transition (S, A, S): the probability of the next state, given state and action. After a final state nothing comes, so
    its rows are all 0; every other row adds up to 1.
    reward (S, A): the reward to expect at once. It is 0 in a final state.
    """

    transition: Array
    reward: Array


class GridWorld:
    """A board with the interface of a Gymnasium environment.

    Each square is a letter: S the start, G a goal, T a trap, C a cliff, # a wall, and . a square with nothing on it. Goals
    and traps end the episode. Who steps over the cliff is back at the start, and plays on. Who walks into a wall, or off the
    board, stays in place. States are the squares row by row, walls included: state = row · columns + column. The four
    actions are UP, RIGHT, DOWN and LEFT.

    Attributes:
        rows: the board.
        num_states, num_actions: S and A.
        start: the state an episode begins in.
        mdp: the rules as tables, `transition` (S, A, S) and `reward` (S, A).

    Source: Sutton and Barto, "Reinforcement Learning", 2018, examples 3.5 and 6.6.
    """

    UP, RIGHT, DOWN, LEFT = range(4)

    def __init__(
        self,
        rows: tuple[str, ...],
        *,
        step_reward: float = -1.0,
        goal_reward: float = 0.0,
        trap_reward: float = -100.0,
        cliff_reward: float = -100.0,
        slip: float = 0.0,
        rng: np.random.Generator | None = None,
        max_steps: int | None = None,
    ) -> None:
        """Lay out a board.

        Args:
            rows: the board, a string for each row, all of one length.
            step_reward: for a step onto a plain square, or for staying in place.
            goal_reward: for the step onto a goal, in place of `step_reward`.
            trap_reward: for the step onto a trap.
            cliff_reward: for the step over the cliff.
            slip: the probability of going astray: half of it to the left of where the agent wants to go, half to the right.
            rng: decides where the agent slips; needed if `slip` is above 0.
            max_steps: after so many steps an episode is cut off; None lets it go on.

        Raises:
            TypeError: `rows` holds something else than strings, `rng` is no generator, or `max_steps` is no whole number.
            ValueError: the board is empty or not a rectangle, has an unknown letter, not one start, or no goal; `slip` is not
                from 0 to 1, or above 0 without an `rng`; or `max_steps` is below 1.
        """
        _require_board(rows)
        require_between(0, 1, slip=slip)
        if rng is not None:
            require_generator(rng)
        elif slip > 0:
            raise ValueError(f"slip is {slip}; it needs an rng to decide where the agent slips.")
        if max_steps is not None:
            require_count(1, max_steps=max_steps)
        self.rows = tuple(rows)
        self.num_states, self.num_actions = len(rows) * len(rows[0]), len(_MOVES)
        self._letters = "".join(rows)
        self.start = self._letters.index("S")
        self._rewards = {"G": goal_reward, "T": trap_reward, "C": cliff_reward}
        self._step_reward = step_reward
        self._slip, self._rng, self._max_steps = slip, rng, max_steps
        self._state, self._steps = self.start, 0
        self.mdp = self._tables()

    def reset(self) -> tuple[int, dict[str, Any]]:
        """Put the agent on the start.

        Returns:
            The state, and an empty dict, as Gymnasium does.
        """
        self._state, self._steps = self.start, 0
        return self._state, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Move the agent.

        Args:
            action: UP, RIGHT, DOWN or LEFT (0 to 3).

        Returns:
            The next state; the reward; terminated: whether a goal or a trap was reached; truncated: whether the time is up
            (`max_steps`); and an empty dict, as Gymnasium does.

        Raises:
            TypeError: `action` is no whole number.
            ValueError: `action` is not from 0 to 3, or the episode is over and `reset` is due.
        """
        require_count(0, action=action)
        require_between(0, self.num_actions - 1, action=action)
        if self._is_final(self._state):
            raise ValueError("The episode is over; call reset to start another.")
        directions, probabilities = zip(*self._directions(action), strict=True)
        if self._rng is not None and len(directions) > 1:
            action = int(self._rng.choice(directions, p=probabilities))
        self._state, reward = self._land(self._state, action)
        self._steps += 1
        terminated = self._is_final(self._state)
        truncated = not terminated and self._steps == self._max_steps
        return self._state, reward, terminated, truncated, {}

    def _is_final(self, state: int) -> bool:
        return self._letters[state] in "GT"

    def _directions(self, action: int) -> list[tuple[int, float]]:
        """The ways that an action may turn out, each with its probability."""
        if self._slip == 0:
            return [(action, 1.0)]
        astray = [((action + turn) % self.num_actions, self._slip / 2) for turn in (-1, 1)]
        return [(action, 1 - self._slip), *astray]

    def _land(self, state: int, direction: int) -> tuple[int, float]:
        """Where a step in this direction ends, and what it earns."""
        columns = len(self.rows[0])
        row, column = state // columns + _MOVES[direction][0], state % columns + _MOVES[direction][1]
        if not (0 <= row < len(self.rows) and 0 <= column < columns) or self.rows[row][column] == "#":
            return state, self._step_reward
        letter = self.rows[row][column]
        reward = self._rewards.get(letter, self._step_reward)
        return (self.start if letter == "C" else row * columns + column), reward

    def _tables(self) -> Mdp:
        """Write the same rules down as tables; walls and cliffs, where nobody ever stands, count as final."""
        transition = np.zeros((self.num_states, self.num_actions, self.num_states))
        reward = np.zeros((self.num_states, self.num_actions))
        for state, letter in enumerate(self._letters):
            if letter not in "S.":
                continue
            for action in range(self.num_actions):
                for direction, probability in self._directions(action):
                    landing, earned = self._land(state, direction)
                    transition[state, action, landing] += probability
                    reward[state, action] += probability * earned
        return Mdp(transition, reward)


def _require_board(rows: object) -> None:
    """Raise unless these strings make a board."""
    if not isinstance(rows, tuple | list) or not all(isinstance(row, str) for row in rows):
        raise TypeError(f"rows is {rows!r}; it needs a string for each row of the board.")
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"rows have the lengths {[len(row) for row in rows]}; they need one length, at least 1.")
    letters = "".join(rows)
    unknown = [letter for letter in letters if letter not in "SGTC#."]
    if unknown:
        raise ValueError(f"rows hold the letter {unknown[0]!r}; they need S, G, T, C, # and . alone.")
    if letters.count("S") != 1:
        raise ValueError(f"rows hold {letters.count('S')} times S; they need one start.")
    if "G" not in letters:
        raise ValueError("rows hold no G; they need a goal.")
