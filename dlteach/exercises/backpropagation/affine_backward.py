"""Exercise: the backward pass of an affine layer."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """From one number to a batch whose three sizes all differ: a square array would hide a transpose."""
    return [
        affine_case(rng, n=1, d=1, h=1, kind="smallest", whole=True),
        affine_case(rng, n=2, d=2, h=1, kind="small", whole=True),
        affine_case(rng, n=3, d=4, h=2),
        affine_case(rng, n=5, d=2, h=3),
        affine_case(rng, n=1, d=3, h=2, kind="one"),
    ]


def affine_case(rng: np.random.Generator, n: int, d: int, h: int, kind: str = "generic", whole: bool = False) -> Case:
    """``dout`` and our cache; ``whole`` asks for small whole numbers, which a reader can check by hand."""

    def numbers(*shape: int) -> np.ndarray:
        return rng.integers(2, 6, shape).astype(float) if whole else rng.normal(size=shape)

    cache = (numbers(n, d), numbers(d, h))
    return Case({"dout": numbers(n, h), "cache": cache}, kind=kind, sizes={"N": n, "D": d, "H": h})


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What the gradients should be for the student's own ``affine_forward``, by central differences."""
    x, w = case.args["cache"]
    dout = case.args["dout"]
    b = np.zeros(w.shape[1])

    def forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> float:
        return float(np.sum(functions["affine_forward"](x, w, b)[0] * dout))

    return {
        "dx": nn.numerical_gradient(lambda x: forward(x, w, b), x),
        "dw": nn.numerical_gradient(lambda w: forward(x, w, b), w),
        "db": nn.numerical_gradient(lambda b: forward(x, w, b), b),
    }


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def upstream_left_out_of_dx(dout, cache):
    x, w = cache
    dx = np.ones_like(dout) @ w.T
    return dx, x.T @ dout, dout.sum(axis=0)


def upstream_outside_the_sum(dout, cache):
    x, w = cache
    dx = dout.sum(axis=1, keepdims=True) * w.sum(axis=1)
    return dx, x.T @ dout, dout.sum(axis=0)


def upstream_times_the_sum_of_the_weights(dout, cache):
    x, w = cache
    dx = dout * w.sum(axis=1)
    return dx, x.T @ dout, dout.sum(axis=0)


def upstream_left_out_of_dw(dout, cache):
    x, w = cache
    dw = x.T @ np.ones_like(dout)
    return dout @ w.T, dw, dout.sum(axis=0)


def mean_for_sum_in_db(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.mean(axis=0)


def mean_for_sum_in_dw(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout / len(x), dout.sum(axis=0)


def mean_over_the_batch_again(dout, cache):
    x, w = cache
    n = len(x)
    return dout @ w.T, x.T @ dout / n, dout.sum(axis=0) / n


def db_not_summed(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout


def db_summed_over_units(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=1)


def db_summed_to_one_number(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum()


def db_keeps_the_batch_axis(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0, keepdims=True)


def w_not_transposed(dout, cache):
    x, w = cache
    return dout @ w, x.T @ dout, dout.sum(axis=0)


def dw_is_transposed(dout, cache):
    x, w = cache
    return dout @ w.T, dout.T @ x, dout.sum(axis=0)


def dx_and_dw_exchanged(dout, cache):
    x, w = cache
    return x.T @ dout, dout @ w.T, dout.sum(axis=0)


def x_not_transposed(dout, cache):
    x, w = cache
    return dout @ w.T, x @ dout, dout.sum(axis=0)


def multiplied_element_by_element(dout, cache):
    x, w = cache
    return dout * w, dout * x, dout.sum(axis=0)


# Right answers written another way.


def with_einsum(dout, cache):
    x, w = cache
    return np.einsum("nh,dh->nd", dout, w), np.einsum("nd,nh->dh", x, dout), np.einsum("nh->h", dout)


def with_loops(dout, cache):
    x, w = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n in range(x.shape[0]):
        for j in range(w.shape[1]):
            db[j] += dout[n, j]
            for i in range(x.shape[1]):
                dx[n, i] += dout[n, j] * w[i, j]
                dw[i, j] += dout[n, j] * x[n, i]
    return [dx, dw, db]


def with_outer_products(dout, cache):
    x, w = cache
    dw = sum(np.outer(row, upstream) for row, upstream in zip(x, dout, strict=True))
    return np.dot(w, dout.T).T, dw, np.ones(len(dout)) @ dout


EXERCISE = Exercise(
    name="affine_backward",
    lesson="backpropagation",
    points=3,
    minutes=8,
    difficulty=3,
    reference=nn.affine_backward,
    cases=cases,
    returns=("dx", "dw", "db"),
    criteria=(
        Criterion("dx", "the gradient of the input, `dx`", output="dx"),
        Criterion("dw", "the gradient of the weights, `dw`", output="dw"),
        Criterion("db", "the gradient of the bias, `db`", output="db"),
    ),
    own_gradient=own_gradient,
    misconceptions=(
        Misconception(
            upstream_left_out_of_dx,
            "`dx` leaves out `dout`: it is the sum of the weights of each input, whatever comes from above.",
            "The chain rule multiplies *inside* the sum: each weight is multiplied by the gradient of the output it leads to.",
        ),
        Misconception(
            upstream_outside_the_sum,
            "`dx` multiplies the sum of the upstream gradients by the sum of the weights; it is the sum of their products that is needed.",
            "Each output has a gradient of its own. It meets the weight that leads to *its* output before anything is added up.",
        ),
        Misconception(
            upstream_times_the_sum_of_the_weights,
            "`dout` has a number for each *unit*, and here it meets an array with a number for each *input*: the two do not fit.",
            "The upstream gradient belongs inside the sum: each weight times the gradient of the unit it leads to, then added up.",
        ),
        Misconception(
            upstream_left_out_of_dw,
            "`dw` leaves out `dout`: it only adds up the inputs.",
            "How much a weight matters depends on its input *and* on how much the loss cares about its output.",
        ),
        Misconception(
            mean_for_sum_in_db,
            "`db` is averaged over the batch; it should be added up.",
            "The loss has already divided by N, and that is inside `dout`. One bias is used N times: add its N gradients.",
        ),
        Misconception(
            mean_for_sum_in_dw,
            "`dw` is averaged over the batch; it should be added up.",
            "The loss has already divided by N, and that is inside `dout`. One weight is used N times: add its N gradients.",
        ),
        Misconception(
            mean_over_the_batch_again,
            "`dw` and `db` are divided by the batch size once too often.",
            "The mean belongs to the loss, which has already put 1/N into `dout`.",
        ),
        Misconception(
            db_not_summed,
            "`db` is simply `dout`, with one row per sample; there is only one bias per unit.",
            "The same bias was added to every row. Its gradient collects what comes back from all of them.",
        ),
        Misconception(
            db_summed_over_units,
            "`db` is summed along the wrong axis: it has one number per sample, not one per unit.",
            "`b` has shape (H,), so `db` must have it too. Which axis of `dout` (N, H) has to go?",
        ),
        Misconception(
            db_summed_to_one_number,
            "`db` is a single number: both axes of `dout` were added up.",
            "Only the batch is summed over. Give `sum` the axis that counts the samples.",
        ),
        Misconception(
            db_keeps_the_batch_axis,
            "`db` has the shape (1, H); the bias has the shape (H,).",
            "A gradient has exactly the shape of what it is the gradient of. Let the summed axis disappear.",
        ),
        Misconception(
            w_not_transposed,
            "`dx` multiplies by `w`, but on the way back the weights are used transposed.",
            "`dout` is (N, H), `dx` must be (N, D) and `w` is (D, H): which way round do the inner sizes agree?",
        ),
        Misconception(
            dw_is_transposed,
            "`dw` is transposed: it has the shape (H, D), and `w` has (D, H).",
            "Swap the two factors, and the transpose with them, so that the result has the shape of `w`.",
        ),
        Misconception(
            dx_and_dw_exchanged,
            "`dx` and `dw` are both right, but they come back in each other's place.",
            "The order is `dx, dw, db`.",
        ),
        Misconception(
            x_not_transposed,
            "`dw` multiplies by `x` as it is, but then rows meet columns that do not belong together.",
            "`x` is (N, D), `dout` is (N, H) and `dw` must be (D, H): the sum runs over the samples, so the two N's must stand next to "
            "each other.",
        ),
        Misconception(
            multiplied_element_by_element,
            "`dout` is multiplied element by element; `dx` and `dw` are *sums* of such products, one for each path.",
            "`*` multiplies numbers that stand at the same place, and adds nothing up. Which operator multiplies and adds up?",
        ),
    ),
    accepted=(with_einsum, with_loops, with_outer_products),
    hints=(
        "Write down the shapes first: `dout` (N, H), `x` (N, D), `w` (D, H). A gradient has the shape of what it is the gradient of.",
        "One input reaches the loss through all H outputs: add up, over j, `dout[n, j]` times the weight that leads there. "
        "One weight is used by all N samples: add up over n.",
        "A sum over the index that two arrays share is a matrix product; transpose whichever factor has that index on the outside. "
        "For the bias only the samples are left to add up.",
    ),
)
