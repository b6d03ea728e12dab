"""Exercise: the rectified linear unit, forward."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One number of either sign, then batches, a vector and a batch of one."""
    return [
        Case({"x": np.array([[3.0]])}, kind="smallest"),
        Case({"x": np.array([[-2.0]])}, kind="smallest"),
        Case({"x": np.array([[3.0, -1.0], [-4.0, 2.0]])}, kind="small"),
        Case({"x": signed_numbers(rng, 3, 4)}, sizes={"N": 3, "H": 4}),
        Case({"x": signed_numbers(rng, 5, 2)}, sizes={"N": 5, "H": 2}),
        Case({"x": signed_numbers(rng, 1, 6)}, kind="one", sizes={"N": 1, "H": 6}),
        Case({"x": signed_numbers(rng, 7)}, kind="vector", sizes={"H": 7}),
    ]


def signed_numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Small and large numbers of both signs, none within 0.1 of the kinks at 0 and 1, so that no chance hides a mistake."""
    size = int(np.prod(shape))
    index = np.arange(size)
    magnitude = np.where(index % 4 < 2, rng.uniform(0.1, 0.9, size), rng.uniform(1.1, 3.0, size))
    signed = np.where(index % 2 == 0, magnitude, -magnitude)
    return rng.permutation(signed).reshape(shape)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def absolute_value(x):
    return np.abs(x), x


def step(x):
    return (x > 0).astype(float), x


def minimum_for_maximum(x):
    return np.minimum(0, x), x


def nothing_cut_off(x):
    return x.copy(), x


def leaky(x):
    return np.maximum(0.01 * x, x), x


def capped_at_one(x):
    return np.clip(x, 0, 1), x


def input_overwritten(x):
    x[x < 0] = 0
    return x, x


def largest_of_the_array(x):
    return np.max(0, x), x


def pythons_max(x):
    return max(0, x), x


def only_the_positive_numbers(x):
    return x[x > 0], x


# Right answers written another way.


def with_where(x):
    return np.where(x > 0, x, 0.0), x


def with_a_mask(x):
    mask = x > 0
    return x * mask, mask


def with_a_copy(x):
    out = np.array(x)
    out[out < 0] = 0
    return [out, x]


def half_of_x_and_its_size(x):
    return (x + np.abs(x)) / 2, x


EXERCISE = Exercise(
    name="relu_forward",
    lesson="backpropagation",
    points=1,
    minutes=2,
    difficulty=1,
    reference=nn.relu_forward,
    cases=cases,
    returns=("out", "cache"),
    criteria=(Criterion("out", "the output, `out`", output="out"),),
    misconceptions=(
        Misconception(
            absolute_value,
            "Negative numbers come out positive: this is the absolute value.",
            "A negative input should be switched off, not turned round.",
        ),
        Misconception(
            step,
            "The output is only 0 or 1: it says *whether* the unit is on, not how strongly.",
            "What is positive passes through unchanged.",
        ),
        Misconception(
            minimum_for_maximum,
            "The negative numbers pass and the positive ones are cut off: it is the wrong way round.",
            "Of 0 and x, which one should win?",
        ),
        Misconception(
            nothing_cut_off,
            "`out` is `x` unchanged: the negative numbers are still there.",
            "Look at a negative input: what should come out for it?",
        ),
        Misconception(
            leaky,
            "Negative inputs still let a little through: that is the *leaky* ReLU, which comes in the next lesson.",
            "The plain ReLU gives exactly 0 for every negative input.",
        ),
        Misconception(
            capped_at_one,
            "Numbers above 1 are cut down to 1.",
            "ReLU has a floor but no ceiling.",
        ),
        Misconception(
            input_overwritten,
            "The numbers are right, but `x` itself has been changed: the caller's array is no longer what it was.",
            "Assigning to `x[...]` writes into the array that was passed in. Make a new array, and leave `x` alone.",
        ),
        Misconception(
            largest_of_the_array,
            "`np.max` looks for the largest number *of one array*, and takes its second argument for an axis.",
            "You want to compare two things element by element. NumPy has a function with a longer name for that.",
        ),
        Misconception(
            pythons_max,
            "`if` and Python's own `max` need a single true or false, and a comparison of a whole array with 0 gives many.",
            "You want to compare element by element. NumPy has a function of its own for that.",
        ),
        Misconception(
            only_the_positive_numbers,
            "The negative numbers have been left out altogether, and with them the shape: `x[x > 0]` picks entries and lays them in one "
            "row.",
            "Nothing is to be left out. Every number keeps its place, and where a number was negative stands 0.",
        ),
    ),
    accepted=(with_where, with_a_mask, with_a_copy, half_of_x_and_its_size),
    hints=(
        "Look at one number: what should become of 3.0, and of -2.0?",
        "Each element is replaced by the larger of 0 and itself.",
        "NumPy can compare an array with a number element by element and keep the larger one each time; it makes a new array.",
    ),
)
