"""Reads what a worker says about a cell it ran. Outputs are rebuilt piece by piece as nbformat wants them, or refused."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.job import Limits
from autograder.judge.errors import Malformed
from dlteach.exercises.display import MIME

MAX_OUTPUTS = 2000
MAX_DEPTH = 40
MAX_VALUE = 10_000  # characters of a displayed value
MAX_FLAGS = 20
JSON_TYPE = re.compile(r"[\w.+-]+/(?:json|[\w.+-]+\+json)", re.ASCII)
ANY_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(?:; ?[\w.+=-]{1,100})?", re.ASCII)


@dataclass(frozen=True)
class Ran:
    """A cell that was run. ``tampered`` are sentences about what it, or a cell before it, had replaced."""

    status: str
    outputs: list[dict[str, Any]]
    value: str | None
    stderr: bool
    tampered: tuple[str, ...] = field(default=())


def read_run(answer: dict[str, Any], limits: Limits, count: int | None) -> Ran:
    """The answer to "run". ``count`` is the number of the cell in the run. Raises Malformed."""
    status, value, stderr, outputs = (answer.get(name) for name in ("status", "value", "stderr", "outputs"))
    if status not in ("ok", "error", "exit") or type(stderr) is not bool or type(outputs) is not list:
        raise Malformed("it did not say how the cell ended")
    if value is not None and (type(value) is not str or len(value) > MAX_VALUE):
        raise Malformed("it sent something else than a text for the cell's value")
    if len(outputs) > MAX_OUTPUTS:
        raise Malformed(f"it sent {len(outputs)} outputs")
    cleaner = _Cleaner(2 * limits.cell_output_bytes + (1 << 20))
    return Ran(str(status), [cleaner.output(output, count) for output in outputs], value, stderr, read_tampered(answer))


def read_tampered(answer: dict[str, Any]) -> tuple[str, ...]:
    """The sentences about tampering in any answer. Raises Malformed."""
    tampered = answer.get("tampered", [])
    if type(tampered) is not list:
        raise Malformed("it sent something else than a list of what was replaced")
    cleaner = _Cleaner(1 << 16)
    return tuple(cleaner.text(sentence)[:300] for sentence in tampered[:MAX_FLAGS])


class _Cleaner:
    """Rebuilds outputs, within so many characters."""

    def __init__(self, room: int) -> None:
        self.room = room

    def output(self, data: Any, count: int | None) -> dict[str, Any]:
        if type(data) is not dict:
            raise Malformed("it sent something else than an output")
        kind = data.get("output_type")
        if kind == "stream" and data.get("name") in ("stdout", "stderr"):
            return {"output_type": kind, "name": data["name"], "text": self.text(data.get("text"))}
        if kind == "error":
            if type(data.get("traceback")) is not list:
                raise Malformed("it sent an error without a traceback")
            lines = [self.text(line) for line in data["traceback"]]
            return {"output_type": kind, "ename": self.text(data.get("ename")), "evalue": self.text(data.get("evalue")), "traceback": lines}
        if kind in ("display_data", "execute_result"):
            counted = {"execution_count": count} if kind == "execute_result" else {}
            return {
                "output_type": kind,
                "data": self.bundle(data.get("data")),
                "metadata": self.mapping(data.get("metadata"), 1),
                **counted,
            }
        raise Malformed("it sent an output of a kind that there isn't")

    def bundle(self, data: Any) -> dict[str, Any]:
        """A display by MIME type. What isn't of its type is left out, and so is a report: those are the judge's to make."""
        found = {}
        for name, item in self.mapping(data, 1).items():
            fits = JSON_TYPE.fullmatch(name) or (ANY_TYPE.fullmatch(name) and type(item) is str)
            if fits and name != MIME:
                found[name] = item
        return found

    def mapping(self, data: Any, depth: int) -> dict[str, Any]:
        if type(data) is not dict:
            raise Malformed("it sent something else where names and values belong")
        return {self.text(name): self.json(item, depth) for name, item in data.items()}

    def json(self, data: Any, depth: int) -> Any:
        self._take(8)
        if depth > MAX_DEPTH:
            raise Malformed("it sent an output that is nested too deeply")
        if type(data) is str:
            return self.text(data)
        if type(data) is dict:
            return self.mapping(data, depth + 1)
        if type(data) is list:
            return [self.json(item, depth + 1) for item in data]
        if type(data) is float and not math.isfinite(data):
            raise Malformed("it sent a number that JSON does not have")
        return data

    def text(self, data: Any) -> str:
        if type(data) is not str:
            raise Malformed("it sent something else where a text belongs")
        self._take(len(data))
        return data if data.isascii() else data.encode("utf-8", "replace").decode()

    def _take(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise Malformed("it sent more than a cell may put out")
