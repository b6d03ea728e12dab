"""A matrix, drawn with matplotlib for print: a table with its numbers. Its axes measure inches, so that texts and boxes fit."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from matplotlib import colors
from matplotlib.patches import Rectangle

from dlteach.widgets.static_marks import COLORS, Moment, number_text, readable
from dlteach.widgets.view import Matrix

LETTER = 0.0078
"""The width of a letter in inches, for each point of its size: a little more than the mean, so that there is room."""


def width_of(text: str, size: float) -> float:
    """About how wide a text is, in inches."""
    return max((len(line) for line in text.splitlines()), default=0) * size * LETTER


def draw_matrix(axes: Any, mark: Matrix, now: Moment, size: tuple[float, float]) -> None:
    """A table with its numbers, row 0 on top. `size`: of the axes, in inches."""
    wide, tall = size
    axes.set(xlim=(0, wide), ylim=(tall, 0))
    values = now.arrays[mark.values].reshape(len(mark.rows), len(mark.columns))
    shades = now.arrays[mark.shade].reshape(values.shape) if mark.shade is not None and now.has(mark.shade) else np.zeros(values.shape)
    names = [textwrap.fill(name, 11) for name in mark.rows]
    left = 0.06 + max(width_of(name, 7) for name in names) + (0.17 if mark.row_title else 0)
    top = 0.2 + (0.16 if mark.column_title else 0)
    across, down = (wide - left - 0.02) / values.shape[1], (tall - top - 0.02) / values.shape[0]
    if mark.row_title:
        axes.text(0.08, top + (tall - top) / 2, mark.row_title, rotation=90, ha="center", va="center", fontsize=7, style="italic")
    if mark.column_title:
        axes.text(left + (wide - left) / 2, 0.08, mark.column_title, ha="center", va="center", fontsize=7, style="italic")
    for i, name in enumerate(names):
        axes.text(left - 0.06, top + (i + 0.5) * down, name, ha="right", va="center", fontsize=7)
    for j, name in enumerate(mark.columns):
        axes.text(left + (j + 0.5) * across, top - 0.1, name, ha="center", va="center", fontsize=7)
    for (i, j), value in np.ndenumerate(values):
        face = _mixed("paper", "blue", 0.85 * float(np.nan_to_num(shades[i, j])))
        x, y = left + j * across, top + i * down
        axes.add_patch(Rectangle((x, y), across, down, facecolor=face, edgecolor=COLORS["grey"], linewidth=0.7))
        word = textwrap.fill(mark.names[i * values.shape[1] + j], max(6, int(across / 6 / LETTER))) if mark.names else ""
        middle = y + down * (0.4 if word else 0.5)
        axes.text(x + across / 2, middle, number_text(value, mark.digits), ha="center", va="center", fontsize=9, color=readable(face))
        axes.text(x + across / 2, y + down * 0.73, word, ha="center", va="center", fontsize=6, linespacing=1, color=readable(face))


def _mixed(first: str, second: str, part: float) -> tuple[float, ...]:
    """Between two colours: 0 is the first, 1 the second."""
    a, b = np.array(colors.to_rgb(COLORS[first])), np.array(colors.to_rgb(COLORS[second]))
    return tuple(a + (b - a) * float(np.clip(part, 0, 1)))
