"""What happens in the training of a logistic regression, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dlteach.traces.trace import Array
from dlteach.traces.words import rounded


class _Line(NamedTuple):
    """A boundary: the direction (an angle) in which p rises, how far the line is from the middle that way, and how steeply p rises."""

    angle: float
    offset: float
    steepness: float


def sentences(y: Array, threshold: float, middle: Array, labels: Array, frames: Mapping[str, Any]) -> list[str]:
    """One sentence, or a few, for each frame.

    Args:
        y: (N,), true labels.
        threshold: the probability from which on the answer is 1.
        middle: (2,), the middle of the picture, from which the boundary's way is measured.
        labels: (T, N), what was answered.
        frames: the arrays of the trace.

    Returns:
        T texts.
    """
    score = math.log(threshold / (1 - threshold))
    models = zip(frames["w1"], frames["w2"], frames["b"], strict=True)
    lines = [_line(np.array([w1, w2]), score - b, middle) for w1, w2, b in models]
    in_sight = np.isfinite(frames["boundary_x1"]).all(axis=1)
    loss = frames["loss"]
    start = f"Epoch 0, before the first step: all weights are 0, so every probability is 0.5. The loss is {rounded(loss[0])}"
    told = [f"{start}; {_mistakes(y, labels[0])}."]
    for t in range(1, len(labels)):
        what = _boundary_words(lines[t - 1], lines[t], bool(in_sight[t]))
        told.append(f"Epoch {frames['epoch'][t]}: {what} {_loss_words(loss[t - 1], loss[t])}; {_mistakes(y, labels[t])}.")
    return told


def caption(n: int, lr: float, epochs: int, threshold: float, frames: Mapping[str, Any]) -> str:
    """One sentence about the whole training on `n` points."""
    loss, wrong = frames["loss"], frames["wrong_count"]
    return (
        f"Logistic regression on {n} points, from zero weights, with learning rate {lr:g} and threshold {threshold:g}: in {epochs} epochs "
        f"the loss goes from {rounded(loss[0])} to {rounded(loss[-1])}, and {wrong[-1]} points are wrong in the end."
    )


def _line(w: Array, score: float, middle: Array) -> _Line | None:
    """Where the line x @ w = score lies; None where all weights are 0 or no longer finite."""
    steepness = float(np.hypot(*w))
    if not (0 < steepness < math.inf and math.isfinite(score)):
        return None
    return _Line(math.atan2(w[1], w[0]), (score - float(middle @ w)) / steepness, steepness)


def _boundary_words(before: _Line | None, now: _Line | None, in_sight: bool) -> str:
    """What the boundary has done since the frame before."""
    if now is None:
        return "There is no boundary."
    if not in_sight:
        return "The boundary lies outside the picture."
    if before is None:
        return "A boundary appears."
    turn = abs(math.degrees(math.remainder(now.angle - before.angle, 2 * math.pi)))
    way = now.offset - before.offset
    if turn > 90:
        return "The boundary turns right round, so that its two sides change places."
    parts = [f"turns by {turn:.0f}°"] if turn >= 1 else []
    if abs(way) >= 0.01:
        parts.append(f"moves by {abs(way):.2f} towards the side called {1 if way > 0 else 0}")
    if parts:
        return f"The boundary {' and '.join(parts)}."
    if now.steepness > 1.005 * before.steepness:
        return "The boundary hardly moves, but the model gets surer on either side of it."
    return "The boundary hardly moves."


def _loss_words(before: float, now: float) -> str:
    if not math.isfinite(now):
        return f"The loss is {rounded(now)}, since some numbers have grown too large to store"
    if rounded(before) == rounded(now):
        return f"The loss stays at {rounded(now)}"
    if now < before:
        return f"The loss falls from {rounded(before)} to {rounded(now)}"
    return f"The loss climbs from {rounded(before)} to {rounded(now)}: it went uphill"


def _mistakes(y: Array, labels: Array) -> str:
    alarms, missed = int(((labels == 1) & (y == 0)).sum()), int(((labels == 0) & (y == 1)).sum())
    if not alarms + missed:
        return f"none of {len(y)} points is wrong"
    kinds = f"{alarms} false alarm{'' if alarms == 1 else 's'}, {missed} missed"
    return f"{alarms + missed} of {len(y)} points {'is' if alarms + missed == 1 else 'are'} wrong ({kinds})"
