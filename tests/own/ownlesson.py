"""A lesson that is not ours: one module, found through the entry point beside it, as an instructor's own package would be."""

import numpy as np

from dlteach.checking import Case, Criterion, Exercise, Lesson, Misconception


def cases(rng):
    return [
        Case({"x": rng.integers(1, 9, (1, 2)).astype(float)}, kind="smallest"),
        Case({"x": rng.normal(size=(3, 4))}, sizes={"N": 3, "D": 4}),
        Case({"x": rng.normal(size=(5, 2))}, sizes={"N": 5, "D": 2}),
    ]


def row_sums(x):
    return x.sum(axis=1)


def added_downwards(x):
    return x.sum(axis=0)


def averaged(x):
    return x.mean(axis=1)


def with_einsum(x):
    return np.einsum("nd->n", x)


def with_a_product(x):
    return x @ np.ones(x.shape[1])


def smallest_and_largest(x):
    return x.min(axis=1), x.max(axis=1)


def exchanged(x):
    return x.max(axis=1), x.min(axis=1)


def largest_of_all(x):
    return x.min(axis=1), np.full(len(x), x.max())


def by_sorting(x):
    ordered = np.sort(x, axis=1)
    return ordered[:, 0], ordered[:, -1]


ROW_SUMS = Exercise(
    name="row_sums",
    lesson="rows",
    points=2,
    minutes=3,
    difficulty=1,
    reference=row_sums,
    cases=cases,
    returns=("sums",),
    criteria=(Criterion("sums", "the sum of every row", output="sums"),),
    misconceptions=(
        Misconception(added_downwards, "The columns were added up, not the rows.", "Which axis disappears when a row becomes one number?"),
        Misconception(averaged, "The rows were averaged, not added up.", "A sum grows with the length of the row."),
    ),
    accepted=(with_einsum, with_a_product),
    hints=("Add.", "NumPy adds along an axis.", "The axis that disappears is $D$."),
)

SMALLEST_AND_LARGEST = Exercise(
    name="smallest_and_largest",
    lesson="rows",
    points=2.5,
    minutes=5,
    difficulty=2,
    reference=smallest_and_largest,
    cases=cases,
    returns=("smallest", "largest"),
    criteria=(
        Criterion("smallest", "the smallest of every row", output="smallest"),
        Criterion("largest", "the largest of every row", output="largest"),
    ),
    misconceptions=(
        Misconception(exchanged, "Smallest and largest have changed places.", "Read the order of the results again."),
        Misconception(largest_of_all, "The largest of all stands in every row.", "Each row has its own largest number."),
    ),
    accepted=(by_sorting,),
    hints=("Look.", "Look along each row.", "NumPy's min and max take an axis."),
)

LESSON = Lesson(number=90, name="rows", title="Rows", exercises=(ROW_SUMS, SMALLEST_AND_LARGEST))
