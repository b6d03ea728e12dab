"""Optimizers: better ways to walk downhill than straight along the slope. Plain descent, `sgd_step`, is in `descent`.

Each function is one step. It takes the parameters, their gradients and what the optimizer remembers of the steps
before, all as dicts with the same names, and gives new parameters and a new memory; the given ones stay as they are.
The formulas are PyTorch's, to the last digit.
"""

from typing import NamedTuple

import numpy as np

from dlteach.nn._require import require_count, require_dicts, require_names, require_positive, require_same_shape, require_scalar
from dlteach.nn._types import Array, Number, Params, as_float


class AdamState(NamedTuple):
    """What Adam remembers: a running mean of the gradients, one of their squares, and how many steps it has taken."""

    m: Params
    v: Params
    t: int


def zeros_for(params: Params) -> Params:
    """Give the memory of an optimizer before its first step: a zero for every number that is trained.

    memory[name] = 0, in the shape and dtype of params[name]

    Args:
        params: arrays by name.

    Returns:
        A new dict with the same names.

    Raises:
        TypeError: a parameter is neither an array nor a number.
        ValueError: a parameter is empty, or does not hold real numbers.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    _require_alike(params)
    return {name: np.zeros_like(as_float(value)) for name, value in params.items()}


def adam_start(params: Params) -> AdamState:
    """Give what Adam and AdamW remember before their first step: nothing yet.

    m = 0    v = 0    t = 0

    Args:
        params: arrays by name.

    Returns:
        `(m, v, t)`, two dicts of zeros with the same names, and 0.

    Raises:
        TypeError: a parameter is neither an array nor a number.
        ValueError: a parameter is empty, or does not hold real numbers.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """
    return AdamState(m=zeros_for(params), v=zeros_for(params), t=0)


def momentum_step(params: Params, grads: Params, velocity: Params, lr: float, momentum: float = 0.9) -> tuple[Params, Params]:
    """Roll downhill like a heavy ball, which keeps most of its speed from step to step.

    v ← momentum · v + dp    p ← p − lr · v

    Gradients that agree add up, in the end to 1 + momentum + momentum² + … = 1 / (1 − momentum) times one of them; those that
    point to and fro cancel.

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes.
        velocity: what the last step gave; `zeros_for(params)` before the first.
        lr: learning rate.
        momentum: the share of the speed that is kept, from 0 to less than 1; 0 is plain gradient descent.

    Returns:
        params: a new dict of new arrays.
        velocity: likewise, for the next step.

    Raises:
        TypeError: an entry of a dict is neither an array nor a number.
        ValueError: the names or the shapes differ, or `momentum` is out of range.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """
    _require_alike(params, grads=grads, velocity=velocity)
    _require_share(momentum=momentum)
    lr, momentum = _plain(lr=lr), float(momentum)
    velocity = {name: momentum * velocity[name] + grads[name] for name in params}
    return {name: params[name] - lr * velocity[name] for name in params}, velocity


def nesterov_step(params: Params, grads: Params, velocity: Params, lr: float, momentum: float = 0.9) -> tuple[Params, Params]:
    """Roll downhill like a heavy ball that looks ahead, and so begins to brake before it has gone too far.

    v ← momentum · v + dp    p ← p − lr · (dp + momentum · v)

    Nesterov takes the gradient where momentum alone would carry the ball: lr · momentum · v further on. Here p is that place
    ahead, not the ball's own, so that the gradient at p is the right one; each step moves p to the next place ahead.

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes.
        velocity: what the last step gave; `zeros_for(params)` before the first.
        lr: learning rate.
        momentum: the share of the speed that is kept, from 0 to less than 1.

    Returns:
        params: a new dict of new arrays.
        velocity: likewise, for the next step.

    Raises:
        TypeError: an entry of a dict is neither an array nor a number.
        ValueError: the names or the shapes differ, or `momentum` is out of range.

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    """
    _require_alike(params, grads=grads, velocity=velocity)
    _require_share(momentum=momentum)
    lr, momentum = _plain(lr=lr), float(momentum)
    velocity = {name: momentum * velocity[name] + grads[name] for name in params}
    return {name: params[name] - lr * (grads[name] + momentum * velocity[name]) for name in params}, velocity


def rmsprop_step(
    params: Params, grads: Params, square_avg: Params, lr: float, decay: float = 0.99, eps: float = 1e-8
) -> tuple[Params, Params]:
    """Give every parameter a step length of its own: the gradient counts in units of its usual size.

    s ← decay · s + (1 − decay) · dp²    p ← p − lr · dp / (√s + ε)

    Where gradients are always small the steps become longer, and where they are always large, shorter. s starts at 0 and is
    not corrected, so the first step is 1 / √(1 − decay) times as long as it should be: 10 times for 0.99. Adam mends that.

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes.
        square_avg: s, what the last step gave; `zeros_for(params)` before the first.
        lr: learning rate.
        decay: the share of s that is kept, from 0 to less than 1.
        eps: ε, a small number above 0 that keeps a zero gradient from being divided by zero.

    Returns:
        params: a new dict of new arrays.
        square_avg: likewise, for the next step.

    Raises:
        TypeError: an entry of a dict is neither an array nor a number.
        ValueError: the names or the shapes differ, or `decay` or `eps` is out of range.

    Source: Tieleman and Hinton, "Lecture 6.5 - RMSprop: divide the gradient by a running average of its recent magnitude", 2012.
    """
    _require_alike(params, grads=grads, square_avg=square_avg)
    _require_share(decay=decay)
    require_positive(eps=eps)
    lr, decay, eps = _plain(lr=lr), float(decay), float(eps)
    square_avg = {name: decay * square_avg[name] + (1 - decay) * grads[name] ** 2 for name in params}
    return {name: params[name] - lr * grads[name] / (np.sqrt(square_avg[name]) + eps) for name in params}, square_avg


def adam_step(
    params: Params, grads: Params, state: AdamState, lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> tuple[Params, AdamState]:
    """Join momentum and RMSprop: follow the mean gradient, in units of its usual size.

    m ← β₁ · m + (1 − β₁) · dp    v ← β₂ · v + (1 − β₂) · dp²    t ← t + 1
    p ← p − lr · m̂ / (√v̂ + ε)    with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)

    Both means start at 0. After t steps the shares of the gradients in m add up to 1 − β₁ᵗ only, and those of their squares in
    v to 1 − β₂ᵗ: m̂ and v̂ divide by that. ε stands outside the root and beside v̂, not v: with small gradients the other forms
    take far shorter steps.

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes.
        state: `(m, v, t)`, what the last step gave; `adam_start(params)` before the first.
        lr: learning rate; about the length of a step.
        beta1: β₁, the share of m that is kept, from 0 to less than 1.
        beta2: β₂, the share of v that is kept, from 0 to less than 1.
        eps: ε, a small number above 0 that keeps a zero gradient from being divided by zero.

    Returns:
        params: a new dict of new arrays.
        state: a new state, for the next step.

    Raises:
        TypeError: an entry of a dict is neither an array nor a number.
        ValueError: the names or the shapes differ, or `beta1`, `beta2` or `eps` is out of range.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """
    _require_state(state)
    _require_alike(params, grads=grads, **{"state.m": state.m, "state.v": state.v})
    _require_share(beta1=beta1, beta2=beta2)
    require_positive(eps=eps)
    require_count(0, **{"state.t": state.t})
    lr, beta1, beta2, eps = _plain(lr=lr), float(beta1), float(beta2), float(eps)
    t = int(state.t) + 1
    m = {name: beta1 * state.m[name] + (1 - beta1) * grads[name] for name in params}
    v = {name: beta2 * state.v[name] + (1 - beta2) * grads[name] ** 2 for name in params}
    updated = {}
    for name, p in params.items():
        m_hat = m[name] / (1 - beta1**t)
        v_hat = v[name] / (1 - beta2**t)
        updated[name] = p - lr * m_hat / (np.sqrt(v_hat) + eps)
    return updated, AdamState(m, v, t)


def adamw_step(
    params: Params,
    grads: Params,
    state: AdamState,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[Params, AdamState]:
    """Shrink every parameter a little, then take a step of Adam.

    p ← (1 − lr · weight_decay) · p, and then as `adam_step`

    An L2 penalty in the loss would not do: Adam divides every gradient by its usual size, and the pull of the penalty
    with it. Here the pull stays beside the division, and is the same for all.

    Args:
        params: arrays by name.
        grads: their gradients, under the same names and in the same shapes, without any penalty.
        state: `(m, v, t)`, what the last step gave; `adam_start(params)` before the first.
        lr: learning rate; about the length of a step.
        beta1: β₁, the share of m that is kept, from 0 to less than 1.
        beta2: β₂, the share of v that is kept, from 0 to less than 1.
        eps: ε, a small number above 0 that keeps a zero gradient from being divided by zero.
        weight_decay: how strongly the parameters are pulled towards 0.

    Returns:
        params: a new dict of new arrays.
        state: a new state, for the next step.

    Raises:
        TypeError: an entry of a dict is neither an array nor a number.
        ValueError: the names or the shapes differ, or `beta1`, `beta2` or `eps` is out of range.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
    """
    _require_alike(params)
    shrink = 1 - _plain(lr=lr) * _plain(weight_decay=weight_decay)
    return adam_step({name: shrink * p for name, p in params.items()}, grads, state, lr, beta1, beta2, eps)


def _plain(**arguments: Number) -> float:
    """Give one number as Python's own: multiplied by a float64 of NumPy's, float32 parameters would become float64."""
    require_scalar(**arguments)
    (value,) = arguments.values()
    return float(value)


def _require_state(state: object) -> None:
    """Raise unless this is what Adam remembers."""
    if not isinstance(state, AdamState):
        raise TypeError(f"state is a {type(state).__name__}; it needs to be an AdamState: nn.adam_start(params) gives the first.")


def _require_alike(params: Params, **others: Params) -> None:
    """Raise unless all dicts have the names of `params`, and under each name the same shape."""
    require_dicts(params=params, **others)
    require_names(params, **others)
    for name, value in params.items():
        arrays: dict[str, Array] = {f"{argument}[{name!r}]": values[name] for argument, values in others.items()}
        require_same_shape(**arrays, **{f"params[{name!r}]": value})


def _require_share(**arguments: float) -> None:
    """Raise unless every argument is one number from 0 to less than 1."""
    require_scalar(**arguments)
    for name, value in arguments.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name} is {value}; it needs to be from 0 to less than 1.")
