"""Make a course with a class of attackers in it, and see afterwards what they got, what they took and what they broke."""

from __future__ import annotations

import contextlib
import hashlib
import html.parser
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from tests.autograder.redteam.base import ASSERTS, HIDDEN_WORD, ROWS, Item, Place, asserts_source
from tests.conftest import OWN

TOKEN = "REDTEAM_TOKEN"


def canary(what: str) -> str:
    """A word that stands where no student may read."""
    return f"canary-{what}-{hashlib.sha256(what.encode()).hexdigest()[:12]}"


CANARIES = {what: canary(what) for what in ("environment", "gradebook", "source", "config", "other", "victim")} | {"hidden": HIDDEN_WORD}


def make_course(folder: Path, run: Callable[..., Any], stock: bool = False) -> dict[str, Any]:
    """A course with both assignments, generated; ``stock`` leaves nbgrader's settings alone. Returns what students get, by assignment."""
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", OWN / "sources")
    config = folder / "nbgrader_config.py"
    text = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n' if stock else config.read_text(encoding="utf-8")
    config.write_text(f"# {CANARIES['config']}\n{text}", encoding="utf-8")
    source = folder / "source" / ROWS / f"{ROWS}.ipynb"
    marked = source.read_text(encoding="utf-8").replace("# BEGIN SOLUTION", f"# BEGIN SOLUTION {CANARIES['source']}", 1)
    source.write_text(
        marked.replace(f"# BEGIN SOLUTION {CANARIES['source']}", f"# BEGIN SOLUTION\\n    # {CANARIES['source']}"), encoding="utf-8"
    )
    (folder / "source" / ASSERTS).mkdir()
    nbformat.write(asserts_source(), folder / "source" / ASSERTS / f"{ASSERTS}.ipynb")
    run("nbgrader", "db", "student", "add", "0-anna", "--first-name", CANARIES["gradebook"], cwd=folder)
    release = {}
    for base in (ROWS, ASSERTS):
        run("nbgrader", "generate_assignment", base, cwd=folder)
        release[base] = nbformat.read(folder / "release" / base / f"{base}.ipynb", as_version=4)
    return release


def hand_in(items: Sequence[Item], release: dict[str, Any], place: Place) -> None:
    """Write every submission into the course of ``place``. Honest ones hold a word that no other student may see."""
    for item in items:
        folder = Path(place.course) / "submitted" / item.who / item.base
        item.hand_in(release[item.base], folder, place)
        if item.family == "honest":
            path = folder / f"{item.base}.ipynb"
            made = nbformat.read(path, as_version=4)
            made.cells.append(nbformat.v4.new_markdown_cell(CANARIES["other"], id="mine-alone"))
            nbformat.write(made, path)


class Listeners:
    """Everything that a submission could talk to on this machine. ``heard`` is who was called."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "listener.socket")
        self.abstract = f"dlteach-red-team-{os.getpid()}-{folder.name}"
        self.heard: list[str] = []
        self._open = [
            self._listen("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            self._listen("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            self._listen("a unix socket", socket.AF_UNIX, socket.SOCK_STREAM, self.path),
            self._listen("an abstract unix socket", socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
        ]
        os.chmod(self.path, 0o777)
        self.tcp, self.udp = (self._open[n].getsockname()[1] for n in (0, 1))

    def _listen(self, name: str, family: int, kind: int, address: Any) -> socket.socket:
        sock = socket.socket(family, kind)
        sock.bind(address)
        if kind == socket.SOCK_STREAM:
            sock.listen()
        threading.Thread(target=self._hear, args=(name, sock, kind), daemon=True).start()
        return sock

    def _hear(self, name: str, sock: socket.socket, kind: int) -> None:
        while True:
            try:
                if kind == socket.SOCK_STREAM:
                    sock.accept()[0].close()
                else:
                    sock.recv(100)
            except OSError:
                return
            self.heard.append(name)

    def close(self) -> None:
        """Stop listening."""
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def files_below(*folders: Path) -> list[Path]:
    """The plain files in some folders, and files named themselves; no link is followed, and what can't be entered is left out."""
    found = [folder for folder in folders if folder.is_file()]
    for folder in folders:
        found += [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    return sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))


def fingerprint(course: Path) -> dict[str, str]:
    """What every file of the course is that no student may change: its rights and content."""
    honest = [course / "submitted" / who for who in ("0-anna", "m-ben", "zz-cleo", "zz-dora")]
    found = {}
    for path in files_below(course / "nbgrader_config.py", course / "source", course / "release", *honest):
        if "__pycache__" not in path.parts:
            found[str(path.relative_to(course))] = f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return found


class _Injected(html.parser.HTMLParser):
    """Where INJECTED stands in a page other than as text to read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script = tag in ("script", "style")
        for name, value in attrs:
            runs = (
                name.startswith("on")
                or name in ("srcdoc", "style")
                or (value or "").strip().lower().startswith(("javascript:", "data:text"))
            )
            if "INJECTED" in f"{name}{value}" and (runs or tag in ("meta", "base", "iframe", "object", "embed", "form")):
                self.found.append(f"<{tag} {name}>")

    def handle_endtag(self, tag: str) -> None:
        self.script = False

    def handle_data(self, data: str) -> None:
        if self.script and "INJECTED" in data:
            self.found.append("<script>")


def injected(page: str) -> list[str]:
    """The places of a page where what a student wrote would run."""
    parser = _Injected()
    parser.feed(page)
    return parser.found


@dataclass
class Kept:
    """What is kept of a submission: its rows in the gradebook, what its cells printed, its feedback page."""

    score: float | None = None
    grades: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    outputs: str = ""
    feedback: str = ""
    files: bytes = b""

    def leaks(self, own: Sequence[str] = ()) -> list[str]:
        """What of others' stands in it. The instructor's copy may quote a hidden test's message; the student's page may not."""
        kept = {what: word for what, word in CANARIES.items() if what not in own}
        seen = {what for what, word in kept.items() if word in self.feedback or word.encode() in self.files}
        return sorted(seen | {what for what, word in kept.items() if what != "hidden" and word in self.outputs})


def rows_of(course: Path, base: str) -> dict[str, Kept]:
    """The gradebook's rows for an assignment, by student."""
    from nbgrader.api import Gradebook

    found: dict[str, Kept] = {}
    with Gradebook(f"sqlite:///{course}/gradebook.db", "course") as gradebook:  # an attack may have deleted the course's settings
        for submission in gradebook.assignment_submissions(base):
            kept = found[submission.student.id] = Kept(score=float(submission.score))
            for notebook in submission.notebooks:
                kept.grades |= {grade.name: grade.auto_score for grade in notebook.grades}
                kept.comments |= {comment.name: comment.auto_comment or "" for comment in notebook.comments}
    return found


def kept_of(course: Path, base: str) -> dict[str, Kept]:
    """All that is kept of every submission, by student."""
    found = rows_of(course, base)
    for student, kept in found.items():
        folder = course / "autograded" / student / base
        for path in files_below(folder):
            if path.suffix == ".ipynb":
                kept.outputs += outputs_in(path)
            elif path.stat().st_size < 1 << 24:
                kept.files += path.read_bytes()
        for page in sorted((course / "feedback" / student / base).glob("*.html")):
            kept.feedback += page.read_text(encoding="utf-8", errors="replace")
    return found


def outputs_in(path: Path) -> str:
    """What the cells of a notebook printed and showed, as one text."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    except (ValueError, RecursionError, OSError):
        return ""
    return json.dumps([cell.get("outputs") for cell in cells if isinstance(cell, dict)])


Prefix = Callable[[list[str]], list[str]]
"""Makes of a command one that another user runs."""


@contextlib.contextmanager
def ordinary_user(number: int) -> Iterator[Prefix]:
    """A way to run a command as another user, who can run this Python even where it lies in a folder closed to others.

    Raises RuntimeError where that can't be had.
    """
    if os.geteuid() != 0:
        raise RuntimeError("only root can run a command as another user")
    become = ["setpriv", "--reuid", str(number), "--regid", str(number), "--clear-groups", "--"]
    closed = next((p for p in reversed(Path(sys.base_prefix).parents) if not p.stat().st_mode & 0o001), None)
    if closed is None:
        yield lambda command: [*become, *command]
        return
    # in a mount namespace of its own, the closed folder is replaced by an empty one in which the interpreter alone is seen
    lines = """
        set -e
        t=$(mktemp -d)
        mount --bind "$1" "$t"
        mount -t tmpfs -o mode=755 none "$2"
        mkdir -p "$1"
        mount --bind "$t" "$1"
        umount "$t"
        rmdir "$t"
        shift 2
        exec "$@"
    """
    into = ["unshare", "--mount", "--propagation", "private", "sh", "-c", lines, "sh", sys.base_prefix, str(closed)]
    try:
        subprocess.run([*into, *become, sys.executable, "-c", "import numpy"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(f"another user can't run {sys.executable}: {error}") from error
    yield lambda command: [*into, *become, *command]


@dataclass(frozen=True)
class Graded:
    """A class that was graded by ``dlteach grade``: what it said, what is kept, and what happened to the machine."""

    outcomes: dict[str, dict[str, Any]]
    kept: dict[str, Kept]
    left: list[str]
    heard: list[str]
    changed: list[str]
    disk: int
    seconds: float
    status: int | None
    said: str


def grade(course: Path, base: str, options: Sequence[str], environment: dict[str, str], prefix: Prefix, watch: Watch) -> Graded:
    """Run ``dlteach grade`` on a class and look at everything around it."""
    before, free = fingerprint(course) | watch.fingerprint(), os.statvfs("/tmp").f_bfree
    report, out = watch.folder / "report.json", watch.folder / "out.json"
    command = [sys.executable, "-m", "dlteach.cli", "grade", base, "--course", str(course), "--json", *options]
    launch = [sys.executable, str(Path(__file__).with_name("launch.py")), str(report), "1500", *prefix(command)]
    said = watch.folder / "said.txt"
    with out.open("w") as stdout, said.open("w") as stderr:
        subprocess.run(launch, env={**environment, TOKEN: CANARIES["environment"]}, stdout=stdout, stderr=stderr, check=False)
    time.sleep(0.2)
    ended = json.loads(report.read_text(encoding="utf-8"))
    text = out.read_text(encoding="utf-8", errors="surrogateescape")
    outcomes = {outcome["student"]: outcome for outcome in (json.loads(text) if text.strip() else [])}
    after = fingerprint(course) | watch.fingerprint()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    used = (free - os.statvfs("/tmp").f_bfree) * os.statvfs("/tmp").f_frsize
    words = said.read_text(encoding="utf-8", errors="replace")
    return Graded(
        outcomes, kept_of(course, base), ended["left"], list(watch.listeners.heard), changed, used, ended["seconds"], ended["status"], words
    )


class Watch:
    """What stands beside the course and must not be touched: a file of the instructor's, and listeners."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.victim = folder / "victim.txt"
        self.victim.write_text(CANARIES["victim"], encoding="utf-8")
        self.listeners = Listeners(folder)

    def place(self, course: Path) -> Place:
        """What attacks are told."""
        heard = self.listeners
        return Place(str(course), str(self.victim), heard.tcp, heard.udp, heard.path, heard.abstract)

    def fingerprint(self) -> dict[str, str]:
        """The state of the instructor's file."""
        if not self.victim.is_file():
            return {"victim.txt": "gone"}
        return {"victim.txt": f"{self.victim.stat().st_mode:o} {self.victim.read_text(encoding='utf-8', errors='replace')}"}


SCRATCH = re.compile(r"rt-left|rt_left")


def traces_of_attacks() -> list[str]:
    """Files that attacks leave where they succeed."""
    places = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), Path(sys.prefix)]
    return [str(path) for place in places if os.access(place, os.R_OK | os.X_OK) for path in place.iterdir() if SCRATCH.search(path.name)]


def problems(item: Item, graded: Graded) -> list[str]:
    """What went wrong with one submission, in sentences; none if it got what it earned and took nothing."""
    outcome = graded.outcomes.get(item.who)
    if outcome is None:
        return ["there is no outcome for it"]
    found = []
    flags = [*outcome.get("flags", ()), *outcome["remarks"]]
    score, kept = float(outcome["score"] or 0), graded.kept.get(item.who, Kept())
    if abs(score - item.points) > 1e-9 and not (item.trusted or (item.flagged and flags)):
        found.append(f"it got {score:g} points, and earned {item.points:g}: {outcome['reason']}")
    if kept.score is not None and abs(kept.score - score) > 1e-9:
        found.append(f"the gradebook says {kept.score:g}, the outcome {score:g}")
    if item.flagged and score > item.points and not flags:
        found.append("no flag tells the instructor about it")
    if not item.readable and not outcome["reason"] and not flags:
        found.append("nothing says why it can't be graded")
    if item.reason and not re.search(item.reason, outcome["reason"] + " ".join(flags)):
        found.append(f"the reason is {outcome['reason']!r}; it should match {item.reason!r}")
    if leaks := kept.leaks(("other", "gradebook") if item.family == "honest" else ()):
        found.append(f"it has read {', '.join(leaks)}")
    if places := injected(kept.feedback):
        found.append(f"its page runs what it wrote: {', '.join(places)}")
    return found
