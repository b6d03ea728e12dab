"""What hostile code would try, tried. Each attack is harmless where it succeeds, and says whether it did.

An attack that the kernel refuses raises OSError. Those that change this process for the attacks after it come last.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from autograder.jail import limits as limiting
from autograder.jail.bait import MARK, Bait
from autograder.jail.namespaces import files_of
from autograder.jail.syscalls import call, mount
from autograder.job import Limits

Attack = Callable[[Bait, Limits], bool]
_SLACK = 64 << 20


def _read_secret(bait: Bait, limits: Limits) -> bool:
    return bait.secret.read_bytes() == MARK


def _read_by_descriptor(bait: Bait, limits: Limits) -> bool:
    descriptor = os.open("secret", os.O_RDONLY, dir_fd=bait.leaked)
    os.close(descriptor)
    return True


def _read_by_link(bait: Bait, limits: Limits) -> bool:
    os.symlink(bait.secret, "link")
    return Path("link").read_bytes() == MARK


def _read_by_hard_link(bait: Bait, limits: Limits) -> bool:
    os.link(bait.secret, "hard")
    return Path("hard").read_bytes() == MARK


def _read_by_climbing(bait: Bait, limits: Limits) -> bool:
    return Path("../" * 40 + str(bait.secret)[1:]).read_bytes() == MARK


def _list_folder(bait: Bait, limits: Limits) -> bool:
    return "secret" in os.listdir(bait.folder)


def _see_path(bait: Bait, limits: Limits) -> bool:
    bait.secret.stat()
    return True


def _write_secret(bait: Bait, limits: Limits) -> bool:
    descriptor = os.open(bait.secret, os.O_WRONLY | os.O_APPEND)
    os.close(descriptor)
    return True


def _make_file(bait: Bait, limits: Limits) -> bool:
    os.close(os.open(bait.folder / "made", os.O_CREAT | os.O_WRONLY))
    return True


def _rename_secret(bait: Bait, limits: Limits) -> bool:
    bait.secret.rename(bait.folder / "renamed")
    (bait.folder / "renamed").rename(bait.secret)
    return True


def _truncate_secret(bait: Bait, limits: Limits) -> bool:
    os.truncate(bait.secret, len(MARK))
    return True


def _change_mode(bait: Bait, limits: Limits) -> bool:
    bait.secret.chmod(0o640)
    return False  # the bait knows better: the call may only have said that it did


def _change_time(bait: Bait, limits: Limits) -> bool:
    os.utime(bait.secret, (0, 0))
    return False


def _write_library(bait: Bait, limits: Limits) -> bool:
    descriptor = os.open(os.__file__, os.O_WRONLY | os.O_APPEND)
    os.close(descriptor)
    return True


def _read_environment(bait: Bait, limits: Limits) -> bool:
    with open(f"/proc/{bait.victim}/environ", "rb"):
        return True


def _read_memory_file(bait: Bait, limits: Limits) -> bool:
    descriptor = os.open(f"/proc/{bait.victim}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, len(MARK), ctypes.addressof(bait.memory)) == MARK
    finally:
        os.close(descriptor)


def _read_memory_by_call(bait: Bait, limits: Limits) -> bool:
    found = ctypes.create_string_buffer(len(MARK))
    here = struct.pack("=2Q", ctypes.addressof(found), len(MARK))
    there = struct.pack("=2Q", ctypes.addressof(bait.memory), len(MARK))
    return call("process_vm_readv", bait.victim, here, 1, there, 1, 0) == len(MARK)


def _trace(bait: Bait, limits: Limits) -> bool:
    return call("ptrace", 0x4206, bait.victim, 0, 0) == 0  # PTRACE_SEIZE: it isn't stopped, and is let go when this process ends


def _steal_descriptor(bait: Bait, limits: Limits) -> bool:
    return call("pidfd_getfd", call("pidfd_open", bait.victim, 0), bait.leaked, 0) >= 0


def _limit_stranger(bait: Bait, limits: Limits) -> bool:
    resource.prlimit(bait.victim, resource.RLIMIT_NOFILE)
    return True


def _slow_stranger(bait: Bait, limits: Limits) -> bool:
    os.setpriority(os.PRIO_PROCESS, bait.victim, 1)
    return True


def _signal_stranger(bait: Bait, limits: Limits) -> bool:
    os.kill(bait.victim, 0)
    os.kill(bait.victim, signal.SIGTERM)
    return True


def _signal_by_pidfd(bait: Bait, limits: Limits) -> bool:
    return call("pidfd_send_signal", call("pidfd_open", bait.victim, 0), 0, None, 0) == 0


def _signal_by_pipe(bait: Bait, limits: Limits) -> bool:
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, bait.victim)
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writing, b"!")
    return False  # the bait knows


def _signal_everyone(bait: Bait, limits: Limits) -> bool:
    parent = os.getppid()
    os.kill(parent, 0)
    return parent != 0


def _tcp(bait: Bait, limits: Limits) -> bool:
    with socket.create_connection(bait.tcp_address, timeout=1):
        return True


def _udp(bait: Bait, limits: Limits) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"!", bait.udp_address)
    return False  # the bait knows: a datagram may go nowhere


def _unix_path(bait: Bait, limits: Limits) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"!", bait.unix_path)
    return True


def _unix_abstract(bait: Bait, limits: Limits) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"!", bait.unix_abstract)
    return True


def _unix_by_pair(bait: Bait, limits: Limits) -> bool:
    first, second = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with first, second:
        first.sendto(b"!", bait.unix_abstract)
    return True


def _fork(bait: Bait, limits: Limits) -> bool:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _many_threads(bait: Bait, limits: Limits) -> bool:
    """Start more threads than a notebook may have."""
    before = threading.stack_size(64 << 10)
    gate, left = threading.Lock(), threading.Semaphore(0)

    def wait() -> None:
        with gate:
            left.release()

    started = 0
    try:
        with gate:
            for started in range(limits.processes + limiting.THREADS + 8):  # noqa: B007
                _thread.start_new_thread(wait, ())
        return True
    except RuntimeError:
        return False
    finally:
        for _ in range(started):
            left.acquire()
        threading.stack_size(before)


def _fill_disk(bait: Bait, limits: Limits) -> bool:
    """Write more than the disk holds, in files each as long as a file may be."""
    written, number = 0, 0
    try:
        while written <= limits.disk:
            with open(f"big-{number}", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, limits.file_size)
            written, number = written + limits.file_size, number + 1
        return True
    finally:
        for name in Path.cwd().glob("big-*"):
            name.unlink()


def _many_files(bait: Bait, limits: Limits) -> bool:
    made = []
    try:
        for number in range(files_of(limits.disk) + 1):
            os.close(os.open(f"small-{number}", os.O_CREAT | os.O_WRONLY))
            made.append(f"small-{number}")
        return True
    finally:
        for name in made:
            os.unlink(name)


def _long_file(bait: Bait, limits: Limits) -> bool:
    with open("long", "wb") as file:
        try:
            file.truncate(limits.file_size + 1)
            return True
        finally:
            os.unlink("long")


def _much_memory(bait: Bait, limits: Limits) -> bool:
    mmap.mmap(-1, limits.memory + _SLACK).close()
    return True


def _shared_memory(bait: Bait, limits: Limits) -> bool:
    number = call("shmget", 0, 4096, 0o600)
    call("shmctl", number, 0, None)
    return True


def _memory_file(bait: Bait, limits: Limits) -> bool:
    os.close(os.memfd_create("hoard"))
    return True


def _core_dump(bait: Bait, limits: Limits) -> bool:
    return resource.getrlimit(resource.RLIMIT_CORE)[1] != 0


def _io_uring(bait: Bait, limits: Limits) -> bool:
    os.close(call("io_uring_setup", 1, bytes(120)))
    return True


def _bpf(bait: Bait, limits: Limits) -> bool:
    os.close(call("bpf", 0, struct.pack("=4I", 2, 4, 4, 1) + bytes(112), 128))  # BPF_MAP_CREATE of one small array
    return True


def _perf(bait: Bait, limits: Limits) -> bool:
    attributes = struct.pack("=2IQ", 1, 112, 0) + bytes(24) + struct.pack("=Q", 0b1100001) + bytes(64)
    os.close(call("perf_event_open", attributes[:112], 0, -1, -1, 0))
    return True


def _keyring(bait: Bait, limits: Limits) -> bool:
    return call("keyctl", 0, -3, 1) > 0  # KEYCTL_GET_KEYRING_ID of the session, made if there is none


def _userfault(bait: Bait, limits: Limits) -> bool:
    os.close(call("userfaultfd", 1))
    return True


def _file_handle(bait: Bait, limits: Limits) -> bool:
    handle, number = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 136), ctypes.create_string_buffer(8)
    call("name_to_handle_at", -100, b".", handle, number, 0)
    os.close(call("open_by_handle_at", os.open(".", os.O_RDONLY), handle, os.O_RDONLY))
    return True


def _rare_socket(bait: Bait, limits: Limits) -> bool:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()
    return True


def _become_root(bait: Bait, limits: Limits) -> bool:
    os.setresuid(0, 0, 0)
    return True


def _own_namespaces(bait: Bait, limits: Limits) -> bool:
    return call("unshare", 0x10000000 | 0x00020000) == 0


def _mount_disk(bait: Bait, limits: Limits) -> bool:
    try:
        mount("mine", os.getcwd(), "no-such-file-system")
    except OSError as error:
        return error.errno == errno.ENODEV  # it looked for that file system, so it would have mounted another
    return True


def _stay_behind(bait: Bait, limits: Limits) -> bool:
    """Leave a process in a session of its own, which keeps the report's pipe open. Whoever reads that sees how long it lived."""
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            os.setsid()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(2)
        signal.pause()
        os._exit(0)
    return False


ATTACKS: tuple[tuple[str, Attack], ...] = (
    ("read", _read_secret),
    ("read", _read_by_descriptor),
    ("read", _read_by_link),
    ("read", _read_by_hard_link),
    ("read", _read_by_climbing),
    ("read", _list_folder),
    ("see", _see_path),
    ("write", _write_secret),
    ("write", _make_file),
    ("write", _rename_secret),
    ("write", _truncate_secret),
    ("attributes", _change_mode),
    ("attributes", _change_time),
    ("write", _write_library),
    ("memory", _read_environment),
    ("memory", _read_memory_file),
    ("memory", _read_memory_by_call),
    ("memory", _trace),
    ("memory", _steal_descriptor),
    ("meddle", _limit_stranger),
    ("meddle", _slow_stranger),
    ("signal", _signal_by_pidfd),
    ("signal", _signal_everyone),
    ("network", _tcp),
    ("network", _udp),
    ("unix", _unix_path),
    ("unix", _unix_abstract),
    ("unix", _unix_by_pair),
    ("fork", _fork),
    ("threads", _many_threads),
    ("disk", _fill_disk),
    ("disk", _many_files),
    ("file", _long_file),
    ("allocate", _much_memory),
    ("hoard", _shared_memory),
    ("hoard", _memory_file),
    ("file", _core_dump),
    ("kernel", _io_uring),
    ("kernel", _bpf),
    ("kernel", _perf),
    ("kernel", _keyring),
    ("kernel", _userfault),
    ("read", _file_handle),
    ("kernel", _rare_socket),
    ("signal", _signal_by_pipe),
    ("signal", _signal_stranger),
    ("root", _become_root),
    ("namespaces", _own_namespaces),
    ("namespaces", _mount_disk),
    ("daemon", _stay_behind),
)
"""Every attack with the goal that it reaches, in the order to try them: those that kill the victim or change this process are last."""
