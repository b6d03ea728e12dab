"""What all decoders share: the step of a network, and the rows of its state."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from dlteach.nn._require import require_count, require_labels, require_shapes
from dlteach.nn._types import Array

Step: TypeAlias = Callable[[Array, Any], tuple[Array, Any]]
"""`step(tokens (B,), state) -> (log_probs (B, V), state)`; `dlteach.models.decoding` tells more."""


def take_step(step: Step, tokens: Array, state: Any) -> tuple[Array, Any]:
    """Call `step`, make sure that it gives logarithms of probabilities, and give them in float64.

    Summed over a long sentence, numbers in float32 would gather rounding errors.
    """
    given, state = step(tokens, state)
    require_shapes(tokens=(tokens, "B"), log_probs=(given, "B V"))
    log_probs: Array = given.astype(np.float64)
    best = np.max(log_probs, axis=1)  # NaN if there is one in the row
    if not np.all(best <= 1e-5):  # a hair above 0 is rounding, in float32
        raise ValueError(f"log_probs has the value {best[~(best <= 1e-5)][0]}; it needs to be at most 0, as nn.log_softmax of scores is.")
    if np.any(best == -math.inf):
        raise ValueError("log_probs has a row of nothing but −inf; it needs at least one token that is possible.")
    return log_probs, state


def take_rows(state: Any, rows: Array) -> Any:
    """Give the state of the hypotheses in `rows`, in that order: a row may be left out, or come more than once.

    Every array is copied, so that a network may write into its state without changing that of another hypothesis.
    """
    if isinstance(state, dict):
        return {name: take_rows(item, rows) for name, item in state.items()}
    if isinstance(state, tuple | list):
        items = [take_rows(item, rows) for item in state]
        return type(state)(*items) if hasattr(state, "_fields") else type(state)(items)
    if not hasattr(state, "shape"):  # no array: the same for all hypotheses
        return state
    if len(state.shape) == 0 or state.shape[0] <= np.max(rows):
        raise ValueError(f"state holds an array of shape {state.shape}; it needs a row for each of {np.max(rows) + 1} hypotheses or more.")
    return state[rows]


def best_of(values: Array, count: int) -> Array:
    """Give the places of the `count` largest of `values (V,)`, the largest first; of equal ones the first.

    Only those that reach the smallest value wanted are sorted: a vocabulary is long, and a beam narrow.
    """
    places = np.arange(len(values))
    if count < len(values):
        places = np.flatnonzero(values >= np.partition(values, -count)[-count])
    order = np.argsort(-values[places], kind="stable")  # stable: equal ones stay in their order
    best: Array = places[order][:count]
    return best


def require_start(start: Array, end: int | None, max_length: int) -> None:
    """Raise unless decoding can start: a token for each sentence, an end token or None, room for one token or more."""
    require_shapes(start=(start, "N"))
    require_labels(np.iinfo(np.int64).max, start=start)
    if end is not None:
        require_count(0, end=end)
    require_count(1, max_length=max_length)
