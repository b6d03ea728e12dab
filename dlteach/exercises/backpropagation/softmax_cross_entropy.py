"""Exercise: softmax and cross-entropy in one, loss and gradient."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One row, batches with more classes than samples and fewer, one sample, and a confident mistake of 1000."""
    return [
        Case({"logits": np.array([[0.0, 1.0]]), "labels": np.array([1])}, kind="smallest"),
        Case({"logits": np.array([[0.0, 2.0, 1.0], [3.0, 1.0, -1.0]]), "labels": np.array([2, 0])}, kind="small"),
        cross_entropy_case(rng, n=3, c=4),
        cross_entropy_case(rng, n=5, c=3),
        cross_entropy_case(rng, n=1, c=4, kind="one"),
        extreme_case(rng),
    ]


def cross_entropy_case(rng: np.random.Generator, n: int, c: int, kind: str = "generic") -> Case:
    """Moderate logits; the labels are as different as they can be, in an order that the rng shuffles."""
    labels = rng.permutation(np.arange(n) % c)
    return Case({"logits": rng.normal(scale=1.5, size=(n, c)), "labels": labels}, kind=kind, sizes={"N": n, "C": c})


def extreme_case(rng: np.random.Generator) -> Case:
    """Rows far above 0 and far below, a confident hit, and a confident mistake that costs 1000."""
    offsets = np.array([[1000.0] * 3, [-1000.0] * 3, [1000.0, 0.0, -1000.0], [0.0, 1000.0, 0.0]])
    logits = offsets + rng.uniform(-0.5, 0.5, (4, 3))
    return Case({"logits": logits, "labels": np.array([2, 0, 0, 2])}, kind="extreme", sizes={"N": 4, "C": 3})


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What ``dlogits`` should be for the student's own loss, by central differences."""
    labels = case.args["labels"]
    return {"dlogits": nn.numerical_gradient(lambda z: float(functions["softmax_cross_entropy"](z, labels)[0]), case.args["logits"])}


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def mean_only_in_the_loss(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    return -log_p[np.arange(n), labels].mean(), dlogits


def sum_for_mean(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    return -log_p[np.arange(n), labels].sum(), dlogits


def mean_over_classes_too(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(one_hot * log_p), (np.exp(log_p) - one_hot) / n


def minus_forgotten(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    return log_p[np.arange(n), labels].mean(), dlogits / n


def labels_minus_probabilities(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.sum(one_hot * log_p) / n, (one_hot - np.exp(log_p)) / n


def label_not_subtracted(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(n), labels].mean(), np.exp(log_p) / n


def gradient_of_the_probabilities(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.sum(one_hot * log_p) / n, -one_hot / np.exp(log_p) / n


def sigmoid_slope_added(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    return -np.sum(one_hot * log_p) / n, (p - one_hot) * p * (1 - p) / n


def probability_for_its_logarithm(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    dlogits = p.copy()
    dlogits[np.arange(n), labels] -= 1
    return -p[np.arange(n), labels].mean(), dlogits / n


def every_label_for_every_sample(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[:, labels] -= 1
    return -log_p[:, labels].mean(), dlogits / n


def labels_counted_from_one(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels - 1] -= 1
    return -log_p[np.arange(n), labels - 1].mean(), dlogits / n


def logarithm_of_nothing(logits, labels):
    n = len(labels)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), labels]).mean()
    p[np.arange(n), labels] -= 1
    return loss, p / n


def small_number_in_the_logarithm(logits, labels):
    n = len(labels)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), labels] + 1e-12).mean()
    p[np.arange(n), labels] -= 1
    return loss, p / n


def zero_times_infinity(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.sum(one_hot * np.log(p)) / n, (p - one_hot) / n


def a_yes_or_no_for_each_class(logits, labels):
    n, c = logits.shape
    y = np.eye(c)[labels]
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = np.clip(e / e.sum(axis=1, keepdims=True), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), (p - y) / n


def no_maximum_subtracted(logits, labels):
    n = len(labels)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(n), labels]).mean()
    p[np.arange(n), labels] -= 1
    return loss, p / n


def results_exchanged(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    return dlogits / n, -log_p[np.arange(n), labels].mean()


def label_numbers_subtracted(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(n), labels].mean(), (np.exp(log_p) - labels[:, None]) / n


def probabilities_overwritten(logits, labels):
    n = len(labels)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    dlogits = p
    dlogits[np.arange(n), labels] -= 1
    return -np.log(p[np.arange(n), labels]).mean(), dlogits / n


def shift_in_one_part_only(logits, labels):
    n = len(labels)
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    total = e.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - logits[np.arange(n), labels]).mean()
    dlogits = e / total
    dlogits[np.arange(n), labels] -= 1
    return loss, dlogits / n


def labels_taken_for_rows(logits, labels):
    n = len(labels)
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[labels] -= 1
    return -log_p[np.arange(n), labels].mean(), dlogits / n


def one_hot_as_wide_as_the_batch(logits, labels):
    n = len(labels)
    one_hot = np.eye(n)[labels]
    z = logits - logits.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.sum(one_hot * log_p) / n, (np.exp(log_p) - one_hot) / n


# Right answers written another way.


def with_one_hot(logits, labels):
    n, c = logits.shape
    one_hot = np.eye(c)[labels]
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -np.sum(one_hot * log_p) / n, (np.exp(log_p) - one_hot) / n


def with_loops(logits, labels):
    loss, dlogits = 0.0, np.zeros_like(logits)
    for n, label in enumerate(labels):
        z = logits[n] - max(logits[n])
        total = np.exp(z).sum()
        loss += (np.log(total) - z[label]) / len(labels)
        dlogits[n] = np.exp(z) / total / len(labels)
        dlogits[n, label] -= 1 / len(labels)
    return [loss, dlogits]


def with_margins(logits, labels):
    own = np.take_along_axis(logits, labels[:, None], axis=1)
    loss = np.logaddexp.reduce(logits - own, axis=1).mean()
    share = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    return loss, np.where(np.arange(logits.shape[1]) == labels[:, None], share - 1, share) / len(labels)


def with_softmax_and_a_logarithm_apart(logits, labels):
    rows = np.arange(len(labels))
    z = logits - logits.max(axis=1)[:, None]
    p = np.exp(z) / np.exp(z).sum(axis=1)[:, None]
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[rows, labels])
    np.subtract.at(p, (rows, labels), 1)
    return np.array(loss), p / len(rows)


EXERCISE = Exercise(
    name="softmax_cross_entropy",
    lesson="backpropagation",
    points=3,
    minutes=8,
    difficulty=3,
    reference=nn.softmax_cross_entropy,
    cases=cases,
    returns=("loss", "dlogits"),
    criteria=(
        Criterion("loss", "the mean loss", output="loss", share=4),
        Criterion("dlogits", "the gradient of the logits, `dlogits`", output="dlogits", share=6),
        Criterion("loss_stable", "the loss for logits of ±1000", output="loss", share=1, kinds=("extreme",), after="loss"),
        Criterion("dlogits_stable", "`dlogits` for logits of ±1000", output="dlogits", share=1, kinds=("extreme",), after="dlogits"),
    ),
    needs=("softmax",),
    own_gradient=own_gradient,
    rtol=1e-6,  # a 1e-8 inside the logarithm does no harm here; what it does to a confident mistake is another criterion
    misconceptions=(
        Misconception(
            mean_only_in_the_loss,
            "The loss is a mean over the batch, but `dlogits` is N times too large: it belongs to the sum.",
            "The 1/N of the mean is part of the function you differentiate. It has to come back in the gradient.",
        ),
        Misconception(
            sum_for_mean,
            "The losses of the samples are added up, and `dlogits` with them; the loss should be their mean.",
            "With a sum, a batch twice as large would give a gradient twice as large. Divide both results by N.",
        ),
        Misconception(
            mean_over_classes_too,
            "The loss is C times too small: the mean was taken over all N·C entries, zeros included.",
            "Each *sample* contributes one number, that of its own class. There are N samples to average.",
        ),
        Misconception(
            minus_forgotten,
            "The loss is negative: the minus sign in front of the logarithm is missing.",
            "The logarithm of a probability is never positive, and a loss should be 0 at best. Descending on this one makes things worse.",
        ),
        Misconception(
            labels_minus_probabilities,
            "`dlogits` has the wrong sign: it points downhill, and a gradient points uphill.",
            "Raising the logit of the right class lowers the loss, so its entry must be negative.",
        ),
        Misconception(
            label_not_subtracted,
            "`dlogits` holds the probabilities alone: nothing tells it which class was right.",
            "Each row must add up to 0: what one class gains the others lose. What is missing at the place of the right class?",
        ),
        Misconception(
            gradient_of_the_probabilities,
            "`dlogits` is the gradient of the *probabilities*, -1/p; the step back through the softmax is missing.",
            "The loss reaches all logits of a row through the softmax, so the wrong classes get a gradient too. "
            "After all the cancelling, what remains is a difference of two things you know.",
        ),
        Misconception(
            sigmoid_slope_added,
            "`dlogits` has an extra factor p·(1 - p): the slope has been counted twice.",
            "The softmax's slope has already cancelled against the 1/p of the logarithm. Nothing more is to be multiplied.",
        ),
        Misconception(
            probability_for_its_logarithm,
            "The loss averages the probabilities of the right class; the logarithm is missing.",
            "A probability of 0.01 should cost far more than one of 0.1. What turns 'ten times less likely' into 'the same amount more'?",
        ),
        Misconception(
            every_label_for_every_sample,
            "Every sample was compared with the labels of *all* samples: `[:, labels]` takes whole columns.",
            "You want one entry per row. Index with two lists of the same length: the row numbers, and the labels.",
        ),
        Misconception(
            labels_counted_from_one,
            "The neighbouring class was taken for the right one: the labels are off by one.",
            "The labels count from 0, as NumPy's columns do.",
        ),
        Misconception(
            logarithm_of_nothing,
            "Right for moderate logits, but a confident mistake costs infinity: its probability was rounded to 0 before the logarithm.",
            "Take the logarithm on paper first: the log of a quotient of exponentials needs only one exponential sum, and never log(0).",
        ),
        Misconception(
            small_number_in_the_logarithm,
            "Right for moderate logits, but a confident mistake of 1000 costs far too little: a small number in the logarithm caps it.",
            "Take the logarithm on paper first: the log of a quotient of exponentials needs only one exponential sum, and never log(0).",
        ),
        Misconception(
            zero_times_infinity,
            "Right for moderate logits, but `loss` is NaN (not a number) for confident ones: on its way an exponential became infinite "
            "or 0, and infinity - infinity and 0 · log 0 are both NaN.",
            "Take the logarithm on paper first, then use the *shifted* logits in both of its parts: no exponential is larger than 1, and "
            "log(0) never comes up.",
        ),
        Misconception(
            a_yes_or_no_for_each_class,
            "The loss is the *binary* cross-entropy, averaged over all N·C entries, as if every class were a question of its own.",
            "The classes exclude each other: only the logarithm for the right class counts, one number for each sample.",
        ),
        Misconception(
            no_maximum_subtracted,
            "Right for moderate logits, but NaN (not a number) near ±1000: the exponentials overflow, or all become 0.",
            "Shift each row by its largest logit before the first exponential. No probability changes by that.",
        ),
        Misconception(
            results_exchanged,
            "The two results come back in each other's place.",
            "The order is `loss, dlogits`.",
        ),
        Misconception(
            label_numbers_subtracted,
            "In `dlogits` the label itself is subtracted from its whole row, as if it were an amount; a label is only the number of a "
            "class.",
            "For class 7 not 7 is subtracted, but 1, and in one column only. Which one?",
        ),
        Misconception(
            probabilities_overwritten,
            "`loss` is NaN (not a number) even for moderate logits, as from the logarithm of a negative number; no probability is "
            "negative.",
            "Two names can stand for one array: after `b = a`, `b[...] -= 1` changes `a` as well. Do you still need the probabilities when "
            "you take 1 off, and are they still what they were?",
        ),
        Misconception(
            shift_in_one_part_only,
            "`loss` is off by the mean of the rows' largest logits: the shift has been taken off in the sum of the exponentials, but not "
            "in the logit of the right class.",
            "A shift changes nothing only if *all* logits get it. Work with the shifted ones everywhere.",
        ),
        Misconception(
            labels_taken_for_rows,
            "In `dlogits` the labels have been used as *row* numbers; they are the numbers of columns.",
            "One index alone, `a[labels]`, picks rows. You want one entry from each row: the row numbers come first, then the labels.",
        ),
        Misconception(
            one_hot_as_wide_as_the_batch,
            "The one-hot rows do not have as many entries as there are classes; they seem to have one for each *sample*.",
            "A one-hot row has a place for each class: C of them, not N.",
        ),
    ),
    accepted=(with_one_hot, with_loops, with_margins, with_softmax_and_a_logarithm_apart),
    hints=(
        "Take one row. The loss looks at one number only, the logarithm of the probability of the right class; `dlogits` has the shape of "
        "`logits`, and each of its rows adds up to 0.",
        "Loss: minus the mean of the log-probabilities of the right classes, where log p is the shifted logit minus the log of the sum of "
        "the exponentials. Gradient: probability minus one-hot label, divided by N.",
        "To reach one entry per row, index with two arrays of length N: the row numbers and the labels. Use it once to read the "
        "log-probabilities and once to subtract 1 from a copy of the probabilities.",
    ),
)
