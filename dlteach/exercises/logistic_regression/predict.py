"""Exercise: from probabilities to decisions, with a threshold."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """Probabilities on either side of the threshold, never near it, until the last case, which lies on it exactly.

    Some lie between one half and 0.62, the probability of the score 0.5: comparing the scores themselves gives them away.
    """
    return [
        Case({"x": np.array([[3.0]]), "w": np.ones(1), "b": float(rng.integers(-2, 0))}, kind="smallest", sizes={"N": 1, "D": 1}),
        decision_case(rng, [0.08, 0.25, 0.42, 0.56, 0.58, 0.72, 0.93], d=3),
        decision_case(rng, [0.10, 0.22, 0.38, 0.45, 0.55, 0.60, 0.80, 0.95], d=2, threshold=0.3),
        decision_case(rng, [0.05, 0.15, 0.35, 0.56, 0.72, 0.87], d=4, threshold=0.8),
        decision_case(rng, [0.40], d=3, threshold=0.3, kind="one"),
        exact_case(rng),
    ]


def decision_case(
    rng: np.random.Generator, probabilities: list[float], d: int, threshold: float | None = None, kind: str = "generic"
) -> Case:
    """Samples whose probabilities are, up to a little jitter, the given ones in random order. The bias is large enough to be missed."""
    p = rng.permutation(probabilities) + rng.uniform(-0.01, 0.01, len(probabilities))
    z = np.log(p / (1 - p))
    w, b = rng.uniform(0.5, 1.5, d) * rng.choice([-1.0, 1.0], d), float(rng.uniform(1.5, 2.0))
    x = rng.normal(size=(len(p), d))
    x[:, 0] += (z - b - x @ w) / w[0]  # now x @ w + b is z
    args = {"x": x, "w": w, "b": b}
    if threshold is not None:
        args["threshold"] = threshold
    return Case(args, kind=kind, sizes={"N": len(p), "D": d})


def exact_case(rng: np.random.Generator) -> Case:
    """Three samples with the scores a, 0 and -a in whole numbers: the second has exactly the probability 0.5."""
    a, c = rng.integers(2, 6, 2).astype(float)
    x = np.array([[2.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
    return Case({"x": x, "w": np.array([a, c]), "b": -(a + c), "threshold": 0.5}, kind="exact", sizes={"N": 3, "D": 2})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def strictly_above(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return (p > threshold).astype(int)


def scores_compared(x, w, b, threshold=0.5):
    z = x @ w + b
    return (z >= threshold).astype(int)


def threshold_ignored(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return (p >= 0.5).astype(int)


def rounded(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return np.round(p)


def below_is_one(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return (p < threshold).astype(int)


def sigmoid_upside_down(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(x @ w + b))
    return (p >= threshold).astype(int)


def bias_left_out(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w)))
    return (p >= threshold).astype(int)


def probabilities_returned(x, w, b, threshold=0.5):
    return 1 / (1 + np.exp(-(x @ w + b)))


def true_and_false(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return p >= threshold


def labels_as_floats(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return np.where(p >= threshold, 1.0, 0.0)


def minus_one_for_no(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return np.where(p >= threshold, 1, -1)


def cut_off_to_integers(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return p.astype(int)


def positions_for_labels(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return np.where(p >= threshold)[0]


def if_on_an_array(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    if p >= threshold:
        return 1
    else:
        return 0


def one_answer_for_all(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return int(p.mean() >= threshold)


# Right answers written another way.


def with_where(x, w, b, threshold=0.5):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    return np.where(p < threshold, 0, 1)


def with_a_loop(x, w, b, threshold=0.5):
    labels = []
    for row in x:
        p = 1 / (1 + np.exp(-(np.dot(row, w) + b)))
        labels.append(1 if p >= threshold else 0)
    return np.array(labels)


def with_the_score_of_the_threshold(x, w, b, threshold=0.5):
    return (x @ w + b >= np.log(threshold / (1 - threshold))).astype(int)


def with_one_byte_integers(x, w, b, threshold=0.5):
    labels = np.zeros(len(x), dtype=np.uint8)
    labels[0.5 * (1 + np.tanh((x @ w + b) / 2)) >= threshold] = 1
    return labels


EXERCISE = Exercise(
    name="predict",
    lesson="logistic_regression",
    points=2,
    minutes=3,
    difficulty=1,
    reference=nn.predict,
    cases=cases,
    returns=("labels",),
    criteria=(
        Criterion("labels", "the labels for any threshold", share=3),
        Criterion("exact", "a probability that is exactly the threshold", kinds=("exact",), after="labels"),
    ),
    needs=("sigmoid",),
    misconceptions=(
        Misconception(
            strictly_above,
            "Everything is right but a probability that *equals* the threshold: it should count as 1.",
            "The docstring says 'at least the threshold'. Which comparison takes in the case of equality?",
        ),
        Misconception(
            scores_compared,
            "The scores x·w + b are compared with the threshold, but the threshold is a probability.",
            "A score of 0.3 is a probability of 0.57. What is missing between the score and the comparison?",
        ),
        Misconception(
            threshold_ignored,
            "The labels are those of threshold 0.5, whatever threshold is asked for.",
            "Is there a 0.5 written out, or a `round`? Compare with the argument `threshold`.",
        ),
        Misconception(
            rounded,
            "Rounding decides at 0.5, whatever threshold is asked for, and it leaves floats; labels are whole numbers.",
            "Compare with the argument `threshold`, and turn the answer to that comparison into integers.",
        ),
        Misconception(
            below_is_one,
            "The answers are exchanged: samples *below* the threshold get the label 1.",
            "A high probability of class 1 should lead to the label 1. Check the direction of the comparison, or the order inside `where`.",
        ),
        Misconception(
            sigmoid_upside_down,
            "The decision was taken with the probability of class 0: the sigmoid inside is upside down.",
            "Look at the sign in the exponent. A large positive score must give a probability near 1.",
        ),
        Misconception(
            bias_left_out,
            "The bias `b` is not in the scores, so the boundary is in the wrong place.",
            "The score of a sample is its features times the weights, plus something.",
        ),
        Misconception(
            probabilities_returned,
            "These are the probabilities; decisions are asked for: one label, 0 or 1, per sample.",
            "One step is left: compare each probability with the threshold.",
        ),
        Misconception(
            true_and_false,
            "The decisions are right, but they are True and False; labels are the integers 1 and 0.",
            "A boolean array has a method that gives a copy of it in another type.",
        ),
        Misconception(
            labels_as_floats,
            "The labels are right, but they are the floats 1.0 and 0.0; a label is a whole number, so that it can be used as an index.",
            "Make integers of them. (In `np.where`, 1 and 1.0 are not the same.)",
        ),
        Misconception(
            minus_one_for_no,
            "The samples below the threshold get the label -1; in this course the labels are 0 and 1.",
            "The loss was built for y = 0 and y = 1. Which number stands for 'no'?",
        ),
        Misconception(
            cut_off_to_integers,
            "Every label is 0: turning a probability below 1 into an integer cuts off all its decimals.",
            "Compare with the threshold first, and make integers of the answer to that comparison.",
        ),
        Misconception(
            positions_for_labels,
            "These are the *positions* of the samples with label 1, not a label for each sample.",
            "With one argument `np.where` gives positions. The result must have one entry per sample.",
        ),
        Misconception(
            if_on_an_array,
            "`if` needs a single True or False, and comparing an array gives one for each sample.",
            "Leave the `if` out: a comparison works on a whole array at once, and its result can be turned into numbers.",
        ),
        Misconception(
            one_answer_for_all,
            "There is one label for the whole batch; each of the N samples needs its own.",
            "Don't take a mean: compare every probability with the threshold.",
        ),
    ),
    accepted=(with_where, with_a_loop, with_the_score_of_the_threshold, with_one_byte_integers),
    hints=(
        "Three steps: scores, probabilities, labels. You have written the first two before.",
        "Comparing an array with a number gives True or False for each entry. 'At least' includes equality.",
        "Turn True and False into the integers 1 and 0 with the array's `astype`.",
    ),
)
