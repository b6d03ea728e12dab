"""Exercise: recall, how few of the true 1s were missed."""

import numpy as np

from dlteach import nn
from dlteach.checking import Criterion, Exercise, Misconception
from dlteach.exercises.logistic_regression.counts import metric_cases

# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def precision_instead(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tp / (tp + fp) if tp + fp else 0.0


def accuracy_instead(y_true, y_pred):
    return np.mean(y_true == y_pred)


def true_negatives_in_the_denominator(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    tn = np.sum((y_true == 0) & (y_pred == 0))
    return tp / (tp + tn) if tp + tn else 0.0


def share_of_all_samples(y_true, y_pred):
    return np.mean((y_true == 1) & (y_pred == 1))


def share_that_was_missed(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return fn / (tp + fn) if tp + fn else 0.0


def brackets_left_out(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / tp + fn if tp else 0.0


def found_over_missed(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / fn if fn else 0.0


def recall_of_class_zero(y_true, y_pred):
    tn = np.sum((y_true == 0) & (y_pred == 0))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    return tn / (tn + fp) if tn + fp else 0.0


def mean_of_both_classes(y_true, y_pred):
    shares = []
    for label in (0, 1):
        answers = y_pred[y_true == label]
        shares.append(np.mean(answers == label) if len(answers) else 0.0)
    return np.mean(shares)


def predicted_over_true(y_true, y_pred):
    return np.sum(y_pred == 1) / np.sum(y_true == 1) if np.sum(y_true == 1) else 0.0


def division_without_remainder(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp // (tp + fn) if tp + fn else 0.0


def zero_over_zero(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / (tp + fn)


def division_by_zero(y_true, y_pred):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 1)
    fn = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 0)
    return tp / (tp + fn)


def one_where_undefined(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / (tp + fn) if tp + fn else 1.0


def brackets_round_the_conditions_left_out(y_true, y_pred):
    tp = np.sum(y_true == 1 & y_pred == 1)
    fn = np.sum(y_true == 1 & y_pred == 0)
    return tp / (tp + fn) if tp + fn else 0.0


# Right answers written another way.


def with_a_mask(y_true, y_pred):
    answers = y_pred[y_true == 1]
    return answers.mean() if answers.size else 0.0


def with_a_loop(y_true, y_pred):
    found = missed = 0
    for t, p in zip(y_true, y_pred):
        if t == 1 and p == 1:
            found += 1
        elif t == 1:
            missed += 1
    return found / (found + missed) if found + missed > 0 else 0


def with_products(y_true, y_pred):
    return np.array(y_true @ y_pred / max(y_true.sum(), 1))


EXERCISE = Exercise(
    name="recall",
    lesson="logistic_regression",
    points=1,
    minutes=2,
    difficulty=1,
    reference=nn.recall,
    cases=metric_cases,
    returns=("recall",),
    criteria=(
        Criterion("value", "the share of the true 1s that were found", share=3),
        Criterion("nothing_found", "0.0 where nothing was found", kinds=("nothing",), after="value"),
    ),
    needs=("confusion_matrix",),
    rtol=1e-6,
    misconceptions=(
        Misconception(
            precision_instead,
            "This is the precision: the share of right answers among those that say 1.",
            "Recall looks at what is *truly* 1, and asks how much of that was found. Which mistakes are among those samples?",
        ),
        Misconception(
            accuracy_instead,
            "This is the accuracy: the share of right answers among all samples.",
            "Recall leaves aside every sample that is truly 0.",
        ),
        Misconception(
            true_negatives_in_the_denominator,
            "The denominator adds up TP and TN, two kinds of right answers, so it has no mistakes in it.",
            "The denominator counts everything that is truly 1. What became of the ones that were not found?",
        ),
        Misconception(
            share_of_all_samples,
            "TP is divided by the number of all samples.",
            "Divide by the number of samples that are truly 1.",
        ),
        Misconception(
            share_that_was_missed,
            "This is the share of the true 1s that were *missed*.",
            "The numerator counts the ones that were found.",
        ),
        Misconception(
            brackets_left_out,
            "Python read this as (TP / TP) + FN: the division ended before the sum.",
            "The whole sum belongs under the fraction bar. What makes Python add before it divides?",
        ),
        Misconception(
            found_over_missed,
            "TP is divided by FN alone, so the result can be above 1.",
            "A share is a part of a whole. Everything that is truly 1 is the whole: which two counts make it up?",
        ),
        Misconception(
            recall_of_class_zero,
            "This is the recall of class 0: the share of the true 0s that were recognised as such.",
            "The positive class is 1. Which label are you comparing with?",
        ),
        Misconception(
            mean_of_both_classes,
            "This is the mean of the recalls of both classes.",
            "Only class 1, the one that is searched for, counts here.",
        ),
        Misconception(
            predicted_over_true,
            "The numerator counts *everything* that was predicted to be 1, false alarms included.",
            "Only answers of 1 that are right have found something.",
        ),
        Misconception(
            division_without_remainder,
            "The division cuts off everything after the decimal point.",
            "Python has two signs for dividing. Which of them keeps the decimals?",
        ),
        Misconception(
            zero_over_zero,
            "Right, except where no sample is truly 1: there 0 is divided by 0, and NumPy answers nan.",
            "Deal with a denominator of 0 before dividing; the docstring says what to return then.",
        ),
        Misconception(
            division_by_zero,
            "Right, except where no sample is truly 1: there Python refuses to divide by zero.",
            "Deal with a denominator of 0 before dividing; the docstring says what to return then.",
        ),
        Misconception(
            one_where_undefined,
            "Where there is nothing to find the recall is 1.0 here; we agreed on 0.0.",
            "Treat it as you did for precision.",
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
        "Which samples are truly 1? Recall is about those and no others.",
        "Count two things: truly 1 and predicted 1 (TP), truly 1 but predicted 0 (FN).",
        "It is your precision with one count exchanged for another. If both counts are 0, return 0.0.",
    ),
)
