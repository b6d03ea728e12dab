"""A class in which nearly everybody attacks: each gets what was earned, the others feel nothing, the machine is unharmed, the run ends.

The whole corpus is graded as root in the best jail. In lesser jails, and as an ordinary user, those attacks are graded that a jail is
there for: what a score is made of does not depend on it. ``make soak`` grades everything everywhere.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests.autograder.redteam import harness
from tests.autograder.redteam.base import ASSERTS, ROWS
from tests.autograder.redteam.corpus import HONEST, HOSTILE
from tests.own.ownlesson import cases

pytestmark = pytest.mark.slow
NOBODY = 65534
FOR_JAILS = ("reading", "escaping", "exhausting memory", "exhausting processes", "exhausting disk", "network")
SETTINGS = {
    "root": ("auto", None),
    "root without namespaces": ("landlock + seccomp + own user", None),
    "user": ("auto", NOBODY),
    "user without namespaces": ("landlock + seccomp", NOBODY),
}
DISK = 300 << 20


def chosen(setting, everything):
    return [item for item in HOSTILE if everything or (not item.long and (setting == "root" or item.family.startswith(FOR_JAILS)))]


class Class:
    """Both assignments, handed in by everybody and graded, in one setting."""

    def __init__(self, run, environment, setting, hostile):
        self.kind, self.user = SETTINGS[setting]
        self.folder = Path(tempfile.mkdtemp(prefix="dlteach-red-team-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.course = self.folder / "course"
        home = {
            "HOME": str(self.folder / "home"),
            "JUPYTER_CONFIG_DIR": str(self.folder / "home"),
            "MPLCONFIGDIR": str(self.folder / "home"),
        }
        (self.folder / "home").mkdir()
        release = harness.make_course(self.course, run)
        self.watch = harness.Watch(self.folder)
        self.items = [*HONEST, *hostile]
        harness.hand_in(self.items, release, self.watch.place(self.course))
        self.graded = {base: self.grade(base, {**environment, **home}) for base in (ROWS, ASSERTS)}

    def grade(self, base, environment):
        options = ["--jail", self.kind, "--timeout", "5"]
        if self.user is None:
            return harness.grade(self.course, base, options, environment, list, self.watch)
        subprocess.run(["chown", "-Rh", f"{self.user}:{self.user}", self.folder], check=True)
        with harness.ordinary_user(self.user) as prefix:
            return harness.grade(self.course, base, options, environment, prefix, self.watch)

    def close(self):
        self.watch.listeners.close()
        subprocess.run(["rm", "-rf", self.folder], check=True)


@pytest.fixture(scope="module")
def graded(request, run, environment):
    setting, everything = request.param
    if SETTINGS[setting][1] is not None or "own user" in SETTINGS[setting][0]:
        if os.geteuid() != 0:
            pytest.skip("only root can become another user")
        try:
            with harness.ordinary_user(NOBODY):
                pass
        except RuntimeError as error:
            pytest.skip(str(error))
    made = Class(run, environment, setting, chosen(setting, everything))
    yield made
    made.close()


def marks(setting, everything):
    return [pytest.mark.xdist_group(f"red team, {setting}"), *([pytest.mark.soak] if everything else [])]


CLASSES = [
    pytest.param((setting, everything), marks=marks(setting, everything), id=f"{setting}{', everything' if everything else ''}")
    for everything in (False, True)
    for setting in SETTINGS
]
PAIRS = [
    pytest.param(
        (setting, everything), item, marks=marks(setting, everything), id=f"{item.name}, {setting}{', everything' if everything else ''}"
    )
    for everything in (False, True)
    for setting in SETTINGS
    for item in chosen(setting, everything)
]


@pytest.mark.parametrize(("graded", "item"), PAIRS, indirect=["graded"], scope="module")
def test_an_attacker_gets_what_was_earned_and_learns_nothing(graded, item):
    assert harness.problems(item, graded.graded[item.base]) == []


@pytest.mark.parametrize("graded", CLASSES, indirect=True, scope="module")
def test_everybody_else_gets_what_was_earned(graded):
    honest = [item for item in graded.items if item.family == "honest"]
    assert {f"{item.base}: {item.who}": harness.problems(item, graded.graded[item.base]) for item in honest} == {
        f"{item.base}: {item.who}": [] for item in honest
    }


@pytest.mark.parametrize("graded", CLASSES, indirect=True, scope="module")
def test_the_machine_is_unharmed(graded):
    for done in graded.graded.values():
        assert (done.left, done.heard, done.changed) == ([], [], [])
        assert done.disk < DISK
    assert harness.traces_of_attacks() == []


@pytest.mark.parametrize("graded", CLASSES, indirect=True, scope="module")
def test_the_run_ends_with_a_sentence_for_everybody_and_no_traceback(graded):
    for base, done in graded.graded.items():
        failed = any(outcome["status"] == "failed" for outcome in done.outcomes.values())
        assert done.status == int(failed), done.said[-2000:]  # what can't be graded, the instructor must see to
        assert sorted(done.outcomes) == sorted({item.who for item in graded.items if item.base == base})
        assert "Traceback" not in done.said
        assert "\x1b[2J" not in done.said


@pytest.mark.parametrize("graded", CLASSES, indirect=True, scope="module")
def test_hidden_numbers_that_one_try_has_seen_are_of_no_use_to_the_next(graded):
    public = {hashlib.md5(case.args["x"].tobytes()).hexdigest() for case in cases(np.random.default_rng(0))}
    kept = graded.graded[ROWS].kept
    seen = [set(re.findall(r"[0-9a-f]{32}", kept[name].outputs)) - public for name in ("numbers-seen-a", "numbers-seen-b")]
    assert seen[0] & seen[1] == set()


@pytest.mark.parametrize("graded", CLASSES[:1], indirect=True, scope="module")
def test_the_others_have_the_grades_and_comments_that_they_have_without_attackers(graded, run, environment):
    alone = Class(run, environment, "root", [])
    try:
        for base, done in alone.graded.items():
            for who, kept in done.kept.items():
                among = graded.graded[base].kept[who]
                assert (among.grades, among.comments) == (kept.grades, kept.comments), who
    finally:
        alone.close()
