"""Exercise: the rectified linear unit, backward."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception
from dlteach.exercises.backpropagation.relu_forward import signed_numbers


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One unit that is on, one that is off, then batches; the signs of ``dout`` and of ``x`` have nothing to do with each other."""
    return [
        Case({"dout": np.array([[5.0]]), "cache": np.array([[3.0]])}, kind="smallest"),
        Case({"dout": np.array([[5.0]]), "cache": np.array([[-2.0]])}, kind="smallest"),
        Case({"dout": np.array([[4.0, -2.0], [3.0, -5.0]]), "cache": np.array([[3.0, 2.0], [-1.0, -4.0]])}, kind="small"),
        relu_case(rng, (3, 4)),
        relu_case(rng, (5, 2)),
        relu_case(rng, (1, 6), kind="one"),
    ]


def relu_case(rng: np.random.Generator, shape: tuple[int, int], kind: str = "generic") -> Case:
    """All four pairs of signs of ``dout`` and ``x`` occur, in an order that the rng shuffles."""
    size = int(np.prod(shape))
    x = np.sort(signed_numbers(rng, size))
    sign = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    order = rng.permutation(size)
    dout = rng.uniform(0.2, 2.0, size) * sign
    return Case({"dout": dout[order].reshape(shape), "cache": x[order].reshape(shape)}, kind=kind, sizes={"N": shape[0], "H": shape[1]})


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What the gradient should be for the student's own ``relu_forward``, by central differences."""
    dout = case.args["dout"]
    return {"dx": nn.numerical_gradient(lambda x: float(np.sum(functions["relu_forward"](x)[0] * dout)), case.args["cache"])}


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def upstream_left_out(dout, cache):
    x = cache
    return (x > 0).astype(float)


def mask_from_dout(dout, cache):
    return dout * (dout > 0)


def input_for_its_slope(dout, cache):
    x = cache
    return dout * np.maximum(0, x)


def everything_passes(dout, cache):
    return dout.copy()


def mask_the_wrong_way_round(dout, cache):
    x = cache
    return dout * (x < 0)


def sign_for_step(dout, cache):
    x = cache
    return dout * np.sign(x)


def relu_of_x_returned(dout, cache):
    x = cache
    return np.maximum(0, x)


def dout_overwritten(dout, cache):
    x = cache
    dout[x <= 0] = 0
    return dout


def only_where_the_unit_was_on(dout, cache):
    return dout[cache > 0]


# Right answers written another way.


def with_where(dout, cache):
    return np.where(cache > 0, dout, 0.0)


def with_a_copy(dout, cache):
    dx = dout.copy()
    dx[cache < 0] = 0
    return dx


def with_heaviside(dout, cache):
    return np.heaviside(cache, 0.5) * dout


def with_loops(dout, cache):
    dx = np.zeros_like(dout)
    for index in np.ndindex(dout.shape):
        if cache[index] > 0:
            dx[index] = dout[index]
    return dx


EXERCISE = Exercise(
    name="relu_backward",
    lesson="backpropagation",
    points=1,
    minutes=3,
    difficulty=2,
    reference=nn.relu_backward,
    cases=cases,
    returns=("dx",),
    criteria=(Criterion("dx", "the gradient of the input, `dx`", output="dx"),),
    own_gradient=own_gradient,
    misconceptions=(
        Misconception(
            upstream_left_out,
            "`dx` is only the slope of the ReLU, 0 or 1: the upstream gradient `dout` is missing.",
            "The chain rule: what arrives from above, times the local slope.",
        ),
        Misconception(
            mask_from_dout,
            "The gradient is cut where `dout` is negative; it should be cut where the *input* was negative.",
            "A unit that was off passes nothing back, whatever arrives. What do you look at to know whether it was off?",
        ),
        Misconception(
            input_for_its_slope,
            "`dout` is multiplied by the ReLU's output; it should be multiplied by the ReLU's *slope*.",
            "To the right of 0 the ReLU is the line y = x. How steep is it there, at 0.5, at 1, at 10?",
        ),
        Misconception(
            everything_passes,
            "`dout` comes back unchanged, as if every unit had been on.",
            "Where the input was negative, the output was 0 and would have stayed 0 after a small push. What is the slope there?",
        ),
        Misconception(
            mask_the_wrong_way_round,
            "The gradient passes where the unit was off, and is cut where it was on.",
            "Check your comparison with one positive input: the forward pass let it through.",
        ),
        Misconception(
            sign_for_step,
            "Where the input was negative the gradient comes back with its sign turned; it should be 0 there.",
            "On the left of 0 the ReLU is flat. A slope of -1 would belong to the absolute value.",
        ),
        Misconception(
            relu_of_x_returned,
            "This is the forward pass again: `dx` is the ReLU of `x`, and `dout` plays no part.",
            "Backward asks another question: if x moves a little, how much does the loss move?",
        ),
        Misconception(
            dout_overwritten,
            "The numbers are right, but `dout` itself has been changed: the caller's array is no longer what it was.",
            "Assigning to `dout[...]` writes into the array that was passed in. Make a new array instead.",
        ),
        Misconception(
            only_where_the_unit_was_on,
            "Where the unit was off the gradient has been left out altogether, and with it the shape: `dout[x > 0]` picks entries and lays "
            "them in one row.",
            "`dx` has the shape of `x`: every number keeps its place, and where the unit was off stands 0.",
        ),
    ),
    accepted=(with_where, with_a_copy, with_heaviside, with_loops),
    hints=(
        "`cache` is the input `x` of the forward pass. Where was the unit on, and where off?",
        "The ReLU's slope is 1 where x > 0 and 0 where x < 0. Multiply it, element by element, by what arrives from above.",
        "A comparison such as `x > 0` gives an array of true and false, which counts as 1 and 0 when it is multiplied.",
    ),
)
