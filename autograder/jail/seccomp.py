"""seccomp: which calls of the kernel this process may make from now on.

The filter is a program for the kernel's small machine (BPF): it loads a word of the call, compares, jumps forward, and returns what
shall become of the call. Most calls are allowed, and those that reach out of a process or into rare corners of the kernel are refused.
What is newer than this file does not exist.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass

from autograder.jail.syscalls import LAST, NUMBERS, audit_code, call

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_BITS, _AND, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where struct seccomp_data has them

_NAMESPACE_FLAGS = 0x7E020080  # CLONE_NEW*
_CLONE_THREAD = 0x00010000
_AF_UNIX, _SOCK_STREAM = 1, 1

NETWORK = "socket connect bind listen accept accept4 sendmsg sendmmsg"
PROCESSES = "fork vfork execve execveat"
SESSIONS = "setsid setpgid"
REFUSED = """
    rt_sigqueueinfo rt_tgsigqueueinfo tkill pidfd_open pidfd_getfd pidfd_send_signal ptrace process_vm_readv process_vm_writev
    process_madvise process_mrelease kcmp get_robust_list move_pages migrate_pages setpriority ioprio_set
    sched_setaffinity sched_setscheduler sched_setparam sched_setattr
    seccomp capset setns unshare personality landlock_create_ruleset landlock_add_rule landlock_restrict_self lsm_set_self_attr
    setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
    mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr statmount listmount swapon swapoff
    open_by_handle_at name_to_handle_at mknod mknodat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
    fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch splice tee vmsplice
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    io_setup io_submit io_destroy io_getevents io_pgetevents io_cancel
    memfd_create memfd_secret shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    kexec_load kexec_file_load init_module finit_module delete_module create_module query_module get_kernel_syms nfsservctl
    quotactl quotactl_fd syslog iopl ioperm acct reboot sethostname setdomainname vhangup lookup_dcookie
    settimeofday clock_settime adjtimex clock_adjtime modify_ldt uselib ustat sysfs _sysctl"""
"""Refused on every rung: other processes, mounts and namespaces, memory that no limit counts, the kernel's own business."""

MODES = "chmod fchmod fchmodat fchmodat2 chown lchown fchown fchownat"
"""Landlock does not know these. They do nothing and say that they did, because copying a file ends with them."""

TIMES = "utime utimes futimesat truncate"
"""Nor these, and the last it learned late; Python makes other calls."""

OPENING = """
    open openat openat2 creat rename renameat renameat2 link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir"""
"""All that makes, finds or takes away a file: refused where nothing else guards the files."""

_FCNTL_REFUSED = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX send signals; F_SETLEASE, F_NOTIFY watch others
_IOCTL_ALLOWED = (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # what isatty, size, non-blocking and close-on-exec ask
_PRCTL_ALLOWED = (15, 16, 38, 39, 0x53564D41)  # names of threads and of memory; no new privileges


@dataclass(frozen=True)
class Policy:
    """What the filter is for. ``own_pids``: a pid namespace hides the others. ``guarded_files``: file permissions are held by mounts,
    so that modes may change. ``no_files``: nothing else guards the files, so that none may be opened."""

    processes: bool
    own_pids: bool
    scoped_signals: bool
    guarded_files: bool
    no_files: bool


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _refuse(error: int) -> bytes:
    return _instruction(_RETURN, _ERRNO | error)


_LET = _instruction(_RETURN, _ALLOW)


def _argument(index: int, *, high: bool = False) -> bytes:
    """Load the lower half of an argument, which is where an int is, or the higher half."""
    return _instruction(_LOAD, _ARGUMENTS + 8 * index + (4 if high else 0))


def _among(values: tuple[int, ...], then: bytes, otherwise: bytes) -> bytes:
    tests = b"".join(_instruction(_JUMP_EQUAL, value, 0, 1) + then for value in values)
    return tests + otherwise


def _rule(name: str, body: bytes) -> bytes:
    """The body, for that call alone. It must end by returning, because it leaves another word loaded than the call's number."""
    if name not in NUMBERS:
        return b""
    return _instruction(_JUMP_EQUAL, NUMBERS[name], 0, len(body) // 8) + body


def refuse_all(names: str, error: int) -> bytes:
    """Refuse these calls with that error."""
    return b"".join(_rule(name, _refuse(error)) for name in names.split())


def _clone(processes: bool) -> bytes:
    """Threads always; processes if there may be some, but never in namespaces of their own."""
    if processes:
        body = _argument(0) + _instruction(_JUMP_BITS, _NAMESPACE_FLAGS, 0, 1) + _refuse(errno.EPERM) + _LET
    else:
        body = _argument(0) + _instruction(_JUMP_BITS, _CLONE_THREAD, 0, 1) + _LET + _refuse(errno.EPERM)
    # The flags of clone3 lie in memory, where a filter can't look. On ENOSYS the C library takes clone.
    return _rule("clone", body) + _rule("clone3", _refuse(errno.ENOSYS))


def _sockets() -> bytes:
    """No socket of any family, but a connected pair, with which an event loop wakes itself. A pair of streams can't be sent elsewhere."""
    refuse = _refuse(errno.EACCES)
    stream = _argument(1) + _instruction(_AND, 0xF) + _instruction(_JUMP_EQUAL, _SOCK_STREAM, 0, 1) + _LET + refuse
    pair = _argument(0) + _instruction(_JUMP_EQUAL, _AF_UNIX, 1, 0) + refuse + stream
    must_be_zero = _instruction(_JUMP_EQUAL, 0, 1, 0) + refuse
    nowhere = _argument(4) + must_be_zero + _argument(4, high=True) + must_be_zero + _LET
    return _rule("socketpair", pair) + _rule("sendto", nowhere) + refuse_all(NETWORK, errno.EACCES)


def _attributes() -> bytes:
    """No modes and times. ``Path.touch`` makes a file when it can't set its time to now; whoever sets another time is copying a file."""
    refuse, pretend = _refuse(errno.EPERM), _refuse(0)
    is_zero = _instruction(_JUMP_EQUAL, 0, 1, 0)
    times = _argument(2) + is_zero + pretend + _argument(2, high=True) + is_zero + pretend + refuse
    return _rule("utimensat", times) + refuse_all(MODES, 0) + refuse_all(TIMES, errno.EPERM)


def checks() -> bytes:
    """The beginning of every program: it goes on with the number of a call that this table knows."""
    return b"".join(
        [
            _instruction(_LOAD, _ARCHITECTURE),
            _instruction(_JUMP_EQUAL, audit_code(), 1, 0),
            _instruction(_RETURN, _KILL),
            _instruction(_LOAD, _NUMBER),
            _instruction(_JUMP_ABOVE, LAST, 0, 1),  # also every call of the x32 table, whose numbers have a high bit
            _refuse(errno.ENOSYS),
        ]
    )


def before_pid(policy: Policy) -> bytes:
    """The part of the program that is the same for every worker; :func:`program` adds what depends on its number."""
    parts = [
        checks(),
        _clone(policy.processes),
        _sockets(),
        refuse_all(REFUSED, errno.EPERM),
        _rule("fcntl", _argument(1) + _among(_FCNTL_REFUSED, _refuse(errno.EPERM), _LET)),
        _rule("ioctl", _argument(1) + _among(_IOCTL_ALLOWED, _LET, _refuse(errno.ENOTTY))),
        _rule("prctl", _argument(0) + _among(_PRCTL_ALLOWED, _LET, _refuse(errno.EPERM))),
        b"" if policy.processes else refuse_all(PROCESSES, errno.EPERM),
        b"" if policy.own_pids else refuse_all(SESSIONS, errno.EPERM),
        b"" if policy.guarded_files else _attributes(),
        refuse_all(OPENING, errno.EACCES) if policy.no_files else b"",
    ]
    return b"".join(parts)


def _own_pid(policy: Policy, pid: int) -> bytes:
    """Signals and limits for this process alone, unless it may have children and something else keeps their signals inside."""
    own = _argument(0) + _among((pid,), _LET, _refuse(errno.EPERM))
    limits = _rule("prlimit64", _argument(0) + _among((0, pid), _LET, _refuse(errno.EPERM)))
    if policy.processes and (policy.own_pids or policy.scoped_signals):
        return limits
    return _rule("kill", own) + _rule("tgkill", own) + limits


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def program(prepared: bytes, policy: Policy, pid: int) -> bytes:
    """The whole program, for one worker."""
    return prepared + _own_pid(policy, pid) + _LET


def install(code: bytes) -> None:
    """Put a filter on this thread, and on all that it will ever start. It can't be taken off. Raises OSError."""
    filter_ = _Program(len(code) // 8, code)
    call("seccomp", 1, 0, ctypes.string_at(ctypes.byref(filter_), ctypes.sizeof(filter_)))
