"""Exercise: walk downhill, and keep every point of the path."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception, Named


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """From one step on x², which a reader can follow by hand, to starts with one and two axes.

    One bowl is descended with a learning rate that overshoots at every step. In the settled case the start is the bottom itself, so
    that every step stays where it is.
    """
    matrix = np.array([[2.0, 0.5], [0.5, 1.0]]) * rng.uniform(0.8, 1.2)
    tilted = Named("tilted_bowl_slope", {"matrix": matrix, "c": rng.normal(size=2)})
    bottom = float(rng.integers(3, 10))
    return [
        Case(parabola(2.0, start=float(rng.integers(3, 10)), lr=0.25, steps=1), kind="smallest"),
        Case(parabola(2.0, start=-float(rng.integers(3, 10)), lr=0.25, steps=3), kind="number"),
        Case(bowl(rng, (), lr=0.3, steps=5), kind="number"),
        Case(bowl(rng, (), lr=1.7, steps=4), kind="number"),
        Case(parabola(np.array([2.0, 1.0]), start=rng.permutation([4.0, 6.0]), lr=0.25, steps=2), kind="small"),
        Case(bowl(rng, (3,), lr=0.4, steps=5)),
        Case({"grad": tilted, "start": far(rng, (2,)), "lr": 0.3, "steps": 4}),
        Case(bowl(rng, (2, 3), lr=0.3, steps=4)),
        Case(parabola(2.0, start=int(rng.choice([7, 9, 11, 13])), lr=0.1, steps=4), kind="whole"),
        Case({"grad": Named("quadratic_slope", {"a": 2.0, "c": bottom}), "start": bottom, "lr": 0.25, "steps": 4}, kind="settled"),
    ]


def parabola(a: float | np.ndarray, start: float | np.ndarray, lr: float, steps: int) -> dict[str, object]:
    """Arguments for a descent on ½·a·x²; a = 2 is x²."""
    return {"grad": Named("parabola_slope", {"a": a}), "start": start, "lr": lr, "steps": steps}


def bowl(rng: np.random.Generator, shape: tuple[int, ...], lr: float, steps: int) -> dict[str, object]:
    """Arguments for a descent into ½·a·(x − c)², with another curvature a and bottom c for each entry of x."""
    a, c, start = plain(rng.uniform(0.6, 1.4, shape)), plain(rng.normal(size=shape)), plain(far(rng, shape))
    return {"grad": Named("quadratic_slope", {"a": a, "c": c}), "start": start, "lr": lr, "steps": steps}


def plain(array: np.ndarray) -> np.ndarray | float:
    """A plain number for an array without axes, and every other array as it is."""
    return array if array.ndim else float(array)


def far(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A start well away from any bottom, at a different distance in each entry."""
    return 5.0 + np.arange(int(np.prod(shape))).reshape(shape) + rng.uniform(0.1, 0.9, shape)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def uphill(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] + lr * grad(path[-1]))
    return np.array(path)


def grad_not_called(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad)
    return np.array(path)


def own_slope_for_grad(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * 2 * path[-1])
    return np.array(path)


def slope_of_the_start(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    slope = grad(path[0])
    for _ in range(steps):
        path.append(path[-1] - lr * slope)
    return np.array(path)


def never_moves_on(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = [x]
    for _ in range(steps):
        path.append(x - lr * grad(x))
    return np.array(path)


def step_replaces_x(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(-lr * grad(path[-1]))
    return np.array(path)


def lr_left_out(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - grad(path[-1]))
    return np.array(path)


def lr_shrinks(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for t in range(steps):
        path.append(path[-1] - lr / (t + 1) * grad(path[-1]))
    return np.array(path)


def only_the_sign(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * np.sign(grad(path[-1])))
    return np.array(path)


def steps_of_one_length(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        slope = grad(path[-1])
        path.append(path[-1] - lr * slope / np.linalg.norm(slope))
    return np.array(path)


def start_left_out(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = []
    for _ in range(steps):
        x = x - lr * grad(x)
        path.append(x)
    return np.array(path)


def last_point_left_out(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = []
    for _ in range(steps):
        path.append(x)
        x = x - lr * grad(x)
    return np.array(path)


def one_step_too_many(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps + 1):
        path.append(path[-1] - lr * grad(path[-1]))
    return np.array(path)


def start_not_put_in(grad, start, lr, steps):
    path = np.zeros((steps + 1, *np.shape(start)))
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


def last_row_left_empty(grad, start, lr, steps):
    path = np.zeros((steps + 1, *np.shape(start)))
    path[0] = start
    for t in range(1, steps):
        path[t] = path[t - 1] - lr * grad(path[t - 1])
    return path


def returns_inside_the_loop(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
        return np.array(path)


def stops_at_the_bottom(grad, start, lr, steps):
    path = [np.array(start, dtype=float)]
    for _ in range(steps):
        slope = grad(path[-1])
        if np.all(np.abs(slope) < 1e-8):
            break
        path.append(path[-1] - lr * slope)
    return np.array(path)


def only_the_last_point(grad, start, lr, steps):
    x = start
    for _ in range(steps):
        x = x - lr * grad(x)
    return x


def a_list_for_an_array(grad, start, lr, steps):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - lr * grad(path[-1]))
    return path


def rows_run_together(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = x
    for _ in range(steps):
        x = x - lr * grad(x)
        path = np.append(path, x)
    return path


def same_array_in_every_row(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return np.array(path)


def start_in_every_row(grad, start, lr, steps):
    x = start
    path = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return np.array(path)


def start_overwritten(grad, start, lr, steps):
    x = start
    path = [np.copy(x)]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(np.copy(x))
    return np.array(path, dtype=float)


def whole_numbers_stay_whole(grad, start, lr, steps):
    path = np.array([start] * (steps + 1))
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


def plain_numbers_only(grad, start, lr, steps):
    path = np.zeros(steps + 1)
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


def arrays_only(grad, start, lr, steps):
    path = np.zeros((steps + 1, *start.shape))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


def one_axis_only(grad, start, lr, steps):
    path = np.zeros((steps + 1, len(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


def slope_at_the_step_number(grad, start, lr, steps):
    path = np.zeros((steps + 1, *np.shape(start)))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(t)
    return path


def row_from_itself(grad, start, lr, steps):
    path = np.zeros((steps + 1, *np.shape(start)))
    path[0] = start
    for t in range(1, steps + 1):
        path[t] = path[t] - lr * grad(path[t])
    return path


def shape_without_brackets(grad, start, lr, steps):
    path = np.zeros(steps + 1, *np.shape(start))
    path[0] = start
    for t in range(steps):
        path[t + 1] = path[t] - lr * grad(path[t])
    return path


# Right answers written another way.


def with_rows_made_ready(grad, start, lr, steps):
    path = np.empty((steps + 1,) + np.shape(start))
    path[0] = start
    for t in range(1, steps + 1):
        path[t] = path[t - 1] - lr * grad(path[t - 1])
    return path


def with_copies(grad, start, lr, steps):
    x = np.array(start, dtype=float)
    path = [x.copy()]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x.copy())
    return np.stack(path)


def with_a_while_loop(grad, start, lr, steps):
    path = [start]
    while len(path) <= steps:
        path.append(path[-1] + lr * -grad(path[-1]))
    return np.asarray(path)


def with_recursion(grad, start, lr, steps):
    def walk(x, left):
        return [x] if left == 0 else [x, *walk(x - lr * grad(x), left - 1)]

    return np.array(walk(start, steps), dtype=float)


def with_accumulate(grad, start, lr, steps):
    from itertools import accumulate

    return np.array(list(accumulate(range(steps), lambda x, _: x - grad(x) * lr, initial=start)))


EXERCISE = Exercise(
    name="gradient_descent",
    lesson="gradient_descent",
    points=3,
    minutes=12,
    difficulty=2,
    reference=nn.gradient_descent,
    cases=cases,
    returns=("path",),
    criteria=(
        Criterion("number", "the path from a plain number", output="path", share=2, kinds=("smallest", "number")),
        Criterion("array", "the path from an array", output="path", share=2),
        Criterion("whole", "a start without decimals (10, say)", output="path", share=1, kinds=("whole",), after="number"),
        Criterion("settled", "`steps` steps even at the bottom itself", output="path", share=1, kinds=("settled",), after="number"),
    ),
    misconceptions=(
        Misconception(
            uphill,
            "Every step goes uphill: the points move away from the bottom.",
            "A positive slope means that the curve rises to the right. Which way must you go then, and which sign does that give?",
        ),
        Misconception(
            grad_not_called,
            "You multiply by `grad` itself, but `grad` is a function, not a number.",
            "To get the slope at a place, call the function with that place.",
        ),
        Misconception(
            own_slope_for_grad,
            "The slope 2x is built in, so you always walk on x², whatever `grad` says.",
            "The caller chooses the valley, by handing over its slope as `grad`. Ask that function for the slope.",
        ),
        Misconception(
            slope_of_the_start,
            "Every step uses the slope at the start, so all steps are equally long.",
            "The slope changes as you move. Ask `grad` again at the place where you are now.",
        ),
        Misconception(
            never_moves_on,
            "Every step sets out from the start again, so all rows after the first are the same.",
            "The next step begins where the last one ended. Which variable remembers where you are?",
        ),
        Misconception(
            step_replaces_x,
            "The new point is the step alone; the old point has got lost.",
            "A step is taken *from where you are*: the new point is the old one plus a change.",
        ),
        Misconception(
            lr_left_out,
            "The learning rate is not used: each step is as long as the slope itself.",
            "`lr` says what fraction of the slope becomes the step.",
        ),
        Misconception(
            lr_shrinks,
            "The first step is right, then the steps get too short: the learning rate shrinks from step to step.",
            "Keep `lr` as it is given. The steps shrink by themselves where the slope gets flatter.",
        ),
        Misconception(
            only_the_sign,
            "Every coordinate moves by exactly `lr` each time, however steep it is: only the sign of the gradient is used.",
            "The step is in proportion to the slope: long where it is steep, short where it is flat.",
        ),
        Misconception(
            steps_of_one_length,
            "Every step has the length `lr`, however steep it is: the gradient is divided by its own length.",
            "The step is in proportion to the slope: long where it is steep, short where it is flat.",
        ),
        Misconception(
            start_left_out,
            "The start is missing: the first row of the path is already the point after the first step.",
            "The path has `steps + 1` rows. Where are you before you have taken any step?",
        ),
        Misconception(
            last_point_left_out,
            "The last point is missing: the path has `steps` rows, so only `steps - 1` moves are in it.",
            "Count with one step: it leads from the start to a second point, and both belong to the path.",
        ),
        Misconception(
            one_step_too_many,
            "The path has one point too many: `steps + 2` rows.",
            "The start is a row that costs no step. How often does the loop have to run?",
        ),
        Misconception(
            start_not_put_in,
            "The path begins at 0, wherever `start` is.",
            "A fresh array of zeros knows nothing about the start. What belongs into its first row, before the loop?",
        ),
        Misconception(
            last_row_left_empty,
            "The last row of the path is never filled: there is still the 0 from `np.zeros`.",
            "`range(a, b)` ends before b. Which row is the last one to be filled, and does the loop get there?",
        ),
        Misconception(
            returns_inside_the_loop,
            "The function ends after the first step: the path has two rows, however many steps are asked for.",
            "A `return` inside a loop ends the function in the first round. How far must it be indented?",
        ),
        Misconception(
            stops_at_the_bottom,
            "The loop stops where the slope is (almost) 0, not after `steps` steps.",
            "Take exactly `steps` steps. Where the slope is 0 a step goes nowhere, and the point is simply repeated.",
        ),
        Misconception(
            only_the_last_point,
            "Only the last point comes back; the way there is lost.",
            "Keep all the points: the start first, and one more after every step.",
        ),
        Misconception(
            a_list_for_an_array,
            "The points are right, but they come back in a list; an array is asked for.",
            "`np.array(...)` makes an array of a list of points, one row each.",
        ),
        Misconception(
            rows_run_together,
            "For an array, the points run together into one long row of numbers.",
            "`np.append` flattens what it gets. Collect the points in a list, or make room for all the rows first.",
        ),
        Misconception(
            same_array_in_every_row,
            "Every row of the path is the last point.",
            "`-=` writes into the array that is already in your list, so the list holds one and the same array many times. "
            "Make a new array at every step.",
        ),
        Misconception(
            start_in_every_row,
            "For an array, every row of the path is the last point, and `start` itself has been changed to it as well.",
            "`x = start` only gives the array a second name, and `-=` writes into it. So your list holds one and the same array "
            "many times. Make a new array at every step.",
        ),
        Misconception(
            start_overwritten,
            "The path is right, but `start` has been changed: after the call, it holds the last point.",
            "`x = start` only gives the array a second name, and `-=` writes into it. Make a new array at every step.",
        ),
        Misconception(
            whole_numbers_stay_whole,
            "From a start without decimals, all the points lose their decimals too: NumPy made an array of whole numbers.",
            "An array made from whole numbers stores whole numbers only, and cuts off the rest. "
            "Ask for decimals when you make it: `dtype=float`.",
        ),
        Misconception(
            plain_numbers_only,
            "The rows of your path have no room for an array: each of them holds a single number.",
            "A point may have several coordinates. Which shape must the path have, if each row has the shape of the start?",
        ),
        Misconception(
            arrays_only,
            "A plain number such as 10.0 has no `.shape`, so your function stops there.",
            "`np.shape(start)` works for plain numbers as well: it is `()` there.",
        ),
        Misconception(
            one_axis_only,
            "`len(start)` is not enough: a plain number has no length, and a start with two axes has more than a length.",
            "`np.shape(start)` tells the whole shape, and works for plain numbers as well: it is `()` there.",
        ),
        Misconception(
            slope_at_the_step_number,
            "The slope is asked for at the number of the step, t, and not at the place of the walker.",
            "`t` only counts. Where in the path is the place at which you are after t steps?",
        ),
        Misconception(
            row_from_itself,
            "Each new row is worked out from itself, where there is only the 0 from `np.zeros`, and not from the row before.",
            "Row t + 1 needs what stands in row t. Look at the two indices in the line of the step: is the one on the right smaller?",
        ),
        Misconception(
            shape_without_brackets,
            "`np.zeros` takes the whole shape as *one* argument; what comes after it is read as the type of the entries.",
            "Count the brackets: one pair belongs to the call, another one holds the shape together.",
        ),
    ),
    accepted=(with_rows_made_ready, with_copies, with_a_while_loop, with_recursion, with_accumulate),
    hints=(
        "Do two steps by hand on x² with `lr` 0.1, from 10: 10 → 8 → 6.4. Which points must the path hold, and how many?",
        "Each point comes from the one before: ask `grad` for the slope at the last point, step against it, and note down the new point. "
        "Only the start is given; so put it in before the loop begins.",
        "Make room first: an array of zeros with `steps + 1` rows, each with the shape of the start. Row 0 is the start. "
        "In round t of a loop, row t + 1 is row t minus `lr` times the gradient at row t.",
    ),
)
