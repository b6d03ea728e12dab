"""Exercise: how far two gradients are apart, relative to their size."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """Numbers to check by hand, arrays with entries of very different sizes, and gradients that are (nearly) zero."""
    return [
        Case({"a": np.array([3.0]), "b": np.array([5.0])}, kind="smallest"),
        Case({"a": np.array([8.0, -1.0]), "b": np.array([2.0, -3.0])}, kind="small"),
        error_case(rng, (3, 4)),
        error_case(rng, (7,)),
        error_case(rng, (2, 5), opposite=True),
        Case({"a": np.array([0.0, 2.0, -1.0]), "b": np.array([0.0, 2.001, -1.0])}, kind="zeros"),
        Case({"a": np.array([3e-12, 0.0]) * rng.uniform(1, 2), "b": np.array([-1e-12, 2e-12])}, kind="zeros"),
        Case({"a": np.zeros((2, 3)), "b": np.zeros((2, 3))}, kind="zeros"),
    ]


def error_case(rng: np.random.Generator, shape: tuple[int, ...], opposite: bool = False) -> Case:
    """Small entries with large relative errors and large entries with small ones, in an order that the rng shuffles.

    The worst entry is the second smallest and has ``b > a > 0``, or with ``opposite`` ``b < 0 < a``; both are negative in every
    third place.
    """
    size = int(np.prod(shape))
    index = np.arange(size)
    magnitude = 0.5 * 2.0**index * rng.uniform(0.8, 1.2, size)
    relative = np.where(index == 1, 0.4, 0.12 * 1.6**-index) * rng.uniform(0.8, 1.2, size)
    larger = np.where(index % 4 == 1, 1 + relative, 1 - relative)
    sign = np.where(index % 3 == 0, -1.0, 1.0)
    a, b = sign * magnitude, sign * magnitude * larger
    if opposite:
        b[1] *= -0.5
    order = rng.permutation(size)
    return Case({"a": a[order].reshape(shape), "b": b[order].reshape(shape)})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def mean_for_max(a, b):
    return np.mean(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8))


def absolute_difference(a, b):
    return np.max(np.abs(a - b))


def relative_to_one_side(a, b):
    return np.max(np.abs(a - b) / np.maximum(np.abs(a), 1e-8))


def relative_to_the_larger(a, b):
    return np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-8))


def relative_to_the_average(a, b):
    return np.max(np.abs(a - b) / np.maximum((np.abs(a) + np.abs(b)) / 2, 1e-8))


def difference_without_its_size(a, b):
    return np.max((a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8))


def sum_without_sizes(a, b):
    return np.max(np.abs(a - b) / np.maximum(np.abs(a + b), 1e-8))


def signed_sum_below(a, b):
    return np.max(np.abs(a - b) / np.maximum(a + b, 1e-8))


def largest_of_each(a, b):
    return np.max(np.abs(a - b)) / max(np.max(np.abs(a) + np.abs(b)), 1e-8)


def error_of_the_lengths(a, b):
    return np.linalg.norm(a - b) / max(np.linalg.norm(a) + np.linalg.norm(b), 1e-8)


def one_error_for_each_entry(a, b):
    return np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)


def no_floor(a, b):
    return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b)))


def floor_added(a, b):
    return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-8))


def pythons_max(a, b):
    return np.max(np.abs(a - b) / max(np.abs(a) + np.abs(b), 1e-8))


def largest_along_axis_1e_8(a, b):
    size = np.abs(a) + np.abs(b)
    return np.max(np.abs(a - b) / np.max(size, 1e-8))


# Right answers written another way.


def with_loops(a, b):
    worst = 0.0
    for p, q in zip(np.ravel(a), np.ravel(b), strict=True):
        worst = max(worst, abs(p - q) / max(abs(p) + abs(q), 1e-8))
    return worst


def with_where(a, b):
    size = np.abs(a) + np.abs(b)
    return float((np.abs(a - b) / np.where(size < 1e-8, 1e-8, size)).max())


def with_clip(a, b):
    return np.linalg.norm(((a - b) / np.clip(abs(a) + abs(b), 1e-8, None)).ravel(), ord=np.inf)


EXERCISE = Exercise(
    name="relative_error",
    lesson="backpropagation",
    points=2,
    minutes=4,
    difficulty=2,
    reference=nn.relative_error,
    cases=cases,
    returns=("error",),
    rtol=1e-7,  # adding the 1e-8 shows only where the gradients are tiny, and that is another criterion
    criteria=(
        Criterion("error", "the largest relative error", output="error", share=3),
        Criterion("zeros", "gradients that are zero or nearly so", output="error", share=1, kinds=("zeros",), after="error"),
    ),
    misconceptions=(
        Misconception(
            mean_for_max,
            "This is the *mean* of the relative errors; the largest one is asked for.",
            "One wrong entry among a thousand right ones would vanish in a mean. You want to find it.",
        ),
        Misconception(
            absolute_difference,
            "This is the largest *absolute* difference; it is not divided by anything.",
            "A difference of 0.001 is nothing for a gradient of 50, and everything for one of 0.002.",
        ),
        Misconception(
            relative_to_one_side,
            "The difference is divided by |a| alone, so exchanging a and b gives another answer.",
            "Neither of the two is *the* truth. Divide by both sizes together.",
        ),
        Misconception(
            relative_to_the_larger,
            "The difference is divided by the larger of |a| and |b|; the formula asks for their sum.",
            "The `max` in the formula has another task: it compares the sum of the sizes with 1e-8.",
        ),
        Misconception(
            relative_to_the_average,
            "The result is twice as large as it should be: the difference is divided by the average of |a| and |b|.",
            "The formula divides by the sum of the two sizes, so the result can never be larger than 1.",
        ),
        Misconception(
            difference_without_its_size,
            "Where b is larger than a the error counts as negative, so that the largest error can be missed.",
            "Too small is as wrong as too large. Take the size of the difference.",
        ),
        Misconception(
            sum_without_sizes,
            "`|a + b|` is not `|a| + |b|`: where the two have opposite signs they cancel below the line.",
            "Take each size first, then add. What should come out for a = 1 and b = -1?",
        ),
        Misconception(
            signed_sum_below,
            "a and b are added with their signs: negative gradients make the denominator tiny, and the error huge.",
            "The denominator measures size. Take each size first, then add.",
        ),
        Misconception(
            largest_of_each,
            "The largest difference is divided by the largest size, and these may belong to different entries.",
            "Divide entry by entry first. Then look for the largest of the quotients.",
        ),
        Misconception(
            error_of_the_lengths,
            "This compares the two as whole vectors, by their lengths; a small entry that is quite wrong hardly shows.",
            "Divide entry by entry, then look for the largest of the quotients.",
        ),
        Misconception(
            one_error_for_each_entry,
            "There is one error for each entry; a single number is asked for.",
            "One last step: which of all these errors do you want to know?",
        ),
        Misconception(
            no_floor,
            "Where both gradients are 0 this divides 0 by 0, and tiny rounding errors count as large ones.",
            "The denominator should never fall below 1e-8.",
        ),
        Misconception(
            floor_added,
            "The 1e-8 is *added* to the denominator; it should only take over where the denominator is smaller than that.",
            "A floor is a maximum of two numbers, taken for each entry.",
        ),
        Misconception(
            pythons_max,
            "`if` and Python's own `max` need a single true or false, and a comparison of a whole array with 1e-8 gives many.",
            "NumPy has a function that takes the larger of two numbers element by element.",
        ),
        Misconception(
            largest_along_axis_1e_8,
            "`np.max` looks for the largest number *of one array*, and takes its second argument for an axis: 1e-8 cannot be one.",
            "NumPy has another function, with a longer name, that compares two things element by element.",
        ),
    ),
    accepted=(with_loops, with_where, with_clip),
    hints=(
        "Work it out for a = 3 and b = 5: the difference is 2, the sizes together are 8.",
        "For every entry: the size of the difference, divided by the sum of the two sizes or by 1e-8, whichever is larger. Then the "
        "largest of all these quotients.",
        "Two different maxima are at work: one element by element, against 1e-8, and one over the whole array at the end. NumPy has a "
        "function for each.",
    ),
)
