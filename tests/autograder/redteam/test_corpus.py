"""The corpus itself: every attack can be handed in, and is one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from dlteach.authoring import build_release
from tests.autograder.redteam import template, throwaway
from tests.autograder.redteam.base import ASSERTS, MAXIMUM, ROWS, Place, asserts_source
from tests.autograder.redteam.corpus import HONEST, HOSTILE
from tests.autograder.redteam.harness import CANARIES, Kept, injected
from tests.conftest import OWN
from tests.own.ownlesson import LESSON

FAMILIES = {
    "forged outputs and scores": 12,
    "patched checkers and libraries": 12,
    "tags and metadata": 20,
    "reading the course, the gradebook, the seed, others": 12,
    "escaping and outliving the process": 20,
    "exhausting time": 8,
    "exhausting memory": 5,
    "exhausting processes": 4,
    "exhausting disk": 3,
    "exhausting output": 8,
    "hostile values": 20,
    "network": 4,
    "links and files": 10,
    "broken notebooks": 15,
    "injected HTML and names": 12,
}


def release(base):
    return build_release(LESSON, OWN / "sources") if base == ROWS else asserts_source()


def test_every_family_is_there_and_no_two_attacks_share_a_name():
    count = {family: sum(item.family == family for item in HOSTILE) for family in {item.family for item in HOSTILE}}
    assert set(count) == set(FAMILIES)
    assert [family for family, least in FAMILIES.items() if count[family] < least] == []
    assert len({item.name for item in HOSTILE} | {item.who for item in HONEST}) == len(HOSTILE) + len(HONEST) / 2
    assert len({item.who for item in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("item", [item for item in HOSTILE if item.name not in ("huge", "files-many")], ids=lambda item: item.name)
def test_an_attack_can_be_handed_in_and_is_worth_no_more_than_everything(item, tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("x", encoding="utf-8")
    folder = tmp_path / "submitted"
    item.hand_in(release(item.base), folder, Place(course=str(tmp_path), victim=str(victim)))
    assert 0 <= item.points <= MAXIMUM[item.base]
    assert item.does
    path = folder / f"{item.base}.ipynb"
    if item.write is None:
        json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        assert "@COURSE@" not in path.read_text(encoding="utf-8", errors="surrogatepass")
    subprocess.run(["rm", "-rf", folder], check=True)  # deeper than Python's own recursion goes


@pytest.mark.parametrize("item", HOSTILE, ids=lambda item: item.name)
def test_the_code_of_an_attack_is_python_unless_it_is_ipythons(item):
    for source in (*item.answers.values(), item.before, item.after):
        lines = [line for line in Place().fill(source).splitlines() if not line.startswith(("!", "%"))]
        compile("\n".join(lines), item.name, "exec", flags=0x2000)  # await may stand at the top of a cell


def test_what_would_run_in_a_page_is_seen_and_what_is_only_text_is_not():
    assert injected("<p>&lt;script&gt;INJECTED&lt;/script&gt;</p><a href='https://example.org'>INJECTED</a>") == []
    assert injected("<script>INJECTED</script><img onerror=INJECTED>") == ["<script>", "<img onerror>"]
    assert injected("<a href=' javascript:INJECTED'>x</a><meta content='0;url=INJECTED'>") == ["<a href>", "<meta content>"]


def test_a_leak_is_seen():
    assert Kept(outputs=f"... {CANARIES['gradebook']}").leaks() == ["gradebook"]
    assert Kept(feedback=CANARIES["hidden"], outputs=CANARIES["hidden"]).leaks() == ["hidden"]
    assert Kept(outputs=CANARIES["hidden"]).leaks() == []


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two attacks on plain nbgrader, each in a jail that is thrown away."""
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("template")))
    template.make(folder)

    def measure(name):
        done = subprocess.run(throwaway.enter(folder, name), capture_output=True, text=True, timeout=900, check=False)
        if not done.stdout.strip() and "unshare" in done.stderr:
            pytest.skip(f"no namespaces can be made here: {done.stderr.strip()}")
        assert done.stdout.strip(), done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])[name]

    return measure


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
@pytest.mark.skipif(str(OWN).startswith("/tmp/"), reason="a jail that is thrown away has a /tmp of its own, and so not this checkout")
@pytest.mark.xdist_group("throwaway")
def test_attacks_are_attacks_plain_nbgrader_shows_it(measured):
    gradebook = measured("gradebook")
    assert gradebook["score"] > MAXIMUM[ROWS]
    assert gradebook["honest"]["0-anna"] > MAXIMUM[ROWS]
    assert {"gradebook", "hidden"} <= set(gradebook["read"])
    daemon = measured("daemon-plain")
    assert (daemon["left"], daemon["score"]) == (["rt-left"], 0)


def test_the_plain_assignment_is_one_of_nbgraders():
    nbformat.validate(asserts_source())
    assert (
        sum(cell.metadata.nbgrader.get("points", 0) for cell in asserts_source().cells if "nbgrader" in cell.metadata) == MAXIMUM[ASSERTS]
    )
