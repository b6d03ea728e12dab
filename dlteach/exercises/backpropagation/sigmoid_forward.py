"""Exercise: the sigmoid layer, forward."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One number, batches, a vector, and inputs of ±1000 where careless formulas end in inf/inf."""
    extreme = np.array([[1000.0, -1000.0, 30.0], [-750.0, 750.0, -30.0]]) + rng.uniform(-5, 5, (2, 3))
    return [
        Case({"x": np.array([[2.0]])}, kind="smallest"),
        Case({"x": np.array([[0.0, 1.0], [-1.0, -3.0]])}, kind="small"),
        Case({"x": spread_numbers(rng, 3, 4)}, sizes={"N": 3, "H": 4}),
        Case({"x": spread_numbers(rng, 5, 2)}, sizes={"N": 5, "H": 2}),
        Case({"x": spread_numbers(rng, 1, 3)}, kind="one", sizes={"N": 1, "H": 3}),
        Case({"x": spread_numbers(rng, 6)}, kind="vector", sizes={"H": 6}),
        Case({"x": extreme}, kind="extreme", sizes={"N": 2, "H": 3}),
    ]


def spread_numbers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers of both signs between 0.2 and 4 in size."""
    size = int(np.prod(shape))
    sign = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    return rng.permutation(sign * rng.uniform(0.2, 4.0, size)).reshape(shape)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def minus_forgotten(x):
    out = 1 / (1 + np.exp(x))
    return out, out


def inf_over_inf(x):
    out = np.exp(x) / (1 + np.exp(x))
    return out, out


def input_clipped_tightly(x):
    x = np.clip(x, -10, 10)
    out = 1 / (1 + np.exp(-x))
    return out, out


def one_plus_the_exponential(x):
    out = 1 / 1 + np.exp(-x)
    return out, out


def minus_in_the_denominator(x):
    out = 1 / (1 - np.exp(-x))
    return out, out


def tanh_for_sigmoid(x):
    out = np.tanh(x)
    return out, out


def slope_for_value(x):
    s = 1 / (1 + np.exp(-x))
    out = s * (1 - s)
    return out, s


def rounded_to_a_label(x):
    out = (1 / (1 + np.exp(-x)) >= 0.5).astype(float)
    return out, out


def softmax_for_sigmoid(x):
    out = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
    return out, out


def one_number_at_a_time(x):
    import math

    out = 1 / (1 + math.exp(-x))
    return out, out


# Right answers written another way.


def with_tanh(x):
    out = 0.5 * (1 + np.tanh(x / 2))
    return out, out


def one_branch_for_each_sign(x):
    small = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1 / (1 + small), small / (1 + small))
    return [out, out]


def with_logaddexp(x):
    out = np.exp(-np.logaddexp(0, -x))
    return out, out


def input_clipped_far_out(x):
    out = 1 / (1 + np.exp(-np.clip(x, -500, 500)))
    return out, x


EXERCISE = Exercise(
    name="sigmoid_forward",
    lesson="backpropagation",
    points=1,
    minutes=2,
    difficulty=1,
    reference=nn.sigmoid_forward,
    cases=cases,
    returns=("out", "cache"),
    criteria=(
        Criterion("out", "the output, `out`", output="out", share=3),
        Criterion("stable", "`out` for inputs of ±1000", output="out", share=1, kinds=("extreme",), after="out"),
    ),
    misconceptions=(
        Misconception(
            minus_forgotten,
            "The curve runs downhill: large inputs give 0 and small ones give 1.",
            "A minus sign is missing in the exponent. What should come out for x = 5: nearly 0 or nearly 1?",
        ),
        Misconception(
            inf_over_inf,
            "Right for moderate inputs, but NaN (not a number) for large ones: infinity was divided by infinity.",
            "Divide above and below the line by the large exponential: only one exponential is left, and 1/infinity is 0, as it should be.",
        ),
        Misconception(
            input_clipped_tightly,
            "Right for moderate inputs, but beyond 10 the output stops changing: the input has been clipped at ±10.",
            "For x = -30 the sigmoid is about 1e-13, and 0.00005 is far from that. Is clipping needed at all, or only much farther out?",
        ),
        Misconception(
            one_plus_the_exponential,
            "`out` is larger than 1 everywhere: it is 1 + exp(-x), which belongs in the denominator.",
            "Division binds more tightly than addition, so `1 / 1 + a` is `1 + a`. Which part should be the denominator as a whole?",
        ),
        Misconception(
            minus_in_the_denominator,
            "`out` leaves the range from 0 to 1: the exponential is subtracted in the denominator.",
            "Both terms of the denominator are positive, so that the result can never leave 0…1. Check the two signs.",
        ),
        Misconception(
            tanh_for_sigmoid,
            "This is tanh: it runs from -1 to 1, and the sigmoid runs from 0 to 1.",
            "The two have the same shape. The sigmoid is 1 over something that is at least 1.",
        ),
        Misconception(
            slope_for_value,
            "This is the sigmoid's *slope*: it is a hill that falls to 0 on both sides.",
            "Forward returns the value. The slope is needed in the next exercise.",
        ),
        Misconception(
            rounded_to_a_label,
            "The output is only 0 or 1: a decision, not a probability.",
            "Leave the numbers as they are. A decision has slope 0 everywhere, and nothing can be learnt from it.",
        ),
        Misconception(
            softmax_for_sigmoid,
            "The numbers of a row share a total of 1: this is a softmax. In a sigmoid layer every unit stands alone.",
            "The output at one place depends on the input at that place and on nothing else.",
        ),
        Misconception(
            one_number_at_a_time,
            "`math.exp` takes one number, and `x` is an array of many.",
            "NumPy has an `exp` that works on each element.",
        ),
    ),
    accepted=(with_tanh, one_branch_for_each_sign, with_logaddexp, input_clipped_far_out),
    hints=(
        "Try it on paper for x = 0 (it should be one half), for a large x (nearly 1) and for a very negative x (nearly 0).",
        "One over: one plus e to the power *minus* x.",
        "NumPy's exponential works on every element of the array. Put brackets round the whole denominator.",
    ),
)
