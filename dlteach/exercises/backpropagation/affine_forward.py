"""Exercise: the forward pass of an affine layer."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """From one number to a batch whose three sizes all differ."""
    return [
        affine_case(rng, n=1, d=1, h=1, kind="smallest", whole=True),
        affine_case(rng, n=2, d=2, h=1, kind="small", whole=True),
        affine_case(rng, n=3, d=4, h=2),
        affine_case(rng, n=5, d=2, h=3),
        affine_case(rng, n=1, d=3, h=2, kind="one"),
    ]


def affine_case(rng: np.random.Generator, n: int, d: int, h: int, kind: str = "generic", whole: bool = False) -> Case:
    """Inputs, weights and biases; ``whole`` asks for small whole numbers, which a reader can check by hand."""

    def numbers(*shape: int) -> np.ndarray:
        return rng.integers(2, 6, shape).astype(float) if whole else rng.normal(size=shape)

    return Case({"x": numbers(n, d), "w": numbers(d, h), "b": numbers(h)}, kind=kind, sizes={"N": n, "D": d, "H": h})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def bias_multiplied(x, w, b):
    return (x @ w) * b, (x, w)


def bias_left_out(x, w, b):
    return x @ w, (x, w)


def bias_subtracted(x, w, b):
    return x @ w - b, (x, w)


def bias_summed(x, w, b):
    return x @ w + b.sum(), (x, w)


def activation_included(x, w, b):
    return np.maximum(0, x @ w + b), (x, w)


def multiplied_element_by_element(x, w, b):
    return x * w + b, (x, w)


def w_transposed(x, w, b):
    return x @ w.T + b, (x, w)


def w_before_x(x, w, b):
    return w @ x + b, (x, w)


# Right answers written another way.


def with_einsum(x, w, b):
    return np.einsum("nd,dh->nh", x, w) + b, (x, w)


def with_loops(x, w, b):
    out = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        for j in range(w.shape[1]):
            out[n, j] = b[j]
            for i in range(x.shape[1]):
                out[n, j] += x[n, i] * w[i, j]
    return out, (x, w)


def with_a_column_of_ones(x, w, b):
    ones = np.ones((len(x), 1))
    return [np.hstack([x, ones]) @ np.vstack([w, b]), [x, w]]


def row_by_row(x, w, b):
    return np.array([w.T.dot(row) + b for row in x]), (x, w)


EXERCISE = Exercise(
    name="affine_forward",
    lesson="backpropagation",
    points=1,
    minutes=3,
    difficulty=1,
    reference=nn.affine_forward,
    cases=cases,
    returns=("out", "cache"),
    criteria=(Criterion("out", "the output, `out`", output="out"),),
    misconceptions=(
        Misconception(
            bias_multiplied,
            "`out` is the weighted sum *times* the bias; the bias is added.",
            "The bias moves the output up or down, whatever the inputs are. What should come out when every input is 0?",
        ),
        Misconception(
            bias_left_out,
            "`out` is the weighted sum alone: the bias `b` is missing.",
            "Put in an input of zeros: each unit should then give exactly its bias.",
        ),
        Misconception(
            bias_subtracted,
            "The bias is taken away; it should be added.",
            "Put in an input of zeros: each unit should then give exactly its bias, with its own sign.",
        ),
        Misconception(
            bias_summed,
            "Every unit has been given the sum of all biases; each unit has one of its own.",
            "`b` has the shape (H,): one number for each column of the output. NumPy lines the two up by itself.",
        ),
        Misconception(
            activation_included,
            "The negative outputs have been set to 0: that is a ReLU, and it is a layer of its own.",
            "An affine layer is nothing but the weighted sums and the biases. The activation comes after it, in another function.",
        ),
        Misconception(
            multiplied_element_by_element,
            "`x` and `w` are multiplied element by element; each output needs a *sum* over all D inputs.",
            "`*` multiplies numbers that stand at the same place. Which operator multiplies (N, D) by (D, H) to give (N, H)?",
        ),
        Misconception(
            w_transposed,
            "`w` is transposed, but going forward it is used as it is.",
            "`x` is (N, D) and `w` is (D, H): the inner sizes agree already.",
        ),
        Misconception(
            w_before_x,
            "`w` stands before `x` in the product: (D, H) times (N, D) does not fit.",
            "With one sample per *row*, the samples come first: which order puts the two D's next to each other?",
        ),
    ),
    accepted=(with_einsum, with_loops, with_a_column_of_ones, row_by_row),
    hints=(
        "Start with the shapes: `x` (N, D), `w` (D, H) and `b` (H,) must become `out` (N, H).",
        "Output j of sample n is the sum over i of `x[n, i]` times `w[i, j]`, plus the bias of unit j.",
        "A sum over the index that two arrays share is a matrix product. "
        "A vector of shape (H,) is added to every row of an (N, H) array without any loop.",
    ),
)
