"""Exercise: measure a gradient by central differences."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception, Named


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """From x² at one point to arrays with three axes.

    A large ``h`` shows whether it is used at all, and how; so close to 0, a cube even tells the default ``h`` from its double. One function
    ties all entries together, so that an entry left shifted spoils the slopes of the others. Every x and h survives ``x + h - 2 * h + h``
    to the last bit, so that an entry put back in that way counts as put back.
    """
    weights = rng.permutation(4) + 2.0
    return [
        Case({"f": squares(1.0), "x": float(rng.integers(3, 10)), "h": 0.25}, kind="smallest"),
        Case({"f": cubes(float(rng.uniform(1.0, 2.0))), "x": between(rng), "h": 0.125}, kind="number"),
        Case({"f": waves(float(rng.uniform(2.0, 3.0))), "x": between(rng)}, kind="number"),
        Case({"f": cubes(float(rng.uniform(1.0, 2.0))), "x": float(rng.uniform(0.0011, 0.0018))}, kind="number"),
        Case({"f": squares(weights[:2]), "x": rng.permutation(3)[:2] + 2.0, "h": 0.25}, kind="small"),
        Case({"f": waves(rng.uniform(2.0, 3.0, 4)), "x": between(rng, 4)}),
        Case({"f": waves(rng.uniform(2.0, 3.0, (3, 2))), "x": between(rng, 3, 2), "h": 0.125}),
        Case({"f": cubes(rng.uniform(1.0, 2.0, (2, 1, 3))), "x": between(rng, 2, 1, 3), "h": 0.125}),
        Case({"f": cubes(rng.uniform(1.0, 2.0, 1)), "x": between(rng, 1), "h": 0.125}, kind="one"),
        Case({"f": cubes(weights[:3] + 0.5), "x": rng.permutation(3) + 1, "h": 0.25}, kind="whole"),
        Case({"f": cubes(1.5), "x": int(rng.integers(2, 5)), "h": 0.25}, kind="whole"),
    ]


def squares(weights: float | np.ndarray) -> Named:
    return Named("sum_of_squares", {"weights": weights})


def cubes(weights: float | np.ndarray) -> Named:
    return Named("sum_of_cubes", {"weights": weights})


def waves(weights: float | np.ndarray) -> Named:
    """Weighted sines plus the product of all cosines."""
    return Named("sine_product", {"weights": weights})


def between(rng: np.random.Generator, *shape: int) -> np.ndarray | float:
    """Numbers from 0.26 to 0.37: far from any flat place of the functions above. No shape gives a plain number."""
    numbers = rng.uniform(0.26, 0.37, shape)
    return numbers if shape else float(numbers)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def forward_difference(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x)) / h
    return grad


def two_left_out(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / h
    return grad


def multiplied_by_h(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / 2 * h
    return grad


def difference_without_brackets(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = f(x + e) - f(x - e) / (2 * h)
    return grad


def not_divided(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = f(x + e) - f(x - e)
    return grad


def sides_exchanged(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x - e) - f(x + e)) / (2 * h)
    return grad


def half_a_step(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e / 2) - f(x - e / 2)) / h
    return grad


def shifted_by_one(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = 1
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def own_h(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = 1e-5
        grad[i] = (f(x + e) - f(x - e)) / (2 * 1e-5)
    return grad


def all_entries_at_once(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def all_entries_in_every_round(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        grad[i] = (f(x + h) - f(x - h)) / (2 * h)
    return grad


def shifts_pile_up(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    e = np.zeros(grad.shape)
    for i in np.ndindex(grad.shape):
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def not_put_back(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        plus = f(x)
        x[i] -= 2 * h
        minus = f(x)
        grad[i] = (plus - minus) / (2 * h)
    return grad


def x_left_shifted(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        plus = f(x)
        x[i] -= 2 * h
        minus = f(x)
        grad[i] = (plus - minus) / (2 * h)
    return grad


def same_array_twice(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        plus, minus = x, x
        plus[i] += h
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def x_stays_whole(f, x, h=1e-5):
    x = np.array(x)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] += h
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def slopes_cut_to_whole_numbers(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def flattened(f, x, h=1e-5):
    slopes = []
    for i in np.ndindex(np.shape(x)):
        e = np.zeros(np.shape(x))
        e[i] = h
        slopes.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(slopes)


def a_list_of_slopes(f, x, h=1e-5):
    slopes = []
    for i in np.ndindex(np.shape(x)):
        e = np.zeros(np.shape(x))
        e[i] = h
        slopes.append((f(x + e) - f(x - e)) / (2 * h))
    return slopes


def only_the_last_slope(f, x, h=1e-5):
    for i in np.ndindex(np.shape(x)):
        e = np.zeros(np.shape(x))
        e[i] = h
        grad = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def one_row_at_a_time(f, x, h=1e-5):
    if np.ndim(x) == 0:
        return (f(x + h) - f(x - h)) / (2 * h)
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def arrays_only(f, x, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def two_h_for_one(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x)) / (2 * h)
    return grad


def entry_set_to_h(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] = h
        minus[i] = -h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def f_of_one_entry(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        grad[i] = (f(x[i] + h) - f(x[i] - h)) / (2 * h)
    return grad


def slopes_written_into_x(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = x
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] += h
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def values_for_positions(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in x:
        plus, minus = x.copy(), x.copy()
        plus[i] += h
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def length_for_shape(f, x, h=1e-5):
    grad = np.zeros(len(x))
    for i in range(len(x)):
        e = np.zeros(len(x))
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) / (2 * h)
    return grad


def division_without_remainder(f, x, h=1e-5):
    grad = np.zeros(np.shape(x))
    for i in np.ndindex(grad.shape):
        e = np.zeros(grad.shape)
        e[i] = h
        grad[i] = (f(x + e) - f(x - e)) // (2 * h)
    return grad


# Right answers written another way.


def with_unit_arrays(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        grad[index] = (f(x + step) - f(x - step)) / (2 * h)
    return grad


def mean_of_two_one_sided(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    flat, here = x.ravel(), f(x)
    slopes = np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + h
        ahead = (f(x) - here) / h
        flat[i] = old - h
        behind = (here - f(x)) / h
        flat[i] = old
        slopes[i] = (ahead + behind) / 2
    return slopes.reshape(x.shape)


def put_back_by_adding(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        x[index] += h
        plus = f(x)
        x[index] -= 2 * h
        minus = f(x)
        x[index] += h
        grad[index] = (plus - minus) / (2 * h)
    return grad


def with_rows_of_the_identity(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps]).reshape(x.shape)


def plain_numbers_apart(f, x, h=1e-5):
    if np.ndim(x) == 0:
        return (f(x + h) - f(x - h)) / (2 * h)
    grad = np.zeros(x.shape, dtype=float)
    shifted = x.astype(float)
    it = np.nditer(x, flags=["multi_index"])
    for value in it:
        shifted[it.multi_index] = value + h
        plus = f(shifted)
        shifted[it.multi_index] = value - h
        minus = f(shifted)
        shifted[it.multi_index] = value
        grad[it.multi_index] = (plus - minus) / (2 * h)
    return grad


EXERCISE = Exercise(
    name="numerical_gradient",
    lesson="gradient_descent",
    points=3,
    minutes=15,
    difficulty=3,
    reference=nn.numerical_gradient,
    cases=cases,
    returns=("gradient",),
    criteria=(
        Criterion("number", "the slope at a plain number", output="gradient", share=2, kinds=("smallest", "number")),
        Criterion("array", "the gradient at an array of any shape", output="gradient", share=3),
        Criterion("whole", "an `x` without decimals", output="gradient", share=1, kinds=("whole",), after="number"),
    ),
    misconceptions=(
        Misconception(
            forward_difference,
            "You look to one side only: this is the forward difference, from `x` to `x + h`.",
            "Look ahead *and* back, the same distance `h` to either side. How far apart are the two places you compare?",
        ),
        Misconception(
            two_left_out,
            "Every slope is twice as steep as it should be: the difference is divided by `h`.",
            "The two places are `x - h` and `x + h`. How far is it from one to the other?",
        ),
        Misconception(
            multiplied_by_h,
            "The difference is divided by 2 and then *multiplied* by `h`.",
            "Python works from left to right: `a / 2 * h` means `(a / 2) * h`. Where do brackets belong?",
        ),
        Misconception(
            difference_without_brackets,
            "Only the second value of `f` is divided; the first is left as it is.",
            "Division goes before subtraction. Which part has to be worked out first, and so needs brackets?",
        ),
        Misconception(
            not_divided,
            "This is the difference in height, not the slope: the division by the distance is missing.",
            "A slope is the rise divided by the run. How long is the run from `x - h` to `x + h`?",
        ),
        Misconception(
            sides_exchanged,
            "The sign is the other way round: `f(x - h)` comes first in the difference.",
            "Where `f` grows, the slope should be positive. Which of the two values is the larger one then?",
        ),
        Misconception(
            half_a_step,
            "You step only `h / 2` to each side. That is a central difference too, but `h` is asked for here.",
            "Go a whole `h` to each side, and work out again how far apart the two places are.",
        ),
        Misconception(
            shifted_by_one,
            "You shift by 1 to either side, but divide by the distance `2 * h`.",
            "How far you go and what you divide by must fit together. How far away are the two places to be?",
        ),
        Misconception(
            own_h,
            "The `h` of the caller is not used: another step is fixed inside the function.",
            "The parameter `h` has a default, and the caller may give another. Check with `h=0.5` whether it changes anything.",
        ),
        Misconception(
            all_entries_at_once,
            "All entries of `x` are shifted together, so there is one number for the whole array: the sum of all the slopes.",
            "`f` turns the whole array into one number, so you find out what *one* entry does only by shifting that one alone. "
            "Repeat it for each entry.",
        ),
        Misconception(
            all_entries_in_every_round,
            "Each entry of the result is the sum of all slopes: all of `x` is shifted in every round of the loop.",
            "In each round shift one entry, and leave all the others as they are.",
        ),
        Misconception(
            shifts_pile_up,
            "From entry to entry more of `x` is shifted: the entries before the current one are still shifted along with it.",
            "In each round only one entry may be shifted. What has to happen to the shift before the next round?",
        ),
        Misconception(
            not_put_back,
            "Entries that have had their turn stay shifted, so the later slopes are taken at a slightly wrong place.",
            "After measuring an entry, put its old value back before you go on to the next; or shift a fresh copy each time.",
        ),
        Misconception(
            x_left_shifted,
            "Entries that have had their turn stay shifted: the later slopes are taken at a slightly wrong place, and the caller's "
            "`x` is changed.",
            "Remember the old value of an entry and put it back after measuring; or leave `x` alone and shift a fresh copy each time.",
        ),
        Misconception(
            same_array_twice,
            "All slopes are 0: both values of `f` are taken at the same place.",
            "`plus = x` makes no copy, only a second name for the same array: what you add under one name you take off again "
            "under the other.",
        ),
        Misconception(
            x_stays_whole,
            "For an `x` without decimals the slopes come out as 0: an array of whole numbers cannot store `x + h`.",
            "NumPy cuts off the decimals when you write into an array of whole numbers. Make a copy of `x` with `dtype=float` first.",
        ),
        Misconception(
            slopes_cut_to_whole_numbers,
            "For an `x` without decimals the slopes lose their decimals too.",
            "`np.zeros_like(x)` takes over the type of `x`. The array for the slopes should always hold decimals.",
        ),
        Misconception(
            flattened,
            "The slopes come back in one long row; they should have the shape of `x`.",
            "Each entry of `x` has its slope in the same place. A plain number has the empty shape `()`.",
        ),
        Misconception(
            a_list_of_slopes,
            "The slopes come back in a list; they should come in the shape of `x`, as an array (or one number, for a plain number).",
            "Make an array of zeros in the shape of `x` before the loop, and put each slope in its place.",
        ),
        Misconception(
            only_the_last_slope,
            "Only the slope of the last entry comes back: each round of the loop overwrites the one before.",
            "Keep an array with a place for each slope, and fill one place per round.",
        ),
        Misconception(
            one_row_at_a_time,
            "The loop runs over the first axis of `x` only, so in an array with more axes a whole row is shifted together.",
            "`np.ndindex(x.shape)` goes through every single position of an array, with however many axes.",
        ),
        Misconception(
            arrays_only,
            "A plain number such as 3.0 has no `.shape`, so your function stops there.",
            "`np.array(x, dtype=float)` makes an array of either; `np.shape(x)` is `()` for a plain number.",
        ),
        Misconception(
            two_h_for_one,
            "You compare `x + h` with `x` itself, a distance of `h`, but divide by `2 * h`: the slopes come out only about half as steep.",
            "The second place should lie *below* x, as far as the first lies above. Does your second step begin at x, or at x + h?",
        ),
        Misconception(
            entry_set_to_h,
            "The entry is *set* to `h` and to `-h`, so the slope is measured around 0 and not around `x`.",
            "Shift the entry from where it is: its old value has to be part of the new one.",
        ),
        Misconception(
            f_of_one_entry,
            "`f` is given one entry alone, but it expects the whole array: it turns all the entries together into one number.",
            "Shift one entry *inside* a copy of the array, and hand the whole copy to `f`.",
        ),
        Misconception(
            slopes_written_into_x,
            "Each slope is written into `x` itself, so all the slopes after the first are taken at a wrong place.",
            "`grad = x` makes no new array, only a second name for the same one. The slopes need an array of their own.",
        ),
        Misconception(
            values_for_positions,
            "A loop over `x` gives its values, not positions; and a plain number has nothing to loop over.",
            "To write `x[index]` you need positions: see how `np.ndindex` lists them, for an array of any shape, in the cell above.",
        ),
        Misconception(
            length_for_shape,
            "`len(x)` is not enough: a plain number has no length, and an array with two axes has more entries than its length.",
            "`np.array(x, dtype=float)` has a `.shape` in any case, and `np.ndindex` goes through all the positions of a shape.",
        ),
        Misconception(
            division_without_remainder,
            "The division cuts off everything after the decimal point.",
            "Python has two signs for dividing. Which of them keeps the decimals?",
        ),
    ),
    accepted=(with_unit_arrays, mean_of_two_one_sided, put_back_by_adding, with_rows_of_the_identity, plain_numbers_apart),
    hints=(
        "Begin with a plain number: rise over run, between `x - h` and `x + h`. Then think of an array as many such numbers.",
        "For an array, measure one entry at a time: shift it by `h` one way, then the other, while all other entries keep their values. "
        "The two values of `f` give the slope for this entry.",
        "Make `x` an array of floats, and an array of zeros of the same shape for the slopes. Loop over `np.ndindex(x.shape)`; "
        "in each round work on fresh copies of `x`, so that nothing needs putting back.",
    ),
)
