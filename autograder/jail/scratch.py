"""Folders for workers on rungs that can't give them a disk of their own: made, emptied, and cleared away if their maker was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "dlteach-jail-"
_MARK = ".held"  # locked as long as the maker, or anything it forked, is alive


class Scratch:
    """A folder that only its maker can list, with one folder for each worker. ``data`` holds copies of the assignment's files."""

    def __init__(self, data: dict[str, str]) -> None:
        _sweep()
        self.base, self._held = _make()
        self.data = self.base / "data"
        for name, path in data.items():
            copy = self.data / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            copy.chmod(0o444)
        self.data.mkdir(exist_ok=True)
        for folder, _, _ in os.walk(self.data):
            os.chmod(folder, 0o755)

    def work(self, number: int, user: int | None) -> Path:
        """A new folder for a worker, which that user alone may enter."""
        folder = self.base / f"work-{number}"
        folder.mkdir(0o700)
        if user is not None:
            os.chown(folder, user, user)
        return folder

    def drop(self, number: int) -> None:
        """Remove a worker's folder and all it has left there. A link is removed, never followed."""
        _remove(self.base / f"work-{number}")

    def close(self) -> None:
        """Remove everything."""
        _remove(self.base)
        os.close(self._held)


def _make() -> tuple[Path, int]:
    """A new folder, and a descriptor that holds the lock on its mark."""
    while True:
        base = Path(tempfile.mkdtemp(prefix=_PREFIX))
        base.chmod(0o711)
        held = os.open(base / _MARK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        if (base / _MARK).exists():
            return base, held
        os.close(held)  # another process swept it away before it was locked


def _remove(folder: Path) -> None:
    """Remove a tree, even where a folder in it was made unreadable by its owner."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for inner, _, _ in os.walk(folder):
            os.chmod(inner, 0o700)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders of makers that were killed. What belongs to others, or is in use, stays."""
    for folder in Path(tempfile.gettempdir()).glob(_PREFIX + "*"):
        try:
            if folder.lstat().st_uid != os.geteuid() or folder.is_symlink():
                continue
            mark = os.open(folder / _MARK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        except OSError:
            continue
        finally:
            os.close(mark)
