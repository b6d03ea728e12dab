"""Exercise: the F1 score, one number for precision and recall."""

import numpy as np

from dlteach import nn
from dlteach.checking import Criterion, Exercise, Misconception
from dlteach.exercises.logistic_regression.counts import metric_cases

# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def mean_of_precision_and_recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return (precision + recall) / 2


def root_of_precision_times_recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return np.sqrt(precision * recall)


def product_of_precision_and_recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return precision * recall


def two_left_out(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return precision * recall / (precision + recall) if tp else 0.0


def half_left_out(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    mistakes = np.sum(y_true != y_pred)
    return tp / (tp + mistakes) if tp else 0.0


def half_of_the_false_positives_only(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return tp / (tp + 0.5 * fp + fn) if tp else 0.0


def two_in_the_numerator_only(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    mistakes = np.sum(y_true != y_pred)
    return 2 * tp / (tp + mistakes) if tp else 0.0


def brackets_left_out(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    mistakes = np.sum(y_true != y_pred)
    return tp / tp + 0.5 * mistakes if tp else 0.0


def brackets_left_out_of_the_mean(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return 2 * precision * recall / precision + recall if tp else 0.0


def smaller_of_the_two(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    return min(tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1))


def accuracy_instead(y_true, y_pred):
    return np.mean(y_true == y_pred)


def class_zero_as_positive(y_true, y_pred):
    tn = np.sum((y_true == 0) & (y_pred == 0))
    mistakes = np.sum(y_true != y_pred)
    return tn / (tn + 0.5 * mistakes) if tn else 0.0


def mean_of_both_classes(y_true, y_pred):
    mistakes = np.sum(y_true != y_pred)
    scores = []
    for label in (0, 1):
        right = np.sum((y_true == label) & (y_pred == label))
        scores.append(right / (right + 0.5 * mistakes) if right else 0.0)
    return np.mean(scores)


def zero_over_zero(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    mistakes = np.sum(y_true != y_pred)
    return tp / (tp + 0.5 * mistakes)


def zero_over_zero_from_the_shares(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return 2 * precision * recall / (precision + recall)


def zero_over_zero_from_plain_numbers(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision = tp / np.sum(y_pred == 1) if np.sum(y_pred == 1) else 0.0
    recall = tp / np.sum(y_true == 1) if np.sum(y_true == 1) else 0.0
    return 2 * precision * recall / (precision + recall)


def division_by_zero(y_true, y_pred):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 1)
    mistakes = sum(1 for t, p in zip(y_true, y_pred) if t != p)
    return tp / (tp + 0.5 * mistakes)


def division_by_zero_from_the_shares(y_true, y_pred):
    tp = sum(1 for t, p in zip(y_true, y_pred) if t == 1 and p == 1)
    precision, recall = tp / max(sum(p == 1 for p in y_pred), 1), tp / max(sum(t == 1 for t in y_true), 1)
    return float(2 * precision * recall) / float(precision + recall)


def functions_not_called(y_true, y_pred):
    def precision(y_true, y_pred):
        return np.sum((y_true == 1) & (y_pred == 1)) / max(np.sum(y_pred == 1), 1)

    def recall(y_true, y_pred):
        return np.sum((y_true == 1) & (y_pred == 1)) / max(np.sum(y_true == 1), 1)

    return 2 * precision * recall / (precision + recall)


def function_hidden_by_its_result(y_true, y_pred):
    precision = precision(y_true, y_pred)  # noqa: F821
    recall = recall(y_true, y_pred)  # noqa: F821
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


# Right answers written another way.


def from_the_counts(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    return 2 * tp / max(2 * tp + fp + fn, 1)


def from_precision_and_recall(y_true, y_pred):
    tp = np.sum((y_true == 1) & (y_pred == 1))
    precision, recall = tp / max(np.sum(y_pred == 1), 1), tp / max(np.sum(y_true == 1), 1)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def with_a_harmonic_mean(y_true, y_pred):
    tp = int(y_true @ y_pred)
    if tp == 0:
        return 0
    return 2 / (y_pred.sum() / tp + y_true.sum() / tp)


def with_sizes_of_sets(y_true, y_pred):
    truth, found = set(np.flatnonzero(y_true)), set(np.flatnonzero(y_pred))
    together = len(truth) + len(found)
    return np.float64(2 * len(truth & found) / together if together else 0)


EXERCISE = Exercise(
    name="f1_score",
    lesson="logistic_regression",
    points=1,
    minutes=2,
    difficulty=1,
    reference=nn.f1_score,
    cases=metric_cases,
    returns=("f1",),
    criteria=(
        Criterion("value", "the F1 score", share=3),
        Criterion("nothing_found", "0.0 where nothing was found", kinds=("nothing",), after="value"),
    ),
    needs=("precision", "recall", "confusion_matrix"),
    rtol=1e-6,
    misconceptions=(
        Misconception(
            mean_of_precision_and_recall,
            "This is the ordinary mean of precision and recall, which is still one half when one of them is 1 and the other nearly 0.",
            "F1 is the *harmonic* mean: it is high only if both are.",
        ),
        Misconception(
            root_of_precision_times_recall,
            "This is the geometric mean of precision and recall, the root of their product.",
            "F1 is the *harmonic* mean. Look at the formula again: there is no root in it.",
        ),
        Misconception(
            product_of_precision_and_recall,
            "This is only the product of precision and recall.",
            "The product is part of the numerator. With precision and recall both 0.5, F1 is 0.5.",
        ),
        Misconception(
            two_left_out,
            "The result is half of what it should be: even a perfect model would get 0.5.",
            "A factor is missing in the numerator. What must it be to make F1 equal to 1 when precision and recall are both 1?",
        ),
        Misconception(
            half_left_out,
            "The mistakes count in full: the ½ in the denominator is missing.",
            "Both kinds of mistakes together are halved. (What you have is another useful measure, the Jaccard index.)",
        ),
        Misconception(
            half_of_the_false_positives_only,
            "Only the false positives are halved; the false negatives count in full.",
            "The ½ belongs to the sum of FP and FN. Where do the brackets go?",
        ),
        Misconception(
            two_in_the_numerator_only,
            "TP is doubled above the bar but not below it, so the result can be above 1.",
            "Multiply the whole fraction TP / (TP + ½ (FP + FN)) by 2, above and below the bar. What becomes of the second TP?",
        ),
        Misconception(
            brackets_left_out,
            "Python read this as (TP / TP) + ½ (FP + FN): the division ended before the sum.",
            "The whole sum belongs under the fraction bar. What makes Python add before it divides?",
        ),
        Misconception(
            brackets_left_out_of_the_mean,
            "Python divided by the precision alone and added the recall afterwards.",
            "The sum of precision and recall belongs under the fraction bar. What makes Python add before it divides?",
        ),
        Misconception(
            smaller_of_the_two,
            "This is the smaller one of precision and recall.",
            "F1 lies between the two, nearer to the smaller one. Look at the formula again.",
        ),
        Misconception(
            accuracy_instead,
            "This is the accuracy: the share of right answers among all samples.",
            "True negatives appear nowhere in F1.",
        ),
        Misconception(
            class_zero_as_positive,
            "This is the F1 score of class 0.",
            "The positive class is 1. Which label are you comparing with?",
        ),
        Misconception(
            mean_of_both_classes,
            "This is the mean of the F1 scores of both classes.",
            "Only class 1, the one that is searched for, counts here.",
        ),
        Misconception(
            zero_over_zero,
            "Right, except where there is no 1 at all, neither true nor predicted: there 0 is divided by 0, and NumPy answers nan.",
            "Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            zero_over_zero_from_the_shares,
            "Right, except where precision and recall are both 0: there 0 is divided by 0, and NumPy answers nan.",
            "Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            zero_over_zero_from_plain_numbers,
            "Right, except where precision and recall are both 0: there 0 is divided by 0.",
            "Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            division_by_zero,
            "Right, except where there is no 1 at all, neither true nor predicted: there Python refuses to divide by zero.",
            "Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            division_by_zero_from_the_shares,
            "Right, except where precision and recall are both 0: there Python refuses to divide by zero.",
            "Deal with a denominator of 0 before dividing.",
        ),
        Misconception(
            functions_not_called,
            "You calculate with the functions `precision` and `recall` themselves, not with their results.",
            "A function gives a number only when it is called, with the labels in brackets.",
        ),
        Misconception(
            function_hidden_by_its_result,
            "Since you assign to the name `precision`, it is a variable all through your function and hides the other one, the function.",
            "Give the result a name of its own, one letter will do, and do the same for recall.",
        ),
    ),
    accepted=(from_the_counts, from_precision_and_recall, with_a_harmonic_mean, with_sizes_of_sets),
    hints=(
        "There are two ways: from the counts TP, FP and FN, or from the two functions you have just written. Either is fine.",
        "From the counts: TP, over TP plus half of all mistakes. From the shares: twice the product, over the sum.",
        "Mind the brackets under the fraction bar, and the case in which that denominator is 0: then F1 is 0.0.",
    ),
)
