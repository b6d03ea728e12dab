"""Gradient descent step by step, on a curve or in a landscape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dlteach.traces import require
from dlteach.traces.surfaces import Surface, surface_named
from dlteach.traces.trace import Array, Trace
from dlteach.traces.walk import Descend, Slope, Walk, lost, require_walk, walk
from dlteach.traces.words import as_stored, say

CURVE = 201  # points of a curve
GRID = 81  # rows and columns of a landscape; odd, so that the middle is one of them
CONTOURS = 9
NEAR = 0.01  # as a share of the picture's width: nearer to a lowest point, a walk has arrived
INDEX = ("₀", "₁")


def gradient_descent_trace(
    surface: str = "parabola",
    lr: float = 0.1,
    steps: int = 30,
    start: float | Sequence[float] | None = None,
    *,
    grad: Slope | None = None,
    descend: Descend | None = None,
) -> Trace:
    """Record a descent: where the walker stands, how steep it is there, and which step comes next.

    x_{t+1} = x_t − lr · f′(x_t)

    Args:
        surface: the name of a landscape, see `dlteach.traces.surfaces`: "parabola" (over one number), "narrow_bowl" (over two), ….
        lr: the learning rate, above 0 and at most a million.
        steps: how many steps, from 1 to 500.
        start: where to begin: a number, or two. Left out, a good place of that landscape.
        grad: the learner's function in place of our slope: grad(x) is the slope at x, in the shape of x.
        descend: the learner's function in place of ours: descend(grad, start, lr, steps) is the path, `(steps + 1, *start.shape)`.

    Returns:
        The trace, steps + 1 frames. In every frame: `t`, `height`, and

        - over one number: `x`, `slope`, `step` (the one to come), `next` (where it leads), `tangent_x` and `tangent_y` (its two ends);
        - over two: `x0`, `x1`, and the two entries of each of `gradient_0`, `gradient_1`, `step_…`, `next_…`, `uphill_…` (the end of an
          arrow along the gradient).

        Fixed: `lr`, the start, the lowest points, the curve (`curve_x`, `curve_y`) or the `heights` on a grid with the `levels` of its
        contours, and the ranges for the axes. Where the learner's function walks, ours is there too, as `ghost_…`.

    Raises:
        TypeError: a number is none, or steps is no whole number.
        ValueError: there is no such surface, or a number makes no sense.
        OwnFunctionError: a function of the learner's does not give what it should.
    """
    land = surface_named(surface)
    require_walk(lr, steps)
    begin = start_on(land, start)
    gone = walk(land.grad, begin, float(lr), int(steps), grad, descend)
    with np.errstate(all="ignore"):
        frames, fixed = (_on_a_curve if land.dimensions == 1 else _in_a_landscape)(land, gone)
        seen = Seen(land.f(gone.path).tolist(), arrivals(land, gone.path).tolist())
        sentences = [_sentence(land, gone, seen, lr, t) for t in range(steps + 1)]
    whose = "" if gone.ghost is None else ", with your function; ours is the ghost"
    return Trace(
        frames={"t": np.arange(steps + 1), **frames},
        fixed={"lr": lr, "step_range": np.array([0, steps]), **fixed},
        sentences=sentences,
        caption=f"Gradient descent on f = {land.formula} from {say(begin)}, learning rate {say(lr)}, {steps} steps{whose}.",
        parted=gone.parted,
        remark=gone.remark,
        key_frames=tuple(sorted({0, 1, min(5, steps), steps})),
    )


def start_on(land: Surface, start: float | Sequence[float] | None) -> Any:
    """Where to begin, as the functions of a surface take it: a number, or an array of two. Raises ValueError outside the widest picture."""
    begin: Any = land.start if start is None else start
    numbers = list(begin) if np.ndim(begin) else [begin]
    if len(numbers) != land.dimensions or np.ndim(begin) > 1:
        needed = "a single number" if land.dimensions == 1 else "two numbers"
        raise ValueError(f"start is {start!r}; on {land.name} it needs to be {needed}.")
    for number, (low, high) in zip(numbers, widened(land, land.far), strict=True):
        require.number("start", number)
        if not low <= number <= high:
            raise ValueError(f"start holds {number}; on {land.name} it needs to be from {low} to {high} there.")
    return float(numbers[0]) if land.dimensions == 1 else np.array(numbers, dtype=float)


def picture_of(land: Surface, path: Array) -> list[tuple[float, float]]:
    """From where to where to draw: as wide as the surface says, or `far` times that if the walk leaves it."""
    places = path.reshape(len(path), -1)
    low, high = np.array(land.ranges, dtype=float).T
    inside = bool(((low <= places) & (places <= high)).all())
    return widened(land, 1 if inside else land.far)


def widened(land: Surface, times: float) -> list[tuple[float, float]]:
    """The ranges of a surface, that many times as wide, about the same middle."""
    low, high = np.array(land.ranges, dtype=float).T
    middle, half = (low + high) / 2, (high - low) / 2 * times
    return [(float(a), float(b)) for a, b in zip(middle - half, middle + half, strict=True)]


def arrivals(land: Surface, places: Array) -> Array:
    """How far each place is from the nearest lowest point, as a share of the picture's width; ∞ where it is no number."""
    away = np.linalg.norm(np.array(land.minima)[:, None] - places.reshape(1, len(places), -1), axis=-1).min(axis=0)
    return np.where(np.isfinite(away), away, np.inf) / width_of(land)


def fate_of(trace: Trace) -> str:
    """How a walk has ended: it "arrives", "creeps", "swings" or "flies apart".

    It has arrived if it is nearer to a lowest point than `NEAR`. It flies apart if it ends farther out and higher than it began, and with
    longer steps. It swings if one of its last four steps went back the way of the one before. Else it creeps.
    """
    axes = [("x", "minimum_x", "x_range")] if "x" in trace.frames else [(f"x{i}", f"minimum_x{i}", f"x{i}_range") for i in (0, 1)]
    path = np.stack([np.asarray(trace.frames[place], dtype=float) for place, _, _ in axes], axis=1)
    minima = np.stack([np.asarray(trace.fixed[lowest]) for _, lowest, _ in axes], axis=1)
    if not np.isfinite(path).all():
        return "flies apart"
    away = np.linalg.norm(path[[0, -1], None] - minima, axis=2).min(axis=1)  # from the nearest lowest point, at the start and at the end
    moves = np.diff(path, axis=0)
    lengths = np.linalg.norm(moves, axis=1)
    heights = np.asarray(trace.frames["height"])
    if away[1] <= NEAR * np.ptp(np.asarray(trace.fixed[axes[0][2]])):
        return "arrives"
    if away[1] > away[0] * 1.001 and heights[-1] > heights[0] and (lengths[-1] > lengths[0] or len(moves) == 1):
        return "flies apart"
    turns = (moves[1:] * moves[:-1] < -1e-9 * (lengths[1:] * lengths[:-1])[:, None]).any(axis=1)
    return "swings" if turns[-4:].any() else "creeps"


def _on_a_curve(land: Surface, gone: Walk) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a walk over one number."""
    low, high = picture_of(land, gone.path)[0]
    curve_x = np.linspace(low, high, CURVE)
    curve_y = land.f(curve_x)
    rise = float(np.ptp(curve_y))
    bottom, top = curve_y.min() - 0.06 * rise, curve_y.max() + 0.02 * rise
    height = land.f(gone.path)
    # A tangent reaches as far as fits on the page, not on the x axis: a steep one would be much longer than a level one.
    reach = (high - low) / 8 / np.sqrt(1 + (gone.slopes * (high - low) / (top - bottom)) ** 2) * np.array([[-1], [1]])
    start = gone.path[0] if gone.ghost is None else gone.ghost[0]
    minima = np.array(land.minima)[:, 0]
    frames = {
        "x": gone.path,
        "height": height,
        "slope": gone.slopes,
        "step": gone.step,
        "next": gone.next,
        "tangent_x": (gone.path + reach).T,
        "tangent_y": (height + gone.slopes * reach).T,
    }
    fixed = {
        "start_x": start,
        "start_height": land.f(start),
        "minimum_x": minima,
        "minimum_height": land.f(minima),
        **{f"lowest_{number}": minimum for number, minimum in enumerate(minima)},
        "curve_x": curve_x,
        "curve_y": curve_y,
        "x_range": np.array([low, high]),
        "height_range": np.array([bottom, top]),
    }
    if gone.ghost is not None:
        frames |= {"ghost_x": gone.ghost, "ghost_height": land.f(gone.ghost)}
    return frames, fixed


def _in_a_landscape(land: Surface, gone: Walk) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a walk over two numbers."""
    ranges = picture_of(land, gone.path)
    height = land.f(gone.path)
    start = gone.path[0] if gone.ghost is None else gone.ghost[0]
    minima = np.array(land.minima)
    floor = float(land.f(minima[0]))
    frames = {
        **columns(gone.path, "x0", "x1"),
        "height": height,
        **columns(gone.slopes, "gradient_0", "gradient_1"),
        **columns(gone.step, "step_0", "step_1"),
        **columns(gone.next, "next_0", "next_1"),
        **columns(gone.path + direction(gone.slopes) * (ranges[0][1] - ranges[0][0]) / 9, "uphill_0", "uphill_1"),
    }
    fixed = {
        "start_x0": start[0],
        "start_x1": start[1],
        "minimum_x0": minima[:, 0],
        "minimum_x1": minima[:, 1],
        "lowest": floor,
        "x0_range": np.array(ranges[0]),
        "x1_range": np.array(ranges[1]),
        "height_range": height_range(height, floor, float(land.f(start))),
        **landscape(land.f, ranges),
    }
    if gone.ghost is not None:
        frames |= {**columns(gone.ghost, "ghost_x0", "ghost_x1"), "ghost_height": land.f(gone.ghost)}
    return frames, fixed


def height_range(heights: Array, floor: float, start: float) -> Array:
    """From where to where to draw heights against steps: all of them, but no higher than three times the start, lest the rest be flat."""
    finite = heights[np.isfinite(heights)]
    top = max(min(float(finite.max(initial=floor)), floor + 3 * (start - floor)), start)
    rise = (top - floor) or 1.0
    return np.array([floor - 0.04 * rise, top + 0.06 * rise])


def landscape(f: Any, ranges: Sequence[tuple[float, float]], floor: float | None = None) -> dict[str, Array]:
    """Heights over a grid (`heights`, rows along the second number), the `levels` of their contours, and the range for the colours.

    The levels lie close together at the bottom and far apart on the walls; in a bowl this puts them at equal distances on the map.
    """
    across, up = (low + (high - low) * (np.arange(GRID) + 0.5) / GRID for low, high in ranges)  # the middles of the cells
    heights = f(np.stack(np.meshgrid(across, up), axis=-1))
    floor = float(heights.min()) if floor is None else floor
    rise = float(heights.max()) - floor
    levels = [short(floor + rise * (number / CONTOURS) ** 2) for number in range(1, CONTOURS)]
    return {"heights": heights, "levels": np.array(levels), "heat_range": np.array([short(floor, rise), short(floor + 0.8 * rise)])}


def short(number: float, size: float | None = None) -> float:
    """A number with two digits, for a map; or as exact as that would be for another number, of that size."""
    size = abs(number if size is None else size)
    return round(number, 1 - int(np.floor(np.log10(size)))) if size > 0 else number


def columns(pairs: Array, *names: str) -> dict[str, Array]:
    """The columns of an array by name: a picture needs each number by itself."""
    return dict(zip(names, pairs.T, strict=True))


def direction(vectors: Array) -> Array:
    """Arrows of length 1; none where the length is 0 or no number."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1), 0.0)


class Seen(NamedTuple):
    """What the sentences need to know of every place: how high it is, and how far from the lowest point (`arrivals`)."""

    heights: list[float]
    away: list[float]


def _sentence(land: Surface, gone: Walk, seen: Seen, lr: float, t: int) -> str:
    """What happens at step t, with its numbers."""
    place, height = gone.path[t], seen.heights[t]
    begin = "Start" if t == 0 else f"Step {t}"
    if not all(math.isfinite(as_stored(number)) for number in (*np.ravel(place).tolist(), height)):
        return lost(begin, gone, t)
    slope = "slope" if land.dimensions == 1 else "gradient"
    rule = f"the next step is −{say(lr)} · {_bracketed(gone.slopes[t])} = {say(gone.step[t])}, to {say(gone.next[t])}"
    parts = [f"{begin}: place {say(place)}, height {say(height)}, {slope} {say(gone.slopes[t])}; {rule}."]
    if t == gone.parted:
        parts.append(gone.remark)
    return " ".join([*parts, *_noticed(land, gone, seen, t)])


def _bracketed(slope: Array) -> str:
    """A slope after a times sign: a negative one stands in brackets."""
    return f"({say(slope)})" if np.ndim(slope) == 0 and slope < 0 else say(slope)


def _noticed(land: Surface, gone: Walk, seen: Seen, t: int) -> list[str]:
    """What a learner should see at step t: too far, uphill, higher than before, hardly moving."""
    found = [] if t == 0 else _about_the_last_step(land, gone, seen, t)
    if _length(gone.step[t]) < width_of(land) / 1000:
        near = seen.away[t] < NEAR
        found.append("It has arrived: the steps are too small to see." if near else "It hardly moves, though no lowest point is near.")
    return found


def _about_the_last_step(land: Surface, gone: Walk, seen: Seen, t: int) -> list[str]:
    found: list[str] = []
    slope, steep = gone.slopes[t].reshape(-1), gone.slopes[t - 1].reshape(-1)
    moved = (gone.path[t] - gone.path[t - 1]).reshape(-1)
    rise = seen.heights[t] - seen.heights[t - 1]
    rounding = 1e-9 * abs(seen.heights[t])
    if _length(moved) < width_of(land) / 1000:
        return found
    crossed = (steep * slope < 0) & (steep * moved < 0) & (np.abs(moved) > width_of(land) / 1000)
    if crossed.any():
        along = "" if land.dimensions == 1 else " in " + " and ".join(f"x{INDEX[number]}" for number in np.flatnonzero(crossed))
        found.append(f"That step overshot{along}: past the bottom, to the other side.")
    if rise > rounding and (moved * land.grad(gone.path[t - 1])).sum() > 0:
        found.append("That step went uphill.")
    elif rise > rounding:
        found.append("It ended higher than it began: the step was too long.")
    elif rise >= -rounding:
        found.append("It ended as high as it began: no gain at all.")
    if rise > rounding and seen.away[t] > max(seen.away[t - 1], 1):
        found.append("The walk flies apart.")
    return found


def _length(vector: Array) -> float:
    return math.hypot(*np.ravel(vector).tolist())


def width_of(land: Surface) -> float:
    """How wide the picture of a surface is: what is small and what is far is measured by it."""
    return land.ranges[0][1] - land.ranges[0][0]
