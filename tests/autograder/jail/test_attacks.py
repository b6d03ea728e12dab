"""Every attack on every rung, as root and as an ordinary user: what gets through is known, and it is what the jail says of itself."""

from __future__ import annotations

import os

import pytest

from autograder.jail.attacks import ATTACKS
from autograder.jail.escapes import SENTENCES
from autograder.jail.ladder import LADDER

from .prison import imprison

pytestmark = pytest.mark.slow

SMALL = {"disk": 1 << 20, "file_size": 1 << 18, "memory": 1 << 28}
DISK = {"fill_disk", "many_files"}
GETS_THROUGH = {
    "namespaces + landlock + seccomp": set(),
    "namespaces + seccomp": set(),
    "landlock + seccomp + own user": {"see_path"} | DISK,
    "landlock + seccomp": {"see_path", "many_threads"} | DISK,
    "seccomp + own user": {"see_path"},
    "seccomp": {"see_path", "many_threads"},
}
"""The attacks that get through. ``none`` is left out: it stops none but those on limits."""
GOALS = {attack.__name__[1:]: goal for goal, attack in ATTACKS}
ROOT = os.geteuid() == 0


def rungs(user: bool) -> list[str]:
    return [rung.name for rung in LADDER if rung.seccomp and not (user and rung.own_user)]


CASES = [(kind, user) for user in ((True, False) if ROOT else (True,)) for kind in rungs(user)]


@pytest.mark.parametrize(("kind", "user"), CASES)
def test_what_gets_through_is_known(kind: str, user: bool) -> None:
    told = imprison(kind=kind, user=user, attacks=True, limits=SMALL)
    assert told["name"] == kind
    assert {name for name, reached in told["worker"].items() if reached} == GETS_THROUGH[kind]


@pytest.mark.parametrize(("kind", "user"), CASES)
def test_the_jail_says_what_it_lacks(kind: str, user: bool) -> None:
    goals = {GOALS[name] for name in GETS_THROUGH[kind]}
    assert imprison(kind=kind, user=user)["lacks"] == [sentence for goal, sentence in SENTENCES.items() if goal in goals]


@pytest.mark.parametrize("abi", [1, 2, 3, 4, 5])
def test_an_older_landlock_lets_nothing_more_through(abi: int) -> None:
    kind = "landlock + seccomp"
    told = imprison(kind=kind, user=True, attacks=True, limits=SMALL, abi=abi)
    assert {name for name, reached in told["worker"].items() if reached} == GETS_THROUGH[kind]


@pytest.mark.parametrize("kind", ["namespaces + landlock + seccomp", "landlock + seccomp"])
def test_processes_that_are_allowed_open_no_other_door(kind: str) -> None:
    told = imprison(kind=kind, user=True, attacks=True, limits={**SMALL, "processes": 4})
    assert {name for name, reached in told["worker"].items() if reached} == GETS_THROUGH[kind] | {"fork"}
    assert "It can start processes." not in told["lacks"]


@pytest.mark.parametrize("user", [True, False] if ROOT else [True])
def test_without_a_jail_nearly_everything_gets_through(user: bool) -> None:
    """Else an attack that never works would look like a wall that holds."""
    told = imprison(kind="none", user=user, attacks=True, limits=SMALL)
    stopped = {name for name, reached in told["worker"].items() if not reached}
    limits = {"long_file", "much_memory", "core_dump"}
    told_elsewhere = {"udp", "change_mode", "change_time", "signal_by_pipe", "stay_behind"}  # the bait or the pipe tells
    closed = {"read_by_descriptor"}  # no descriptor is left open here either
    missing = {name for name, goal in GOALS.items() if goal == "kernel"}  # this kernel may not have them
    assert limits <= stopped
    if not user:
        assert stopped <= limits | told_elsewhere | closed | missing


def test_every_attack_has_a_sentence() -> None:
    assert {goal for goal, _ in ATTACKS} <= set(SENTENCES)
