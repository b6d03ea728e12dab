"""Exercise: one step of gradient descent on a dictionary of parameters."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Misconception


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One weight and one bias; the four arrays of a two-layer network; a deeper network with other keys."""
    return [
        Case(
            {
                "params": {"w1": np.array([[5.0]]), "b1": np.array([1.0]), "w2": np.array([[-2.0]]), "b2": np.array([3.0])},
                "grads": {"w1": np.array([[2.0]]), "b1": np.array([-4.0]), "w2": np.array([[3.0]]), "b2": np.array([6.0])},
                "lr": 0.5,
            },
            kind="smallest",
        ),
        sgd_case(rng, {"w1": (3, 4), "b1": (4,), "w2": (4, 2), "b2": (2,)}, lr=0.1),
        sgd_case(rng, {"w1": (2, 5), "b1": (5,), "w2": (5, 3), "b2": (3,)}, lr=0.03),
        sgd_case(rng, {"w1": (2, 3), "b1": (3,), "w2": (3, 3), "b2": (3,), "w3": (3, 1), "b3": (1,)}, lr=0.2, kind="deeper"),
    ]


def sgd_case(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]], lr: float, kind: str = "generic") -> Case:
    """Parameters and gradients between 0.3 and 2 in size, of either sign."""

    def numbers(shape: tuple[int, ...]) -> np.ndarray:
        sizes: np.ndarray = rng.uniform(0.3, 2.0, shape)
        return np.where(rng.random(shape) < 0.5, -sizes, sizes)

    params = {key: numbers(shape) for key, shape in shapes.items()}
    grads = {key: numbers(shape) for key, shape in shapes.items()}
    return Case({"params": params, "grads": grads, "lr": lr}, kind=kind)


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def uphill(params, grads, lr):
    return {key: params[key] + lr * grads[key] for key in params}


def learning_rate_left_out(params, grads, lr):
    return {key: params[key] - grads[key] for key in params}


def only_the_step(params, grads, lr):
    return {key: -lr * grads[key] for key in params}


def params_changed(params, grads, lr):
    new = dict(params)
    for key in new:
        new[key] -= lr * grads[key]
    return new


def biases_left_alone(params, grads, lr):
    return {key: params[key] - lr * grads[key] if params[key].ndim == 2 else params[key].copy() for key in params}


def divided_by_the_learning_rate(params, grads, lr):
    return {key: params[key] - grads[key] / lr for key in params}


def only_the_sign_of_the_gradient(params, grads, lr):
    return {key: params[key] - lr * np.sign(grads[key]) for key in params}


def four_names_written_out(params, grads, lr):
    return {
        "w1": params["w1"] - lr * grads["w1"],
        "b1": params["b1"] - lr * grads["b1"],
        "w2": params["w2"] - lr * grads["w2"],
        "b2": params["b2"] - lr * grads["b2"],
    }


def nothing_changed(params, grads, lr):
    new = {}
    for key in params:
        p = params[key].copy()
        p - lr * grads[key]
        new[key] = p
    return new


def only_the_first_key(params, grads, lr):
    for key in params:
        return {key: params[key] - lr * grads[key]}


def only_the_last_key(params, grads, lr):
    new = {}
    for key in params:
        new = {key: params[key] - lr * grads[key]}
    return new


def whole_dictionaries(params, grads, lr):
    return params - lr * grads


# Right answers written another way.


def with_a_loop(params, grads, lr):
    new = {}
    for key, value in params.items():
        new[key] = value - lr * grads[key]
    return new


def with_copies(params, grads, lr):
    new = {key: np.array(value) for key, value in params.items()}
    for key, gradient in grads.items():
        new[key] -= lr * gradient
    return new


def with_zip(params, grads, lr):
    moved = [np.subtract(params[key], np.multiply(lr, grads[key])) for key in params]
    return dict(zip(params, moved, strict=True))


EXERCISE = Exercise(
    name="sgd_step",
    lesson="backpropagation",
    points=1,
    minutes=3,
    difficulty=1,
    reference=nn.sgd_step,
    cases=cases,
    returns=("new_params",),
    criteria=(
        Criterion("new_params", "the new parameters of a two-layer network", output="new_params", share=3),
        Criterion("any_keys", "the same for other networks", output="new_params", share=1, kinds=("deeper",), after="new_params"),
    ),
    misconceptions=(
        Misconception(
            uphill,
            "The parameters move *up* the slope: the loss would grow.",
            "The gradient points to where the loss rises fastest. Which way do you want to go?",
        ),
        Misconception(
            learning_rate_left_out,
            "The step is the whole gradient: `lr` plays no part.",
            "The gradient says in which direction; the learning rate says how far.",
        ),
        Misconception(
            only_the_step,
            "This is the step alone, not the parameters after it.",
            "Where do you stand before the step? The new place is the old one plus the step.",
        ),
        Misconception(
            params_changed,
            "The numbers are right, but `params` itself has been changed: the old parameters are gone.",
            "Two things do this: assigning to `params[key]`, and `-=`, which writes into the array it finds, even by way of a copied "
            "dictionary. Make a new dictionary, and compute a new array for each key.",
        ),
        Misconception(
            biases_left_alone,
            "The weights have moved, but the biases have stayed where they were.",
            "Biases learn like any other parameter: treat every key alike.",
        ),
        Misconception(
            divided_by_the_learning_rate,
            "The gradient is divided by `lr`: a small learning rate would give a huge step.",
            "A learning rate of 0 should leave everything where it is.",
        ),
        Misconception(
            only_the_sign_of_the_gradient,
            "Every parameter moves by exactly `lr`, whatever the size of its gradient.",
            "Where the slope is steep the step is long: the gradient itself counts, not only its sign.",
        ),
        Misconception(
            four_names_written_out,
            "This works for `w1, b1, w2, b2` only; a network with other keys is not served.",
            "Let a loop run over the keys that `params` has, whatever they are called.",
        ),
        Misconception(
            nothing_changed,
            "The parameters come back as they were.",
            "An expression that is computed but not stored is lost. Where does the result of your subtraction go?",
        ),
        Misconception(
            only_the_first_key,
            "Only the first parameter comes back: the loop ended after one turn.",
            "`return` ends a function at once, even in the middle of a loop. How far is yours indented?",
        ),
        Misconception(
            only_the_last_key,
            "Only the last parameter comes back: the others have been lost on the way.",
            "Is the dictionary made anew on every turn of the loop? Make it once, before, and put an entry in on each turn.",
        ),
        Misconception(
            whole_dictionaries,
            "A number cannot be multiplied by a whole dictionary, only by the arrays in it.",
            "Go through the keys: under each of them there is one parameter, and one gradient.",
        ),
    ),
    accepted=(with_a_loop, with_copies, with_zip),
    hints=(
        "It is the update of lesson 02, done once for every array in the dictionary.",
        "New parameter = old parameter - learning rate times its gradient, in a *new* dictionary with the same keys.",
        "Loop over the keys (or use a dictionary comprehension). `a - b` makes a new array, while `a -= b` changes the old one.",
    ),
)
