"""Pictures of two arrays: yours, expected, and the difference. Inline SVG, readable without colour.

Small arrays are drawn as grids with the numbers in the cells, wrong cells with a thick frame and a ✗; longer rows as two curves with
different markers. A reader who cannot see a picture is read the numbers in it.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from dlteach.checking.snapshot import close_mask
from dlteach.checking.words import array_text, number

MIN_SIZE = 4  # fewer numbers are read faster than seen
MAX_ROWS, MAX_COLUMNS = 8, 8
MAX_POINTS = 200
CELL_W, CELL_H, GAP = 58, 24, 28
BLUE, ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito's colour-blind-safe pair
INK = "var(--jp-ui-font-color1, #222)"


def picture(got: Any, expected: Any, rtol: float) -> str:
    """SVG that shows how ``got`` differs from ``expected``, or an empty string where a picture would not help."""
    if not (isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)) or got.dtype.kind not in "iuf":
        return ""
    if got.shape == expected.shape and expected.ndim == 1 and MAX_COLUMNS < expected.size <= MAX_POINTS:
        return curves(got, expected)
    mine, wanted = (array.reshape(1, -1) if array.ndim == 1 else array for array in (got, expected))
    return grids(mine, wanted, rtol) if _fits(mine) and _fits(wanted) else ""


def _fits(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.size >= MIN_SIZE and array.shape[0] <= MAX_ROWS and array.shape[1] <= MAX_COLUMNS


def grids(got: np.ndarray, expected: np.ndarray, rtol: float) -> str:
    """Two grids, and a third with the difference if the shapes agree."""
    same_shape = got.shape == expected.shape
    right = close_mask(got, expected, rtol) if same_shape else np.ones(got.shape, bool)
    panels = [(f"yours {got.shape}", got, right), (f"expected {expected.shape}", expected, np.ones(expected.shape, bool))]
    if same_shape:
        with np.errstate(all="ignore"):
            panels.append(("yours − expected", np.where(right, 0.0, got - expected), right))
    drawn, x = [], 0
    for title, array, mask in panels:
        drawn.append(f'<g transform="translate({x},0)">{_grid(title, array, mask)}</g>')
        x += array.shape[1] * CELL_W + GAP
    height = 22 + max(array.shape[0] for _, array, _ in panels) * CELL_H
    wrong = f"{int((~right).sum())} of {right.size} entries differ." if same_shape else "The shapes differ."
    return _svg(x - GAP + 2, height + 2, f"{wrong} {_numbers(got, expected)}", "".join(drawn))


def _grid(title: str, array: np.ndarray, right: np.ndarray) -> str:
    finite = np.abs(array[np.isfinite(array)])
    scale = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    cells = [f'<text x="0" y="13" font-weight="bold">{escape(title)}</text>']
    for (i, j), value in np.ndenumerate(array):
        x, y = j * CELL_W + 1, 20 + i * CELL_H
        shade = min(abs(float(value)) / scale, 1.0) * 0.45 if np.isfinite(value) else 0.0
        colour = BLUE if value >= 0 else ORANGE
        cells.append(f'<rect x="{x}" y="{y}" width="{CELL_W}" height="{CELL_H}" fill="{colour}" fill-opacity="{shade:.2f}" stroke="#999"/>')
        if not right[i, j]:
            frame = f'x="{x + 1.5}" y="{y + 1.5}" width="{CELL_W - 3}" height="{CELL_H - 3}"'
            cells.append(f'<rect {frame} fill="none" stroke="{INK}" stroke-width="2"/>')
        label = f"{float(value):.3g}" + ("" if right[i, j] else " ✗")
        squeezed = f'textLength="{CELL_W - 6}" lengthAdjust="spacingAndGlyphs" ' if len(label) > 7 else ""
        cells.append(f'<text {squeezed}x="{x + CELL_W / 2}" y="{y + 16}" text-anchor="middle">{label}</text>')
    return "".join(cells)


def curves(got: np.ndarray, expected: np.ndarray) -> str:
    """Two rows of numbers as curves over their index."""
    width, height, left, top = 420, 150, 56, 22
    both = np.concatenate([got[np.isfinite(got)], expected])
    low, high = float(both.min()), float(both.max())
    span = (high - low) or 1.0

    def points(array: np.ndarray) -> list[tuple[float, float]]:
        steps = width / (array.size - 1)
        return [(left + i * steps, top + height * (1 - (float(v) - low) / span)) for i, v in enumerate(array) if np.isfinite(v)]

    line = '<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    drawn = [
        f'<text x="{left}" y="13"><tspan fill="{BLUE}">● expected</tspan>  <tspan fill="{ORANGE}">■ yours (dashed)</tspan></text>',
        f'<text x="{left - 6}" y="{top + 10}" text-anchor="end">{number(high)}</text>',
        f'<text x="{left - 6}" y="{top + height}" text-anchor="end">{number(low)}</text>',
        f'<text x="{left + width}" y="{top + height + 16}" text-anchor="end">index 0 to {got.size - 1}</text>',
    ]
    for array, colour, dash in ((expected, BLUE, ""), (got, ORANGE, "5 4")):
        at = points(array)
        drawn.append(line.format(points=" ".join(f"{x:.1f},{y:.1f}" for x, y in at), colour=colour, dash=dash))
        marks = (_mark(x, y, colour, square=bool(dash)) for x, y in at)
        drawn.extend(marks if got.size <= 40 else [])
    return _svg(left + width + 8, top + height + 22, f"Two curves over the index. {_numbers(got, expected)}", "".join(drawn))


def _numbers(got: np.ndarray, expected: np.ndarray) -> str:
    return f"Yours: {array_text(got)}. Expected: {array_text(expected)}."


def _mark(x: float, y: float, colour: str, square: bool) -> str:
    if square:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _svg(width: float, height: float, content: str, body: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(content)}" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'style="max-width:100%;height:auto;font:12px var(--jp-code-font-family, monospace);fill:{INK}">'
        f"{body}</svg>"
    )
