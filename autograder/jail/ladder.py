"""The rungs: ways to jail, from the best to none."""

from __future__ import annotations

from dataclasses import dataclass


class JailError(Exception):
    """There is no such jail, or it does not work here. The message says why."""


@dataclass(frozen=True)
class Rung:
    """One way to jail, by what it is made of.

    ``own_user``: workers run as users that nobody else is, which takes root. ``no_files``: workers can open no file at all.
    """

    name: str
    namespaces: bool = False
    landlock: bool = False
    seccomp: bool = False
    own_user: bool = False
    no_files: bool = False

    def layers(self) -> dict[str, bool]:
        """What it is made of, by name."""
        return {
            "namespaces": self.namespaces,
            "landlock": self.landlock,
            "seccomp": self.seccomp,
            "own user": self.own_user or self.namespaces,
            "limits": True,
        }


LADDER = (
    Rung("namespaces + landlock + seccomp", namespaces=True, landlock=True, seccomp=True),
    Rung("namespaces + seccomp", namespaces=True, seccomp=True),
    Rung("landlock + seccomp + own user", landlock=True, seccomp=True, own_user=True),
    Rung("landlock + seccomp", landlock=True, seccomp=True),
    Rung("seccomp + own user", seccomp=True, own_user=True, no_files=True),
    Rung("seccomp", seccomp=True, no_files=True),
    Rung("none"),
)
"""Best first. The last stops nothing but accidents: its limits are on each process, and hostile code starts another."""

KINDS = ("auto", *(rung.name for rung in LADDER))


def rungs(kind: str) -> tuple[Rung, ...]:
    """The rungs to try, in order. ``off`` is another word for ``none``. Raises JailError if there is no such kind."""
    if kind == "auto":
        return LADDER
    wanted = "none" if kind == "off" else kind
    found = tuple(rung for rung in LADDER if rung.name == wanted)
    if not found:
        raise JailError(f"there is no jail of the kind {kind!r}; there are {', '.join(KINDS)}.")
    return found
