"""Exercise: the training loop of logistic regression."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """First one epoch that can be followed by hand, then several, then none at all."""
    return [
        first_epoch_case(rng, n=1, d=1, lr=1.0, kind="smallest"),
        first_epoch_case(rng, n=2, d=3, lr=0.5, kind="first"),
        training_case(rng, n=6, d=3, lr=0.5, epochs=7),
        training_case(rng, n=7, d=2, lr=0.2, epochs=15),
        training_case(rng, n=1, d=4, lr=0.3, epochs=5, kind="one"),
        training_case(rng, n=4, d=2, lr=0.3, epochs=0, kind="none"),
    ]


def first_epoch_case(rng: np.random.Generator, n: int, d: int, lr: float, kind: str) -> Case:
    """One epoch in small whole numbers. From zeros every probability is one half, so each error is a half, up or down."""
    x = rng.integers(1, 4, (n, d)).astype(float)
    x[0] += 3  # the first sample, of class 1, outweighs the other: no gradient is 0
    return Case({"x": x, "y": (np.arange(n) == 0).astype(int), "lr": lr, "epochs": 1}, kind=kind, sizes={"N": n, "D": d})


def training_case(rng: np.random.Generator, n: int, d: int, lr: float, epochs: int, kind: str = "generic") -> Case:
    """Random features that lean to one side; about a third of the labels is 1, in random order."""
    x = rng.normal(size=(n, d)) + np.linspace(0.5, 1.5, d)
    y = rng.permutation((np.arange(n) % 3 == 0).astype(int))
    return Case({"x": x, "y": y, "lr": lr, "epochs": epochs}, kind=kind, sizes={"N": n, "D": d})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def uphill(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w + lr * dw, b + lr * db
    return w, b


def only_one_step(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
        return w, b
    return w, b


def one_epoch_short(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(1, epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def one_epoch_too_many(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs + 1):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def starts_from_ones(x, y, lr, epochs):
    w, b = np.ones(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def bias_never_moves(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        w = w - lr * (x.T @ error / len(y))
    return w, b


def bias_goes_uphill(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b + lr * db
    return w, b


def learning_rate_left_out(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - dw, b - db
    return w, b


def same_gradient_in_every_epoch(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    error = 1 / (1 + np.exp(-(x @ w + b))) - y
    dw, db = x.T @ error / len(y), np.mean(error)
    for _ in range(epochs):
        w, b = w - lr * dw, b - lr * db
    return w, b


def step_replaces_the_weights(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = -lr * dw, -lr * db
    return w, b


def bias_sees_the_new_weights(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        w = w - lr * (x.T @ (1 / (1 + np.exp(-(x @ w + b))) - y) / len(y))
        b = b - lr * np.mean(1 / (1 + np.exp(-(x @ w + b))) - y)
    return w, b


def gradient_not_averaged(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        w, b = w - lr * (x.T @ error), b - lr * np.sum(error)
    return w, b


def one_sample_at_a_time(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        for row, label in zip(x, y):
            error = 1 / (1 + np.exp(-(row @ w + b))) - label
            w, b = w - lr * error * row, b - lr * error
    return w, b


def sigmoid_left_out(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = x @ w + b - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def learns_from_decisions(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = (x @ w + b >= 0).astype(float) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def weights_in_a_column(x, y, lr, epochs):
    w, b = np.zeros((x.shape[1], 1)), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def weight_for_every_sample(x, y, lr, epochs):
    w, b = np.zeros(x.shape[0]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return w, b


def b_before_w(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        dw, db = x.T @ error / len(y), np.mean(error)
        w, b = w - lr * dw, b - lr * db
    return b, w


# Right answers written another way.


def with_updates_in_place(x, y, lr, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(epochs):
        error = 1 / (1 + np.exp(-(x @ w + b))) - y
        w -= lr * np.dot(error, x) / len(y)
        b -= lr * error.mean()
    return w, b


def with_bias_as_a_weight(x, y, lr, epochs):
    ones = np.column_stack([x, np.ones(len(x))])
    w = np.zeros(ones.shape[1])
    for _ in range(epochs):
        w = w + lr * (y - 1 / (1 + np.exp(-ones @ w))) @ ones / len(y)
    return w[:-1], w[-1]


def with_a_while_loop(x, y, lr, epochs):
    w, b = 0.0 * x[0], 0.0
    while epochs > 0:
        p = 0.5 * (1 + np.tanh((x @ w + b) / 2))
        w, b = w - lr * np.mean((p - y)[:, None] * x, axis=0), b - lr * np.mean(p - y)
        epochs -= 1
    return [w, b]


EXERCISE = Exercise(
    name="train_logistic_regression",
    lesson="logistic_regression",
    points=4,
    minutes=6,
    difficulty=2,
    reference=nn.train_logistic_regression,
    cases=cases,
    returns=("w", "b"),
    criteria=(
        Criterion("first_epoch", "the first step from zeros", kinds=("smallest", "first")),
        Criterion("w", "the weights `w` after several epochs", output="w", share=2),
        Criterion("b", "the bias `b` after several epochs", output="b"),
    ),
    needs=("sigmoid", "logistic_gradient"),
    misconceptions=(
        Misconception(
            uphill,
            "The steps go uphill: the gradient is added, so the loss grows with every epoch.",
            "The gradient points to where the loss rises. Which way do you want to go?",
        ),
        Misconception(
            only_one_step,
            "The result is that of a single step, however many epochs are asked for.",
            "Either there is no loop, or the `return` is indented so far that it ends the first round, or w and b are set back "
            "to zero *inside* the loop.",
        ),
        Misconception(
            one_epoch_short,
            "One step is missing: there are epochs - 1 of them.",
            "What does your `range` count from, and where does it stop?",
        ),
        Misconception(
            one_epoch_too_many,
            "One step too many is taken: epochs + 1 of them.",
            "Which number does your loop begin with, and which is its last?",
        ),
        Misconception(
            starts_from_ones,
            "The descent starts with weights of one; it should start from zeros.",
            "All answers can only be compared if everybody starts at the same point. The docstring says which.",
        ),
        Misconception(
            bias_never_moves,
            "Only the weights are trained; the bias stays at 0 for ever.",
            "The gradient has two parts, and each of them belongs to a parameter.",
        ),
        Misconception(
            bias_goes_uphill,
            "The weights go downhill, but the bias goes uphill.",
            "Both parameters are moved by the same rule. Compare the signs of the two updates.",
        ),
        Misconception(
            learning_rate_left_out,
            "The step is the whole gradient: `lr` is not used.",
            "How far to go is the gradient times something.",
        ),
        Misconception(
            same_gradient_in_every_epoch,
            "Every epoch takes the same step: the gradient at the start is used again and again.",
            "After a step you stand somewhere else, and the slope there is another. Which lines belong inside the loop?",
        ),
        Misconception(
            step_replaces_the_weights,
            "Each epoch forgets the weights so far: they are replaced by the last step instead of being changed by it.",
            "Was it `w = -lr * ...`, or `=-` typed for `-=`? The old value has to be part of the new one.",
        ),
        Misconception(
            bias_sees_the_new_weights,
            "The bias is updated with a gradient computed *after* the weights had moved.",
            "A step has one starting point. Compute `dw` and `db` first, both at the old place, and only then move.",
        ),
        Misconception(
            gradient_not_averaged,
            "The steps are N times too large: the gradient is added up over the samples, not averaged.",
            "The loss is a mean, so its gradient is one too. If you call your `logistic_gradient`, has it passed its check?",
        ),
        Misconception(
            one_sample_at_a_time,
            "There is a step after every single sample; here one epoch is one step, with the gradient of the whole batch.",
            "Stochastic descent is a good idea for later. Leave out the inner loop: `x` can be used as a whole.",
        ),
        Misconception(
            sigmoid_left_out,
            "This trains a linear regression: the scores are compared with the labels, with no sigmoid between.",
            "The error is probability minus label. What makes a probability of a score?",
        ),
        Misconception(
            learns_from_decisions,
            "The error is decision minus label, as in the perceptron; it should be probability minus label.",
            "With decisions a sample on the right side teaches nothing more. Leave the threshold for `predict`.",
        ),
        Misconception(
            weights_in_a_column,
            "The weights are a column, (D, 1), so the scores are (N, 1); minus labels (N,), NumPy stretches that to a square of "
            "N × N errors.",
            "`w` has one axis, (D,). Print the shape of the error: it should be (N,).",
        ),
        Misconception(
            weight_for_every_sample,
            "There is a weight for each of the N samples; there should be one for each of the D features.",
            "Which of the two sizes in `x.shape` counts the features?",
        ),
        Misconception(
            b_before_w,
            "`w` and `b` come back in each other's place.",
            "The order is `w, b`.",
        ),
    ),
    accepted=(with_updates_in_place, with_bias_as_a_weight, with_a_while_loop),
    hints=(
        "Before the loop: `w` is an array of D zeros and `b` is 0.0. After it: return both. What has to happen `epochs` times in between?",
        "In each epoch get `dw` and `db` at the present place, from the function you wrote before; then move `w` and `b` a "
        "little, both against their gradient.",
        "A little means `lr` times the gradient. Check the indentation: the two updates inside the loop, the `return` outside.",
    ),
)
