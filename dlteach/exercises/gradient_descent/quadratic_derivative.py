"""Exercise: the derivative of x²."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """A plain number first, then arrays on both sides of the valley. No 2.0 among the plain numbers: there x² and 2x agree."""
    return [
        Case({"x": float(rng.integers(4, 10))}, kind="smallest"),
        Case({"x": -float(rng.uniform(0.5, 1.5))}, kind="number"),
        Case({"x": signed(rng, 4)}),
        Case({"x": signed(rng, 2, 3)}),
        Case({"x": signed(rng, 1)}, kind="one"),
    ]


def signed(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Random numbers between 0.5 and 3 in size, with signs that alternate from entry to entry."""
    size = rng.uniform(0.5, 3.0, shape)
    sign = np.where(np.arange(size.size).reshape(shape) % 2, 1.0, -1.0)
    return size * sign


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def the_function_itself(x):
    return x**2


def two_left_out(x):
    return 1.0 * x


def x_left_out(x):
    return 2


def power_not_lowered(x):
    return 2 * x**2


def downhill_for_slope(x):
    return -2 * x


def forward_difference(x):
    h = 1e-5
    return ((x + h) ** 2 - x**2) / h


def antiderivative(x):
    return x**3 / 3


def added_up(x):
    return np.sum(2 * x)


def changes_x(x):
    x *= 2
    return x


def caret_for_a_power(x):
    return 2 * x ^ 1


def loop_over_a_number(x):
    return np.array([2 * value for value in x])


def list_from_a_loop(x):
    return [2 * value for value in x]


# Right answers written another way.


def as_a_sum(x):
    return x + x


def with_the_power_rule(x):
    power = 2
    return power * x ** (power - 1)


def with_a_central_difference(x):
    h = 0.5
    return ((x + h) ** 2 - (x - h) ** 2) / (2 * h)


EXERCISE = Exercise(
    name="quadratic_derivative",
    lesson="gradient_descent",
    points=1,
    minutes=3,
    difficulty=1,
    reference=nn.quadratic_derivative,
    cases=cases,
    returns=("slope",),
    criteria=(Criterion("slope", "the slope of x², for a number and for arrays", output="slope"),),
    misconceptions=(
        Misconception(
            the_function_itself,
            "This is the height x², not its slope.",
            "The height says how high the curve is at x; the derivative says how steeply it rises there. "
            "What does the power rule make of x²?",
        ),
        Misconception(
            two_left_out,
            "The slope is x here, half of what it should be.",
            "In the power rule the exponent comes down as a factor. Which exponent does x² have?",
        ),
        Misconception(
            x_left_out,
            "The slope is 2 everywhere; but the curve gets steeper the farther you are from 0.",
            "The slope depends on where you stand. Compare the tangents at x = 1 and at x = 5: are they equally steep?",
        ),
        Misconception(
            power_not_lowered,
            "The factor 2 has come down, but x is still squared.",
            "The power rule does two things: the exponent becomes a factor, and the exponent itself goes down by one.",
        ),
        Misconception(
            downhill_for_slope,
            "The sign is the other way round: right of 0 the curve rises, so its slope is positive.",
            "You may have the way *down* in mind. The derivative gives the slope itself; the minus sign comes later, in the descent step.",
        ),
        Misconception(
            forward_difference,
            "The slope is a tiny bit off, by the same amount everywhere: it was measured across a small gap, not at the point.",
            "A difference over a gap is only close to the derivative. Let the gap shrink to 0 with pencil and paper: what is left?",
        ),
        Misconception(
            antiderivative,
            "This is the antiderivative: x² was integrated, not differentiated.",
            "Differentiating makes the exponent one smaller, not one larger.",
        ),
        Misconception(
            added_up,
            "All slopes were added up to one number; there should be one slope for each entry of `x`.",
            "NumPy multiplies a whole array entry by entry, so nothing needs adding up. The result has the shape of `x`.",
        ),
        Misconception(
            changes_x,
            "The slopes are right, but `x` has been changed: after the call, the caller finds the slopes in it.",
            "`*=` writes into the array it is given. Make a new array for the result.",
        ),
        Misconception(
            caret_for_a_power,
            "In Python the sign `^` is not a power: it works on the bits of whole numbers, and stops at decimals.",
            "A power is written with two stars, `x**2`. And is there still a power in the derivative?",
        ),
        Misconception(
            loop_over_a_number,
            "A plain number has no entries, so the loop over `x` stops there; it goes through arrays only.",
            "NumPy needs no loop here: one and the same line works for a number and for a whole array.",
        ),
        Misconception(
            list_from_a_loop,
            "A plain number has no entries, so the loop over `x` stops there; and from an array it makes a list.",
            "NumPy needs no loop here: one and the same line works for a number and for a whole array.",
        ),
    ),
    rtol=1e-10,  # the exact derivative is asked for, and so small a tolerance tells it from a forward difference with any gap
    accepted=(as_a_sum, with_the_power_rule, with_a_central_difference),
    hints=(
        "Look at the picture of the tangents: the slope is 0 at x = 0, and it doubles when x doubles.",
        "The power rule: to differentiate a power of x, bring the exponent down as a factor and make the exponent one smaller.",
        "Here the exponent is 2, and one less leaves x itself. NumPy does the same for every entry of an array, without a loop.",
    ),
)
