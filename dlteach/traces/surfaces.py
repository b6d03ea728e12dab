"""Landscapes to walk down in: each with its height, its slope, and where its lowest points are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlteach import nn
from dlteach.traces.trace import Array


@dataclass(frozen=True)
class Surface:
    """A landscape over one number or over two.

    Args:
        name: what to ask for it by: "parabola".
        title: what to call it in a menu.
        formula: its height, as one writes it.
        dimensions: over how many numbers it stands, 1 or 2.
        f: the height at x: `(…)` of places `(…)` in one dimension, `(…)` of places `(…, 2)` in two.
        grad: the slope, or gradient, at x, in the shape of x.
        ranges: from where to where to look at it, for each number.
        start: a good place to begin.
        minima: its lowest points, the deepest first.
        lrs: learning rates worth trying, from one that creeps to one that flies apart.
        far: how many times as wide the picture may become where a walk leaves it. 1 where only a hill would be seen there.
    """

    name: str
    title: str
    formula: str
    dimensions: int
    f: Callable[[Array], Array]
    grad: Callable[[Array], Array]
    ranges: tuple[tuple[float, float], ...]
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    lrs: tuple[float, ...]
    far: float = 1


def surface_named(name: str) -> Surface:
    """The surface of that name. Raises ValueError if there is none."""
    if not isinstance(name, str) or name not in SURFACES:
        raise ValueError(f"surface is {name!r}; it needs to be one of {', '.join(SURFACES)}.")
    return SURFACES[name]


def bowl(a: float, b: float) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """A bowl over two numbers, and its gradient: ½ (a·x₀² + b·x₁²) and (a·x₀, b·x₁)."""
    curvature = np.array([a, b])
    return lambda x: (curvature * x**2).sum(axis=-1) / 2, lambda x: curvature * x


def two_dips(x: Array) -> Array:
    """Two dips, the left one deeper."""
    height: Array = (x**2 - 4) ** 2 / 8 + 0.3 * x
    return height


def two_dips_slope(x: Array) -> Array:
    """The slope of `two_dips`."""
    slope: Array = x * (x**2 - 4) / 2 + 0.3
    return slope


def hole(x: Array) -> Array:
    """A hole in a plain: far from it the ground is almost level."""
    height: Array = 1 - np.exp(-(x**2) / 2)
    return height


def hole_slope(x: Array) -> Array:
    """The slope of `hole`."""
    return x * np.exp(-(x**2) / 2)


def mountain_pass(x: Array) -> Array:
    """A mountain pass at (0, 0) with a dip on either side of it: level, but no lowest point."""
    x0, x1 = x[..., 0], x[..., 1]
    height: Array = x0**2 / 2 + (x1**2 - 4) ** 2 / 16
    return height


def mountain_pass_gradient(x: Array) -> Array:
    """The gradient of `mountain_pass`."""
    x0, x1 = x[..., 0], x[..., 1]
    return np.stack([x0, x1 * (x1**2 - 4) / 4], axis=-1)


def curved_valley(x: Array) -> Array:
    """A narrow valley that bends (Rosenbrock's, made gentler): easy to reach, long to follow."""
    x0, x1 = x[..., 0], x[..., 1]
    height: Array = ((1 - x0) ** 2 + 4 * (x1 - x0**2) ** 2) / 10
    return height


def curved_valley_gradient(x: Array) -> Array:
    """The gradient of `curved_valley`."""
    x0, x1 = x[..., 0], x[..., 1]
    beside = x1 - x0**2
    return np.stack([-2 * (1 - x0) - 16 * x0 * beside, 8 * beside], axis=-1) / 10


# The three places where x (x² − 4) / 2 + 0.3 is 0: the right-hand dip, the hill between, and the deeper dip on the left.
_DIPS = np.sort(np.roots([0.5, 0, -2, 0.3]).real)

_ALL = (
    Surface(
        name="parabola",
        title="parabola",
        formula="x²",
        dimensions=1,
        f=lambda x: x**2,
        grad=nn.quadratic_derivative,
        ranges=((-11, 11),),
        start=(10,),
        minima=((0,),),
        lrs=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1),
        far=2,
    ),
    Surface(
        name="two_dips",
        title="two dips",
        formula="(x² − 4)² / 8 + 0.3 x",
        dimensions=1,
        f=two_dips,
        grad=two_dips_slope,
        ranges=((-3.5, 3.5),),
        start=(3.2,),
        minima=((float(_DIPS[0]),), (float(_DIPS[2]),)),
        lrs=(0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    ),
    Surface(
        name="hole",
        title="hole in a plain",
        formula="1 − exp(−x² / 2)",
        dimensions=1,
        f=hole,
        grad=hole_slope,
        ranges=((-5, 5),),
        start=(4,),
        minima=((0,),),
        lrs=(0.1, 0.5, 1.0, 1.5, 2.0),
    ),
    Surface(
        name="round_bowl",
        title="round bowl",
        formula="½ (x₀² + x₁²)",
        dimensions=2,
        f=bowl(1, 1)[0],
        grad=bowl(1, 1)[1],
        ranges=((-10, 10), (-5, 5)),
        start=(-9, 3),
        minima=((0, 0),),
        lrs=(0.01, 0.05, 0.1, 0.18, 0.21, 0.5, 1.0, 1.5, 2.0, 2.1),
        far=2,
    ),
    Surface(
        name="narrow_bowl",
        title="narrow bowl",
        formula="½ (x₀² + 10 x₁²)",
        dimensions=2,
        f=bowl(1, 10)[0],
        grad=bowl(1, 10)[1],
        ranges=((-10, 10), (-5, 5)),
        start=(-9, 3),
        minima=((0, 0),),
        lrs=(0.01, 0.05, 0.1, 0.15, 0.18, 0.2, 0.21),
        far=2,
    ),
    Surface(
        name="saddle",
        title="mountain pass",
        formula="½ x₀² + (x₁² − 4)² / 16",
        dimensions=2,
        f=mountain_pass,
        grad=mountain_pass_gradient,
        ranges=((-6, 6), (-3, 3)),
        start=(-5, 0.1),
        minima=((0, 2), (0, -2)),
        lrs=(0.05, 0.1, 0.3, 0.5, 1.0, 2.1),
    ),
    Surface(
        name="curved_valley",
        title="curved valley",
        formula="((1 − x₀)² + 4 (x₁ − x₀²)²) / 10",
        dimensions=2,
        f=curved_valley,
        grad=curved_valley_gradient,
        ranges=((-2.4, 2.4), (-0.5, 2)),
        start=(-1.6, 1.2),
        minima=((1, 1),),
        lrs=(0.01, 0.05, 0.1, 0.2, 0.3, 0.5),
    ),
)

SURFACES: dict[str, Surface] = {surface.name: surface for surface in _ALL}
"""All surfaces by name."""
