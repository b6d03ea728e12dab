"""What has been computed, written down at once: one line each, with a checksum, only ever appended.

Kill the grader at any moment: whatever stands here whole is known, and a line that was cut short is cut off. So nothing is computed twice
and nothing is half true. One process writes at a time; a lock holds off a second.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from autograder.course import GradingError
from autograder.job import Limits, Result, Verdict

_CHECK = 16  # hexadecimal digits of SHA-256: enough to see an accident


class Journal:
    """The journal of one assignment.

    What a notebook earned depends on the limits it ran under only if something went wrong in it. So a result is known for other limits too,
    unless a cell failed or the run stopped early.

    Args:
        path: the file. To be written, it is made if it isn't there, with its folder, readable for its owner alone.
        limits: the limits that notebooks run under now; left out, results under any limits are known.
        write: whether to write; reading alone is possible at any time.

    Raises:
        GradingError: another process is writing it, and so would this one.
    """

    def __init__(self, path: Path, limits: Limits | None = None, write: bool = True) -> None:
        self.path = path
        self.limits = limits
        self.damaged = 0
        self._places: dict[tuple[str, str], tuple[int, int]] = {}
        self._verdicts: dict[str, tuple[tuple[int, int], str]] = {}
        self._file: BinaryIO = _writable(path) if write else path.open("rb") if path.exists() else io.BytesIO()
        end = self._read_back()
        if write:
            self._file.truncate(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let another process write."""
        self._file.close()

    def sync(self) -> None:
        """Make sure that even a power failure loses nothing of what was appended."""
        os.fdatasync(self._file.fileno())

    def add_result(self, result: Result, verdict_keys: Mapping[str, str]) -> None:
        """Keep the result of a job, and each of its verdicts under a key of its own (by grade_id)."""
        touched = bool(result.ended) or any(cell.status == "error" for cell in result.cells)
        limits = asdict(self.limits) if touched and self.limits else None
        entry = {"kind": "result", "key": result.key, "result": result.as_dict(), "verdict_keys": dict(verdict_keys), "limits": limits}
        self._append(entry)

    def add_failure(self, key: str, reason: str) -> None:
        """Keep that a job can't be run: it broke what it was run in, more than once."""
        self._append({"kind": "failure", "key": key, "reason": reason})

    def add_recorded(self, student: str, state: Mapping[str, Any]) -> None:
        """Keep that a student's submission is in the gradebook, from which state of things."""
        self._append({"kind": "recorded", "key": student, **state})

    def result(self, key: str) -> Result | None:
        """The result of the job of that key, if it is known under these limits."""
        entry = self._entry("result", key)
        return Result.from_dict(entry["result"]) if entry and self._holds(entry) else None

    def failure(self, key: str) -> str:
        """Why the job of that key can't be run; empty if nothing is known against it."""
        entry = self._entry("failure", key)
        return str(entry["reason"]) if entry else ""

    def verdict(self, key: str) -> Verdict | None:
        """The verdict of that key, whatever job it was part of, if it is known under these limits."""
        found = self._verdicts.get(key)
        if found is None:
            return None
        place, grade_id = found
        entry = self._at(place)
        return Verdict(**entry["result"]["verdicts"][grade_id]) if self._holds(entry) else None

    def recorded(self, student: str) -> dict[str, Any] | None:
        """The state in which a student's submission was recorded last, or None."""
        return self._entry("recorded", student)

    def students(self) -> list[str]:
        """Whose submissions were recorded."""
        return sorted(key for kind, key in self._places if kind == "recorded")

    def _holds(self, entry: Mapping[str, Any]) -> bool:
        return self.limits is None or entry["limits"] in (None, asdict(self.limits))

    def _entry(self, kind: str, key: str) -> dict[str, Any] | None:
        place = self._places.get((kind, key))
        return self._at(place) if place else None

    def _at(self, place: tuple[int, int]) -> dict[str, Any]:
        self._file.seek(place[0])
        entry: dict[str, Any] = json.loads(self._file.read(place[1])[_CHECK + 1 :])
        return entry

    def _append(self, entry: dict[str, Any]) -> None:
        body = json.dumps(entry, separators=(",", ":"), ensure_ascii=True).encode("ascii")
        line = _checksum(body) + b" " + body + b"\n"
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(line)
        self._file.flush()
        self._note(entry, (start, len(line)))

    def _note(self, entry: dict[str, Any], place: tuple[int, int]) -> None:
        self._places[entry["kind"], entry["key"]] = place
        for grade_id, key in entry.get("verdict_keys", {}).items():
            self._verdicts[key] = place, grade_id

    def _read_back(self) -> int:
        """Find every whole line; returns where the last one ends. What follows was being written when the process ended."""
        position = end = 0
        for line in self._file:
            entry = _parsed(line)
            if entry is not None:
                self._note(entry, (position, len(line)))
            elif line.endswith(b"\n"):
                self.damaged += 1
            position += len(line)
            end = position if line.endswith(b"\n") else end
        return end


def _writable(path: Path) -> BinaryIO:
    """The file, open for this process alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise GradingError(f"another 'dlteach grade' is at work on {path.stem} of this course; wait until it has ended") from None
    return file


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_CHECK].encode("ascii")


def _parsed(line: bytes) -> dict[str, Any] | None:
    """The entry of a line, or None if it is not whole."""
    check, _, body = line.partition(b" ")
    if not line.endswith(b"\n") or check != _checksum(body[:-1]):
        return None
    entry: dict[str, Any] = json.loads(body)
    return entry
