"""Exercise: the softmax of a batch of logits."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One row, batches with more classes than samples and fewer, one sample, and logits of ±1000."""
    return [
        Case({"logits": np.array([[0.0, 1.0]])}, kind="smallest"),
        Case({"logits": np.array([[0.0, 2.0, 1.0], [3.0, -1.0, -2.0]])}, kind="small"),
        Case({"logits": rng.normal(scale=1.5, size=(3, 4))}, sizes={"N": 3, "C": 4}),
        Case({"logits": rng.normal(scale=1.5, size=(5, 3))}, sizes={"N": 5, "C": 3}),
        Case({"logits": rng.normal(scale=1.5, size=(1, 4))}, kind="one", sizes={"N": 1, "C": 4}),
        Case({"logits": extreme_logits(rng)}, kind="extreme", sizes={"N": 4, "C": 3}),
    ]


def extreme_logits(rng: np.random.Generator) -> np.ndarray:
    """Rows far above 0, far below, near 0, and one that spans the whole range."""
    offsets = np.array([[1000.0] * 3, [-1000.0] * 3, [0.0] * 3, [1000.0, 0.0, -1000.0]])
    return offsets + rng.normal(size=(4, 3))


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def no_maximum_subtracted(logits):
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


def maximum_of_the_whole_array(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=1, keepdims=True)


def logits_clipped(logits):
    e = np.exp(np.clip(logits, -100, 100))
    return e / e.sum(axis=1, keepdims=True)


def summed_over_everything(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum()


def summed_over_the_batch(logits):
    e = np.exp(logits - logits.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def axis_not_kept(logits):
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=1)


def maximum_subtracted_above_only(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / np.exp(logits).sum(axis=1, keepdims=True)


def divided_by_the_largest(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True)


def divided_by_the_mean(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.mean(axis=1, keepdims=True)


def no_exponential(logits):
    return logits / logits.sum(axis=1, keepdims=True)


def sign_of_the_exponent(logits):
    e = np.exp(-(logits - logits.min(axis=1, keepdims=True)))
    return e / e.sum(axis=1, keepdims=True)


def sigmoid_for_softmax(logits):
    return 1 / (1 + np.exp(-logits))


def logarithm_returned(logits):
    z = logits - logits.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def winner_takes_all(logits):
    return np.eye(logits.shape[1])[logits.argmax(axis=1)]


# Right answers written another way.


def with_logaddexp(logits):
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))


def row_by_row(logits):
    out = np.empty_like(logits)
    for n, row in enumerate(logits):
        e = np.exp(row - max(row))
        out[n] = e / sum(e)
    return out


def with_the_transpose(logits):
    e = np.exp(logits.T - logits.max(axis=1))
    return (e / e.sum(axis=0)).T


def from_pairs(logits):
    with np.errstate(over="ignore"):
        return 1 / np.exp(logits[:, None, :] - logits[:, :, None]).sum(axis=2)


EXERCISE = Exercise(
    name="softmax",
    lesson="backpropagation",
    points=2,
    minutes=5,
    difficulty=2,
    reference=nn.softmax,
    cases=cases,
    returns=("probabilities",),
    rtol=1e-7,  # a 1e-8 added to the sum against division by zero is not needed, and does no harm
    criteria=(
        Criterion("values", "the probabilities", output="probabilities", share=3),
        Criterion("stable", "the probabilities for logits of ±1000", output="probabilities", share=1, kinds=("extreme",), after="values"),
    ),
    misconceptions=(
        Misconception(
            no_maximum_subtracted,
            "Right for moderate logits, but NaN (not a number) where a whole row is near 1000 or near -1000.",
            "exp(1000) is infinite for the computer, and exp(-1000) is 0. Adding one number to a whole row changes no probability: "
            "which number makes every exponential safe?",
        ),
        Misconception(
            maximum_of_the_whole_array,
            "Right until the rows differ a lot: a row far below the others becomes 0/0, because one maximum served the whole batch.",
            "Each sample needs its own shift: the largest logit of its own row.",
        ),
        Misconception(
            logits_clipped,
            "Right for moderate logits, but clipping makes 1000 and 1001 equal, and the difference between them is what counts.",
            "Instead of cutting large logits off, shift the whole row: adding one number to a row changes no probability.",
        ),
        Misconception(
            summed_over_everything,
            "The whole batch shares a total of 1; every *row* should.",
            "Each sample has its own probabilities. Give `sum` the axis that runs over the classes.",
        ),
        Misconception(
            summed_over_the_batch,
            "The columns add up to 1; the rows should.",
            "In an array (N, C), which axis counts the samples, and which the classes? The sum runs over the classes.",
        ),
        Misconception(
            axis_not_kept,
            "The row sums have the shape (N,), and NumPy cannot line them up with (N, C).",
            "The sums must stay a column, (N, 1), so that each row is divided by its own.",
        ),
        Misconception(
            maximum_subtracted_above_only,
            "The largest logit is subtracted in the numerator only, so the rows no longer add up to 1.",
            "Use the same shifted logits above and below: the shift cancels only if it is in both.",
        ),
        Misconception(
            divided_by_the_largest,
            "The largest number of each row is 1; the *sum* of each row should be 1.",
            "Probabilities are shares of a total. What is the total of the exponentials of a row?",
        ),
        Misconception(
            divided_by_the_mean,
            "Each row adds up to C: the exponentials were divided by their mean.",
            "Probabilities are shares of a total, not of an average.",
        ),
        Misconception(
            no_exponential,
            "The logits themselves are divided by their sum, so negative 'probabilities' appear.",
            "First make every number positive: the exponential does that and keeps the order.",
        ),
        Misconception(
            sign_of_the_exponent,
            "The smallest logit has the largest probability.",
            "There is no minus sign in the exponent here: that one belongs to the sigmoid.",
        ),
        Misconception(
            sigmoid_for_softmax,
            "This is a sigmoid of each logit by itself; the rows do not add up to 1.",
            "The classes exclude each other: more for one means less for the others. What ties them together?",
        ),
        Misconception(
            logarithm_returned,
            "These are the *logarithms* of the probabilities: no number is positive.",
            "You are one step too far, or one too few: the next exercise needs these, this one their exponentials.",
        ),
        Misconception(
            winner_takes_all,
            "Each row has a single 1 at its largest logit: a decision, not probabilities.",
            "The 'soft' in softmax: the runner-up keeps a share as well.",
        ),
    ),
    accepted=(with_logaddexp, row_by_row, with_the_transpose, from_pairs),
    hints=(
        "Work out one row on paper: logits 0 and 1 give exponentials 1 and 2.718. What are their shares of the total?",
        "Exponentials, divided by their sum over the row. Shift each row by its largest logit first: the result is the same, and "
        "no exponential can overflow.",
        "The maximum and the sum run over axis 1; keep them as columns of shape (N, 1) so that they line up with (N, C).",
    ),
)
