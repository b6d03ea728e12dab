"""A walk downhill, by our functions or by the learner's, and where the two part. Descent and regression record the same walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlteach import nn
from dlteach.traces import own, require
from dlteach.traces.trace import Array
from dlteach.traces.words import say, say_apart, your

Slope = Callable[[Array], Array]
Descend = Callable[[Slope, Any, float, int], Array]

MAX_STEPS = 500
MAX_LR = 1_000_000  # far beyond what anyone needs, and still a number where the browser counts in float32

FAR = 10_000  # how many times as far out as the start a walk has flown apart


@dataclass(frozen=True)
class Walk:
    """Where a walk went.

    Args:
        path: the places, `(steps + 1, *shape)`, the start first.
        slopes: the gradient at each of them, same shape; as the learner's function gives it, if there is one.
        step: what the rule makes of each of them, same shape: −lr · slopes. Where a learner's walk breaks the rule, it goes elsewhere.
        ghost: our path, if the learner's own function made this one; else None.
        parted: the first step at which the learner's function does something else than ours; None if it never does.
        remark: a sentence about that, with both numbers; empty where only ours is used.
    """

    path: Array
    slopes: Array
    step: Array
    ghost: Array | None = None
    parted: int | None = None
    remark: str = ""

    @property
    def next(self) -> Array:
        """Where the rule leads from each place: path + step."""
        next_places: Array = self.path + self.step
        return next_places


def walk(slope: Slope, start: Array | float, lr: float, steps: int, grad: Slope | None = None, descend: Descend | None = None) -> Walk:
    """Walk downhill from start: x_{t+1} = x_t − lr · slope(x_t).

    Args:
        slope: our gradient at a place, in the shape of the place.
        start: a number, or an array of any shape; it is not changed.
        lr: the learning rate.
        steps: how many steps.
        grad: the learner's function in place of `slope`.
        descend: the learner's function in place of `nn.gradient_descent`: descend(grad, start, lr, steps) gives the path.

    Returns:
        The walk. Numbers that fly apart become ∞ or NaN, without a warning.

    Raises:
        OwnFunctionError: a function of the learner's does not give what it should.
    """
    grad = None if grad is slope else grad
    descend = None if descend is nn.gradient_descent else descend
    met: list[Array] = []

    def noted(x: Array) -> Array:
        met.append(slope(x))
        return met[-1]

    with np.errstate(all="ignore"):
        ours = nn.gradient_descent(noted, np.asarray(start), lr, steps)
        if grad is None and descend is None:
            slopes = np.stack([*met, slope(ours[-1])])
            return Walk(ours, slopes, -lr * slopes)
        given = np.array(start, dtype=float) if np.ndim(start) else float(start)  # a copy: theirs to spoil
        path = _path(slope if grad is None else _checked(grad), given, lr, steps, descend)
        slopes = np.stack([slope(place) if grad is None else _checked(grad)(place) for place in path])
        parted, remark = _compared(path, slopes, ours, slope, lr, grad, descend)
        step = -lr * slopes
    if not np.array_equal(given, start):  # an array can be changed by whoever gets it
        remark += f" It changes the start it is given: {say(start)} became {say(given)}. Work on a copy."
    return Walk(path, slopes, step, ours, parted, remark.strip())


def _checked(grad: Slope) -> Slope:
    """The learner's slope, which is asked with a copy, and must answer in the shape of the place."""
    return lambda x: own.numbers(grad, own.call(grad, np.array(x, dtype=float)[()]), np.shape(x), f"the slope at {say(x)}")[()]


def _path(slope: Slope, start: Array | float, lr: float, steps: int, descend: Descend | None) -> Array:
    if descend is None:
        return nn.gradient_descent(slope, np.asarray(start), lr, steps)

    def asked(x: Array) -> Array:
        return slope(np.asarray(x, dtype=float)[()])  # NumPy's numbers grow to ∞ where Python's would raise OverflowError

    return own.numbers(descend, own.call(descend, asked, start, lr, steps), (steps + 1, *np.shape(start)), "the path")


def _compared(
    path: Array, slopes: Array, ours: Array, slope: Slope, lr: float, grad: Slope | None, descend: Descend | None
) -> tuple[int | None, str]:
    """The first step where the learner's functions part from ours, and a sentence about it.

    Each step is compared with what ours would do from the same place. (Whole paths would not do: where a walk is chaotic, rounding alone
    drives two right ones apart.)
    """
    where: tuple[int | None, str] = (None, "")
    if grad is not None:
        name, true = your(grad), np.stack([slope(place) for place in path])
        gone = np.abs(path) > FAR * max(1, float(np.abs(path[0]).max()))  # there, rounding alone parts a measured slope from ours
        t = own.first_difference(slopes, np.where(gone, slopes, true))
        if t is None:
            where = None, f"{name} gives the same slopes as ours."
        else:
            yours, right = say_apart(slopes[t], true[t])
            where = t, f"{name} parts from ours at step {t}: at {say(path[t])} yours gives {yours}, ours {right}."
    if descend is not None:
        name, due = your(descend), np.concatenate([ours[:1], (path - lr * slopes)[:-1]])
        t = own.first_difference(path, due)
        if t is not None and (where[0] is None or t <= where[0]):
            what = "yours begins at" if t == 0 else "yours goes to"
            yours, right = say_apart(path[t], due[t])
            where = t, f"{name} parts from ours at step {t}: {what} {yours}, ours {'' if t == 0 else 'to '}{right}."
        elif where[0] is None:
            where = None, f"{where[1]} {name} walks like ours, step for step.".strip()
    return where


def lost(begin: str, gone: Walk, t: int) -> str:
    """The sentence for a frame without finite numbers, and the remark if the walks part there."""
    own_fault = gone.ghost is not None and np.isfinite(gone.ghost[t]).all()
    what = "the place is no number any more" if own_fault else "the walk has flown apart; its numbers are larger than a computer can hold"
    return f"{begin}: {what}." + (f" {gone.remark}" if t == gone.parted else "")


def require_walk(lr: float, steps: int) -> None:
    """Raise ValueError or TypeError unless lr is above 0 and at most `MAX_LR`, and steps a whole number from 1 to `MAX_STEPS`."""
    if not 0 < require.number("lr", lr) <= MAX_LR:
        raise ValueError(f"lr is {lr}; it needs to be above 0 and at most {MAX_LR}.")
    require.whole_from("steps", steps, 1, MAX_STEPS)
