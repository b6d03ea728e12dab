"""Namespaces: a network, users, processes and a disk of one's own, in which the rest of the machine does not exist."""

from __future__ import annotations

import os
import signal
import socket
import struct
from typing import NoReturn

from autograder.jail import limits as limiting
from autograder.jail.syscalls import call, mount
from autograder.jail.view import DEVICES, View, inside, outermost

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
_ALL = NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
_READ_ONLY, _NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 0x1000, 0x4000, 0x40000
_DETACH, _RECURSIVE, _HERE = 2, 0x8000, -100

HOME, WORK, DATA = "/jail", "/jail/work", "/jail/data"
"""The only folders inside that are not outside too."""

BASE = "/sys"
"""Where the new root is put together: a folder that is on every machine and in no view."""

OUTSIDE, INSIDE = 64000, 1000
"""The user that a jail started by root runs as, seen from outside and from inside. No account needs to have this number."""

USERS = 256
"""How many users it has: the jail itself is the first, its workers take turns with the others."""


def _write(path: str, text: str, folder: int | None = None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _fork_mapper(target: int, waiting: int, go: int) -> int:
    """Fork a process that stays outside, waits for a byte, and gives the target its users.

    Root is among them (as itself, but with power over nothing outside), because the interpreter may lie where only root can go.
    """
    pid = os.fork()
    if pid == 0:
        failed = 1
        try:
            os.close(go)
            if os.read(waiting, 1):
                for kind in ("gid_map", "uid_map"):
                    _write(f"/proc/{target}/{kind}", f"0 0 1\n{INSIDE} {OUTSIDE} {USERS}\n")
                failed = 0
        finally:
            os._exit(failed)
    return pid


def _unshare_with_users() -> bool:
    """Unshare, and have many users inside if root outside may give them."""
    waiting, go = os.pipe()
    pid = _fork_mapper(os.getpid(), waiting, go)
    try:
        call("unshare", _ALL)
        os.write(go, b"!")
    finally:
        os.close(go)
        os.close(waiting)
        given = os.waitpid(pid, 0)[1] == 0
    return given


def unshare_all() -> bool:
    """Leave every namespace; children will have process numbers of their own. Gives whether :data:`USERS` users are inside, or one."""
    user, group = os.geteuid(), os.getegid()
    limiting.set_dumpable(True)  # else this process may not write its own maps
    if user == 0:
        given = _unshare_with_users()
    else:
        given = False
        call("unshare", _ALL)
    limiting.set_dumpable(True)
    if not given:
        map_self(user, group, None)
    return given


def map_self(user: int, group: int, proc: int | None) -> None:
    """Be user :data:`INSIDE` of the new user namespace, where nobody else is."""
    prefix = "self/" if proc is not None else "/proc/self/"
    _write(prefix + "setgroups", "deny", proc)
    _write(prefix + "uid_map", f"{INSIDE} {user} 1", proc)
    _write(prefix + "gid_map", f"{INSIDE} {group} 1", proc)


def fork_inside() -> None:
    """Go on as the first process of the new pid namespace. The process that was stays outside, waits, and ends as this one ends.

    When either is killed, so is everything inside.
    """
    alive, held = os.pipe()
    pid = os.fork()
    if pid:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        limiting.close_others([0, 1, 2, held])
        _end_like(pid)
    os.close(held)
    limiting.die_with_parent()
    os.set_blocking(alive, False)
    try:
        if os.read(alive, 1) == b"":
            os._exit(1)  # the parent was killed before this process asked to die with it
    except BlockingIOError:
        pass
    os.close(alive)


def _end_like(pid: int) -> NoReturn:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


def new_root(view: View, scratch: int, owner: int | None) -> None:
    """Make a root folder in which only the view exists, read-only, and go there.

    ``/jail/work`` is a small disk in memory, and so is ``/tmp`` unless something of the view lies there.

    Args:
        view: what shall be seen. Paths that don't exist are left out.
        scratch: bytes of that disk.
        owner: whose it is; None for the user that this process is.
    """
    mount(None, "/", None, _REC | _PRIVATE)
    mount("jail", BASE, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    paths = outermost(view.read_only)
    for path in [*(path for path in paths if not os.path.islink(path)), *DEVICES]:
        _bind(path, BASE + path)
    for name, path in view.data.items():
        _bind(path, f"{BASE}{DATA}/{name}")
    for path in view.hidden:
        if any(inside(path, shown) for shown in paths):
            _cover(BASE + path)
    for path in paths:
        if os.path.islink(path) and not os.path.lexists(BASE + path):
            os.makedirs(os.path.dirname(BASE + path), exist_ok=True)
            os.symlink(os.readlink(path), BASE + path)
    for folder in (WORK, DATA):
        os.makedirs(BASE + folder, exist_ok=True)
    if not os.path.lexists(BASE + "/tmp"):
        os.symlink(WORK, BASE + "/tmp")
    os.symlink(WORK, BASE + "/dev/shm")  # where locks of processes and threads are made
    call("mount_setattr", _HERE, os.fsencode(BASE), _RECURSIVE, struct.pack("=4Q", _READ_ONLY | _NOSUID, 0, 0, 0), 32)
    mount_work(scratch, BASE + WORK, owner)
    os.chdir(BASE)
    call("pivot_root", b".", b".")
    call("umount2", b".", _DETACH)
    os.chdir(WORK)
    socket.sethostname("jail")


def _bind(source: str, target: str) -> None:
    if not os.path.exists(source):
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))
    mount(source, target, None, _BIND | _REC)


def _cover(path: str) -> None:
    if os.path.isdir(path):
        mount("nothing", path, "tmpfs", _NOSUID | _NODEV | _NOEXEC, "size=4k,nr_inodes=1,mode=555")
    elif os.path.exists(path):
        mount("/dev/null", path, None, _BIND)


def mount_work(size: int, path: str = WORK, owner: int | None = None) -> None:
    """Mount an empty disk in memory, with a limit on its bytes and its files, that its owner alone may enter."""
    whose = "" if owner is None else f",uid={owner},gid={owner}"
    mount("work", path, "tmpfs", _NOSUID | _NODEV | _NOEXEC, f"size={size},nr_inodes={files_of(size)},mode=700{whose}")


def files_of(size: int) -> int:
    """How many files a disk of that size may have, since each takes memory even if it is empty."""
    return max(64, size // (16 << 10))


def fork_with_own_pids(home: int) -> int:
    """Fork a child that is the first process of a pid namespace: what it starts ends with it. ``home`` is a pidfd of this process."""
    call("unshare", NEWPID)
    pid = -1
    try:
        pid = os.fork()
    finally:
        if pid != 0:
            call("setns", home, NEWPID)
    return pid


def pidfd() -> int:
    """A descriptor of this process."""
    return call("pidfd_open", os.getpid(), 0)
