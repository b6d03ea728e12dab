"""Folders that are there whole or not at all, and data files that cost no room per student."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

_FICLONE = 0x40049409
"""Linux' request to let a file share another's blocks until either changes (Btrfs, XFS, …)."""

SMALL = 1 << 20
"""Up to this many bytes a data file is copied: simpler for everybody than a link."""


@dataclass(frozen=True)
class Access:
    """Permissions of what is written: the mode of files, and whether folders are for the group too (nbgrader's ``groupshared``)."""

    files: int = 0o444
    groupshared: bool = False

    def open_folder(self, path: Path) -> None:
        """Let the group write in a folder, and let what is made there be the group's, if that is wanted."""
        if self.groupshared:
            path.chmod((path.stat().st_mode | 0o2770) & 0o2777)

    def make(self, path: Path) -> None:
        """Make a folder and those above it."""
        if not path.is_dir():
            self.make(path.parent)
            path.mkdir(exist_ok=True)
            self.open_folder(path)


def write_folder(target: Path, access: Access, fill: Callable[[Path], None]) -> None:
    """Put a folder in place, filled by ``fill``; one that is there is replaced.

    It is filled beside its place and renamed, so that nobody ever sees half of it. Killed in the middle, it leaves the old folder, though
    between two renames under a hidden name; the next call puts that back, clears what else was left, and begins anew.
    """
    access.make(target.parent)
    new, old = (target.with_name(f".{target.name}.{what}") for what in ("new", "old"))
    _clear(target, new, old)
    try:
        new.mkdir()
        access.open_folder(new)
        fill(new)
        if os.path.lexists(target):
            _renamed(target, old)
        _renamed(new, target)
    finally:
        _clear(target, new, old)


def _clear(target: Path, new: Path, old: Path) -> None:
    if os.path.lexists(old) and not os.path.lexists(target):
        old.rename(target)
    _remove(new)
    _remove(old)


def _renamed(path: Path, to: Path) -> None:
    path.rename(to)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def put(path: Path, data: bytes, access: Access) -> None:
    """Write a new file."""
    with open(path, "xb") as file:
        file.write(data)
        os.fchmod(file.fileno(), access.files)


def put_students(folder: Path, files: Mapping[str, bytes], access: Access) -> None:
    """Write a student's own files beside what is there already, which wins, and nowhere else, whatever they are called."""
    for name, data in sorted(files.items()):
        parts = PurePosixPath(name).parts
        if not parts or parts[0] == "/" or ".." in parts or name.endswith(".ipynb"):
            continue
        path = folder.joinpath(*parts)
        try:
            access.make(path.parent)
            put(path, data, access)
        except (FileExistsError, NotADirectoryError):
            continue


@dataclass
class DataFiles:
    """The data files that an assignment ships, put into each student's folder.

    nbgrader copies them; here a big one costs its room once per run and not per student. Where the file system can share blocks, a file
    does so and is independent all the same. Elsewhere it is a hard link to the first copy of this run: never to the instructor's own file,
    and only while files are read-only (a group that may write would write to all). nbgrader takes no harm: it deletes files before it
    writes them, so a link is undone and not written through.
    """

    source: Path
    names: tuple[str, ...]
    access: Access
    _first: dict[str, tuple[Path, int]] = field(default_factory=dict)

    def put(self, folder: Path, final: Path) -> None:
        """Put all of them into ``folder``, which will be renamed to ``final``."""
        for name in self.names:
            path = folder / name
            self.access.make(path.parent)
            if self._link(name, path):
                continue
            shared = _copy(self.source / name, path)
            path.chmod(self.access.files)
            if not (shared or self.access.groupshared or self.access.files & 0o222 or path.stat().st_size <= SMALL):
                self._first[name] = final / name, path.stat().st_ino

    def _link(self, name: str, path: Path) -> bool:
        first, inode = self._first.get(name, (path, 0))
        try:
            if first == path or first.stat().st_ino != inode:
                return False
            path.hardlink_to(first)
        except OSError:  # gone since, another file system, or as many links as there can be
            return False
        return True


def _copy(source: Path, path: Path) -> bool:
    """Copy a file to a new one. Says whether they share their blocks."""
    with open(source, "rb") as read, open(path, "xb") as write:
        try:
            fcntl.ioctl(write, _FICLONE, read.fileno())
        except OSError:  # most file systems can't
            shutil.copyfileobj(read, write, 1 << 20)
            return False
        return True


def settle(folders: Iterable[Path]) -> None:
    """Wait until everything written is on disk: once per file system, which is cheaper than once per file."""
    devices = {folder.stat().st_dev: folder for folder in folders}
    for folder in devices.values():
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
                os.sync()
        finally:
            os.close(handle)
