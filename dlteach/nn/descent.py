"""Gradient descent: walk downhill, step by step, along the slope."""

from collections.abc import Callable

import numpy as np

from dlteach.nn._require import require_count, require_names, require_numbers, require_same_shape, require_scalar
from dlteach.nn._types import Array, Params, as_float


def quadratic_derivative(x: Array) -> Array:
    """Give the slope of the parabola x² at every x.

    d/dx x² = 2x

    Args:
        x: array of any shape, or a number.

    Returns:
        Slopes, shape of `x`.

    Raises:
        TypeError: `x` is neither an array nor a number.
        ValueError: `x` is empty, or its dtype is not of real numbers.

    Source: Spivak, "Calculus", 2008, chapter 9.
    """
    require_numbers(x=x)
    return 2 * x


def gradient_descent(grad: Callable[[Array], Array], start: Array, lr: float, steps: int) -> Array:
    """Follow the negative gradient from `start`, and give every place on the way.

    x_0 = start    x_{t+1} = x_t − lr · grad(x_t)

    The gradient points the way in which the function rises most steeply, so the step goes the opposite way.

    Args:
        grad: function of a place that gives the gradient there, in the shape of the place.
        start: array of any shape, or a number.
        lr: learning rate. Too large a one overshoots, and each step may end higher than it began.
        steps: number of steps.

    Returns:
        The path, `(steps + 1, *start.shape)`; `path[0]` is `start`.

    Raises:
        TypeError: `start` is neither an array nor a number, or `steps` is not a whole number.
        ValueError: `start` is empty, its dtype is not of real numbers, `steps` is negative, or `grad` answers in another shape
            than it was asked.

    Source: Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    """
    require_numbers(start=start)
    require_scalar(lr=lr)
    require_count(0, steps=steps)
    path = [as_float(start)]
    for _ in range(steps):
        gradient = grad(path[-1])
        require_same_shape(gradient=gradient, start=start)
        path.append(path[-1] - float(lr) * gradient)  # a plain number: NumPy's own float64 would widen float32
    return np.stack(path)


def sgd_step(params: Params, grads: Params, lr: float) -> Params:
    """Take one step of gradient descent with every parameter of a network.

    p ← p − lr · dp    for every parameter p

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes.
        lr: learning rate.

    Returns:
        A new dict of new arrays; the given ones stay as they are.

    Raises:
        TypeError: a parameter or gradient is neither an array nor a number.
        ValueError: the names or the shapes differ, or a dtype is not of real numbers.

    Source: Robbins and Monro, "A stochastic approximation method", 1951.
    """
    require_names(params, grads=grads)
    require_scalar(lr=lr)
    updated = {}
    for name, value in params.items():
        require_same_shape(**{f"grads[{name!r}]": grads[name], f"params[{name!r}]": value})
        updated[name] = value - float(lr) * grads[name]
    return updated
