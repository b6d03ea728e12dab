"""The two assignments that are attacked, and what an attack is: a submission, and what it is honestly worth.

``90_rows`` is a lesson of dlteach (``tests/own``); ``asserts`` is written in plain nbgrader style. An attack is made from the
version that students get. In its code, words like ``@COURSE@`` stand for what the harness knows: see :class:`Place`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.autograder.plain import making

ROWS, ASSERTS = "90_rows", "asserts"
MAXIMUM = {ROWS: 4.5, ASSERTS: 8.0}

SUMS = "def row_sums(x):\n    return x.sum(axis=1)"
EXTREMES = "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)"
NO_SUMS = "def row_sums(x):\n    return None"
NO_EXTREMES = "def smallest_and_largest(x):\n    return None"

TOTAL = "def total(x):\n    return sum(x)"
LARGEST = "def largest(x):\n    return int(np.argmax(x))"
SHARE = "def share(x):\n    return np.asarray(x) / np.sum(x)"
NO_TOTAL = "def total(x):\n    return 0"
NO_LARGEST = "def largest(x):\n    return 0"
LUCKY = "lucky = 17"

RIGHT = {
    ROWS: {"row_sums": SUMS, "smallest_and_largest": EXTREMES},
    ASSERTS: {"total": TOTAL, "largest": LARGEST, "share": SHARE, "lucky": LUCKY},
}
"""Everything right, by base and cell."""

WRONG = {
    ROWS: {"row_sums": NO_SUMS, "smallest_and_largest": NO_EXTREMES},
    ASSERTS: {"total": NO_TOTAL, "largest": NO_LARGEST, "share": "def share(x):\n    return 0", "lucky": "lucky = 0"},
}
"""Everything wrong: defined, and worth nothing. Who earns points with it has stolen them."""

SCRIPT = (
    "<script>INJECTED</script><img src=x onerror=INJECTED><svg onload=INJECTED><a href='javascript:INJECTED'>x</a>"
    "<iframe src='javascript:INJECTED'></iframe></pre></div><meta http-equiv=refresh content='0;url=//INJECTED'>"
)
"""HTML that a page must never run: if a page holds INJECTED anywhere but in its text, it was let through."""

HIDDEN_WORD = "canary-hidden-0123456789ab"
"""Stands in a hidden test. No student may ever read it."""


def asserts_source() -> NotebookNode:
    """The instructor's notebook of ``asserts``: public asserts, hidden ones, partial credit, and an answer checked by its hash."""
    from hashlib import md5

    digest = md5(b"salt 17").hexdigest()
    partial = """\
points = 0
if np.allclose(share([1, 3]), [0.25, 0.75]):
    points += 1
if np.allclose(share([2.0]), [1.0]):
    points += 1"""
    hidden = f'assert largest([7, 1, 7.5, 2]) == 2, "{HIDDEN_WORD}"\nassert np.allclose([largest([1, 2]), largest([2, 1])], [1, 0])'
    return making.notebook(
        making.text("# Numbers"),
        making.code("import numpy as np"),
        making.answer("total", "def total(x):", "    return sum(x)"),
        making.asserted("test-total", 2, "assert total([1, 2, 3]) == 6\nnp.testing.assert_allclose(total([0.5, 0.25]), 0.75)"),
        making.answer("largest", "def largest(x):", "    return int(np.argmax(x))"),
        making.asserted("test-largest", 3, "assert largest([3, 9, 4]) == 1", hidden=hidden),
        making.answer("share", "def share(x):", "    return np.asarray(x) / np.sum(x)"),
        making.asserted("test-share", 2, partial, after="points"),
        making.answer("lucky", "if True:", "    lucky = 17"),
        making.asserted("test-lucky", 1, f'import hashlib\nassert hashlib.md5(f"salt {{lucky}}".encode()).hexdigest() == "{digest}"'),
    )


@dataclass(frozen=True)
class Place:
    """What the harness tells an attack about the machine, so that it needn't search: an attacker who knows everything."""

    course: str = "/nowhere/course"
    victim: str = "/nowhere/victim.txt"
    tcp: int = 9
    udp: int = 9
    path_socket: str = "/nowhere/socket"
    abstract: str = "nowhere"

    def fill(self, text: str) -> str:
        """The text with every ``@WORD@`` replaced."""
        words = {"COURSE": self.course, "VICTIM": self.victim, "TCP": str(self.tcp), "UDP": str(self.udp), "SCRIPT": SCRIPT}
        words |= {"PATH_SOCKET": self.path_socket, "ABSTRACT": self.abstract}
        return re.sub(r"@([A-Z_]+)@", lambda match: words[match[1]], text)


Change = Callable[[NotebookNode], None]
Write = Callable[[Path, str], None]


@dataclass(frozen=True)
class Item:
    """One submission of the corpus.

    Attributes:
        name: what it is called, and who hands it in.
        family: the kind of attack.
        does: what it does, in one line.
        base: the assignment that is attacked.
        points: what its honest part is worth: nothing else may be earned.
        answers: what stands in the answer cells; cells not named stay as they were handed out.
        before: code of a cell put first.
        after: code of a cell put last.
        change: done to the notebook.
        write: puts the files into the submission's folder, in place of one notebook; gets the notebook's text.
        flagged: whether points that weren't earned may be got if the instructor is told: a plain test runs beside the code it tests.
        trusted: whether the points are left open: where a plain test can't know better, or where refusing is as good as mending.
        readable: False where nothing of it can be graded.
        reason: a pattern for why nothing or not everything was graded.
        student: who hands it in, where the name itself is the attack.
        long: whether it takes minutes.
        lesser: what a jail without namespaces can't stop of it.
    """

    name: str
    family: str
    does: str
    base: str
    points: float
    answers: dict[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    change: Change | None = None
    write: Write | None = None
    flagged: bool = False
    trusted: bool = False
    readable: bool = True
    reason: str = ""
    student: str = ""
    long: bool = False
    lesser: str = ""

    @property
    def who(self) -> str:
        """The id of the student who hands it in."""
        return self.student or self.name

    def hand_in(self, release: NotebookNode, folder: Path, place: Place) -> None:
        """Write the submission to a folder, as ``submitted/<student>/<assignment>`` is one."""
        made = answered(release, {name: place.fill(source) for name, source in self.answers.items()})
        for at, source in ((0, self.before), (len(made.cells) + 1, self.after)):
            if source:
                made.cells.insert(at, new_code_cell(place.fill(source), id=f"extra-{at}"))
        if self.change:
            self.change(made)
        folder.mkdir(parents=True, exist_ok=True)
        text = nbformat.v4.writes(nbformat.from_dict(made))
        if self.write:
            self.write(folder, place.fill(text))
        else:
            (folder / f"{self.base}.ipynb").write_text(text, encoding="utf-8", errors="surrogatepass")


def grade_id(cell: NotebookNode) -> str:
    """The cell's name for nbgrader, or nothing."""
    data = cell.metadata.get("nbgrader", {})
    return str(data.get("grade_id", "")) if isinstance(data, dict) else ""


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy of the notebook with answers typed in, by the name of their cell."""
    made = copy.deepcopy(release)
    for cell in made.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return made


def type_in(made: NotebookNode, name: str, source: str) -> None:
    """Write into the answer cell of that name."""
    next(cell for cell in made.cells if grade_id(cell) == name).source = source


def digest_of(made: NotebookNode) -> str:
    """The hash that a test of ``asserts`` looks for, as every student can read it."""
    return next(found[0] for cell in made.cells if (found := re.search(r"[0-9a-f]{32}", cell.source)))


def tests_of(made: NotebookNode) -> list[NotebookNode]:
    """The graded cells that aren't answered by the student."""
    return [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade") and not cell.metadata.nbgrader.solution]


def rows(name: str, family: str, does: str, first: str = SUMS, second: str = EXTREMES, points: float = 4.5, **more: object) -> Item:
    """An attack on the lesson: what stands in its two answers. ``points`` is what they're honestly worth."""
    return Item(name, family, does, ROWS, points, answers={"row_sums": first, "smallest_and_largest": second}, **more)  # type: ignore[arg-type]


def plain(name: str, family: str, does: str, total: str = NO_TOTAL, points: float = 0, **more: object) -> Item:
    """An attack on plain asserts: what stands in the first answer; all the others are wrong."""
    return Item(name, family, does, ASSERTS, points, answers={**WRONG[ASSERTS], "total": total}, **more)  # type: ignore[arg-type]
