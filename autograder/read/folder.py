"""A submitted folder, read as what it is: names and bytes that somebody else chose.

Nothing but plain files is opened, and none through a link: every folder is opened inside the one before it, by a file descriptor.
Whatever is left out is listed with the reason.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.read.names import IGNORE, ignored, is_notebook, shown, valid_name
from autograder.read.parse import MEGABYTE, too_large

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # without waiting: a pipe in a file's place would hang


@dataclass(frozen=True)
class Caps:
    """How much of a submission is read. ``listed`` is how many names are looked at.

    In bytes: ``notebook`` and ``file`` for one notebook or other file, ``notebooks`` and ``others`` for all of them together. The others
    travel to the worker in one message, which has room for these and little more.
    """

    files: int = 500
    folders: int = 100
    depth: int = 8
    listed: int = 5000
    notebook: int = 20 * MEGABYTE
    file: int = 16 * MEGABYTE
    notebooks: int = 64 * MEGABYTE
    others: int = 24 * MEGABYTE


@dataclass
class Contents:
    """What a folder holds: the bytes of its files by path, and why others were left out. ``digest`` changes when any of it does."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    digest: str = ""


def read_folder(folder: Path, caps: Caps | None = None, ignore: Sequence[str] = IGNORE) -> Contents:
    """Everything in a submitted folder that can safely be read.

    Args:
        folder: ``submitted/<student>/<assignment>``: the last two parts may not be links, what stands before is the instructor's.
        caps: how much is read; left out, the usual.
        ignore: names that nbgrader passes over.

    Raises:
        OSError: the folder can't be opened, or is a link.
    """
    walk = _Walk(caps or Caps(), ignore)
    top = os.open(folder.parent.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in (folder.parent.name, folder.name):
            if stat.S_ISLNK(os.stat(name, dir_fd=top, follow_symlinks=False).st_mode):
                raise OSError(errno.ELOOP, f"'{shown(name)}' is a link, and links are not followed")
            inner = os.open(name, _FOLDER, dir_fd=top)
            os.close(top)
            top = inner
        walk.enter(top, "", 0)
    finally:
        os.close(top)
    walk.contents.digest = walk.digest.hexdigest()
    return walk.contents


class _Walk:
    """Goes through a folder once: notebooks first, so that nothing else can use up their share."""

    def __init__(self, caps: Caps, ignore: Sequence[str]) -> None:
        self.caps, self.ignore = caps, ignore
        self.contents = Contents()
        self.digest = hashlib.sha256()
        self.room = {True: caps.notebooks, False: caps.others}  # for notebooks, and for what is none
        self.folders = self.listed = 0

    def enter(self, handle: int, path: str, depth: int) -> None:
        """Read a folder that is open, then those inside it."""
        names, more = self._names(handle)
        if more:
            self.leave_out(f"{path}…", f"and more: only {self.caps.listed} names of a submission are looked at")
        folders = []
        for name in names:
            where = path + name
            try:
                about = os.stat(name, dir_fd=handle, follow_symlinks=False)
                if not valid_name(name):
                    self.leave_out(where, "has a name that can't be used", about)
                elif stat.S_ISDIR(about.st_mode):
                    folders.append(name)
                elif reason := self._refusal(name, about):
                    self.leave_out(where, reason, about)
                else:
                    self._take(handle, name, where)
            except OSError as error:
                self.leave_out(where, f"could not be read: {error.strerror}")
        for name in folders:
            self._go_inside(handle, name, f"{path}{name}/", depth + 1)

    def _names(self, handle: int) -> tuple[list[str], bool]:
        names: list[str] = []
        with os.scandir(handle) as entries:
            for entry in entries:
                if self.listed == self.caps.listed:
                    return self._sorted(names), True
                self.listed += 1
                names.append(entry.name)
        return self._sorted(names), False

    def _sorted(self, names: list[str]) -> list[str]:
        return sorted((name for name in names if not ignored(name, self.ignore)), key=lambda name: (not is_notebook(name), name))

    def _go_inside(self, handle: int, name: str, path: str, depth: int) -> None:
        self.folders += 1
        if depth > self.caps.depth or self.folders > self.caps.folders:
            self.leave_out(path, f"lies deeper than {self.caps.depth} folders" if depth > self.caps.depth else "is one folder too many")
            return
        try:
            inner = os.open(name, _FOLDER, dir_fd=handle)
        except OSError as error:
            self.leave_out(path, f"could not be opened: {error.strerror}")
            return
        try:
            self.enter(inner, path, depth)
        finally:
            os.close(inner)

    def _refusal(self, name: str, about: os.stat_result) -> str:
        """Why a file is not read; empty if it is."""
        if stat.S_ISLNK(about.st_mode):
            return "is a link, and links are not followed"
        if not stat.S_ISREG(about.st_mode):
            return "is neither a file nor a folder"
        if about.st_nlink > 1:
            return "is a hard link to a file that has another name elsewhere; a copy of it can be read"
        own, every = (self.caps.notebook, self.caps.notebooks) if is_notebook(name) else (self.caps.file, self.caps.others)
        if about.st_size > own:
            return too_large(about.st_size, own)
        if about.st_size > self.room[is_notebook(name)]:
            return f"is left out: there are more than {every / MEGABYTE:g} MB of {'notebooks' if is_notebook(name) else 'other files'}"
        return "is one file too many" if len(self.contents.files) >= self.caps.files else ""

    def _take(self, handle: int, name: str, path: str) -> None:
        """Read a file, which may have become something else since it was looked at."""
        opened = os.open(name, _FILE, dir_fd=handle)
        with open(opened, "rb", buffering=0) as file:
            about = os.fstat(opened)
            if reason := self._refusal(name, about):
                self.leave_out(path, reason, about)
                return
            parts, left = [], about.st_size + 1  # one more: a file that says less than it has, as those in /proc do, is found out
            while left > 0 and (part := file.read(left)):
                parts.append(part)
                left -= len(part)
        data = b"".join(parts)
        if len(data) > about.st_size:
            self.leave_out(path, "changed while it was read", about)
            return
        self.room[is_notebook(name)] -= len(data)
        self.contents.files[path] = data
        self._digest(path, len(data))
        self.digest.update(data)

    def leave_out(self, path: str, reason: str, about: os.stat_result | None = None) -> None:
        """Note why a file or folder isn't read."""
        self.contents.left_out[path] = reason
        self._digest(path, reason, *((about.st_size, about.st_mtime_ns) if about else ()))

    def _digest(self, *facts: object) -> None:
        # repr sets off each fact from the next, so that no two folders give the same bytes
        self.digest.update(ascii(facts).encode())
