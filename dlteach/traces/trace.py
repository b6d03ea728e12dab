"""A trace: a computation written down frame by frame, as named arrays and one sentence for each frame.

It knows no picture and no browser. A widget shows it; the numbers, the sentences, the captions and the tests all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MAX_BYTES = 2**20
"""What a packed trace may weigh: a megabyte reaches the browser in about 40 ms."""


class Bytes(NamedTuple):
    """Numbers stored in one byte each: `low + (high - low) · values / 255`. Good enough for a colour, and a quarter of float32."""

    values: NDArray[np.uint8]
    low: float
    high: float

    def numbers(self) -> NDArray[np.float32]:
        """The numbers these bytes stand for."""
        return (self.low + (self.high - self.low) * (self.values / np.float32(255))).astype(np.float32)


def in_bytes(numbers: Array, low: float | None = None, high: float | None = None) -> Bytes:
    """Store numbers in one byte each.

    Args:
        numbers: array of any shape, real.
        low: what 0 stands for; left out, the smallest finite number. What lies outside is cut.
        high: what 255 stands for; left out, the largest finite number.

    Returns:
        the bytes and their scale. The error is at most (high - low) / 510.

    Raises:
        ValueError: a number is NaN, none is finite, or high is below low.
    """
    numbers = np.asarray(numbers, dtype=float)
    finite = numbers[np.isfinite(numbers)]
    if np.isnan(numbers).any() or not finite.size:
        raise ValueError(f"numbers holds NaN or nothing finite (shape {numbers.shape}); it needs real numbers, since a byte has no NaN.")
    low = float(finite.min()) if low is None else float(low)
    high = float(finite.max()) if high is None else float(high)
    if high < low:
        raise ValueError(f"high is {high}; it needs to be at least low, which is {low}.")
    span = high - low or 1.0
    values = np.rint((np.clip(numbers, low, high) - low) / span * 255).astype(np.uint8)
    return Bytes(values, low, low + span)


@dataclass(frozen=True)
class Trace:
    """A recorded computation.

    Args:
        frames: arrays whose first axis is time, all of the same length T: `frames["x"][t]` belongs to frame t.
        fixed: arrays that are the same at every frame: data, a surface, a learning rate.
        sentences: one for each frame: what happens there, with its numbers, for a reader who sees no picture.
        caption: one sentence about the whole.
        step: what one frame is called: "step", "epoch".
        clock: the name of an array in frames that says which step each frame is, one number per frame: epochs 0, 5, 10, or thresholds.
            Left out, frame t is step t.
        parted: the first frame where the learner's own function and ours give different numbers; None if they never do.
        remark: a sentence about the learner's own function, as where it parts from ours; empty if there is nothing to say.
        key_frames: the frames to print where nothing can move; left out, four spread evenly.

    Arrays are kept as float32 and cannot be written to; those that are in bytes (`in_bytes`) stay so.

    Raises:
        ValueError: lengths differ, there is no frame, a name is there twice, or parted or a key frame lies outside.
    """

    frames: Mapping[str, Array | Bytes]
    sentences: Sequence[str]
    caption: str
    fixed: Mapping[str, Array | Bytes | float] = field(default_factory=dict)
    step: str = "step"
    clock: str = ""
    parted: int | None = None
    remark: str = ""
    key_frames: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check the lengths, and bring all arrays into the form in which they travel."""
        if not self.sentences:
            raise ValueError("sentences is empty; a trace needs at least one frame.")
        both = set(self.frames) & set(self.fixed)
        if both:
            raise ValueError(f"{sorted(both)[0]!r} stands in frames and in fixed; a name may stand in one of them only.")
        object.__setattr__(self, "frames", {name: _stored(array) for name, array in self.frames.items()})
        object.__setattr__(self, "fixed", {name: _stored(array) for name, array in self.fixed.items()})
        for name, array in self.frames.items():
            shape = _values(array).shape
            if shape[:1] != (len(self),):
                raise ValueError(f"frames[{name!r}] has shape {shape}; its first axis needs {len(self)} entries, one for each sentence.")
        if self.clock and (self.clock not in self.frames or _values(self.frames[self.clock]).ndim != 1):
            raise ValueError(f"clock is {self.clock!r}; it needs to be one of the arrays in frames, with one number per frame.")
        for name, number in (("parted", self.parted), *(("a key frame", number) for number in self.key_frames)):
            if number is not None and not 0 <= number < len(self):
                raise ValueError(f"{name} is {number}; it needs to be a frame, from 0 to {len(self) - 1}.")
        if not self.key_frames:
            spread = np.linspace(0, len(self) - 1, min(4, len(self)))
            object.__setattr__(self, "key_frames", tuple(int(number) for number in np.rint(spread)))

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self.sentences)

    def frame(self, t: int) -> dict[str, Array]:
        """All arrays as they are at frame t, the fixed ones too, as float32. Raises IndexError outside 0 … T - 1."""
        self._require_frame(t)
        moving = {name: _numbers(array)[t] for name, array in self.frames.items()}
        return {**moving, **{name: _numbers(array) for name, array in self.fixed.items()}}

    def history(self, name: str, t: int) -> Array:
        """An array of the frames from 0 up to and with t, `(t + 1, …)`, as float32. Raises IndexError outside 0 … T - 1."""
        self._require_frame(t)
        return _numbers(self.frames[name])[: t + 1]

    def name(self, t: int) -> str:
        """What frame t is called: "step 3", "threshold 0.5". Raises IndexError outside 0 … T - 1."""
        self._require_frame(t)
        return f"{self.step} {_numbers(self.frames[self.clock])[t]:g}" if self.clock else f"{self.step} {t}"

    def describe(self, t: int) -> str:
        """What happens at frame t, in a sentence. Raises IndexError outside 0 … T - 1."""
        self._require_frame(t)
        return self.sentences[t]

    def pack(self) -> tuple[dict[str, Any], bytes]:
        """The trace as it travels to the browser: a description that is plain JSON, and the arrays one after the other.

        Each array begins at a multiple of four bytes, so that a browser can read float32 in place, and is little-endian.

        Raises:
            ValueError: the arrays weigh more than `MAX_BYTES`.
        """
        layout: dict[str, Any] = {}
        parts: list[bytes] = []
        offset = 0
        for each, arrays in ((True, self.frames), (False, self.fixed)):
            for name, array in arrays.items():
                values = _values(array)
                layout[name] = {"dtype": str(values.dtype), "shape": list(values.shape), "offset": offset, "each": each}
                if isinstance(array, Bytes):
                    layout[name] |= {"low": array.low, "high": array.high}
                raw = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
                raw += b"\0" * (-len(raw) % 4)
                parts.append(raw)
                offset += len(raw)
        if offset > MAX_BYTES:
            largest = max({**self.frames, **self.fixed}.items(), key=lambda item: _values(item[1]).nbytes)[0]
            what = f"of shape {tuple(layout[largest]['shape'])} as {layout[largest]['dtype']}"
            raise ValueError(f"the trace weighs {offset} bytes; it may weigh {MAX_BYTES}. The largest array is {largest!r}, {what}.")
        about = {
            "sentences": list(self.sentences),
            "caption": self.caption,
            "step": self.step,
            "clock": self.clock,
            "parted": self.parted,
            "remark": self.remark,
        }
        return {"frames": len(self), "arrays": layout, **about}, b"".join(parts)

    def _require_frame(self, t: int) -> None:
        if not 0 <= t < len(self):
            raise IndexError(f"t is {t}; it needs to be a frame, from 0 to {len(self) - 1}.")


def _stored(array: Array | Bytes | float) -> Array | Bytes:
    """The array as it travels: float32 or bytes, in one piece, and locked."""
    if isinstance(array, Bytes):
        stored: Array = np.array(array.values, dtype=np.uint8, order="C")
    else:
        with np.errstate(over="ignore"):  # what has flown apart beyond float32 is infinite in the picture too
            stored = np.array(array, dtype=np.float32, order="C")
    stored.flags.writeable = False
    return array._replace(values=stored) if isinstance(array, Bytes) else stored


def _values(array: Array | Bytes | float) -> Array:
    return array.values if isinstance(array, Bytes) else np.asarray(array)


def _numbers(array: Array | Bytes | float) -> Array:
    return array.numbers() if isinstance(array, Bytes) else np.asarray(array)
