"""Exercise: the gradient of the mean loss of a logistic regression."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """First weights of zero, where every probability is one half and the answer can be worked out by hand; then sizes that all differ."""
    return [
        whole_case(rng, n=1, d=1, kind="smallest"),
        whole_case(rng, n=2, d=1, kind="small"),
        gradient_case(rng, n=5, d=3),
        gradient_case(rng, n=7, d=2),
        gradient_case(rng, n=1, d=4, kind="one"),
    ]


def whole_case(rng: np.random.Generator, n: int, d: int, kind: str) -> Case:
    """Small whole numbers and a model that knows nothing yet; the labels are 1, 0, 0, …"""
    x = rng.integers(2, 6, (n, d)).astype(float)
    x[0] += 4
    return Case({"x": x, "y": first_is_one(n), "w": np.zeros(d), "b": 0.0}, kind=kind, sizes={"N": n, "D": d})


def gradient_case(rng: np.random.Generator, n: int, d: int, kind: str = "generic") -> Case:
    """Random numbers; the bias is far enough from 0 to be missed, and the labels are 1, 0, 0, … in random order."""
    args = {"x": rng.normal(size=(n, d)), "y": rng.permutation(first_is_one(n)), "w": rng.normal(size=d), "b": float(rng.uniform(0.5, 1.0))}
    return Case(args, kind=kind, sizes={"N": n, "D": d})


def first_is_one(n: int) -> np.ndarray:
    """About a third of ones."""
    return np.where(np.arange(n) % 3 == 0, 1, 0)


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What the gradient should be for the student's own ``binary_cross_entropy``, by central differences."""
    x, y, w, b = (case.args[name] for name in ("x", "y", "w", "b"))

    def loss(w: np.ndarray, b: np.ndarray) -> float:
        return float(functions["binary_cross_entropy"](x @ w + b, y))

    bias = np.array(b)
    return {
        "dw": nn.numerical_gradient(lambda w: loss(w, bias), w),
        "db": nn.numerical_gradient(lambda b: loss(w, b), bias),
    }


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def error_the_wrong_way_round(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = y - p
    return x.T @ error / len(y), np.mean(error)


def not_divided_by_n(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x.T @ error, np.sum(error)


def dw_not_divided_by_n(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x.T @ error, np.mean(error)


def db_not_divided_by_n(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x.T @ error / len(y), np.sum(error)


def divided_by_the_features(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x.T @ error / x.shape[1], np.sum(error) / x.shape[1]


def sigmoid_left_out(x, y, w, b):
    error = x @ w + b - y
    return x.T @ error / len(y), np.mean(error)


def bias_left_out_of_the_score(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w)))
    error = p - y
    return x.T @ error / len(y), np.mean(error)


def labels_for_probabilities(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = (p >= 0.5) - y
    return x.T @ error / len(y), np.mean(error)


def slope_of_the_sigmoid_again(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = (p - y) * p * (1 - p)
    return x.T @ error / len(y), np.mean(error)


def squared_error_gradient(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = 2 * (p - y) * p * (1 - p)
    return x.T @ error / len(y), np.mean(error)


def features_left_out_of_dw(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return np.full(len(w), np.mean(error)), np.mean(error)


def dw_summed_over_features(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return np.mean(x * error[:, None], axis=1), np.mean(error)


def dw_is_one_number(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return np.mean(x * error[:, None]), np.mean(error)


def dw_per_sample(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x * error[:, None] / len(y), np.mean(error)


def db_per_sample(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x.T @ error / len(y), error


def x_not_transposed(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return x @ error / len(y), np.mean(error)


def dw_and_db_exchanged(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return np.mean(error), x.T @ error / len(y)


def errors_meet_the_features(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return np.mean(error * x, axis=0), np.mean(error)


def new_weights_returned(x, y, w, b):
    p = 1 / (1 + np.exp(-(x @ w + b)))
    error = p - y
    return w - x.T @ error / len(y), b - np.mean(error)


# Right answers written another way.


def with_error_first(x, y, w, b):
    error = 1 / (1 + np.exp(-(x @ w + b))) - y
    return error @ x / len(error), error.mean()


def with_loops(x, y, w, b):
    import math

    dw, db = np.zeros(len(w)), 0.0
    for row, label in zip(x, y):
        score = b + sum(weight * value for weight, value in zip(w, row))
        error = 1 / (1 + math.exp(-score)) - label
        db += error / len(y)
        for d, value in enumerate(row):
            dw[d] += error * value / len(y)
    return [dw, db]


def with_mean_over_rows(x, y, w, b):
    error = 1 / (1 + np.exp(-(np.dot(x, w) + b))) - y
    return (x * error[:, np.newaxis]).mean(axis=0), np.mean(error)


def with_bias_as_a_weight(x, y, w, b):
    ones = np.column_stack([x, np.ones(len(x))])
    error = 1 / (1 + np.exp(-ones @ np.append(w, b))) - y
    gradient = np.einsum("n,nd->d", error, ones) / len(y)
    return gradient[:-1], gradient[-1]


EXERCISE = Exercise(
    name="logistic_gradient",
    lesson="logistic_regression",
    points=3,
    minutes=7,
    difficulty=2,
    reference=nn.logistic_gradient,
    cases=cases,
    returns=("dw", "db"),
    criteria=(
        Criterion("dw", "the gradient of the weights, `dw`", output="dw", share=2),
        Criterion("db", "the gradient of the bias, `db`", output="db"),
    ),
    needs=("sigmoid",),
    own_gradient=own_gradient,
    misconceptions=(
        Misconception(
            error_the_wrong_way_round,
            "Both gradients have the wrong sign: following them downhill would make the loss grow.",
            "The error of one sample is what was predicted minus what was true. Which one do you subtract from which?",
        ),
        Misconception(
            not_divided_by_n,
            "Both gradients are N times too large: the samples are added up but not averaged.",
            "The loss is a mean over N samples, so its gradient is a mean as well.",
        ),
        Misconception(
            dw_not_divided_by_n,
            "`db` is right, but `dw` is N times too large.",
            "A matrix product adds up over the samples; it does not divide. `db` is averaged already: treat `dw` the same way.",
        ),
        Misconception(
            db_not_divided_by_n,
            "`dw` is right, but `db` is N times too large.",
            "`dw` is averaged over the samples already. Do the same for the bias.",
        ),
        Misconception(
            divided_by_the_features,
            "The gradients are divided by D, the number of features; the mean is taken over the N samples.",
            "Which axis of `x` counts the samples, and what is `len(x)`?",
        ),
        Misconception(
            sigmoid_left_out,
            "The error compares the scores with the labels, as linear regression does: the sigmoid is missing.",
            "Turn the scores x·w + b into probabilities before you subtract the labels.",
        ),
        Misconception(
            bias_left_out_of_the_score,
            "The gradient is that of a model without a bias: `b` is not in the scores.",
            "The score of a sample is its features times the weights, plus something.",
        ),
        Misconception(
            labels_for_probabilities,
            "The probabilities were turned into 0 or 1 before the error was taken, so a sample on the right side counts as no "
            "error at all.",
            "The loss looks at probabilities, not at decisions. Being right with 0.6 still leaves an error of 0.4.",
        ),
        Misconception(
            slope_of_the_sigmoid_again,
            "The error is multiplied by p(1 - p), the slope of the sigmoid; with this loss that factor has cancelled.",
            "Work out the derivative of the loss by p, and multiply it by the slope of the sigmoid. What is left of the fractions?",
        ),
        Misconception(
            squared_error_gradient,
            "This is the gradient of the mean squared error of the probabilities, not that of the cross-entropy.",
            "Differentiate the loss with the logarithms. The slope of the sigmoid cancels and no factor 2 appears.",
        ),
        Misconception(
            features_left_out_of_dw,
            "Every entry of `dw` is the mean error: the features have no part in it.",
            "If a feature is 0 in a sample, its weight could not change that sample's score. Where does `x` enter the "
            "derivative of the score by w?",
        ),
        Misconception(
            dw_summed_over_features,
            "`dw` has one number per sample: the wrong axis was averaged away.",
            "`dw` must have the shape of `w`, (D,). Which axis of an (N, D) array has to go?",
        ),
        Misconception(
            dw_is_one_number,
            "`dw` is a single number: features and samples were averaged together.",
            "Each of the D weights has a gradient of its own. Only the axis that counts the samples may go.",
        ),
        Misconception(
            dw_per_sample,
            "`dw` has one row per sample: the shares of the samples are right, but nobody has added them up.",
            "`dw` must have the shape of `w`, (D,). Add up over the samples.",
        ),
        Misconception(
            db_per_sample,
            "`db` is one error per sample; there is only one bias, so one number is asked for.",
            "The bias is part of every sample's score. Take the mean of the errors.",
        ),
        Misconception(
            x_not_transposed,
            "In a matrix product `x` stands the wrong way round or on the wrong side: the two sizes that meet in the middle differ.",
            "`x` is (N, D). For the scores its D must meet the D weights; for `dw` its N must meet the N errors. Print the shapes.",
        ),
        Misconception(
            dw_and_db_exchanged,
            "`dw` and `db` are both right, but they come back in each other's place.",
            "The order is `dw, db`.",
        ),
        Misconception(
            errors_meet_the_features,
            "Multiplied entry by entry, (N,) and (N, D) are lined up from the right: each error meets a *column* of `x`, not its row.",
            "Either give the errors a second axis of length 1, so that they stand in a column, or let a matrix product do the adding up.",
        ),
        Misconception(
            new_weights_returned,
            "These are the weights and the bias after a step; the gradient itself is asked for.",
            "Stop one line earlier: the step comes in the next exercise, with a learning rate.",
        ),
    ),
    accepted=(with_error_first, with_loops, with_mean_over_rows, with_bias_as_a_weight),
    hints=(
        "Three steps: the scores, the probabilities, the errors. Write down the shape of each before you write code.",
        "The errors `p - y` have the shape (N,). For one weight, multiply each error by that feature of the same sample and "
        "take the mean over the samples. "
        "For the bias take the mean of the errors.",
        "Doing that for all D weights at once is one matrix product: `x` transposed, so that its N samples meet the N errors, times "
        "the errors. Divide it by N.",
    ),
)
