"""The best rung that works is taken, whatever this machine refuses."""

from __future__ import annotations

import os

import pytest

from autograder.jail import JailError
from autograder.jail.ladder import KINDS, LADDER, rungs

from .prison import imprison

ROOT = os.geteuid() == 0
SYS_ADMIN = 21
NO_NAMESPACES = "unshare"
NO_LANDLOCK = "landlock_create_ruleset"
NO_SECCOMP = "seccomp"

as_root = pytest.mark.skipif(not ROOT, reason="needs root")


def test_every_rung_has_a_name_of_its_own() -> None:
    assert len(set(KINDS)) == len(LADDER) + 1


def test_off_is_none() -> None:
    assert [rung.name for rung in rungs("off")] == ["none"]


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(JailError, match="no jail of the kind 'alcatraz'; there are auto, namespaces"):
        rungs("alcatraz")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("refuse", "best"),
    [
        ("", "namespaces + landlock + seccomp"),
        (NO_LANDLOCK, "namespaces + seccomp"),
        (NO_NAMESPACES, "landlock + seccomp"),
        ("mount", "landlock + seccomp"),
        (f"{NO_NAMESPACES} {NO_LANDLOCK}", "seccomp"),
    ],
)
def test_as_an_ordinary_user(refuse: str, best: str) -> None:
    assert imprison(user=True, refuse=refuse)["name"] == best


@as_root
@pytest.mark.slow
@pytest.mark.parametrize(
    ("refuse", "best"),
    [
        ("", "namespaces + landlock + seccomp"),
        (NO_NAMESPACES, "landlock + seccomp + own user"),
        (f"{NO_NAMESPACES} setresuid", "landlock + seccomp"),
        (f"{NO_NAMESPACES} {NO_LANDLOCK}", "seccomp + own user"),
    ],
)
def test_as_root(refuse: str, best: str) -> None:
    assert imprison(refuse=refuse)["name"] == best


@as_root
@pytest.mark.slow
def test_as_root_in_a_container_that_may_not_mount() -> None:
    told = imprison(drop=[SYS_ADMIN], refuse=NO_NAMESPACES)
    assert told["name"] == "landlock + seccomp + own user"


@pytest.mark.slow
def test_without_any_layer_there_is_none_and_it_says_so() -> None:
    told = imprison(user=True, refuse=f"{NO_NAMESPACES} {NO_LANDLOCK} {NO_SECCOMP}")
    assert told["name"] == "none"
    assert "It can read files outside of its view." in told["lacks"]
    assert "It can use the network." in told["lacks"]


@pytest.mark.slow
def test_a_rung_that_does_not_work_says_why() -> None:
    told = imprison(kind="namespaces + landlock + seccomp", user=True, refuse=NO_NAMESPACES)
    assert told["error"] == (
        "no jail works here. namespaces + landlock + seccomp: PermissionError: [Errno 1] unshare: Operation not permitted"
    )


@pytest.mark.slow
@pytest.mark.parametrize("user", [True, False] if ROOT else [True])
def test_nobody_is_root_inside(user: bool) -> None:
    told = imprison(user=user, code="answer = os.getuid(), os.getgid(), os.getgroups()")
    uid, gid, groups = told["worker"]
    assert told["uid"] != 0
    assert uid != 0
    assert gid != 0
    assert 0 not in groups
