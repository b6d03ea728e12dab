"""The filter's decisions, by a machine that runs its program as the kernel does; and the numbers of the calls."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import struct

import pytest

from autograder.jail import seccomp, syscalls
from autograder.jail.seccomp import Policy

PID = 4321
ALLOWED, KILLED = "allowed", "killed"
NOTEBOOK = Policy(processes=False, own_pids=False, scoped_signals=True, guarded_files=False, no_files=False)
INSIDE = Policy(processes=False, own_pids=True, scoped_signals=True, guarded_files=True, no_files=False)
FORKING = Policy(processes=True, own_pids=True, scoped_signals=True, guarded_files=True, no_files=False)
WITHOUT_FILES = Policy(processes=False, own_pids=False, scoped_signals=False, guarded_files=False, no_files=True)


def run(code: bytes, data: bytes) -> int:
    """A machine for such programs: one word, jumps forward."""
    word, at = 0, 0
    while True:
        operation, if_true, if_false, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x20:
            (word,) = struct.unpack_from("=I", data, value)
        elif operation == 0x54:
            word &= value
        elif operation == 0x06:
            return value
        else:
            holds = {0x15: word == value, 0x25: word > value, 0x45: bool(word & value)}[operation]
            at += if_true if holds else if_false


def decide(policy: Policy, name: str | int, *arguments: int, machine: int | None = None) -> str:
    number = syscalls.NUMBERS[name] if isinstance(name, str) else name
    architecture = syscalls.audit_code() if machine is None else machine
    padded = [argument & (1 << 64) - 1 for argument in (*arguments, *[0] * (6 - len(arguments)))]
    result = run(seccomp.program(seccomp.before_pid(policy), policy, PID), struct.pack("=IIQ6Q", number, architecture, 0, *padded))
    if result == 0x7FFF0000:
        return ALLOWED
    return KILLED if result == 0x80000000 else errno.errorcode.get(result & 0xFFFF, "pretended")


@pytest.mark.parametrize("policy", [NOTEBOOK, INSIDE, FORKING, WITHOUT_FILES])
class TestAlways:
    def test_another_processors_table_kills(self, policy: Policy) -> None:
        assert decide(policy, 0, machine=0x40000003) == KILLED

    def test_the_other_half_of_the_table_does_not_exist(self, policy: Policy) -> None:
        assert decide(policy, 0x40000000 | 101) == "ENOSYS"

    def test_what_is_newer_than_the_table_does_not_exist(self, policy: Policy) -> None:
        assert decide(policy, syscalls.LAST + 1) == "ENOSYS"

    @pytest.mark.parametrize("name", [name for name in seccomp.REFUSED.split() if name in syscalls.NUMBERS])
    def test_what_reaches_out_is_refused(self, policy: Policy, name: str) -> None:
        assert decide(policy, name) == "EPERM"

    @pytest.mark.parametrize("name", seccomp.NETWORK.split())
    def test_no_network(self, policy: Policy, name: str) -> None:
        assert decide(policy, name, 2, 1) == "EACCES"

    def test_one_pair_of_sockets(self, policy: Policy) -> None:
        closed_on_exec = 0o2000000
        assert decide(policy, "socketpair", 1, 1 | closed_on_exec) == ALLOWED
        assert decide(policy, "socketpair", 1, 2) == "EACCES"
        assert decide(policy, "socketpair", 2, 1) == "EACCES"

    def test_what_is_sent_goes_where_the_socket_goes(self, policy: Policy) -> None:
        assert decide(policy, "sendto", 3, 0, 1, 0, 0, 0) == ALLOWED
        assert decide(policy, "sendto", 3, 0, 1, 0, 0x7F00_1234_5678, 16) == "EACCES"
        assert decide(policy, "sendto", 3, 0, 1, 0, 0x7F00_0000_0000, 16) == "EACCES"

    def test_threads_and_no_namespaces(self, policy: Policy) -> None:
        thread = 0x3D0F00
        assert decide(policy, "clone", thread) == ALLOWED
        assert decide(policy, "clone", 0x10000000 | 17) == "EPERM"
        assert decide(policy, "clone3", 0x10000) == "ENOSYS"

    def test_no_signals_through_descriptors(self, policy: Policy) -> None:
        assert decide(policy, "fcntl", 3, 8, PID + 1) == "EPERM"
        assert decide(policy, "fcntl", 3, 15, PID + 1) == "EPERM"
        assert decide(policy, "fcntl", 3, 4, 0o4000) == ALLOWED

    def test_no_keys_into_terminals(self, policy: Policy) -> None:
        assert decide(policy, "ioctl", 0, 0x5412) == "ENOTTY"
        assert decide(policy, "ioctl", 0, 0x5401) == ALLOWED

    def test_it_stays_bound_to_its_parent(self, policy: Policy) -> None:
        assert decide(policy, "prctl", 1, 0) == "EPERM"

    def test_limits_of_its_own(self, policy: Policy) -> None:
        assert decide(policy, "prlimit64", 0, 7) == ALLOWED
        assert decide(policy, "prlimit64", PID, 7) == ALLOWED
        assert decide(policy, "prlimit64", PID + 1, 7) == "EPERM"


@pytest.mark.parametrize("policy", [NOTEBOOK, INSIDE, WITHOUT_FILES])
@pytest.mark.parametrize("name", ["kill", "tgkill"])
def test_signals_to_itself_alone(policy: Policy, name: str) -> None:
    assert decide(policy, name, PID, 15) == ALLOWED
    assert [decide(policy, name, pid, 15) for pid in (0, -1, 1, PID + 1, -PID)] == ["EPERM"] * 5


def test_without_processes_none_is_started() -> None:
    names = [name for name in ("fork", "vfork", "execve", "execveat") if name in syscalls.NUMBERS]
    assert {decide(NOTEBOOK, name) for name in names} == {"EPERM"}
    assert decide(NOTEBOOK, "clone", 17) == "EPERM"


def test_with_processes_some_are_started() -> None:
    assert decide(FORKING, "clone", 17) == ALLOWED
    assert decide(FORKING, "execve") == ALLOWED
    assert decide(FORKING, "kill", PID + 1, 9) == ALLOWED


def test_signals_of_processes_stay_inside_only_if_something_holds_them() -> None:
    assert decide(Policy(True, False, False, False, False), "kill", PID + 1, 9) == "EPERM"


@pytest.mark.parametrize("policy", [NOTEBOOK, WITHOUT_FILES])
def test_modes_and_times_where_no_mount_guards_them(policy: Policy) -> None:
    assert decide(policy, "fchmodat", -100, 0x1000, 0) == "pretended"
    assert decide(policy, "fchownat", -100, 0x1000, 0, 0, 0) == "pretended"
    assert decide(policy, "utimensat", -100, 0x1000, 0) == "EPERM"
    assert decide(policy, "utimensat", -100, 0x1000, 0x7F0000000000) == "pretended"
    assert decide(INSIDE, "fchmodat", -100, 0x1000, 0) == ALLOWED


def test_no_files_means_none() -> None:
    names = [name for name in seccomp.OPENING.split() if name in syscalls.NUMBERS]
    assert {decide(WITHOUT_FILES, name) for name in names} == {"EACCES"}
    assert {decide(NOTEBOOK, name) for name in names} == {ALLOWED}


def test_every_call_is_in_the_table() -> None:
    """A name that is misspelled would be refused nowhere."""
    wanted = " ".join(
        (seccomp.REFUSED, seccomp.NETWORK, seccomp.PROCESSES, seccomp.SESSIONS, seccomp.MODES, seccomp.TIMES, seccomp.OPENING)
    )
    assert set(wanted.split()) <= set(syscalls._numbers("x86_64"))


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_numbers_are_those_of_libseccomp(machine: str) -> None:
    name = ctypes.util.find_library("seccomp")
    if name is None:
        pytest.skip("needs libseccomp")
    resolve = ctypes.CDLL(name).seccomp_syscall_resolve_name_arch
    resolve.argtypes = (ctypes.c_uint32, ctypes.c_char_p)
    numbers = syscalls._numbers(machine)
    known = {call: resolve(syscalls._AUDIT[machine], call.encode()) for call in numbers}
    assert {call: number for call, number in known.items() if number >= 0} == {
        call: number for call, number in numbers.items() if known[call] >= 0
    }
    assert sum(number < 0 for number in known.values()) < 12  # calls that are newer than that library


def test_another_processor_has_no_table() -> None:
    assert syscalls._numbers("riscv64") == {}
