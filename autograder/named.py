"""The names that an instructor gave to groups of wrong answers. Who is graded after that reads the name as the diagnosis."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.course import GradingError

LONGEST = 1_000
Names = dict[tuple[str, str], str]


def named(course_folder: Path) -> Names:
    """The messages that were given, by exercise (``backpropagation.affine_backward``) and signature.

    Raises:
        GradingError: the file is damaged.
    """
    path = _path(course_folder)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {(str(item["exercise"]), str(item["signature"])): str(item["message"]) for item in data["named"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise GradingError(f"{path} could not be read ({type(error).__name__}: {error}); mend it, or delete it to start anew") from None


def name_cluster(course_folder: Path, exercise: str, signature: str, message: str) -> None:
    """Give a group of wrong answers its message, or, with an empty one, take the name away.

    The file is replaced in one go, and two who do this at the same time wait for each other.

    Raises:
        GradingError: the message is too long, or the file is damaged.
    """
    message = " ".join("".join(character if character.isprintable() else " " for character in message).split())
    if len(message) > LONGEST:
        raise GradingError(f"the message has {len(message):,} characters; at most {LONGEST:,} can be kept")
    with _locked(course_folder):
        names = named(course_folder)
        names.pop((exercise, signature), None)
        if message:
            names[exercise, signature] = message
        _write(_path(course_folder), names)


def _path(course_folder: Path) -> Path:
    return course_folder / ".dlteach" / "named.json"


@contextlib.contextmanager
def _locked(course_folder: Path) -> Iterator[None]:
    folder = _path(course_folder).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "named.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, names: Mapping[tuple[str, str], str]) -> None:
    items = [{"exercise": key[0], "signature": key[1], "message": message} for key, message in sorted(names.items())]
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix="named.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"named": items}, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
