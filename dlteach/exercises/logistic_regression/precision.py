"""Exercise: precision, how far an answer of 1 can be trusted."""

import numpy as np

from dlteach import nn
from dlteach.checking import Criterion, Exercise, Misconception
from dlteach.exercises.logistic_regression.counts import metric_cases

# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def recall_instead(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / (tp + fn) if tp + fn else 0.0


def accuracy_instead(y_true, y_pred):
    return np.mean(y_true == y_pred)


def true_negatives_in_the_denominator(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    tn = np.sum((y_true == 0) & (y_pred == 0))
    return tp / (tp + tn) if tp + tn else 0.0


def share_of_all_samples(y_true, y_pred):
    return np.mean((y_true == 1) & (y_pred == 1))


def share_of_false_alarms(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return fp / (tp + fp) if tp + fp else 0.0


def brackets_left_out(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp / tp + fp if tp else 0.0


def true_over_false(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp / fp if fp else 0.0


def class_zero_as_positive(y_true, y_pred):
    tn = np.sum((y_true == 0) & (y_pred == 0))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tn / (tn + fn) if tn + fn else 0.0


def mean_of_both_classes(y_true, y_pred):
    shares = []
    for label in (0, 1):
        answers = y_true[y_pred == label]
        shares.append(np.mean(answers == label) if len(answers) else 0.0)
    return np.mean(shares)


def division_without_remainder(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp // (tp + fp) if tp + fp else 0.0


def in_percent(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return 100 * tp / (tp + fp) if tp + fp else 0.0


def zero_over_zero(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp / (tp + fp)


def division_by_zero(y_true, y_pred):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 1)
    fp = sum(1 for t, p in zip(y_true, y_pred) if t == 0 and p == 1)
    return tp / (tp + fp)


def one_where_undefined(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp / (tp + fp) if tp + fp else 1.0


def brackets_round_the_conditions_left_out(y_true, y_pred):
    tp = np.sum(y_true == 1 & y_pred == 1)
    fp = np.sum(y_true == 0 & y_pred == 1)
    return tp / (tp + fp) if tp + fp else 0.0


# Right answers written another way.


def with_a_mask(y_true, y_pred):
    found = y_true[y_pred == 1]
    return found.mean() if found.size else 0.0


def with_a_loop(y_true, y_pred):
    tp = fp = 0
    for t, p in zip(y_true, y_pred):
        tp += int(t == 1 and p == 1)
        fp += int(t == 0 and p == 1)
    try:
        return tp / (tp + fp)
    except ZeroDivisionError:
        return 0


def with_products(y_true, y_pred):
    return np.array((y_true * y_pred).sum() / max(y_pred.sum(), 1))


EXERCISE = Exercise(
    name="precision",
    lesson="logistic_regression",
    points=1,
    minutes=3,
    difficulty=1,
    reference=nn.precision,
    cases=metric_cases,
    returns=("precision",),
    criteria=(
        Criterion("value", "the share of right answers among those that say 1", share=3),
        Criterion("nothing_found", "0.0 where nothing was found", kinds=("nothing",), after="value"),
    ),
    needs=("confusion_matrix",),
    rtol=1e-6,
    misconceptions=(
        Misconception(
            recall_instead,
            "This is the recall: the share of the true 1s that were found.",
            "Precision looks at what was *predicted* to be 1, and asks how much of that is right. Which mistakes are among those samples?",
        ),
        Misconception(
            accuracy_instead,
            "This is the accuracy: the share of right answers among all samples.",
            "Precision leaves aside every sample that was predicted to be 0.",
        ),
        Misconception(
            true_negatives_in_the_denominator,
            "The denominator adds up TP and TN, two kinds of right answers, so it has no mistakes in it.",
            "The denominator counts everything that was predicted to be 1. Which kind of mistake is that?",
        ),
        Misconception(
            share_of_all_samples,
            "TP is divided by the number of all samples.",
            "Divide by the number of samples that were predicted to be 1.",
        ),
        Misconception(
            share_of_false_alarms,
            "This is the share of *wrong* answers among those that say 1.",
            "The numerator counts the right ones.",
        ),
        Misconception(
            brackets_left_out,
            "Python read this as (TP / TP) + FP: the division ended before the sum.",
            "The whole sum belongs under the fraction bar. What makes Python add before it divides?",
        ),
        Misconception(
            true_over_false,
            "TP is divided by FP alone, so the result can be above 1.",
            "A share is a part of a whole. Everything that was predicted to be 1 is the whole: which two counts make it up?",
        ),
        Misconception(
            class_zero_as_positive,
            "This is the precision of class 0: the share of right answers among those that say 0.",
            "The positive class is 1. Which label are you comparing with?",
        ),
        Misconception(
            mean_of_both_classes,
            "This is the mean of the precisions of both classes.",
            "Only class 1, the one that is searched for, counts here.",
        ),
        Misconception(
            division_without_remainder,
            "The division cuts off everything after the decimal point.",
            "Python has two signs for dividing. Which of them keeps the decimals?",
        ),
        Misconception(
            in_percent,
            "The result is in per cent, 100 times too large; a share between 0 and 1 is asked for.",
            "Leave out the factor.",
        ),
        Misconception(
            zero_over_zero,
            "Right, except where nothing was predicted to be 1: there 0 is divided by 0, and NumPy answers nan.",
            "What should a model that never says 1 get? Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            division_by_zero,
            "Right, except where nothing was predicted to be 1: there Python refuses to divide by zero.",
            "What should a model that never says 1 get? Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            one_where_undefined,
            "A model that never says 1 gets a precision of 1.0; we agreed on 0.0 there.",
            "One may argue about it, but 0.0 keeps a model that finds nothing from looking perfect.",
        ),
        Misconception(
            brackets_round_the_conditions_left_out,
            "A single True or False was asked for, but an array has one for each sample. `if` and `and` do that, and so does `&` "
            "without brackets round each comparison.",
            "Join two comparisons of arrays by `&`, and put each of them in brackets of its own, since Python reads `&` before `==`.",
        ),
    ),
    accepted=(with_a_mask, with_a_loop, with_products),
    hints=(
        "Which samples were predicted to be 1? Precision is about those and no others.",
        "Count two things: predicted 1 and truly 1 (TP), predicted 1 but truly 0 (FP). `(a == 1) & (b == 0)` marks samples; "
        "`np.sum` counts marks.",
        "The first count divided by both together, in brackets. If both are 0, return 0.0 instead.",
    ),
)
