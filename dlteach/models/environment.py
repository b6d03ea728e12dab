"""What an agent learns in: an environment answers each action with an observation and a reward.

`reset` and `step` are those of Gymnasium, so that its environments serve as well as ours; Gymnasium itself is not needed.
"""

from typing import Any, Protocol

import numpy as np

from dlteach.nn._require import require_count
from dlteach.nn._types import Array


class Environment(Protocol):
    """Anything with these two methods.

    Source: Brockman et al., "OpenAI Gym", 2016, for the two methods; Towers et al., "Gymnasium", 2024, for what `step` gives.
    """

    def reset(self) -> tuple[Any, dict[str, Any]]:
        """Start an episode: give the first observation, and a dict of further news."""

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Act: give the next observation, the reward, whether the task is over, whether time ran out, and further news."""


class OneHotObservations:
    """An environment whose states are numbers, for a network that needs vectors: state s becomes row s of the identity.

    Attributes:
        env: the environment inside.
        num_states: how many states it has; the length of an observation.

    Source: Sutton and Barto, "Reinforcement Learning", 2018, section 9.4 (a table as a linear function).
    """

    def __init__(self, env: Environment, num_states: int) -> None:
        """Wrap an environment.

        Args:
            env: gives states from 0 to `num_states - 1` as its observations.
            num_states: how many states it has.

        Raises:
            TypeError: `num_states` is not a whole number.
            ValueError: `num_states` is below 1.
        """
        require_count(1, num_states=num_states)
        self.env = env
        self.num_states = num_states

    def reset(self) -> tuple[Array, dict[str, Any]]:
        """Start an episode, as the environment inside does."""
        state, news = self.env.reset()
        return self._one_hot(state), news

    def step(self, action: int) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Act, as the environment inside does."""
        state, reward, terminated, truncated, news = self.env.step(action)
        return self._one_hot(state), reward, terminated, truncated, news

    def _one_hot(self, state: int) -> Array:
        if not 0 <= state < self.num_states:
            raise ValueError(f"num_states is {self.num_states}; it needs to be larger, since the environment is in state {state}.")
        observation = np.zeros(self.num_states)
        observation[state] = 1
        return observation
