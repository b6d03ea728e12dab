"""Schedules: how the learning rate changes while training goes on. Long steps first, to get near; short ones then, to arrive.

Each gives the learning rate of one step or epoch, counted from 0. They nest: `warm_up(cosine_decay(0.1, t, total=1000), t, steps=50)`.
"""

import math

from dlteach.nn._require import require_between, require_count, require_scalar


def step_decay(lr: float, epoch: int, *, factor: float, every: int) -> float:
    """Go down by a stair: multiply the learning rate by a factor each time some epochs have passed.

    lr · factor^⌊epoch / every⌋

    Args:
        lr: learning rate at the start.
        epoch: number of epochs done, from 0.
        factor: by what to multiply, from 0 to 1; 0.1 is usual.
        every: the length of a stair, in epochs.

    Returns:
        The learning rate of this epoch.

    Raises:
        TypeError: `epoch` or `every` is not a whole number.
        ValueError: `epoch` is negative, `every` below 1, or `factor` out of range.

    Source: He et al., "Deep residual learning for image recognition", 2016, section 3.4.
    """
    require_scalar(lr=lr)
    require_count(0, epoch=epoch)
    require_count(1, every=every)
    require_between(0, 1, factor=factor)
    return float(lr * factor ** (epoch // every))


def cosine_decay(lr: float, step: int, *, total: int, lr_min: float = 0.0) -> float:
    """Go down along half a wave of the cosine: slowly at first, fastest half-way, slowly again at the end.

    lr_min + ½ (lr − lr_min) · (1 + cos(π · step / total))

    Args:
        lr: learning rate at the start.
        step: number of steps done, from 0. From `total` on the learning rate stays at `lr_min`.
        total: number of steps in which to go down.
        lr_min: learning rate at the end.

    Returns:
        The learning rate of this step.

    Raises:
        TypeError: `step` or `total` is not a whole number.
        ValueError: `step` is negative, or `total` below 1.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.
    """
    require_scalar(lr=lr, lr_min=lr_min)
    require_count(0, step=step)
    require_count(1, total=total)
    return float(lr_min + 0.5 * (lr - lr_min) * (1 + math.cos(math.pi * min(step / total, 1))))


def warm_up(lr: float, step: int, *, steps: int) -> float:
    """Begin with small steps, and grow to the full learning rate along a straight line.

    lr · min(1, (step + 1) / steps)

    At the very start gradients are large and optimizers such as Adam have seen few of them; a long step may do harm
    that takes long to mend.

    Args:
        lr: the full learning rate, or what another schedule gives for this step.
        step: number of steps done, from 0.
        steps: with how many steps the full rate is reached; 1 is no warm-up.

    Returns:
        The learning rate of this step.

    Raises:
        TypeError: `step` or `steps` is not a whole number.
        ValueError: `step` is negative, or `steps` below 1.

    Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, section 2.2.
    """
    require_scalar(lr=lr)
    require_count(0, step=step)
    require_count(1, steps=steps)
    return float(lr * min(1, (step + 1) / steps))
