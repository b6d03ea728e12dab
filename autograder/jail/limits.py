"""Limits that the kernel keeps on one process, and small things that make it easy to end."""

from __future__ import annotations

import os
import resource
import struct
from collections.abc import Sequence

from autograder.jail.syscalls import call, prctl
from autograder.job import Limits

THREADS = 64
"""How many threads a notebook may have beside its processes: BLAS and a student's own."""

_PDEATHSIG, _DUMPABLE, _KEEP_CAPABILITIES, _CHILD_SUBREAPER, _NO_NEW_PRIVILEGES = 1, 4, 8, 36, 38  # <linux/prctl.h>
_SIGKILL = 9
DAC_READ_SEARCH, KILL, SETGID, SETUID, SYS_ADMIN = 2, 5, 6, 7, 21  # <linux/capability.h>


def die_with_parent() -> None:
    """Be killed when the thread that forked this process ends. A change of user clears this, so it comes after."""
    prctl(_PDEATHSIG, _SIGKILL)


def set_dumpable(dumpable: bool) -> None:
    """May processes of the same user look into this one, and may it leave a core dump?"""
    prctl(_DUMPABLE, int(dumpable))


def no_new_privileges() -> None:
    """No program that this process starts can have more rights than it has. Landlock and seccomp ask for it."""
    prctl(_NO_NEW_PRIVILEGES, 1)


def become(user: int, capabilities: Sequence[int]) -> None:
    """Be another user, in no group but its own, with these rights of root's and no others. Raises OSError."""
    prctl(_KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    keep_capabilities(capabilities)


def keep_capabilities(capabilities: Sequence[int]) -> None:
    """Give up every right of root's but these."""
    kept = sum(1 << capability for capability in capabilities)
    call("capset", struct.pack("=Ii", 0x20080522, 0), struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def close_others(keep: Sequence[int]) -> None:
    """Close every descriptor but these. The three standard ones, if not among them, lead to /dev/null."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        if standard not in keep:
            os.dup2(null, standard)
    kept = sorted({*(descriptor for descriptor in keep if descriptor > 2), 2})
    for low, high in zip(kept, [*kept[1:], 1 << 31], strict=True):
        if high > low + 1:
            call("close_range", low + 1, high - 1, 0)


def address_space(statm: bytes) -> int:
    """How many bytes of address space a process has, from its ``/proc/<pid>/statm``."""
    return int(statm.split()[0]) * os.sysconf("SC_PAGE_SIZE")


def limit_resources(limits: Limits, used: int, *, count_threads: bool) -> None:
    """Set what the kernel can count for one process.

    Args:
        limits: how much it may use.
        used: bytes of address space that it starts with, of which libraries hold hundreds of millions without using them.
        count_threads: whether the kernel counts this job's threads apart from those of all others of the same user.
    """
    wanted = {
        resource.RLIMIT_AS: used + limits.memory,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if count_threads:
        wanted[resource.RLIMIT_NPROC] = 1 + limits.processes + THREADS
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def first_to_go(proc: int) -> None:
    """If the machine runs out of memory, let the kernel end this process and its children rather than the grader."""
    try:
        descriptor = os.open("self/oom_score_adj", os.O_WRONLY, dir_fd=proc)
    except OSError:
        return
    with open(descriptor, "wb", buffering=0) as score:
        score.write(b"500")


def adopt_orphans() -> None:
    """Be the parent of what children's children are left behind, so that they can be found."""
    prctl(_CHILD_SUBREAPER, 1)
