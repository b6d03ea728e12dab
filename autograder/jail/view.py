"""What a jailed process sees of the file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""Devices that hold nothing and that programs expect."""


@dataclass(frozen=True)
class View:
    """The part of the file system that is there for a jailed process. Everything else is not.

    ``read_only`` are absolute paths, files or folders; a link is seen as a link, and what it leads to only if that is in the view too.
    ``hidden`` are absolute paths inside those: they are empty, or not there.
    ``data`` are the files of an assignment, by the name under which they are seen in :attr:`Jail.data`; a name may have folders in it.
    """

    read_only: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in (*self.read_only, *self.hidden, *self.data.values()):
            if not os.path.isabs(path) or os.path.normpath(path) != path or path == "/":
                raise ValueError(f"the path {path!r} of a view needs to be absolute, without '..', and not the whole disk.")
            if inside(path, "/jail") or inside(path, "/sys"):
                raise ValueError(f"the path {path!r} can't be in a view: /jail and /sys are used to build it.")
        for name in self.data:
            parts = PurePosixPath(name).parts
            if not parts or name.startswith("/") or ".." in parts or str(PurePosixPath(name)) != name:
                raise ValueError(f"the data file's name {name!r} needs to be a path inside a folder, such as 'data/points.csv'.")

    def as_dict(self) -> dict[str, Any]:
        """The view as JSON data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> View:
        """The view that :meth:`as_dict` described."""
        return cls(tuple(data["read_only"]), tuple(data["hidden"]), dict(data["data"]))


def inside(path: str, folder: str) -> bool:
    """Is the path the folder, or something in it?"""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def outermost(paths: Iterator[str] | tuple[str, ...]) -> list[str]:
    """The paths, sorted and each once, without those that lie in another that is there."""
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda path: path.split("/")):
        if not kept or not inside(path, kept[-1]):
            kept.append(path)
    return kept


def closed_to_others(path: str) -> bool:
    """Does it take more than any user's rights to read a path?"""
    if not os.path.exists(path):
        return False
    folders = [str(folder) for folder in PurePosixPath(path).parents]
    return not os.stat(path).st_mode & 0o004 or not all(os.stat(folder).st_mode & 0o001 for folder in folders)


def without_hidden(path: str, hidden: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """A path as rules that can allow and never take back.

    Args:
        path: what shall be seen.
        hidden: what shall not, inside it or elsewhere.

    Returns:
        What may be read with all that is in it; and the folders around what is hidden, which must be listed, or Python finds no module
        there. Landlock then lists what is hidden too: its names are seen, and nothing of what it says.
    """
    if any(inside(path, secret) for secret in hidden):
        return [], []
    if not any(inside(secret, path) for secret in hidden) or not os.path.isdir(path):
        return [path], []
    whole, listed = [], [path]
    for name in sorted(os.listdir(path)):
        inner_whole, inner_listed = without_hidden(os.path.join(path, name), hidden)
        whole += inner_whole
        listed += inner_listed
    return whole, listed
