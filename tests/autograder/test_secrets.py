"""No student code ever runs in a process that has held the gradebook, a hidden seed or a verdict.

A notebook without any jail copies all of its process's memory, and that of every process above it up to the grader's own, to where this
test can search it. What must not be known is looked for there, and so is what must be found: in the notebook what it said itself, in the
judge the seed, in the grader the secret; else the search would prove nothing.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.journal import Journal
from autograder.plan import course_secret
from tests.autograder.plain import making
from tests.conftest import OWN
from tests.submissions import answered, grade_id, hand_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("secrets"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may read the memory of a process that has closed itself off"),
]
ROWS = "def row_sums(x):\n    return x.sum(axis=1) * 1.37 + 0.25"  # wrong in a way that no lesson's text describes
EXTREMES = "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)"
ABOVE = ("worker", "zygote", "judge", "grader")
SPY = '''
import json, os, re, sys
FOLDER = {folder!r}

def copy_memory(pid, name):
    """All that a process wrote: read-only pages are its program's files. In parts, for no file may be large."""
    parts = 0
    with open(f"/proc/{{pid}}/maps") as maps, open(f"/proc/{{pid}}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end, rights, path = re.fullmatch(r"(\\w+)-(\\w+) (\\S+) \\S+ \\S+ \\d+ *(.*)\\n", line).groups()
            if rights[0] != "r" or path in ("[vvar]", "[vsyscall]") or (rights[1] != "w" and path.startswith("/")):
                continue
            position, end = int(start, 16), int(end, 16)
            while position < end:
                try:
                    memory.seek(position)
                    got = memory.read(min(end - position, 1 << 20))
                except OSError:
                    break
                position += len(got)
                if got.strip(b"\\0"):
                    with open(f"{{FOLDER}}/{{name}}.{{parts:06d}}", "wb") as file:
                        file.write(got)
                    parts += 1

def look(pid):
    links = [(int(number), os.readlink(f"/proc/{{pid}}/fd/{{number}}")) for number in os.listdir(f"/proc/{{pid}}/fd")
             if os.path.lexists(f"/proc/{{pid}}/fd/{{number}}")]
    environ = open(f"/proc/{{pid}}/environ", "rb").read().decode("latin-1")
    status = open(f"/proc/{{pid}}/status").read()
    command = open(f"/proc/{{pid}}/cmdline", "rb").read().decode("latin-1")
    return {{"pid": pid, "open": links, "environ": environ, "command": command, "parent": int(re.search(r"PPid:\\t(\\d+)", status)[1])}}

said = "-".join(["said", "by", "the", "notebook", "itself"])
pid, seen = os.getpid(), {{}}
for name in {above!r}:
    seen[name] = look(pid)
    copy_memory(pid, name)
    pid = seen[name]["parent"]
seen["modules"] = sorted(sys.modules)
seen["environ"] = dict(os.environ)
json.dump(seen, open(f"{{FOLDER}}/seen.json", "w"))
'''


def planted(what):
    """A word that stands in one place only."""
    return f"{what}-{hashlib.sha256(what.encode()).hexdigest()[:20]}"


@dataclass
class Spied:
    """What the notebook brought home: memory by process, the rest of what it saw, and the words that were planted or worked out."""

    memory: dict[str, bytes]
    seen: dict[str, object]
    secrets: dict[str, list[bytes]] = field(default_factory=dict)

    def finds(self, process, secret):
        """Which forms of a secret are in a process's memory."""
        return [form for form in self.secrets[secret] if form in self.memory[process]]


def forms(word):
    """A word as it can stand in memory: Python keeps text in one, two or four bytes per letter, and JSON in one."""
    return [word.encode("utf-8"), word.encode("utf-16-le"), word.encode("utf-32-le")]


def number_forms(number):
    """A number as it can stand in memory: in decimal or hexadecimal digits, as bytes either way, as Python's own digits of 30 bits."""
    digits = [number >> shift & (1 << 30) - 1 for shift in range(0, number.bit_length(), 30)]
    whole = number.to_bytes(max(8, (number.bit_length() + 7) // 8), "big")
    return [*forms(str(number)), *forms(f"{number:x}"), whole, whole[::-1], b"".join(digit.to_bytes(4, "little") for digit in digits)]


@pytest.fixture(scope="module")
def course(run, tmp_path_factory):
    """A course full of planted words; the lesson's checks are followed by plain tests, some of them hidden."""
    folder = tmp_path_factory.mktemp("secrets") / "course"
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", OWN / "sources")
    (folder / ".dlteach").mkdir()
    (folder / ".dlteach" / "secret").write_text(hashlib.sha256(b"the course's").hexdigest(), encoding="ascii")
    source = folder / "source" / "90_rows" / "90_rows.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.append(making.asserted("later", 1, "assert True", hidden=f"later = '{planted('later')}'"))
    nbformat.write(notebook, source)
    (folder / "source" / "other").mkdir()
    other = making.notebook(making.asserted("elsewhere", 1, "assert True", hidden=f"other = '{planted('elsewhere')}'"))
    nbformat.write(other, folder / "source" / "other" / "other.ipynb")
    for assignment in ("90_rows", "other"):
        run("nbgrader", "generate_assignment", assignment, cwd=folder)
    for student in ("adam", "spy"):
        named = ["--first-name", planted(f"first-{student}"), "--email", f"{planted(f'mail-{student}')}@example.org"]
        run("nbgrader", "db", "student", "add", student, *named, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def spied(run, course, tmp_path_factory):
    """Two notebooks graded by one worker after the other; the second one spies, behind its checks and before the plain tests."""
    dump = tmp_path_factory.mktemp("dump")
    release = nbformat.read(course / "release" / "90_rows" / "90_rows.ipynb", as_version=4)
    hand_in(course, "adam", "90_rows", answered(release, {"row_sums": f"# {planted('adam')}\n{ROWS}", "smallest_and_largest": EXTREMES}))
    notebook = answered(release, {"row_sums": ROWS, "smallest_and_largest": EXTREMES})
    place = [grade_id(cell) for cell in notebook.cells].index("later")
    spy = nbformat.v4.new_code_cell(SPY.format(folder=str(dump), above=ABOVE), id="spy")
    notebook.cells.insert(place, spy)
    hand_in(course, "spy", "90_rows", notebook)
    secrets = worked_out(run, course)
    options = ["--jail", "none", "--jobs", "1"]
    run("dlteach", "grade", "90_rows", "--course", course, *options, DLTEACH_TEST_TOKEN=planted("token"))
    seen = json.loads((dump / "seen.json").read_text(encoding="utf-8"))
    memory = {name: b"".join(path.read_bytes() for path in sorted(dump.glob(f"{name}.*"))) for name in ABOVE}
    shutil.rmtree(dump)
    return Spied(memory, seen, secrets | verdicts(course))


PLANS = """
import json, sys
from pathlib import Path
from autograder.course import Course
from autograder.pipeline import specification
from autograder.judge.verdicts import derived
from autograder.plan import Planner, course_secret
from autograder.read import read
course = Course(Path(sys.argv[1]))
tag = course.setting("Execute", "skip_cells_with_tag", "")
assignment = specification(course, "90_rows")
submission = read(course.path("submitted", "spy", "90_rows"), "spy", assignment, tag, course.ignored)
job = Planner(assignment, course_secret(course.private), course.limits(), tag).plan(submission, submission.notebooks[0]).job
json.dump([job.key, job.seed, [derived(job.seed, cell.exercise) for cell in job.cells if cell.exercise]], sys.stdout)
"""


def worked_out(run, course):
    """What the grader will know before anything runs: planned in a process that has the lesson, as the grader's has."""
    key, seed, seeds = json.loads(run(sys.executable, "-c", PLANS, course).stdout)
    assert len(seeds) == 2
    secret = course_secret(course / ".dlteach")
    found = {
        "the course's secret": [*forms(secret.hex()), secret, base64.b64encode(secret)],
        "the seed": number_forms(seed),
        "an exercise's seed": [form for number in seeds for form in number_forms(number)],
        "the job's key": forms(key),
    }
    words = ("token", "adam", "later", "elsewhere", "first-adam", "mail-adam", "first-spy", "mail-spy")
    return found | {word: forms(planted(word)) for word in words}


def verdicts(course):
    """What the judge has found by then: sentences, numbers and digests that no file of ours holds."""
    with Journal(course / ".dlteach" / "90_rows.journal", write=False) as journal:
        keys = journal.recorded("spy")["jobs"]
        report = journal.result(keys["90_rows"]).verdicts["check-row_sums"].report
    return {"a headline": forms(report["headline"]), "a signature": forms(report["signature"]), "a card": forms(report["text"])}


SECRETS = [
    *("the course's secret", "the seed", "an exercise's seed", "the job's key", "token", "adam", "later", "elsewhere"),
    *("first-adam", "mail-adam", "first-spy", "mail-spy", "a headline", "a signature", "a card"),
]


@pytest.mark.parametrize("process", ["worker", "zygote"])
@pytest.mark.parametrize("secret", SECRETS)
def test_neither_a_notebooks_process_nor_the_one_it_comes_from_holds(spied, process, secret):
    assert spied.finds(process, secret) == []


@pytest.mark.parametrize(
    ("process", "secret"),
    [
        *(("judge", secret) for secret in ("the seed", "the job's key", "later", "a headline", "a signature")),
        *(("grader", secret) for secret in ("the course's secret", "the seed", "token", "later")),
    ],
)
def test_the_search_finds_it_where_it_belongs(spied, process, secret):
    assert spied.finds(process, secret)


def test_the_search_finds_what_the_notebook_said(spied):
    assert b"said-by-the-notebook-itself" in spied.memory["worker"]
    assert b"said-by-the-notebook-itself" not in spied.memory["zygote"]


def test_the_judge_holds_nothing_of_the_gradebook(spied):
    for secret in ("the course's secret", "elsewhere", "first-adam", "mail-adam", "first-spy", "mail-spy"):
        assert spied.finds("judge", secret) == [], secret


def test_the_processes_are_who_they_should_be(spied):
    assert "autograder.worker.zygote" in spied.seen["zygote"]["command"]
    assert "autograder.judge" in spied.seen["judge"]["command"]
    assert "dlteach.cli" in spied.seen["grader"]["command"]
    for process in ABOVE:
        assert not psutil.pid_exists(spied.seen[process]["pid"]), "and all of them are gone"


@pytest.mark.parametrize("process", ["worker", "zygote"])
def test_what_else_a_process_has_tells_nothing(spied, course, process):
    about = spied.seen[process]
    assert planted("token") not in about["environ"]
    assert str(course) not in about["environ"]
    assert not any(str(course) in target for _, target in about["open"])
    talks = [target for number, target in about["open"] if target.startswith("socket:")]
    assert len(talks) == 1, "each talks to the judge alone"


def test_no_module_is_there_that_works_with_secrets(spied):
    secret = re.compile(
        r"(nbgrader|sqlalchemy|autograder\.(judge|journal|grade|pipeline|plan|record|read|course|report|feedback|schedule))\b"
    )
    assert [name for name in spied.seen["modules"] if secret.match(name)] == []
    assert planted("token") not in spied.seen["environ"].values()


def test_the_spy_was_graded_like_anybody(spied, course):
    assert Path(course, "feedback", "spy", "90_rows", "90_rows.html").exists()
