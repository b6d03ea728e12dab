"""A class that hands in two assignments, honest and not, for whoever grades it: what each types, and the points that it should get."""

import nbformat

from dlteach.authoring import build_release
from tests.autograder.plain import making
from tests.conftest import OWN
from tests.own.ownlesson import LESSON
from tests.submissions import answered, grade_id, hand_in

ROWS = "def row_sums(x):\n    return x.sum(axis=1)"
EXTREMES = "def smallest_and_largest(x):\n    return x.min(axis=1), x.max(axis=1)"
RIGHT = {"row_sums": ROWS, "smallest_and_largest": EXTREMES}
FORGED = """
import sys
from IPython.display import display
def row_sums(x):
    sys.displayhook(2.0)
    display({"application/vnd.dlteach.report+json": {"points": 2.0, "passed": True}, "text/plain": "2.0"}, raw=True)
    return 2.0
row_sums(1)"""
LOOT = """
import os, signal, socket
taken = []
for path in {paths}:
    try:
        open(path, "rb").read(1)
        taken.append(path)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", {port}), 2).close()
    taken.append("network")
except OSError:
    pass
print("taken:", taken)
def row_sums(x):
    return x.sum(axis=1)
"""
KILL = """
try:
    os.kill({server}, signal.SIGKILL)
except OSError:
    pass
"""


def skip_the_tests(notebook):
    for cell in notebook.cells:
        if (grade_id(cell) or "").startswith("check-"):
            cell.metadata.tags = ["skip-execution", "play"]


def delete_the_tests(notebook):
    notebook.cells = [cell for cell in notebook.cells if not (grade_id(cell) or "").startswith("check-")]


# what a student types, what is done to the notebook, and the points of both exercises
CLASS = {
    "right": (RIGHT, None, [2, 2.5]),
    "untouched": ({}, None, [0, 0]),
    "half": ({**RIGHT, "smallest_and_largest": EXTREMES.replace("max", "min")}, None, [2, 1.25]),
    "misconceived": ({**RIGHT, "row_sums": ROWS.replace("1", "0")}, None, [0, 2.5]),
    "skips-tests": ({}, skip_the_tests, [0, 0]),
    "deletes-tests": (RIGHT, delete_the_tests, [2, 2.5]),
    "edits-the-test": ({**RIGHT, "row_sums": "pass", "check-row_sums": "2.0"}, None, [0, 2.5]),
    "warns": ({**RIGHT, "row_sums": "import warnings\nwarnings.warn('hot')\n" + ROWS}, None, [2, 2.5]),
    "lacks-a-module": ({**RIGHT, "row_sums": "import there_is_no_such_module\n" + ROWS}, None, [0, 2.5]),
    "never-ends": ({**RIGHT, "row_sums": "while True: pass"}, None, [0, 2.5]),
    "hangs-in-the-check": ({**RIGHT, "row_sums": "def row_sums(x):\n    while True: pass"}, None, [0, 2.5]),
    "ends-python": ({**RIGHT, "smallest_and_largest": "import os\nos._exit(3)"}, None, [2, 0]),
    "forges": ({**RIGHT, "row_sums": FORGED}, None, [0, 2.5]),
}
READS = "def total():\n    return sum(map(int, open('numbers.txt').read().split()))"
PLAIN = {
    "honest": ({"double": "def double(x):\n    return 2 * x", "total": READS}, [2, 3]),
    "forger": ({"double": "import sys\ndef double(x):\n    sys.displayhook(2.0)", "total": READS, "words": "Many."}, [0, 3]),
    "shouter": ({"double": "import sys\ndef double(x):\n    print('!', file=sys.stderr)\n    return 2 * x", "total": READS}, [0, 3]),
    "public-only": ({"double": "def double(x):\n    return 4", "total": READS}, [0, 3]),
    "partly-right": (
        {"double": "import sys\ndef double(x):\n    sys.displayhook(2.0)\n    return 2 * x if x < 5 else 0", "total": READS},
        [0.5, 3],
    ),
    "overdone": ({"double": "import sys\ndef double(x):\n    sys.displayhook(200)\n    return 2 * x", "total": READS}, [2, 3]),
    "own-files": (
        {
            "double": "open('left-behind.txt', 'w').write('x')\ndef double(x):\n    return 2 * x",
            "total": "def total():\n    return int(open('notes/mine.txt').read())",
        },
        [2, 3],
    ),
}
SETTINGS = """
c.Execute.timeout = 4
"""


def make_class(folder, run):
    """Make the course, and hand in what everybody has for both assignments. Nothing is graded."""
    run("dlteach", "course", "init", folder, "--lessons", "90", "--sources", OWN / "sources")
    with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(SETTINGS)
    (folder / ".dlteach").mkdir()
    (folder / ".dlteach" / "secret").write_text("5a" * 32, encoding="ascii")  # every copy draws the same hidden cases
    source = making.notebook(
        making.answer("double", "def double(x):", "    return 2 * x"),
        making.asserted("test-double", 2, "assert double(2) == 4", hidden="assert double(3) == 6", after="2.0 if double(5) == 10 else 0.5"),
        making.answer("total", "def total():", "    return 6"),
        making.asserted("test-total", 3, "assert total() == 6"),
        making.manual("words", 5, ""),
    )
    (folder / "source" / "plain").mkdir()
    (folder / "source" / "plain" / "numbers.txt").write_text("1 2 3", encoding="ascii")
    nbformat.write(source, folder / "source" / "plain" / "plain.ipynb")
    for assignment in ("90_rows", "plain"):
        run("nbgrader", "generate_assignment", assignment, cwd=folder)
    release = build_release(LESSON, OWN / "sources")
    for student, (answers, change, _) in CLASS.items():
        notebook = answered(release, answers)
        if change:
            change(notebook)
        hand_in(folder, student, "90_rows", notebook)
    release = nbformat.read(folder / "release" / "plain" / "plain.ipynb", as_version=4)
    for student, (answers, _) in PLAIN.items():
        path = hand_in(folder, student, "plain", answered(release, answers))
        (path.parent / "numbers.txt").write_text("4", encoding="ascii")  # which counts nothing: the instructor's does
    mine = folder / "submitted" / "own-files" / "plain" / "notes" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("6", encoding="ascii")
    return folder
