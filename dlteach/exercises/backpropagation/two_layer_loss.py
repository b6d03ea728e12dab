"""Exercise: loss and gradients of a whole network with one hidden layer."""

from collections.abc import Sequence

import numpy as np

from dlteach import nn
from dlteach.checking import Case, Criterion, Exercise, Functions, Misconception

KEYS = ("w1", "b1", "w2", "b2")


def cases(rng: np.random.Generator) -> Sequence[Case]:
    """One sample and one hidden unit; whole numbers; batches whose four sizes all differ; a batch of one."""
    smallest = {"w1": np.array([[1.0]]), "b1": np.array([1.0]), "w2": np.array([[1.0, -1.0]]), "b2": np.array([0.0, 1.0])}
    small = {
        "w1": np.array([[1.0, -1.0], [2.0, 1.0]]),
        "b1": np.array([0.5, -0.5]),
        "w2": np.array([[0.5], [1.0]]) * np.array([[1.0, -1.0, 2.0]]),
        "b2": np.array([0.0, 1.0, -1.0]),
    }
    return [
        Case({"params": smallest, "x": np.array([[2.0]]), "labels": np.array([1])}, kind="smallest"),
        Case({"params": small, "x": np.array([[1.0, 0.0], [-1.0, 2.0]]), "labels": np.array([2, 1])}, kind="small"),
        network_case(rng, n=5, d=4, h=6, c=3),
        network_case(rng, n=7, d=2, h=5, c=4),
        network_case(rng, n=1, d=3, h=6, c=4, kind="one"),
    ]


def network_case(rng: np.random.Generator, n: int, d: int, h: int, c: int, kind: str = "generic") -> Case:
    """A network whose hidden units all keep clear of the ReLU's kink; in a batch, each is on for some samples and off for others."""
    x = rng.normal(size=(n, d))
    w1 = rng.normal(size=(d, h))
    weighted_sums = x @ w1
    while n > 1 and np.diff(np.sort(weighted_sums, axis=0), axis=0).max(axis=0).min() < 0.4:
        w1 = rng.normal(size=(d, h))
        weighted_sums = x @ w1
    params = {"w1": w1, "b1": clear_biases(rng, weighted_sums), "w2": rng.normal(size=(h, c)), "b2": rng.normal(size=c)}
    labels = rng.permutation(np.arange(n) % c)
    return Case({"params": params, "x": x, "labels": labels}, kind=kind, sizes={"N": n, "D": d, "H": h, "C": c})


def clear_biases(rng: np.random.Generator, weighted_sums: np.ndarray) -> np.ndarray:
    """Biases that put 0 into the middle of the widest gap between a unit's weighted sums; for one sample, every second unit is off."""
    n, h = weighted_sums.shape
    units = np.arange(h)
    zeros: np.ndarray
    if n == 1:
        zeros = weighted_sums[0] - np.where(units % 2 == 0, 1.0, -1.0) * rng.uniform(0.3, 1.5, h)
    else:
        ordered = np.sort(weighted_sums, axis=0)
        below = np.diff(ordered, axis=0).argmax(axis=0)
        zeros = (ordered[below, units] + ordered[below + 1, units]) / 2
    return -zeros


def own_gradient(functions: Functions, case: Case) -> dict[str, np.ndarray]:
    """What the gradients should be for the student's own loss, by central differences."""
    params, x, labels = case.args["params"], case.args["x"], case.args["labels"]

    def slope(key: str) -> np.ndarray:
        return nn.numerical_gradient(lambda value: float(functions["two_layer_loss"]({**params, key: value}, x, labels)[0]), params[key])

    return {f"grads['{key}']": slope(key) for key in KEYS}


# Misconceptions: what students write. Each runs alone after `import numpy as np`.


def relu_forgotten_going_back(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = np.maximum(0, x @ w1 + b1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz = dlogits @ w2.T
    grads = {"w1": x.T @ dz, "b1": dz.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def no_relu_at_all(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = x @ w1 + b1
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz = dlogits @ w2.T
    grads = {"w1": x.T @ dz, "b1": dz.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def relu_on_the_logits_too(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    z2 = h @ w2 + b2
    logits = np.maximum(0, z2)
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dz2 = dlogits / n * (z2 > 0)
    dz1 = dz2 @ w2.T * (z1 > 0)
    grads = {"w1": x.T @ dz1, "b1": dz1.sum(axis=0), "w2": h.T @ dz2, "b2": dz2.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def softmax_twice(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    z2 = h @ w2 + b2
    logits = np.exp(z2 - np.logaddexp.reduce(z2, axis=1, keepdims=True))
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads = {"w1": x.T @ dz1, "b1": dz1.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def sigmoid_for_relu(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = 1 / (1 + np.exp(-(x @ w1 + b1)))
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz = dlogits @ w2.T * h * (1 - h)
    grads = {"w1": x.T @ dz, "b1": dz.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def mask_from_the_gradient(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = np.maximum(0, x @ w1 + b1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dh = dlogits @ w2.T
    dz = dh * (dh > 0)
    grads = {"w1": x.T @ dz, "b1": dz.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def divided_by_n_again(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads = {"w1": x.T @ dz1 / n, "b1": dz1.sum(axis=0) / n, "w2": h.T @ dlogits / n, "b2": dlogits.sum(axis=0) / n}
    return -log_p[np.arange(n), labels].mean(), grads


def cache_taken_before_the_relu(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    logits = np.maximum(0, z1) @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads = {"w1": x.T @ dz1, "b1": dz1.sum(axis=0), "w2": z1.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def layers_exchanged(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads = {"w1": h.T @ dlogits, "b1": dlogits.sum(axis=0), "w2": x.T @ dz1, "b2": dz1.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def keys_called_dw(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads = {"dw1": x.T @ dz1, "db1": dz1.sum(axis=0), "dw2": h.T @ dlogits, "db2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def results_of_backward_shifted(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = dlogits @ w2.T * (z1 > 0)
    dw1, db1, _ = dz1 @ w1.T, x.T @ dz1, dz1.sum(axis=0)
    grads = {"w1": dw1, "b1": db1, "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def step_taken_at_once(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    grads = {"w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    w2 -= 0.1 * grads["w2"]
    b2 -= 0.1 * grads["b2"]
    dz1 = dlogits @ w2.T * (z1 > 0)
    grads["w1"], grads["b1"] = x.T @ dz1, dz1.sum(axis=0)
    w1 -= 0.1 * grads["w1"]
    b1 -= 0.1 * grads["b1"]
    return -log_p[np.arange(n), labels].mean(), grads


def first_layer_left_out(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = np.maximum(0, x @ w1 + b1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    grads = {"w1": np.zeros_like(w1), "b1": np.zeros_like(b1), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def relu_backward_turned_round(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    z1 = x @ w1 + b1
    h = np.maximum(0, z1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    dz1 = z1 * (dlogits @ w2.T > 0)
    grads = {"w1": x.T @ dz1, "b1": dz1.sum(axis=0), "w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}
    return -log_p[np.arange(n), labels].mean(), grads


def only_the_second_layer(params, x, labels):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    n = len(labels)
    h = np.maximum(0, x @ w1 + b1)
    logits = h @ w2 + b2
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    dlogits = np.exp(log_p)
    dlogits[np.arange(n), labels] -= 1
    dlogits /= n
    return -log_p[np.arange(n), labels].mean(), {"w2": h.T @ dlogits, "b2": dlogits.sum(axis=0)}


def two_results_under_one_name(params, x, labels):
    z = x @ params["w1"] + params["b1"], (x, params["w1"])
    return np.maximum(0, z)


def one_name_for_every_cache(params, x, labels):
    h = np.maximum(0, x @ params["w1"] + params["b1"])
    cache = h, params["w2"]
    return cache > 0


def keys_for_arrays(params, x, labels):
    w1, b1, _w2, _b2 = params
    return x @ w1 + b1


def loss_sent_back(params, x, labels):
    h = np.maximum(0, x @ params["w1"] + params["b1"])
    logits = h @ params["w2"] + params["b2"]
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    loss = -log_p[np.arange(len(labels)), labels].mean()
    return loss @ params["w2"].T


# Right answers written another way.


def with_the_chain_written_out(params, x, labels):
    n, c = len(x), len(params["b2"])
    z = x @ params["w1"] + params["b1"]
    on = z > 0
    h = z * on
    logits = h @ params["w2"] + params["b2"]
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    one_hot = np.eye(c)[labels]
    dlogits = (np.exp(log_p) - one_hot) / n
    dz = (dlogits @ params["w2"].T) * on
    grads = dict(w1=x.T @ dz, b1=dz.sum(0), w2=h.T @ dlogits, b2=dlogits.sum(0))
    return -(one_hot * log_p).sum() / n, grads


def one_sample_at_a_time(params, x, labels):
    grads = {key: np.zeros_like(value) for key, value in params.items()}
    loss = 0.0
    for row, label in zip(x, labels, strict=True):
        z = row @ params["w1"] + params["b1"]
        h = np.maximum(z, 0)
        logits = h @ params["w2"] + params["b2"]
        shifted = logits - logits.max()
        p = np.exp(shifted) / np.exp(shifted).sum()
        loss -= np.log(p[label]) / len(x)
        p[label] -= 1
        dz = np.where(z > 0, params["w2"] @ p, 0)
        grads["w2"] += np.outer(h, p) / len(x)
        grads["b2"] += p / len(x)
        grads["w1"] += np.outer(row, dz) / len(x)
        grads["b1"] += dz / len(x)
    return loss, grads


def with_biases_as_weights(params, x, labels):
    ones = np.ones((len(x), 1))
    first = np.vstack([params["w1"], params["b1"]])
    second = np.vstack([params["w2"], params["b2"]])
    x1 = np.hstack([x, ones])
    h = np.maximum(x1 @ first, 0)
    h1 = np.hstack([h, ones])
    e = np.exp(h1 @ second)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(len(x)), labels]))
    d = (p - (np.arange(p.shape[1]) == labels[:, None])) / len(x)
    dsecond = np.einsum("nh,nc->hc", h1, d)
    dfirst = np.einsum("nd,nh->dh", x1, np.einsum("nc,hc->nh", d, params["w2"]) * np.sign(h))
    return [loss, {"b2": dsecond[-1], "w2": dsecond[:-1], "b1": dfirst[-1], "w1": dfirst[:-1]}]


EXERCISE = Exercise(
    name="two_layer_loss",
    lesson="backpropagation",
    points=4,
    minutes=10,
    difficulty=3,
    reference=nn.two_layer_loss,
    cases=cases,
    returns=("loss", "grads"),
    criteria=(
        Criterion("loss", "the loss", output="loss", share=2),
        Criterion("w2", "the gradient of `w2`", output="grads['w2']", share=2),
        Criterion("b2", "the gradient of `b2`", output="grads['b2']", share=1),
        Criterion("w1", "the gradient of `w1`", output="grads['w1']", share=2),
        Criterion("b1", "the gradient of `b1`", output="grads['b1']", share=1),
    ),
    needs=("affine_forward", "affine_backward", "relu_forward", "relu_backward", "softmax", "softmax_cross_entropy"),
    own_gradient=own_gradient,
    misconceptions=(
        Misconception(
            relu_forgotten_going_back,
            "The gradients of the first layer skip the ReLU: units that were off have been given a gradient too.",
            "Going back you pass the same stations as going forward, in the opposite order. Count them: four forward, four back.",
        ),
        Misconception(
            no_relu_at_all,
            "The network has no ReLU: without it, two affine layers are no more than one.",
            "Between the two affine layers comes the activation, forward and backward.",
        ),
        Misconception(
            relu_on_the_logits_too,
            "The logits have gone through a ReLU: negative ones became 0.",
            "Only the hidden layer has an activation. The logits go to the softmax as they are, negative ones included.",
        ),
        Misconception(
            softmax_twice,
            "The softmax was applied twice: `softmax_cross_entropy` was given probabilities where it expects logits.",
            "`softmax_cross_entropy` does the softmax itself. Hand it the output of the last affine layer unchanged.",
        ),
        Misconception(
            sigmoid_for_relu,
            "The hidden layer uses the sigmoid; the ReLU is asked for.",
            "Look at the picture of the network above: what stands between the two affine layers?",
        ),
        Misconception(
            mask_from_the_gradient,
            "Going back through the ReLU, the gradient was cut where *it* was negative, not where the unit was off.",
            "Whether a unit was on was decided going forward: the ReLU's cache knows.",
        ),
        Misconception(
            divided_by_n_again,
            "All gradients are N times too small: they have been divided by the batch size once too often.",
            "`dlogits` has the 1/N of the mean in it already. The layers below only pass it on.",
        ),
        Misconception(
            cache_taken_before_the_relu,
            "The gradient of `w2` uses the hidden layer's values from *before* the ReLU.",
            "What did the second affine layer receive as its input? That is what its cache must hold.",
        ),
        Misconception(
            layers_exchanged,
            "The gradients of the two layers stand in each other's place.",
            "Going back, the *second* layer comes first: what its backward pass returns belongs to `w2` and `b2`.",
        ),
        Misconception(
            keys_called_dw,
            "The gradients are there, but under the names `dw1`, `db1`, `dw2`, `db2`.",
            "The gradients go under the same keys as the parameters they belong to, so that a loop can pair them.",
        ),
        Misconception(
            results_of_backward_shifted,
            "Under `w1` stands the gradient of `x`, and under `b1` that of `w1`: the results of `affine_backward` are off by one place.",
            "It returns three things: the gradient of its input, then of its weights, then of its bias. Here only the last two count.",
        ),
        Misconception(
            step_taken_at_once,
            "The parameters have been changed on the way: this function should only measure, not learn.",
            "Return the loss and the gradients, and leave `params` as it is. Taking the step is the next exercise.",
        ),
        Misconception(
            first_layer_left_out,
            "The gradients of the first layer are all 0: nothing was sent back beyond the second layer.",
            "`affine_backward` gives three results. The first one is what the layer below receives as its `dout`.",
        ),
        Misconception(
            relu_backward_turned_round,
            "Going back through the ReLU, gradient and cache have changed places: what comes out is `z` where the gradient is positive.",
            "Every backward function takes first what arrives from above, and second the cache.",
        ),
        Misconception(
            only_the_second_layer,
            "`grads` has only `w2` and `b2`; the first layer has none.",
            "You are half-way back. `affine_backward` also told you the gradient of the hidden layer: pass it on, through the ReLU, to "
            "the first.",
        ),
        Misconception(
            two_results_under_one_name,
            "A ReLU has been handed a pair where it expects an array.",
            "Every forward function returns *two* things, its output and its cache. Give each of them a name, and pass only the output on.",
        ),
        Misconception(
            one_name_for_every_cache,
            "A ReLU has been handed a tuple where it expects an array: the two results of a forward function, or the cache of another "
            "station.",
            "Give the output and the cache of every station a name of their own. If all caches are called `cache`, only the last one is "
            "left on the way back.",
        ),
        Misconception(
            keys_for_arrays,
            "A matrix product has been given a piece of text: the *name* of a parameter, where the array should be.",
            "Going through a dictionary, or unpacking it, gives its keys. The array itself stands under its key: square brackets get it.",
        ),
        Misconception(
            loss_sent_back,
            "A single number stands in a matrix product on the way back: the loss, it seems, where its gradient should be.",
            "The loss says how bad it is; `dlogits` says which way to go. Which of the two does `affine_backward` take as its `dout`?",
        ),
    ),
    accepted=(with_the_chain_written_out, one_sample_at_a_time, with_biases_as_weights),
    hints=(
        "Write the forward pass first, four lines: affine, ReLU, affine, loss. Give every cache a name of its own.",
        "Then the same stations backwards: the loss has already given you `dlogits`; what each station returns as its first result is "
        "the `dout` of the one below.",
        "Second affine layer backward (gives the gradient of the hidden layer, and two of the four you need), ReLU backward, first affine "
        "layer backward (gives the other two). Put the four into a dict under the keys of `params`.",
    ),
)
