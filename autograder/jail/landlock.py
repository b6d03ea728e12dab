"""Landlock: which files this process may touch from now on, whoever it is. A rule can allow; none can be taken back."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.jail.syscalls import call

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 9, 1 << 11, 1 << 14, 1 << 15
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_NEVER = _MAKE_CHAR | _MAKE_SOCK | _MAKE_BLOCK | _IOCTL_DEV
_RIGHTS_SINCE = ((1, 13), (2, 14), (3, 15), (5, 16))  # version of the interface → how many rights it knows
_TCP, _SCOPES = 0b11, 0b11  # bind and connect; abstract unix sockets and signals
_NO_LOG = 1  # so that hostile code can't fill the kernel's log with its refusals


def version() -> int:
    """Which version of Landlock the kernel speaks. Raises OSError if it speaks none."""
    return call("landlock_create_ruleset", None, 0, 1)


def scopes_signals() -> bool:
    """Can it keep signals inside?"""
    return version() >= 6


def _handled(abi: int) -> int:
    return (1 << max(count for since, count in _RIGHTS_SINCE if since <= abi)) - 1


@dataclass(frozen=True)
class Allowed:
    """What may be touched, as descriptors of paths.

    ``readable``: with all that is in it. ``listed``: folders of which the names may be seen, and the names of all that is in them.
    ``devices``: files that may be read and written.
    """

    readable: Sequence[int] = ()
    listed: Sequence[int] = ()
    devices: Sequence[int] = ()


def restrict(allowed: Allowed, writable: int, *, execute: bool) -> None:
    """Leave this process these paths and no others, no TCP, and no signals to strangers, as far as the kernel can.

    Args:
        allowed: which paths.
        writable: a descriptor of the folder in which it may do as it likes.
        execute: whether programs among what it may read may be started.

    Raises:
        OSError: the kernel has no Landlock.
    """
    abi = version()
    handled = _handled(abi)
    read = _READ_FILE | _READ_DIR | (_EXECUTE if execute else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = call("landlock_create_ruleset", struct.pack("=3Q", handled, _TCP, _SCOPES)[:size], size, 0)
    try:
        free = handled & ~_NEVER & ~_EXECUTE
        groups = ((allowed.readable, read), (allowed.listed, _READ_DIR), ((writable,), free), (allowed.devices, _READ_FILE | _WRITE_FILE))
        for descriptors, rights in groups:
            for descriptor in descriptors:
                possible = handled if _is_folder(descriptor) else handled & _FOR_FILES
                call("landlock_add_rule", rules, 1, struct.pack("=Qi", rights & possible, descriptor), 0)
        call("landlock_restrict_self", rules, _NO_LOG if abi >= 7 else 0)
    finally:
        os.close(rules)


def _is_folder(descriptor: int) -> bool:
    return os.fstat(descriptor).st_mode & 0o170000 == 0o040000


def open_path(path: str) -> int:
    """A descriptor that stands for a path and can't read it."""
    return os.open(path, os.O_PATH | os.O_CLOEXEC)
