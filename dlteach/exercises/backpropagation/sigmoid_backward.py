"""Exercise: the sigmoid layer, backward."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One number, batches, a batch of one, and units that have saturated near 0 and 1."""
    return [
        Case({"dout": np.array([[4.0]]), "cache": np.array([[0.25]])}, kind="smallest"),
        Case({"dout": np.array([[10.0, -2.0], [5.0, 3.0]]), "cache": np.array([[0.5, 0.2], [0.9, 0.4]])}, kind="small"),
        sigmoid_case(rng, (3, 4)),
        sigmoid_case(rng, (5, 2)),
        sigmoid_case(rng, (1, 6), kind="one"),
        Case({"dout": np.array([[3.0, -2.0, 5.0]]), "cache": np.array([[0.0, 1.0, 0.75]])}, kind="saturated"),
    ]


def sigmoid_case(rng: np.random.Generator, shape: tuple[int, int], kind: str = "generic") -> Case:
    """Outputs between 0.1 and 0.9, none within 0.05 of one half; ``dout`` of both signs."""
    size = int(np.prod(shape))
    low_or_high = np.arange(size) % 2 == 0
    out = np.where(low_or_high, rng.uniform(0.1, 0.45, size), rng.uniform(0.55, 0.9, size))
    sign = np.where(np.arange(size) // 2 % 2 == 0, 1.0, -1.0)
    order = rng.permutation(size)
    dout = rng.uniform(0.2, 2.0, size) * sign
    return Case({"dout": dout[order].reshape(shape), "cache": out[order].reshape(shape)}, kind=kind, sizes={"N": shape[0], "H": shape[1]})


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What the gradient should be for the student's own ``sigmoid_forward``, by central differences."""
    dout, out = case.args["dout"], np.clip(case.args["cache"], 1e-12, 1 - 1e-12)
    x = np.log(out / (1 - out))
    return {"dx": nn.numerical_gradient(lambda x: float(np.sum(functions["sigmoid_forward"](x)[0] * dout)), x)}


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def upstream_left_out(dout, cache):
    out = cache
    return out * (1 - out)


def sigmoid_applied_twice(dout, cache):
    s = 1 / (1 + np.exp(-cache))
    return dout * s * (1 - s)


def only_out(dout, cache):
    out = cache
    return dout * out


def only_one_minus_out(dout, cache):
    out = cache
    return dout * (1 - out)


def slope_of_tanh(dout, cache):
    out = cache
    return dout * (1 - out**2)


def upstream_taken_for_the_output(dout, cache):
    return dout * (1 - dout)


def plus_for_minus(dout, cache):
    out = cache
    return dout * out * (1 + out)


def sign_turned(dout, cache):
    out = cache
    return dout * out * (out - 1)


def brackets_forgotten(dout, cache):
    out = cache
    return dout * out * 1 - out


def upstream_added(dout, cache):
    out = cache
    return dout + out * (1 - out)


def summed_over_the_batch(dout, cache):
    out = cache
    return np.sum(dout * out * (1 - out), axis=0)


def matrix_product_for_the_slope(dout, cache):
    return dout @ (cache * (1 - cache))


# Right answers written another way.


def with_the_square(dout, cache):
    return dout * (cache - cache**2)


def through_the_input(dout, cache):
    with np.errstate(divide="ignore"):
        x = np.log(cache) - np.log1p(-cache)
    return dout / (2 + np.exp(x) + np.exp(-x))


def with_multiply(dout, cache):
    return np.multiply(dout, np.multiply(cache, np.subtract(1, cache)))


def with_loops(dout, cache):
    dx = np.zeros_like(dout)
    for index in np.ndindex(dout.shape):
        dx[index] = dout[index] * cache[index] * (1 - cache[index])
    return dx


EXERCISE = Exercise(
    name="sigmoid_backward",
    lesson="backpropagation",
    points=2,
    minutes=3,
    difficulty=2,
    reference=nn.sigmoid_backward,
    cases=cases,
    returns=("dx",),
    criteria=(Criterion("dx", "the gradient of the input, `dx`", output="dx"),),
    own_gradient=own_gradient,
    misconceptions=(
        Misconception(
            upstream_left_out,
            "`dx` is only the slope of the sigmoid: the upstream gradient `dout` is missing.",
            "The chain rule: what arrives from above, times the local slope.",
        ),
        Misconception(
            sigmoid_applied_twice,
            "The sigmoid has been applied to `cache`, but `cache` already *is* the sigmoid's output.",
            "Look at what `sigmoid_forward` kept: the slope can be written with that number alone, without a new exponential.",
        ),
        Misconception(
            only_out,
            "The slope is written as `out` alone; one factor is missing.",
            "A unit near 1 has saturated, so its slope must be nearly 0 there. Which factor makes it so?",
        ),
        Misconception(
            only_one_minus_out,
            "The slope is written as 1 - out alone; one factor is missing.",
            "A unit near 0 has saturated, so its slope must be nearly 0 there. Which factor makes it so?",
        ),
        Misconception(
            slope_of_tanh,
            "This is the slope of tanh, 1 - out²; the sigmoid has another.",
            "The sigmoid's slope is 0 at both ends, where out is 0 and where out is 1. Try 1 - out² at out = 0.",
        ),
        Misconception(
            upstream_taken_for_the_output,
            "The slope is computed from `dout`; it depends on the layer's own output, which is in `cache`.",
            "Two things meet here: `dout` comes from above, and the slope comes from what the forward pass kept.",
        ),
        Misconception(
            plus_for_minus,
            "The second factor grows with out: the slope is written as out times 1 + out.",
            "A unit near 1 has saturated, so its slope must be nearly 0 there.",
        ),
        Misconception(
            sign_turned,
            "Every number has the wrong sign.",
            "The sigmoid always rises, so its slope is positive: where `dout` is positive, `dx` is positive too.",
        ),
        Misconception(
            brackets_forgotten,
            "`out` has been subtracted from the whole product: the brackets round 1 - out are missing.",
            "Multiplication binds more tightly than subtraction. Which two terms belong together?",
        ),
        Misconception(
            upstream_added,
            "`dout` is added to the slope; it should be multiplied by it.",
            "If one step doubles a change and the next triples it, the two together make it six times as large.",
        ),
        Misconception(
            summed_over_the_batch,
            "`dx` has been added up over the samples; it should have the shape of `dout`.",
            "Nothing is shared between samples here, so there is nothing to add. Sums over the batch belong to weights and biases.",
        ),
        Misconception(
            matrix_product_for_the_slope,
            "`dout` and the slope meet in a matrix product, which mixes the units; here every unit stands alone.",
            "`@` is for the affine layer, where many paths are added up. From one entry of `x` only one path leads on: through the same "
            "entry of `out`.",
        ),
    ),
    accepted=(with_the_square, through_the_input, with_multiply, with_loops),
    hints=(
        "`cache` is the sigmoid's *output*, a number between 0 and 1. Find the slope written in terms of the output, just above.",
        "The slope is the output times what it lacks to 1. Then the chain rule: times what arrives from above.",
        "Three factors, element by element, nothing summed. Mind the brackets round the one that is a difference.",
    ),
)
