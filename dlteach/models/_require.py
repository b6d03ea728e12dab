"""Checks that several models share, in the manner of `dlteach.nn`."""

import numpy as np

from dlteach.nn._types import Array


def require_actions(num_actions: int, **arguments: Array) -> None:
    """Raise unless every argument holds actions: integers from 0 to `num_actions - 1`."""
    for name, actions in arguments.items():
        if not isinstance(actions, np.ndarray):
            raise TypeError(f"{name} is a {type(actions).__name__}; it needs to be a NumPy array.")
        if actions.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {actions.dtype}; it needs integers, the numbers of the actions.")
        wrong = actions[(actions < 0) | (actions >= num_actions)]
        if wrong.size:
            raise ValueError(f"{name} has the value {wrong[0]}; it needs actions from 0 to {num_actions - 1}.")
