"""Exercise: the sigmoid, which turns a score into a probability."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One number in an array, a plain number, arrays of one and two axes, and scores far out on both sides."""
    return [
        Case({"z": rng.integers(1, 4, 1).astype(float)}, kind="smallest"),
        Case({"z": scores(rng, 5)}),
        Case({"z": scores(rng, 3, 4)}),
        Case({"z": scores(rng, 1, 3)}, kind="one"),
        Case({"z": float(rng.uniform(0.5, 2.0))}, kind="scalar"),
        Case({"z": np.array([-1000.0, -float(rng.uniform(30, 40)), 0.0, float(rng.uniform(30, 40)), 1000.0])}, kind="extreme"),
    ]


def scores(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Scores of both signs, none of them near 0, in random order."""
    size = int(np.prod(shape))
    signs = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    return rng.permutation(signs * rng.uniform(0.5, 4.0, size)).reshape(shape)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def sign_of_z_lost(z):
    return 1 / (1 + np.exp(z))


def brackets_left_out(z):
    return 1 / 1 + np.exp(-z)


def one_left_out(z):
    return 1 / np.exp(-z)


def minus_in_the_denominator(z):
    return 1 / (1 - np.exp(-z))


def tanh_instead(z):
    return np.tanh(z)


def softmax_instead(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def step_instead(z):
    return np.where(z >= 0, 1.0, 0.0)


def slope_instead(z):
    p = 1 / (1 + np.exp(-z))
    return p * (1 - p)


def absolute_value_for_stability(z):
    return 1 / (1 + np.exp(-np.abs(z)))


def large_over_large(z):
    return np.exp(z) / (1 + np.exp(z))


def clipped_at_ten(z):
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))


def one_number_only(z):
    import math

    return 1 / (1 + math.exp(-z))


def if_on_an_array(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    else:
        return np.exp(z) / (1 + np.exp(z))


def mask_on_a_plain_number(z):
    p = np.zeros_like(z)
    p[z >= 0] = 1 / (1 + np.exp(-z[z >= 0]))
    p[z < 0] = np.exp(z[z < 0]) / (1 + np.exp(z[z < 0]))
    return p


def caret_for_a_power(z):
    return 1 / (1 + np.e ^ -z)


def division_without_remainder(z):
    return 1 // (1 + np.exp(-z))


# Right answers written another way.


def plain_formula(z):
    return 1 / (1 + np.exp(-z))


def two_branches(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1.0, e) / (1.0 + e)


def by_tanh(z):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z)))


def by_logarithms(z):
    return np.exp(-np.logaddexp(0.0, -z))


def with_a_loop(z):
    import math

    out = np.empty(np.shape(z))
    for index, value in np.ndenumerate(z):
        out[index] = 1 / (1 + math.exp(-value)) if value > -700 else 0.0
    return out


EXERCISE = Exercise(
    name="sigmoid",
    lesson="logistic_regression",
    points=2,
    minutes=3,
    difficulty=1,
    reference=nn.sigmoid,
    cases=cases,
    returns=("p",),
    criteria=(
        Criterion("values", "the probabilities of an array of scores", share=2),
        Criterion("plain_number", "the probability of one plain number", kinds=("scalar",)),
        Criterion("far_out", "scores as far out as -1000 and 1000", kinds=("extreme",), after="values"),
    ),
    misconceptions=(
        Misconception(
            sign_of_z_lost,
            "The curve is the wrong way round: a high score gets a low probability, since the minus sign in the exponent is missing.",
            "For a large positive z the answer should be near 1. What must happen to the exponential then: grow or vanish?",
        ),
        Misconception(
            brackets_left_out,
            "Python read this as (1 / 1) + exp(-z): the division ended before the sum, so the results are all above 1.",
            "The whole sum belongs under the fraction bar. What makes Python add before it divides?",
        ),
        Misconception(
            one_left_out,
            "The denominator is the exponential alone, and 1 / exp(-z) has no upper limit: it passes 1 as soon as z is positive.",
            "What has to be added to the exponential so that the denominator can never be smaller than 1?",
        ),
        Misconception(
            minus_in_the_denominator,
            "The exponential is subtracted from 1, so the result jumps at z = 0 and is negative for negative scores.",
            "At z = 0 the answer should be one half. What do you get there, and which sign in the denominator would mend it?",
        ),
        Misconception(
            tanh_instead,
            "This is the hyperbolic tangent: the same S, but from -1 to 1, and 0 where the sigmoid is one half.",
            "A probability lies between 0 and 1. Start again from the formula above the exercise.",
        ),
        Misconception(
            softmax_instead,
            "The results add up to 1: that is a softmax over all scores, which lets them compete with each other.",
            "The sigmoid looks at one score at a time. Changing one entry of z must leave all the other results as they are.",
        ),
        Misconception(
            step_instead,
            "The result is only ever 0 or 1: that is a decision, and a probability was asked for.",
            "Return what comes before any rounding. A score of 0.5 and a score of 4 should not look the same.",
        ),
        Misconception(
            slope_instead,
            "This is the slope of the sigmoid, p(1 - p), and not the sigmoid: it is never above one quarter.",
            "The value itself is asked for here; the slope comes when you differentiate.",
        ),
        Misconception(
            absolute_value_for_stability,
            "Every result is at least one half: the absolute value has folded the negative scores onto the positive ones.",
            "That form is safe and right for z ≥ 0. What do you know about the probabilities of z and of -z together?",
        ),
        Misconception(
            large_over_large,
            "Right in the middle, but at z = 1000 the result is nan: exp(1000) is too large to store, and infinity / infinity "
            "has no value.",
            "Divide the numerator and the denominator by exp(z): which exponential is left, and what does it do for large z?",
        ),
        Misconception(
            clipped_at_ten,
            "Scores beyond 10 all get the same probability: they were clipped before the formula, about 0.00005 away from 0 or 1.",
            "Does the formula need the clipping at all? See what exp does with -1000, and what 1 / (1 + infinity) is.",
        ),
        Misconception(
            one_number_only,
            "It works for one number, but a function of the `math` module, or `float`, cannot take an array of them.",
            "NumPy has an exponential of its own that takes a number or an array of any shape.",
        ),
        Misconception(
            if_on_an_array,
            "It works for one number, but `if` needs a single True or False, and comparing an array gives one for each entry.",
            "The plain formula needs no `if` at all: try it at z = -1000 and at z = 1000 before you treat them apart.",
        ),
        Misconception(
            mask_on_a_plain_number,
            "Arrays are right, but a plain number such as 0.5 fails: it has no entries that a mask could pick out.",
            "Look for a form that uses z as a whole, with no indexing; then a number and an array go the same way.",
        ),
        Misconception(
            caret_for_a_power,
            "In Python the sign `^` is not a power: it works on the bits of whole numbers, and stops at decimals.",
            "NumPy has a function of its own for e to the power of something: look up `np.exp`.",
        ),
        Misconception(
            division_without_remainder,
            "The division cuts off everything after the decimal point, so nearly every probability becomes 0.",
            "Python has two signs for dividing. Which of them keeps the decimals?",
        ),
    ),
    accepted=(plain_formula, two_branches, by_tanh, by_logarithms, with_a_loop),
    hints=(
        "Look at the formula above: there is one exponential in it. Check what it is at z = 0, where the answer must be one half.",
        "The probability is one divided by (one plus the exponential of *minus* z). NumPy's exponential, `np.exp`, works on every "
        "entry of an array at once, so no loop is needed.",
        "Three things go wrong most often: the minus sign in the exponent, the brackets round the whole denominator, and "
        "`math.exp`, which knows no arrays.",
    ),
)
