"""What a cell puts out, kept as nbformat outputs and capped where it arises.

However much a cell prints or displays, only the beginning is kept; the rest is counted. What decides about points (a result, something on
stderr, an error) is noted apart from the outputs, which a student could edit.
"""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.worker.plain import TooBig, plain_text, size_of, to_plain

MAX_OUTPUTS = 1000  # a cell with more of them can't be read by anybody
LINES = 100  # of a traceback


@dataclass
class Facts:
    """What was seen of a cell, apart from what is shown: the first result as text, whether stderr was used, whether an error was shown."""

    value: str | None = None
    stderr: bool = False
    error: bool = False


@dataclass
class Dropped:
    """What the caps cut: characters of text, and outputs as a whole."""

    characters: int = 0
    outputs: int = 0

    def __bool__(self) -> bool:
        return bool(self.characters or self.outputs)


class Outputs:
    """The outputs of the cell that is running. ``total`` is how many bytes the whole notebook may still keep."""

    def __init__(self, per_cell: int, total: int) -> None:
        self.per_cell = per_cell
        self.total = total
        self.files: tuple[Descriptor, ...] = ()
        self.begin()

    def begin(self) -> None:
        """A new cell."""
        self.room = min(self.per_cell, self.total)
        self.kept: list[dict[str, Any]] = []
        self.named: dict[str, list[dict[str, Any]]] = {}
        self.facts = Facts()
        self.dropped = Dropped()
        self.clear_first = False
        self.hidden: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether nothing more will be kept."""
        return not self.clear_first and (self.room <= 0 or len(self.kept) >= MAX_OUTPUTS)

    def text(self, name: str, text: str) -> None:
        """Text on stdout or stderr, joined to what was there if nothing came between."""
        if not text or self.hidden:
            return
        if self.room <= 0 and not self.clear_first:  # a flood: as little as possible is done for each piece of it
            self.dropped.characters += len(text)
            self.facts.stderr |= name == "stderr"
            return
        self.drain()
        self._text(name, text)

    def _text(self, name: str, text: str) -> None:
        self._clear_now()
        self.facts.stderr |= name == "stderr"
        last = self.kept[-1] if self.kept else {}
        joins = last.get("output_type") == "stream" and last["name"] == name
        part = plain_text(text, self.room) if joins or not self.full else ""
        self.dropped.characters += len(text) - len(part)
        if not part:
            return
        self.room -= size_of(part)
        if joins:
            last["text"].append(part)
        else:
            self.kept.append({"output_type": "stream", "name": name, "text": [part]})

    def data(self, kind: str, data: Mapping[str, Any], metadata: Mapping[str, Any], **more: Any) -> dict[str, Any] | None:
        """A display or a result. None if there was no room for it."""
        if self.hidden:
            return None
        self.drain()
        self._clear_now()
        output = {"output_type": kind, **more}
        try:
            output["data"], used = to_plain(data, self.room)
            output["metadata"], _ = to_plain(metadata, self.room)
        except TooBig:
            self.dropped.outputs += 1
            return None
        if self.full:
            self.dropped.outputs += 1
            return None
        self.room -= used
        self.kept.append(output)
        return output

    def result(self, data: Mapping[str, Any], metadata: Mapping[str, Any], count: int, counts: bool) -> None:
        """The value of an expression. ``counts`` says that the cell itself displayed it, so that it can be the cell's points."""
        self.data("execute_result", data, metadata, execution_count=count)
        if counts and self.facts.value is None and not self.hidden:
            text = data.get("text/plain", "")
            self.facts.value = plain_text(text, 1000) if isinstance(text, str) else ""

    def display(self, data: Mapping[str, Any], metadata: Mapping[str, Any], name: str | None, update: bool) -> None:
        """A display; ``name`` is its display id. With ``update`` it replaces what this cell has shown under that id."""
        if not update:
            output = self.data("display_data", data, metadata)
            if name is not None and output is not None:
                self.named.setdefault(name, []).append(output)
            return
        for output in self.named.get(name or "", []):
            try:
                output["data"], used = to_plain(data, self.room)
                output["metadata"], _ = to_plain(metadata, self.room)
                self.room -= used
            except TooBig:
                self.dropped.outputs += 1

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        """An error, as it is shown. It is kept however little room is left, if need be without its traceback."""
        if self.hidden:
            return
        self.drain()
        self._clear_now()
        self.facts.error = True
        lines = traceback if len(traceback) <= LINES else [*traceback[: LINES // 2], "[...]", *traceback[-LINES // 2 :]]
        room = max(self.room, 8_000) // max(1, len(lines))
        lines = [plain_text(line, room) for line in lines]
        self.room -= size_of("".join(lines))
        self.kept.append({"output_type": "error", "ename": plain_text(name, 200), "evalue": plain_text(message, 2_000), "traceback": lines})

    def hide(self, widget: str, hidden: bool) -> None:
        """An Output widget catches what is put out, or ends to."""
        self.drain()
        (self.hidden.add if hidden else self.hidden.discard)(widget)

    def clear(self, wait: bool) -> None:
        """Forget what was shown: now, or before the next output."""
        if self.hidden:
            return
        self.drain()
        self.clear_first = True
        if not wait:
            self._clear_now()

    def _clear_now(self) -> None:
        if self.clear_first:
            failed = self.facts.error
            self.begin()
            self.facts.error = failed

    def drain(self) -> None:
        """Take in what was written to the file descriptors since the last time."""
        for file in self.files:
            text, dropped = file.take(self.room)
            if text and not self.hidden:
                self._text(file.name, text)
            self.dropped.characters += dropped

    def finish(self) -> list[dict[str, Any]]:
        """The outputs of the cell, with a last one that says what was cut."""
        self.drain()
        if self.dropped:
            self.kept.append({"output_type": "stream", "name": "stdout", "text": [self._note()]})
        self.total -= min(self.per_cell, self.total) - max(0, self.room)
        return [{**output, "text": "".join(output["text"])} if "text" in output else output for output in self.kept]

    def _note(self) -> str:
        parts = []
        if self.dropped.characters:
            parts.append(f"{self.dropped.characters:,} characters")
        if self.dropped.outputs:
            parts.append(f"{self.dropped.outputs:,} outputs")
        return f"\n… cut here: this cell put out too much. {' and '.join(parts)} more are not shown.\n"


class Descriptor:
    """A file in memory that stands at file descriptor 1 or 2, for what is written past Python (C code, ``os.write``).

    Nothing ever blocks on it, as it could on a pipe; the limit on the size of a file holds for it. Where a cell has put a file of its own
    in that place, that file is left alone.
    """

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number
        memory = os.memfd_create(name)
        fcntl.fcntl(memory, fcntl.F_SETFL, os.O_APPEND)
        os.dup2(memory, number)
        os.close(memory)
        self._inode = os.fstat(number).st_ino

    def take(self, room: int) -> tuple[str, int]:
        """What was written since the last time, at most ``room`` bytes of it, and how many more there were."""
        try:
            status = os.fstat(self.number)
            if status.st_size == 0 or status.st_ino != self._inode:
                return "", 0
            part = os.pread(self.number, max(0, min(status.st_size, room)), 0)
            os.ftruncate(self.number, 0)
        except OSError:
            return "", 0
        return part.decode("utf-8", "replace"), status.st_size - len(part)


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell, with what a kernel's streams offer."""

    encoding = "UTF-8"
    errors = None

    def __init__(self, outputs: Outputs, name: str, number: int) -> None:
        super().__init__()
        self._outputs = outputs
        self._number = number
        self.name = name

    def write(self, text: str) -> int:
        """Keep the text. Raises TypeError for anything else."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._outputs.text(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """It is no terminal."""
        return False

    def fileno(self) -> int:
        """The file descriptor behind it."""
        return self._number

    def close(self) -> None:
        """A kernel's streams can't be closed by a cell either."""
