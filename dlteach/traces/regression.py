"""Linear regression by gradient descent: a line among points, and the same walk seen on the surface of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlteach.models import linear_gradient, solve_linear_regression
from dlteach.traces import require
from dlteach.traces.descent import columns, height_range, landscape
from dlteach.traces.trace import MAX_BYTES, Array, Trace
from dlteach.traces.walk import MAX_STEPS, Descend, Slope, Walk, lost, require_walk, walk
from dlteach.traces.words import as_stored, say

MAX_POINTS = 1000


def linear_regression_trace(
    x: Array,
    y: Array,
    lr: float,
    steps: int,
    start: Sequence[float] = (0.0, 0.0),
    *,
    grad: Slope | None = None,
    descend: Descend | None = None,
) -> Trace:
    """Record how a line is fitted: y ≈ w·x + b, by descent on the mean squared error over (w, b).

    L(w, b) = mean[ (w·x + b − y)² ]    w ← w − lr · ∂L/∂w    b ← b − lr · ∂L/∂b

    The numbers are taken as they are. Where x is far from 0, w and b pull together, and the surface of the loss is a long, narrow valley.

    Args:
        x: (N,), from 2 to 1000 numbers that are not all the same.
        y: (N,), what to predict from them.
        lr: the learning rate, above 0 and at most a million.
        steps: how many steps, from 1 to 500; fewer with more than 400 points, since a trace must not weigh too much.
        start: where to begin, (w, b).
        grad: the learner's function in place of our gradient: grad(theta) with theta the array (w, b), gives an array of two.
        descend: the learner's function in place of ours: descend(grad, start, lr, steps) is the path, `(steps + 1, 2)`.

    Returns:
        The trace, steps + 1 frames. In every frame: `t`, `w`, `b`, `loss`, `gradient_w`, `gradient_b`, `step_w`, `step_b`, `next_w`,
        `next_b`, `line_y` (the line at `line_x`), `pred` (N,). Fixed: `x`, `y`, `lr`, the start, the lowest point (`best_w`, `best_b`,
        `best_loss`), the `heights` of the loss on a grid with the `levels` of its contours, and the ranges for the axes. Where
        the learner's function walks, ours is there too, as `ghost_…`.

    Raises:
        TypeError: a number is none, or steps is no whole number.
        ValueError: the shapes do not fit, or a number makes no sense.
        OwnFunctionError: a function of the learner's does not give what it should.
    """
    x, y = require_points(x, y)
    require_walk(lr, steps)
    if steps > most_steps(len(x)):
        raise ValueError(f"steps is {steps}; with {len(x)} points it needs to be at most {most_steps(len(x))}.")
    begin = _require_start(start)

    def slope(theta: Array) -> Array:
        _, dw, db = linear_gradient(x[:, None], y, theta[:1], theta[1])
        return np.array([dw[0], db])

    gone = walk(slope, begin, float(lr), int(steps), grad, descend)
    with np.errstate(all="ignore"):
        loss = mean_loss(x, y, gone.path)
        frames, fixed = _arrays(x, y, gone, loss, begin)
        sentences = [_sentence(gone, loss, fixed, t) for t in range(steps + 1)]
    whose = "" if gone.ghost is None else ", with your function; ours is the ghost"
    return Trace(
        frames={"t": np.arange(steps + 1), **frames},
        fixed={"lr": lr, "step_range": np.array([0, steps]), **fixed},
        sentences=sentences,
        caption=f"A line y = w · x + b fitted to {len(x)} points by gradient descent from (w, b) = {say(begin)}, "
        f"learning rate {say(lr)}, {steps} steps{whose}.",
        parted=gone.parted,
        remark=gone.remark,
        key_frames=tuple(sorted({0, 1, min(5, steps), steps})),
    )


def most_steps(count: int) -> int:
    """How many steps can be recorded with that many points: every frame holds an estimate for each of them."""
    return min(MAX_STEPS, MAX_BYTES // 5 // count)  # four bytes each; a fifth of the room is for all the rest


def require_points(x: Array, y: Array) -> tuple[Array, Array]:
    """The points as float64. Raises TypeError or ValueError, naming the argument, if no line can be fitted to them."""
    arrays = []
    for name, values in (("x", x), ("y", y)):
        array = require.floats(name, values)
        if array.ndim != 1 or not 2 <= len(array) <= MAX_POINTS:
            raise ValueError(f"{name} has shape {array.shape}; it needs (N,) with N from 2 to {MAX_POINTS}.")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds a NaN or an infinity; it needs finite numbers.")
        arrays.append(array)
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(f"y has shape {arrays[1].shape}; it needs {arrays[0].shape}, as x has.")
    if np.ptp(arrays[0]) == 0:
        raise ValueError(f"x is {say(arrays[0][0])} everywhere; a line needs at least two different places.")
    return arrays[0], arrays[1]


def mean_loss(x: Array, y: Array, theta: Array) -> Array:
    """The mean squared error of the line w·x + b, for any number of pairs (w, b) at once: `(…)` from `(…, 2)`.

    Worked out from the lowest loss: away from it, the loss grows with the square of the slope's error, and with that of the height's error
    in the middle of the points. (A sum of squares: unlike a polynomial in w and b, it loses no digits where x is far from 0.)
    """
    best_w, best_b = solve_linear_regression(x[:, None], y)
    lowest = np.mean((best_w[0] * x + best_b - y) ** 2)
    dw, db = theta[..., 0] - best_w[0], theta[..., 1] - best_b
    loss: Array = lowest + np.var(x) * dw**2 + (np.mean(x) * dw + db) ** 2
    return loss


def _require_start(start: Sequence[float]) -> Array:
    numbers = list(start) if np.ndim(start) == 1 else []
    if len(numbers) != 2:
        raise ValueError(f"start is {start!r}; it needs to be two numbers, (w, b).")
    return np.array([require.number("start", number) for number in numbers])


def surface_ranges(x: Array, y: Array, begin: Array, path: Array) -> list[tuple[float, float]]:
    """From where to where to draw the loss over w and over b: around the lowest point, and doubled until start and path are inside.

    A walk that flies apart may leave: for it the picture is doubled only once. Doubling, rather than just fitting, keeps the
    picture still while the start is dragged.
    """
    w, b = solve_linear_regression(x[:, None], y)
    best = np.array([w[0], b])
    spread = float(np.std(y)) or 1.0
    half = _doubled(1.5 * np.array([spread / float(np.std(x)), spread]), np.abs(begin - best))
    loss = mean_loss(x, y, np.concatenate([begin[None], path]))
    if (loss <= loss[0] * (1 + 1e-9)).all():
        half = _doubled(half, np.abs(path - best).max(axis=0))
    else:
        half = 2 * half
    return [(float(low), float(high)) for low, high in zip(best - half, best + half, strict=True)]


def _doubled(half: Array, reach: Array) -> Array:
    """Half the width of the picture for each number, doubled as often as needed to reach that far, with a little margin."""
    wider: Array = half * 2 ** np.ceil(np.log2(np.maximum(1.05 * reach / half, 1)))
    return wider


def _arrays(x: Array, y: Array, gone: Walk, loss: Array, begin: Array) -> tuple[dict[str, Array], dict[str, Any]]:
    ranges = surface_ranges(x, y, begin, gone.path)
    best_w, best_b = solve_linear_regression(x[:, None], y)
    best = np.array([best_w[0], best_b])
    lowest = float(mean_loss(x, y, best))
    line_x = np.array([x.min(), x.max()]) + np.array([-0.1, 0.1]) * np.ptp(x)
    frames = {
        **columns(gone.path, "w", "b"),
        "loss": loss,
        **columns(gone.slopes, "gradient_w", "gradient_b"),
        **columns(gone.step, "step_w", "step_b"),
        **columns(gone.next, "next_w", "next_b"),
        "line_y": line(gone.path, line_x),
        "pred": line(gone.path, x),
    }
    fixed = {
        "x": x,
        "y": y,
        "line_x": line_x,
        "start_w": begin[0],
        "start_b": begin[1],
        "best_w": best[0],
        "best_b": best[1],
        "best_loss": lowest,
        "w_range": np.array(ranges[0]),
        "b_range": np.array(ranges[1]),
        "loss_range": height_range(loss, 0.0, float(mean_loss(x, y, begin))),
        **landscape(lambda theta: mean_loss(x, y, theta), ranges, lowest),
    }
    if gone.ghost is not None:
        frames |= columns(gone.ghost, "ghost_w", "ghost_b")
        frames |= {"ghost_loss": mean_loss(x, y, gone.ghost), "ghost_line_y": line(gone.ghost, line_x)}
    return frames, fixed


def line(theta: Array, x: Array) -> Array:
    """The lines w·x + b at the places x: `(T, N)` from `(T, 2)` and `(N,)`."""
    return theta[:, :1] * x + theta[:, 1:]


def _sentence(gone: Walk, loss: Array, fixed: dict[str, Any], t: int) -> str:
    """What happens at step t, with its numbers."""
    begin = "Start" if t == 0 else f"Step {t}"
    w, b = gone.path[t]
    if not np.isfinite([as_stored(number) for number in (w, b, loss[t])]).all():
        return lost(begin, gone, t)
    sign = "−" if b < 0 else "+"
    parts = [
        f"{begin}: the line y = {say(w)} · x {sign} {say(abs(b))}, mean squared error {say(loss[t])}; "
        f"the gradient is {say(gone.slopes[t])}, the next step {say(gone.step[t])}."
    ]
    if t == gone.parted:
        parts.append(gone.remark)
    rounding = 1e-20 * np.mean(fixed["y"] ** 2)  # where the line goes through all points, nothing else is left of the error
    if t > 0 and loss[t] > loss[t - 1] * (1 + 1e-9) + rounding:
        uphill = (gone.path[t] - gone.path[t - 1]) @ gone.slopes[t - 1] > 0
        parts.append("That step went uphill." if uphill else "The error has grown: the step was too long.")
        if loss[t] > 3 * loss[0]:
            parts.append("The walk flies apart.")
    above = loss[t] - fixed["best_loss"]
    widths = np.array([np.ptp(fixed["w_range"]), np.ptp(fixed["b_range"])])
    if (np.abs(gone.step[t]) < widths / 1000).all():
        arrived = above <= 0.001 * fixed["best_loss"] + 1e-5 * loss[0] + rounding
        parts.append(
            "It has arrived: the steps are too small to see." if arrived else "It creeps: the ground is almost level along the valley."
        )
    return " ".join(parts)
