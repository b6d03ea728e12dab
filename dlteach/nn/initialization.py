"""Where the weights of a dense layer start. Biases start at zero.

Weights must differ, or all units of a hidden layer stay the same for ever. And they must have the right size, or the
signal shrinks or grows from layer to layer. Both methods choose their spread so that its size is kept.
"""

import math

import numpy as np

from dlteach.nn._require import require_count, require_generator
from dlteach.nn._types import Array


def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Draw the weights of a layer that sigmoid or tanh follows, evenly from an interval.

    w ~ U(−a, a)    a = √(6 / (fan_in + fan_out))

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.

    Returns:
        Weights, float64, (fan_in, fan_out).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Draw the weights of a layer that sigmoid or tanh follows, from a bell curve.

    w ~ N(0, s²)    s = √(2 / (fan_in + fan_out))

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.

    Returns:
        Weights, float64, (fan_in, fan_out).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    return rng.normal(0.0, math.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


def he_uniform(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Draw the weights of a layer that ReLU follows, evenly from an interval.

    w ~ U(−a, a)    a = √(6 / fan_in)

    ReLU silences about half of the signal; twice the variance makes up for it.

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.

    Returns:
        Weights, float64, (fan_in, fan_out).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    limit = math.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator) -> Array:
    """Draw the weights of a layer that ReLU follows, from a bell curve.

    w ~ N(0, s²)    s = √(2 / fan_in)

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.

    Returns:
        Weights, float64, (fan_in, fan_out).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    return rng.normal(0.0, math.sqrt(2 / fan_in), size=(fan_in, fan_out))
