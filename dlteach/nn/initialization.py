"""Where weights start. Biases start at zero.

Weights must differ: units of a hidden layer that start alike get the same gradients, and stay alike for ever. And weights must
have the right size, or the signal shrinks or grows from layer to layer. Every method here chooses the spread of the weights so
that the size of the signal is kept. `w ~ U(−a, a)` says that numbers are drawn evenly from −a to a, and `w ~ N(0, s²)` that they
are drawn from a bell curve with mean 0 and spread s.
"""

import math

import numpy as np

from dlteach.nn._require import require_count, require_generator, require_positive
from dlteach.nn._types import Array


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count the numbers that flow into a unit of a layer (fan-in), and the units that each number flows to (fan-out).

    dense (in, out): fan_in = in, fan_out = out    convolution (K, C, kh, kw): fan_in = C·kh·kw, fan_out = K·kh·kw

    A kernel sees a window of kh by kw pixels in each of C channels; and each pixel lies in up to kh · kw windows of each
    of K kernels.

    Args:
        shape: the shape of the weights of a dense layer, (in, out), or of a convolution, (K, C, kh, kw).

    Returns:
        fan_in, fan_out: two whole numbers.

    Raises:
        TypeError: a size is not a whole number.
        ValueError: a size is below 1, or there are neither two sizes nor four.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, section 2.2.
    """
    _require_sizes(shape)
    if len(shape) == 2:
        return shape
    _require_convolution(shape)
    kernels, channels, height, width = shape
    return channels * height * width, kernels * height * width


def xavier_normal(fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
    """Draw the weights of a layer that sigmoid or tanh follows, from a bell curve.

    w ~ N(0, s²)    s = √(2 / (fan_in + fan_out))

    A unit adds up fan_in products. If inputs and weights vary around 0, the sum has fan_in · s² times the variance of an
    input: s² = 1 / fan_in keeps it. On the way back a gradient adds up fan_out products, which asks for s² = 1 / fan_out.
    Xavier takes one over the mean of the two fans.

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.
        shape: shape of the weights, (fan_in, fan_out) unless told; for a convolution, (K, C, kh, kw), `fans` gives the rest.

    Returns:
        Weights, float64, of that shape.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    _require_sizes(shape or (fan_in, fan_out))
    return rng.normal(0.0, math.sqrt(2 / (fan_in + fan_out)), size=shape or (fan_in, fan_out))


def xavier_uniform(fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
    """Draw the weights of a layer that sigmoid or tanh follows, evenly from an interval.

    w ~ U(−a, a)    a = √(6 / (fan_in + fan_out))

    Numbers drawn evenly from −a to a have the variance a² / 3, so a is √3 times the spread of the bell curve in
    `xavier_normal`, which says why it has this spread.

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.
        shape: shape of the weights, (fan_in, fan_out) unless told; for a convolution, (K, C, kh, kw), `fans` gives the rest.

    Returns:
        Weights, float64, of that shape.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    _require_sizes(shape or (fan_in, fan_out))
    limit = math.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=shape or (fan_in, fan_out))


def he_normal(fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
    """Draw the weights of a layer that ReLU follows, from a bell curve.

    w ~ N(0, s²)    s = √(2 / fan_in)

    As in `xavier_normal`, s² = 1 / fan_in would keep the size of a signal. ReLU silences about half of it; twice the
    variance makes up for that.

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.
        shape: shape of the weights, (fan_in, fan_out) unless told; for a convolution, (K, C, kh, kw), `fans` gives the rest.

    Returns:
        Weights, float64, of that shape.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    _require_sizes(shape or (fan_in, fan_out))
    return rng.normal(0.0, math.sqrt(2 / fan_in), size=shape or (fan_in, fan_out))


def he_uniform(fan_in: int, fan_out: int, rng: np.random.Generator, shape: tuple[int, ...] | None = None) -> Array:
    """Draw the weights of a layer that ReLU follows, evenly from an interval.

    w ~ U(−a, a)    a = √(6 / fan_in)

    Numbers drawn evenly from −a to a have the variance a² / 3, so a is √3 times the spread of the bell curve in
    `he_normal`, which says why it has this spread.

    Args:
        fan_in: number of inputs of a unit.
        fan_out: number of units.
        rng: NumPy's random generator.
        shape: shape of the weights, (fan_in, fan_out) unless told; for a convolution, (K, C, kh, kw), `fans` gives the rest.

    Returns:
        Weights, float64, of that shape.

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    require_count(1, fan_in=fan_in, fan_out=fan_out)
    require_generator(rng)
    _require_sizes(shape or (fan_in, fan_out))
    limit = math.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=shape or (fan_in, fan_out))


def orthogonal(rows: int, columns: int, rng: np.random.Generator, gain: float = 1.0) -> Array:
    """Draw weights that turn a signal without stretching it: for the recurrent weights `w_hh`, which are used T times over.

    wᵀ @ w = gain² · I, or w @ wᵀ = gain² · I where there are more columns than rows    with I the identity matrix

    Drawn from a bell curve, then made orthogonal by a QR decomposition. That alone would favour some directions; with the
    diagonal of R made positive, every direction is equally likely.

    Args:
        rows: number of inputs.
        columns: number of outputs.
        rng: NumPy's random generator.
        gain: by how much the signal is stretched after all.

    Returns:
        Weights, float64, (rows, columns).

    Raises:
        TypeError: a size is not a whole number, or `rng` is no generator.
        ValueError: a size is below 1, or `gain` is not above 0.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014; Mezzadri, "How to generate random matrices from the classical compact groups", 2007 (the signs).
    """
    require_count(1, rows=rows, columns=columns)
    require_generator(rng)
    require_positive(gain=gain)
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    w: Array = gain * q * np.where(np.diag(r) < 0, -1, 1)
    return w if rows >= columns else w.T


def _require_sizes(shape: tuple[int, ...]) -> None:
    """Raise unless every size of a shape is a whole number from 1."""
    require_count(1, **{f"shape[{axis}]": size for axis, size in enumerate(shape)})


def _require_convolution(shape: tuple[int, ...]) -> None:
    """Raise unless a shape is that of the weights of a convolution."""
    if len(shape) != 4:
        raise ValueError(f"shape is {shape}; it needs two sizes, (in, out), or four, (K, C, kh, kw).")
