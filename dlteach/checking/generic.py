"""Mistakes that any array can show, whatever the lesson: transposed, the wrong sign, N times too large, off at the border.

Each probe looks at one pair (got, expected) and yields the names of what it may be. A diagnosis needs the same name on every
generic case: twice too large on a case with N = 2 may be "2" or "N", and the next case tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from dlteach.checking.snapshot import close, same
from dlteach.checking.words import number

RTOL = 1e-6
SINGLE_RTOL = 1e-4  # float32 keeps about seven digits, and loses some on the way

Probe = Callable[[np.ndarray, np.ndarray, Mapping[str, int]], Iterator[str]]


def transposed(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Rows and columns have changed places."""
    if expected.ndim >= 2 and got.shape == expected.T.shape and close(got.T, expected, RTOL):
        yield "transposed"


def other_axes(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Axes in another order, numbers shifted by one, or back to front."""
    for a in range(expected.ndim):
        for b in range(a + 1, expected.ndim):
            swapped = np.swapaxes(got, a, b) if got.ndim == expected.ndim else got
            if expected.ndim > 2 and swapped.shape == expected.shape and close(swapped, expected, RTOL):
                yield f"swapped:{a},{b}"
    if got.shape != expected.shape:
        return
    for axis in range(expected.ndim):
        if expected.shape[axis] > 2:
            for shift in (1, -1):
                if close(np.roll(got, shift, axis), expected, RTOL):
                    yield f"rolled:{axis}"
        if expected.shape[axis] > 1 and close(np.flip(got, axis), expected, RTOL):
            yield f"reversed:{axis}"


def keeps_axis(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """The right numbers, with an axis of length 1 too many or too few."""
    if got.shape == expected.shape or got.size != expected.size:
        return
    squeezed = tuple(n for n in got.shape if n != 1) == tuple(n for n in expected.shape if n != 1)
    if squeezed and close(got.reshape(expected.shape), expected, RTOL):
        yield "keepdims"


def blown_up(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """A square where a row is expected: every pair was combined."""
    if expected.ndim == 1 and got.ndim == 2 and got.shape == (expected.size, expected.size) and expected.size > 1:
        yield "blown_up"


def sign(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """The negative of what is expected."""
    if got.shape == expected.shape and close(-got, expected, RTOL):
        yield "sign"


def factor(got: np.ndarray, expected: np.ndarray, sizes: Mapping[str, int]) -> Iterator[str]:
    """``got = r · expected`` with one r: a size of the case (N, 1/N), 2, ½, or a plain number."""
    norm = float(np.sum(expected * expected))
    if got.shape != expected.shape or norm == 0:
        return
    r = float(np.sum(got * expected)) / norm
    if r == 0 or not close(got, r * expected, RTOL):
        return
    names = [("2", 2.0), ("1/2", 0.5)]
    names += [pair for letter, size in sizes.items() if size > 1 for pair in ((letter, float(size)), (f"1/{letter}", 1 / size))]
    for name, value in names:
        yield from (f"factor:{minus}{name}" for minus, signed in (("", value), ("−", -value)) if abs(r - signed) < RTOL * value)
    yield f"factor:{number(r)}"


def offset(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """``got − expected`` is one number, or does not change along an axis."""
    if got.shape != expected.shape or expected.size < 2:
        return
    difference = got - expected
    if close(difference, np.broadcast_to(difference.flat[0], difference.shape), RTOL):
        yield "offset"
    for axis in range(expected.ndim):
        first = np.take(difference, [0], axis)
        if expected.ndim > 1 and expected.shape[axis] > 1 and close(difference, np.broadcast_to(first, difference.shape), RTOL):
            yield f"offset_along:{axis}"


def border(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Right except at the first or last place of an axis, or at both."""
    if got.shape != expected.shape:
        return
    for axis in range(expected.ndim):
        n = expected.shape[axis]
        if n < 3:
            continue
        for where, inside in (("first", range(1, n)), ("last", range(n - 1)), ("both", range(1, n - 1))):
            if close(np.take(got, inside, axis), np.take(expected, inside, axis), RTOL):
                yield f"border:{where},{axis}"


def truncated(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Whole numbers where there should be decimals."""
    whole = got.shape == expected.shape and expected.dtype.kind == "f" and np.all(got == np.round(got))
    if whole and not np.all(got == 0) and (np.array_equal(got, np.trunc(expected)) or np.array_equal(got, np.round(expected))):
        yield "truncated"


def single_precision(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Right to the digits that float32 keeps."""
    if got.shape == expected.shape and close(got, expected, SINGLE_RTOL):
        yield "single_precision"


def all_zero(got: np.ndarray, _expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """Nothing but zeros."""
    if got.size and np.all(got == 0):
        yield "zero"


def not_a_number(got: np.ndarray, expected: np.ndarray, _sizes: Mapping[str, int]) -> Iterator[str]:
    """NaN or infinity where the answer is finite."""
    lost = ~np.isfinite(got) if got.dtype.kind in "fc" else np.zeros(got.shape, bool)
    if lost.any() and np.isfinite(expected).all():
        yield "not_finite"


PROBES: tuple[Probe, ...] = (
    *(transposed, keeps_axis, blown_up, not_a_number, single_precision, all_zero, sign, factor, offset, other_axes),
    *(border, truncated),
)

SENTENCES = {
    "transposed": ("`{output}` is transposed: rows and columns have changed places.", "Write the shape beside every array of the product."),
    "swapped": ("`{output}` has its axes in another order.", "Compare the shape you return with the shape in the docstring."),
    "rolled": ("`{output}` is shifted by one place.", "Is the loop one step early or late? Which index comes first?"),
    "reversed": ("`{output}` is back to front.", "In which order are the results put together?"),
    "keepdims": ("`{output}` has the right numbers in the wrong shape: an axis of length 1 too many or too few.",
                 "Look for `keepdims`, `reshape` and indexing that keeps or drops an axis."),
    "blown_up": ("`{output}` has blown up to a square: (N,) and (N, 1) were combined, and every pair was computed.",
                 "Print the shapes of both sides of each operation; make them equal first."),
    "not_finite": ("`{output}` holds NaN or infinity where an ordinary number is expected.",
                   "Look for a division by zero, the log of 0, or exp of a large number. Which input starts it?"),
    "zero": ("`{output}` is 0 everywhere.", "Is the result of the computation ever put into what is returned?"),
    "sign": ("`{output}` has the wrong sign everywhere.", "Somewhere a minus is missing, or there is one too many."),
    "factor": ("`{output}` is {detail} times what it should be.", "Where does that factor come in, or where was it left out?"),
    "offset": ("`{output}` is off by the same amount everywhere.", "Is something added that should not be, or left out?"),
    "offset_along": ("`{output}` is off by an amount that does not change along axis {detail}.",
                     "Is a term added along the wrong axis, or left out?"),
    "border": ("`{output}` is right except at {detail}.", "Check where the loop or slice begins and ends."),
    "truncated": ("`{output}` is cut down to whole numbers.",
                  "An array made from integers stays one of integers, and cuts off what goes in."),
    "single_precision": ("`{output}` is right to a few digits only.",
                         "Is something computed in float32, rounded, or approximated where it could be exact?"),
    "order": ("The results come back in the wrong order: `{output}` is in another's place.", "The order is {detail}."),
    "argument": ("`{output}` is simply the argument `{detail}`, unchanged.", "Is the right variable returned?"),
}  # fmt: skip

PLACES = {"first": "the first place", "last": "the last place", "both": "the first and the last place"}


def look(got: Any, expected: Any, sizes: Mapping[str, int]) -> Iterator[str]:
    """What the probes see in one pair, best first."""
    have, want = np.asarray(got), np.asarray(expected)
    if have.dtype.kind not in "iuf" or want.dtype.kind not in "iuf":
        return
    with np.errstate(all="ignore"):
        for probe in PROBES:
            yield from probe(have, want, sizes)


def is_argument(got: Any, args: Mapping[str, Any]) -> Iterator[str]:
    """The argument that came back unchanged, if any."""
    yield from (f"argument:{name}" for name, value in args.items() if isinstance(value, np.ndarray) and same(got, value))


def explain(name: str, output: str) -> tuple[str, str]:
    """The sentence and the hint for a probe's name."""
    kind, _, detail = name.partition(":")
    says, hint = SENTENCES[kind]
    if kind == "border":
        where, _, axis = detail.partition(",")
        detail = f"{PLACES[where]} of axis {axis}"
    return says.format(output=output, detail=detail), hint.format(output=output, detail=detail)
