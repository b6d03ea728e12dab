"""Exercise: the confusion matrix, which counts what was taken for what."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception
from dlteach.exercises.logistic_regression.counts import labels_from_counts


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """The counts of a matrix all differ, so that none looks like its transpose. In the last three some class never occurs."""
    two, three = rng.permutation(np.arange(1, 5)).reshape(2, 2), rng.permutation(np.arange(1, 10)).reshape(3, 3)
    four = rng.permutation(np.arange(16)).reshape(4, 4)
    last_absent, middle_absent, one = np.zeros((3, 3), dtype=int), np.zeros((3, 3), dtype=int), np.zeros((3, 3), dtype=int)
    last_absent[:2, :2] = two
    middle_absent[::2, ::2] = two
    one[rng.integers(0, 2), 2] = 1
    return [
        matrix_case(rng, np.array([[0, 1], [0, 1]]), kind="smallest"),
        matrix_case(rng, two, kind="small"),
        matrix_case(rng, three),
        matrix_case(rng, four),
        matrix_case(rng, last_absent, kind="absent"),
        matrix_case(rng, middle_absent, kind="absent"),
        matrix_case(rng, one, kind="one"),
    ]


def matrix_case(rng: np.random.Generator, counts: np.ndarray, kind: str = "generic") -> Case:
    """Labels, in random order, whose confusion matrix is ``counts``."""
    args = {**labels_from_counts(rng, counts), "num_classes": len(counts)}
    return Case(args, kind=kind, sizes={"N": int(counts.sum()), "C": len(counts)})


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def rows_and_columns_exchanged(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[p, t] += 1
    return matrix


def repeated_pairs_counted_once(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    matrix[y_true, y_pred] += 1
    return matrix


def counts_as_floats(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


def shares_of_each_row(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix / matrix.sum(axis=1, keepdims=True)


def shares_of_all(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes))
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1 / len(y_true)
    return matrix


def right_answers_only(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        if t == p:
            matrix[t, p] += 1
    return matrix


def mistakes_only(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        if t != p:
            matrix[t, p] += 1
    return matrix


def last_class_first(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[num_classes - 1 - t, num_classes - 1 - p] += 1
    return matrix


def classes_counted_from_one(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[t - 1, p - 1] += 1
    return matrix


def one_class_too_many(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes + 1, num_classes + 1), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


def two_classes_only(y_true, y_pred, num_classes):
    tn = np.sum((y_true == 0) & (y_pred == 0))
    fp = np.sum((y_true == 0) & (y_pred == 1))
    fn = np.sum((y_true == 1) & (y_pred == 0))
    tp = np.sum((y_true == 1) & (y_pred == 1))
    return np.array([[tn, fp], [fn, tp]])


def only_the_classes_that_occur(y_true, y_pred, num_classes):
    classes = np.unique(np.concatenate([y_true, y_pred]))
    return np.array([[np.sum((y_true == t) & (y_pred == p)) for p in classes] for t in classes])


def size_of_the_largest_label(y_true, y_pred, num_classes):
    size = max(y_true.max(), y_pred.max()) + 1
    matrix = np.zeros((size, size), dtype=int)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


def list_of_lists(y_true, y_pred, num_classes):
    matrix = [[0] * num_classes for _ in range(num_classes)]
    for t, p in zip(y_true, y_pred):
        matrix[t][p] += 1
    return matrix


def same_row_again_and_again(y_true, y_pred, num_classes):
    matrix = [[0] * num_classes] * num_classes
    for t, p in zip(y_true, y_pred):
        matrix[t][p] += 1
    return np.array(matrix)


def every_label_with_every_other(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    for t in y_true:
        for p in y_pred:
            matrix[t, p] += 1
    return matrix


def shape_without_brackets(y_true, y_pred, num_classes):
    matrix = np.zeros(num_classes, num_classes)
    for t, p in zip(y_true, y_pred):
        matrix[t, p] += 1
    return matrix


# Right answers written another way.


def with_add_at(y_true, y_pred, num_classes):
    matrix = np.zeros((num_classes, num_classes), dtype=np.int64)
    np.add.at(matrix, (y_true, y_pred), 1)
    return matrix


def with_bincount(y_true, y_pred, num_classes):
    return np.bincount(num_classes * y_true + y_pred, minlength=num_classes**2).reshape(num_classes, num_classes)


def with_one_hot(y_true, y_pred, num_classes):
    one_hot = np.eye(num_classes, dtype=int)
    return one_hot[y_true].T @ one_hot[y_pred]


def with_a_comprehension(y_true, y_pred, num_classes):
    return np.array([[np.sum((y_true == t) & (y_pred == p)) for p in range(num_classes)] for t in range(num_classes)])


EXERCISE = Exercise(
    name="confusion_matrix",
    lesson="logistic_regression",
    points=2,
    minutes=4,
    difficulty=2,
    reference=nn.confusion_matrix,
    cases=cases,
    returns=("matrix",),
    criteria=(
        Criterion("counts", "the counts, true classes in rows", share=3),
        Criterion("absent", "a row and a column for classes that never occur", kinds=("absent", "one"), after="counts"),
    ),
    misconceptions=(
        Misconception(
            rows_and_columns_exchanged,
            "Rows and columns are exchanged: here the rows are the predicted classes.",
            "Rows are for what is true. Which of the two labels comes first between the square brackets?",
        ),
        Misconception(
            repeated_pairs_counted_once,
            "No entry is above 1: every pair of labels was counted once, however often it occurs.",
            "`matrix[y_true, y_pred] += 1` looks up all entries first and then writes them back, so repeats overwrite each other. "
            "A loop over the samples does not have this problem.",
        ),
        Misconception(
            counts_as_floats,
            "The counts are right, but they are floats; counts are whole numbers.",
            "`np.zeros` makes floats unless it is told another `dtype`.",
        ),
        Misconception(
            shares_of_each_row,
            "These are shares of each row; the plain counts are asked for.",
            "Shares are for later. Leave out the division.",
        ),
        Misconception(
            shares_of_all,
            "These are shares of all samples; the plain counts are asked for.",
            "How much does one sample add to its entry?",
        ),
        Misconception(
            right_answers_only,
            "Only the right answers are counted: everything off the diagonal is 0.",
            "The mistakes are what makes this matrix worth looking at. Count a sample whether or not its labels agree.",
        ),
        Misconception(
            mistakes_only,
            "Only the mistakes are counted: the diagonal is 0.",
            "Right answers belong in the matrix too. Count a sample whether or not its labels agree.",
        ),
        Misconception(
            last_class_first,
            "The classes run backwards: row and column 0 are those of the last class.",
            "Some books put the positive class first. Here the number of a class is its row and its column.",
        ),
        Misconception(
            classes_counted_from_one,
            "Every count has slipped by one row and one column, and class 0 ended up last.",
            "Classes are numbered from 0, as rows and columns are: no 1 needs to be subtracted.",
        ),
        Misconception(
            one_class_too_many,
            "The matrix has one row and one column too many.",
            "Classes are numbered from 0 to C - 1. How many are there?",
        ),
        Misconception(
            two_classes_only,
            "The matrix is always 2 × 2, for the classes 0 and 1 only.",
            "Let rows and columns run over all `num_classes` classes.",
        ),
        Misconception(
            only_the_classes_that_occur,
            "A class that does not occur in these labels has lost its row and column, and later classes have moved up.",
            "A matrix of another size cannot be compared with other ones. Which argument tells the size?",
        ),
        Misconception(
            size_of_the_largest_label,
            "The size was taken from the largest label; if the last class does not occur, its row and column are missing.",
            "A matrix of another size cannot be compared with other ones. Which argument tells the size?",
        ),
        Misconception(
            list_of_lists,
            "The counts are right, but they are in a list of lists; a NumPy array is asked for.",
            "One call makes an array of nested lists, as the last step.",
        ),
        Misconception(
            same_row_again_and_again,
            "All rows are the same: `[[0] * C] * C` holds one list C times, so a change to one row is a change to all.",
            "NumPy can make an array of zeros with C rows of their own.",
        ),
        Misconception(
            every_label_with_every_other,
            "Each true label is counted together with *every* predicted one: with N samples that makes N · N counts, not N.",
            "A loop inside a loop goes through all the pairs. Only the two labels of the *same* sample belong together.",
        ),
        Misconception(
            shape_without_brackets,
            "`np.zeros` takes the whole shape as *one* argument; what comes after it is read as the type of the entries.",
            "Count the brackets: one pair belongs to the call, another one holds the shape together.",
        ),
    ),
    accepted=(with_add_at, with_bincount, with_one_hot, with_a_comprehension),
    hints=(
        "Begin with a C × C array of zeros (of integers), and look at one sample: to which entry does it add 1?",
        "The row is the true class of the sample and the column is the predicted one. Go through both label arrays together.",
        "`zip(y_true, y_pred)` gives the pairs; a label can be used as an index directly.",
    ),
)
