"""The jail itself: entered once by the process that forks workers, locked once by every worker."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.jail import landlock, namespaces, seccomp
from autograder.jail import limits as limiting
from autograder.jail.escapes import rehearse
from autograder.jail.ladder import JailError, Rung, rungs
from autograder.jail.scratch import Scratch
from autograder.jail.syscalls import call
from autograder.jail.view import DEVICES, View, closed_to_others, outermost, without_hidden
from autograder.job import Limits

_FIRST_USER, _USERS = 64001, 1400


class Jail:
    """A jail that was entered. ``work`` is the folder to work in, ``data`` the folder with the assignment's files; both are other paths
    inside than outside, and ``work`` changes when a worker locks itself. ``lacks`` are sentences: what hostile code could do here."""

    def __init__(self, rung: Rung, view: View, limits: Limits) -> None:
        self.name = rung.name
        self.layers = rung.layers()
        self.lacks: tuple[str, ...] = ()
        self._rung = rung
        self._proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
        limiting.first_to_go(self._proc)
        limiting.adopt_orphans()
        if not limits.processes:
            os.environ["JOBLIB_MULTIPROCESSING"] = "0"  # else joblib warns, and fails where it could do without
        self._home = -1
        self._forked = 0
        self._process = os.getpid()
        self._numbers: dict[int, int] = {}
        self._many_users = rung.own_user
        self._scratch: Scratch | None = None
        if rung.namespaces:
            self._enter_namespaces(view, limits)
        else:
            self._enter_scratch(view)
        self._allowed = self._allow(view)
        self._keep = self._needed_capabilities(view)
        self._policy = seccomp.Policy(
            processes=limits.processes > 0,
            own_pids=rung.namespaces,
            scoped_signals=rung.landlock and landlock.scopes_signals(),
            guarded_files=rung.namespaces,
            no_files=rung.no_files,
        )
        self._filter = seccomp.before_pid(self._policy) if rung.seccomp else b""

    def _enter_namespaces(self, view: View, limits: Limits) -> None:
        self._many_users = namespaces.unshare_all()
        namespaces.fork_inside()
        namespaces.new_root(view, limits.disk, namespaces.INSIDE if self._many_users else None)
        if self._many_users:
            needed = (limiting.DAC_READ_SEARCH, limiting.KILL, limiting.SETGID, limiting.SETUID, limiting.SYS_ADMIN)
            limiting.become(namespaces.INSIDE, needed)
            limiting.set_dumpable(True)
            limiting.die_with_parent()
        self._home = namespaces.pidfd()
        self.work, self.data = Path(namespaces.WORK), Path(namespaces.DATA)

    def _enter_scratch(self, view: View) -> None:
        self._scratch = Scratch(view.data)
        self.work, self.data = self._scratch.work(0, None), self._scratch.data
        os.chdir(self.work)

    def _allow(self, view: View) -> landlock.Allowed:
        """Open what Landlock's rules are about, once for all workers. A link needs no rule, and one on what it leads to could lead out."""
        if not self._rung.landlock:
            return landlock.Allowed()
        whole, listed = (["/"], []) if self._rung.namespaces else ([str(self.data)], list[str]())
        if not self._rung.namespaces:
            for path in outermost(view.read_only):
                inner_whole, inner_listed = without_hidden(path, view.hidden)
                whole += inner_whole
                listed += inner_listed
        groups = ([path for path in paths if os.path.exists(path) and not os.path.islink(path)] for paths in (whole, listed, DEVICES))
        return landlock.Allowed(*([landlock.open_path(path) for path in paths] for paths in groups))

    def _needed_capabilities(self, view: View) -> tuple[int, ...]:
        """A worker with a user of its own must still read what root may read: the interpreter may lie where others can't go.

        What that reaches the new root decides, or Landlock. Where neither does, or nobody needs it, it isn't given.
        """
        confined = self._rung.namespaces or (self._rung.landlock and any(map(closed_to_others, view.read_only)))
        return (limiting.DAC_READ_SEARCH,) if self._many_users and confined else ()

    @property
    def can_open_files(self) -> bool:
        """May workers open files? If not, all that they need must be imported before they are forked."""
        return not self._rung.no_files

    def fork(self) -> int:
        """Fork a worker. Gives 0 in the worker, which must lock itself before it does anything else, and its number to the caller."""
        self._forked += 1
        if self._scratch is not None:
            self._scratch.work(self._forked, self._user())
        pid = namespaces.fork_with_own_pids(self._home) if self._rung.namespaces else os.fork()
        if pid:
            self._numbers[pid] = self._forked
        return pid

    def _user(self) -> int | None:
        """The user of the newest worker: another than that of those before it, so that they can't touch each other.

        Without namespaces other jails draw from the same users, so each begins elsewhere.
        """
        if not self._many_users:
            return None
        if self._rung.namespaces:
            return namespaces.INSIDE + 1 + self._forked % (namespaces.USERS - 1)
        return _FIRST_USER + (self._process + self._forked) % _USERS

    def lock(self, keep: Sequence[int], limits: Limits) -> None:
        """Lock this worker in, for ever.

        Args:
            keep: descriptors that stay open; the standard ones, unless among them, lead to /dev/null.
            limits: how much it may use.

        Raises:
            OSError: some layer can't be put on. The worker must end then.
        """
        parent = os.getppid()
        os.setsid()
        os.umask(0o077)
        statm = self._read_proc("self/statm")
        user = self._user()
        if self._rung.namespaces:
            self._own_disk(limits)
        elif self._scratch is not None:
            self.work = self._scratch.base / f"work-{self._forked}"
        writable = self._change_folder()
        if user is not None:
            limiting.become(user, self._keep)
        elif self._rung.seccomp:
            limiting.keep_capabilities(())
        limiting.set_dumpable(False)
        limiting.die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        limiting.no_new_privileges()
        if self._rung.landlock:
            landlock.restrict(self._allowed, writable, execute=self._policy.processes)
        limiting.close_others(keep)
        counted = self._rung.namespaces or user is not None
        limiting.limit_resources(limits, limiting.address_space(statm), count_threads=counted)
        if self._rung.seccomp:
            seccomp.install(seccomp.program(self._filter, self._policy, os.getpid()))

    def _own_disk(self, limits: Limits) -> None:
        """Mount an empty disk of this worker's own on the working folder, which dies with it."""
        if self._many_users:
            call("unshare", namespaces.NEWNS)
        else:
            # With one user for all workers, a user namespace of its own makes the kernel count this worker's threads apart.
            call("unshare", namespaces.NEWUSER | namespaces.NEWNS)
            limiting.set_dumpable(True)
            namespaces.map_self(namespaces.INSIDE, namespaces.INSIDE, self._proc)
        namespaces.mount_work(limits.disk, owner=self._user())

    def _change_folder(self) -> int:
        """Go to the working folder, for programs too. Gives a descriptor of it."""
        os.chdir(self.work)
        os.environ |= {"HOME": str(self.work), "TMPDIR": str(self.work), "USER": "student"}
        tempfile.tempdir = None
        return landlock.open_path(".")

    def _read_proc(self, name: str) -> bytes:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        with open(descriptor, "rb", buffering=0) as file:
            return file.read()

    def kill_group(self, pid: int) -> None:
        """Kill a worker that was not reaped yet, and all it has started."""
        for kill in (os.kill, os.killpg):
            try:
                kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue

    def reap(self, pid: int, *, wait: bool = False) -> tuple[int, resource.struct_rusage] | None:
        """Collect a worker that has ended, and clear away what it left: processes of its group, orphans, its folder.

        Nothing else may wait for a worker: until it is collected its number is its own, and so is that of its group.

        Args:
            pid: what :meth:`fork` gave.
            wait: wait for its end; else give None if it still runs.

        Returns:
            Its wait status, and what it used.
        """
        options = os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)
        if os.waitid(os.P_PID, pid, options) is None:
            return None
        self.kill_group(pid)
        _, status, used = os.wait4(pid, 0)
        number = self._numbers.pop(pid)
        if self._scratch is not None:
            self._kill_orphans()
            self._scratch.drop(number)
        return status, used

    def _kill_orphans(self) -> None:
        """Kill what a dead worker had started and hidden in another group: it is a child of this process now."""
        while True:
            try:
                children = self._read_proc(f"self/task/{os.getpid()}/children").split()
            except FileNotFoundError:
                return  # a kernel that keeps no such list
            orphans = [int(child) for child in children if int(child) not in self._numbers]
            if not orphans:
                return
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def close(self) -> None:
        """Kill every worker and remove every folder. For the process that entered, when it ends."""
        for pid in list(self._numbers):
            self.kill_group(pid)
            self.reap(pid, wait=True)
        if self._scratch is not None:
            os.chdir("/")
            self._scratch.close()

    def escapes(self) -> list[str]:
        """What hostile code could do, found by trying it in a locked worker when the jail was entered."""
        return list(self.lacks)


def enter(view: View, limits: Limits, kind: str = "auto") -> Jail:
    """Enter a jail, for ever: this process and all that it forks. It must have one thread, and holds no secret.

    With namespaces, what returns is another process than the one that called; that one waits and ends as this one does.

    Args:
        view: what is seen of the file system.
        limits: how much a worker may use.
        kind: ``auto`` for the best that works here, or one of :data:`autograder.jail.ladder.KINDS`.

    Returns:
        The jail, with what it lacks.

    Raises:
        JailError: no such kind, or it does not work here.
    """
    limiting.die_with_parent()
    reasons = []
    for rung in rungs(kind):
        try:
            lacks = rehearse(lambda small, rung=rung: Jail(rung, view, small), limits)  # type: ignore[misc]
        except JailError as error:
            reasons.append(f"{rung.name}: {error}")
            continue
        jail = Jail(rung, view, limits)
        jail.lacks = tuple(lacks)
        return jail
    raise JailError("no jail works here. " + " ".join(reasons))
