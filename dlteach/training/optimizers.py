"""Optimizers: the steps of `dlteach.nn`, written into the parameters' own arrays.

`nn.adam_step` gives new arrays and reads like the formula. Here the same numbers are calculated in place: a network has
many parameters and training takes many steps, and fetching fresh memory for each would cost more than the arithmetic. So
every line below is one operation that writes its result into an array that exists already; `out` is such an array, lent
for the length of one step.
"""

import math

import numpy as np

from dlteach.nn._require import require_dicts, require_positive, require_scalar
from dlteach.nn._types import Array, Params


class Optimizer:
    """What every optimizer is: a learning rate, and what it remembers about each parameter.

    A subclass says in `slots` which arrays it keeps beside each parameter, and in `update` how one parameter changes.

    Attributes:
        lr: learning rate; it may be changed between steps.
        weight_decay: λ ≥ 0; the gradient of ½·λ·Σp² is added to that of the loss, which pulls every parameter towards 0.
        state: what is remembered, by name of parameter and of slot: `state["0.w"]["velocity"]`. Empty before the first step.
    """

    slots: tuple[str, ...] = ()

    def __init__(self, lr: float, weight_decay: float = 0.0) -> None:
        self.lr = lr
        self.weight_decay = _not_negative(weight_decay=weight_decay)
        self.state: dict[str, Params] = {}
        self._lent: dict[tuple[str, np.dtype], Array] = {}

    @property
    def lr(self) -> float:
        """The learning rate: a plain number, because one of NumPy's float64 would make float32 arithmetic slow."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = _not_negative(lr=lr)

    def settings(self) -> dict[str, float]:
        """Give what was chosen when this optimizer was made and does not change while it works."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int | float) and name != "_lr"}

    def step(self, params: Params, grads: Params) -> None:
        """Change every parameter a little, against its gradient, in its own array.

        Args:
            params: arrays by name, written to.
            grads: their gradients under the same names; left as they are. Names that `params` lacks (frozen ones) are ignored.

        Raises:
            TypeError: `params` or `grads` is no dict.
            ValueError: a gradient is missing, or has another shape or dtype than its parameter; or this optimizer remembers
                another model.
        """
        require_dicts(params=params, grads=grads)
        for name, p in params.items():
            _require_gradient(name, p, grads)
            _require_memory(name, p, self.state.get(name, {}))
        for name, p in params.items():
            if name not in self.state and self.slots:
                self.state[name] = {slot: self.start(slot, p) for slot in self.slots}
            self.update(p, self.decayed(p, grads[name]), self.state.get(name, {}))

    def start(self, slot: str, p: Array) -> Array:
        """Give what a slot holds before the first step: zeros in the shape of the parameter, or for "t" the count 0."""
        return np.zeros((), np.int64) if slot == "t" else np.zeros_like(p)

    def update(self, p: Array, dp: Array, memory: Params) -> None:
        """Write one parameter's new value into `p`; `memory` holds its slots."""
        raise NotImplementedError(f"{type(self).__name__} has no update")

    def decayed(self, p: Array, dp: Array) -> Array:
        """Give the gradient with that of the weight decay added: dp + λ·p."""
        if not self.weight_decay:
            return dp
        out = self.lend("decayed", p)
        np.multiply(p, self.weight_decay, out=out)
        return np.add(out, dp, out=out)

    def lend(self, use: str, p: Array) -> Array:
        """Give an array like `p` to calculate in. It is the same memory for all parameters, and holds nothing that lasts."""
        key = use, p.dtype
        if key not in self._lent or self._lent[key].size < p.size:
            self._lent[key] = np.empty(p.size, p.dtype)
        return self._lent[key][: p.size].reshape(p.shape)


class SGD(Optimizer):
    """Stochastic gradient descent; with `momentum`, steps remember the direction of those before.

    p ← p − lr · dp, or with momentum μ:    v ← μ·v + dp    p ← p − lr · v    (Nesterov: p ← p − lr · (dp + μ·v))

    The numbers are those of `nn.sgd_step`, `nn.momentum_step` and `nn.nesterov_step`.

    Args:
        lr: learning rate.
        momentum: μ, from 0 to below 1; 0 is plain gradient descent.
        nesterov: look ahead along the velocity.
        weight_decay: λ of the penalty ½·λ·Σp².

    Raises:
        ValueError: a number is out of its range, or `nesterov` has no momentum to look along.

    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013.
    """

    def __init__(self, lr: float, momentum: float = 0.0, nesterov: bool = False, weight_decay: float = 0.0) -> None:
        super().__init__(lr, weight_decay)
        self.momentum, self.nesterov = _below_one(momentum=momentum), bool(nesterov)
        if nesterov and not momentum:
            raise ValueError(f"momentum is {momentum}; it needs to be above 0 for nesterov=True.")
        self.slots = ("velocity",) if momentum else ()

    def update(self, p: Array, dp: Array, memory: Params) -> None:
        """Take the step of the class's formula."""
        out = self.lend("out", p)
        if self.momentum:
            v = memory["velocity"]
            v *= self.momentum
            v += dp
            if self.nesterov:
                np.multiply(v, self.momentum, out=out)
                dp = np.add(out, dp, out=out)
            else:
                dp = v
        np.multiply(dp, self.lr, out=out)
        p -= out


class RMSprop(Optimizer):
    """Divide each number's step by the size its gradient has had lately.

    s ← ρ·s + (1 − ρ)·dp²    p ← p − lr · dp / (√s + ε)

    The numbers are those of `nn.rmsprop_step`.

    Args:
        lr: learning rate.
        decay: ρ, how slowly the average forgets, from 0 to below 1.
        eps: ε, above 0, which keeps the division from being one by 0.
        weight_decay: λ of the penalty ½·λ·Σp².

    Raises:
        ValueError: a number is out of its range.

    Source: Tieleman and Hinton, "Lecture 6.5 - RMSprop: divide the gradient by a running average of its recent magnitude", 2012.
    """

    slots = ("square_avg",)

    def __init__(self, lr: float = 0.001, decay: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0) -> None:
        super().__init__(lr, weight_decay)
        require_positive(eps=eps)
        self.decay, self.eps = _below_one(decay=decay), float(eps)

    def update(self, p: Array, dp: Array, memory: Params) -> None:
        """Take the step of the class's formula."""
        out, s = self.lend("out", p), memory["square_avg"]
        np.multiply(dp, dp, out=out)
        out *= 1 - self.decay
        s *= self.decay
        s += out
        np.sqrt(s, out=out)
        out += self.eps
        np.divide(dp, out, out=out)
        out *= self.lr
        p -= out


class Adam(Optimizer):
    """Momentum and RMSprop in one, each corrected for having started from 0.

    m ← m + (1 − β₁)·(dp − m)    v ← v + (1 − β₂)·(dp² − v)    p ← p − lr · m̂ / (√v̂ + ε)

    with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). The numbers are those of `nn.adam_step`: m + (1 − β₁)·(dp − m) is
    β₁·m + (1 − β₁)·dp, written with one product less. Each parameter counts its own steps t, so that one which is thawed
    later starts with the right correction.

    Args:
        lr: learning rate.
        beta1: how slowly the average of the gradients forgets, from 0 to below 1.
        beta2: the same for their squares.
        eps: ε, above 0; it stands outside the root, as in the paper.
        weight_decay: λ of the penalty ½·λ·Σp², whose gradient goes through both averages. `AdamW` leaves them out of it.

    Raises:
        ValueError: a number is out of its range.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """

    slots = ("m", "v", "t")

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0.0
    ) -> None:
        super().__init__(lr, weight_decay)
        require_positive(eps=eps)
        self.beta1, self.beta2, self.eps = _below_one(beta1=beta1), _below_one(beta2=beta2), float(eps)

    def update(self, p: Array, dp: Array, memory: Params) -> None:
        """Take the step of the class's formula."""
        out, m, v = self.lend("out", p), memory["m"], memory["v"]
        memory["t"] += 1
        t = int(memory["t"])
        np.subtract(dp, m, out=out)  # m ← m + (1 − β₁)·(dp − m)
        out *= 1 - self.beta1
        m += out
        np.multiply(dp, dp, out=out)  # v ← v + (1 − β₂)·(dp² − v)
        out -= v
        out *= 1 - self.beta2
        v += out
        np.sqrt(v, out=out)  # p ← p − lr · m̂ / (√v̂ + ε)
        out *= 1 / math.sqrt(1 - self.beta2**t)  # √v̂
        out += self.eps
        np.divide(m, out, out=out)
        out *= self.lr / (1 - self.beta1**t)  # m̂ = m / (1 − β₁ᵗ)
        p -= out


class AdamW(Adam):
    """Adam with a weight decay of its own, which the averages never see.

    p ← p − lr · λ · p, and then a step of Adam without the penalty. The numbers are those of `nn.adamw_step`.

    Args:
        lr: learning rate.
        beta1: how slowly the average of the gradients forgets, from 0 to below 1.
        beta2: the same for their squares.
        eps: ε, above 0, outside the root.
        weight_decay: λ; at each step a parameter loses the share lr · λ of itself.

    Raises:
        ValueError: a number is out of its range.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
    """

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0.01
    ) -> None:
        super().__init__(lr, beta1, beta2, eps, weight_decay)

    def decayed(self, p: Array, dp: Array) -> Array:
        """Shrink the parameter itself, and give the gradient as it is."""
        p *= 1 - self.lr * self.weight_decay
        return dp


def _require_gradient(name: str, p: Array, grads: Params) -> None:
    if name not in grads:
        raise ValueError(f"grads has no {name!r}; it needs a gradient for every parameter. Did backward run?")
    dp = grads[name]
    if dp.shape != p.shape:
        raise ValueError(f"grads[{name!r}] has shape {dp.shape}; it needs {p.shape}, the shape of params[{name!r}].")
    if dp.dtype != p.dtype:
        raise ValueError(
            f"grads[{name!r}] has dtype {dp.dtype}; it needs {p.dtype}, the dtype of params[{name!r}]. "
            "Most often x or y has another dtype than the model."
        )


def _require_memory(name: str, p: Array, memory: Params) -> None:
    """Raise if what is remembered of this parameter is that of another model's, of another shape."""
    for slot, array in memory.items():
        if slot != "t" and array.shape != p.shape:
            raise ValueError(
                f"params[{name!r}] has shape {p.shape}; this optimizer remembers one of shape {array.shape}, that of another model. "
                "Each model needs an optimizer of its own."
            )


def _not_negative(**argument: float) -> float:
    """Give the one argument as a plain number; raise unless it is finite and not below 0."""
    require_scalar(**argument)
    ((name, value),) = argument.items()
    if not 0 <= value < math.inf:  # NaN is refused too
        raise ValueError(f"{name} is {value}; it needs to be a number from 0 up.")
    return float(value)


def _below_one(**argument: float) -> float:
    """Give the one argument as a plain number; raise unless it is from 0 to below 1."""
    require_scalar(**argument)
    ((name, value),) = argument.items()
    if not 0 <= value < 1:
        raise ValueError(f"{name} is {value}; it needs to be from 0 to below 1.")
    return float(value)
