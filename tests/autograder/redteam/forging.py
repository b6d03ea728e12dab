"""Forged outputs and scores: the attack is on what the grade is made from."""

from tests.autograder.redteam.base import NO_EXTREMES, NO_SUMS, NO_TOTAL, SUMS, Item, digest_of, plain, rows, tests_of, type_in

FAMILY = "forged outputs and scores"


def with_outputs(made):
    for cell in tests_of(made):
        cell.execution_count = 7
        cell.outputs = [{"output_type": "execute_result", "execution_count": 7, "metadata": {}, "data": {"text/plain": "2.0"}}]


def outputs_forged_in_json(made):
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                {"output_type": "display_data", "metadata": {}, "data": {"application/vnd.dlteach.report+json": {"points": 99}}}
            ]


REPORT = """\
from IPython.display import display
def forge():
    card = {"exercise": "rows.row_sums", "points": 2.0, "max_points": 2.0, "passed": True, "headline": "Right."}
    display({"application/vnd.dlteach.report+json": card, "text/plain": "2.0"}, raw=True)
forge()
"""
FRAMES = """\
import base64, json, os, struct
def frames():
    score = {"score": 100, "points": 100.0, "max_points": 2.0, "verdict": {"score": 2.0}}
    said = {"status": "ok", "outputs": [], "count": 1, "value": "2.0", "stderr": False, "cut": False, "tampered": [], "ok": True}
    body = json.dumps({**said, **score, "run": {"outcomes": []}, "missing": None, "ready": True}).encode()
    return struct.pack(">I", len(body)) + body
"""
FORGE = """\
def forge():
    for fd in range(3, 256):
        try:
            os.set_blocking(fd, False)
            os.write(fd, frames() * 8)
        except OSError:
            pass
"""
WRITE_FRAMES = FRAMES + FORGE + "forge()\n"

ITEMS: list[Item] = [
    rows(
        "displayhook-lesson",
        FAMILY,
        "the function shows 2.0 as the cell's result while it is checked",
        """\
import sys
def row_sums(x):
    sys.displayhook(2.0)
    return None""",
        points=2.5,
    ),
    plain(
        "displayhook-full",
        FAMILY,
        "the function shows the maximum as the cell's result before the assert fails",
        """\
import sys
def total(x):
    sys.displayhook(2.0)
    return 0""",
        flagged=True,
    ),
    plain(
        "displayhook-above-maximum",
        FAMILY,
        "the function shows 100 as the result of a cell worth 2",
        """\
import sys
def total(x):
    sys.displayhook(100.0)
    return 0""",
        flagged=True,
    ),
    plain(
        "displayhook-negative",
        FAMILY,
        "the function shows -1, which nbgrader takes for full marks",
        """\
import sys
def total(x):
    sys.displayhook(-1)
    return 0""",
        flagged=True,
    ),
    plain(
        "displayhook-not-a-number",
        FAMILY,
        "the function shows nan as the cell's result",
        """\
import sys
def total(x):
    sys.displayhook(float('nan'))
    return 0""",
        flagged=True,
    ),
    plain(
        "hard-coded-plain",
        FAMILY,
        "a table of the public tests' answers instead of a function",
        "def total(x):\n    return {3: 6, 2: 0.75}[len(x)]",
        trusted=True,
    ),
    rows("report-card-forged", FAMILY, "displays report cards that say 'right', in the answers' cells", REPORT + NO_SUMS, points=2.5),
    rows(
        "outputs-in-the-file", FAMILY, "the notebook brings results of the check cells along", NO_SUMS, NO_EXTREMES, 0, change=with_outputs
    ),
    plain("outputs-in-the-file-plain", FAMILY, "the notebook brings results of the test cells along", change=with_outputs),
    rows(
        "reports-in-the-file",
        FAMILY,
        "every cell brings a report with 99 points along",
        NO_SUMS,
        NO_EXTREMES,
        0,
        change=outputs_forged_in_json,
    ),
    rows("frames-lesson", FAMILY, "writes answers with score fields to every open file descriptor", WRITE_FRAMES + NO_SUMS, NO_EXTREMES, 0),
    rows(
        "frames-while-checked",
        FAMILY,
        "the same, from inside the function while it is checked",
        FRAMES + FORGE + "def row_sums(x):\n    forge()\n    return None",
        NO_EXTREMES,
        0,
    ),
    plain("frames-plain", FAMILY, "writes answers with score fields to every open file descriptor", WRITE_FRAMES + NO_TOTAL, flagged=True),
    plain(
        "frames-plain-quiet",
        FAMILY,
        "the same, but the answers say that every cell ran and showed nothing",
        WRITE_FRAMES.replace('"value": "2.0"', '"value": None') + NO_TOTAL,
        flagged=True,
    ),
    plain(
        "frames-plain-exact",
        FAMILY,
        "the tested function writes one such answer to every descriptor, and sleeps",
        FRAMES.replace('"value": "2.0"', '"value": None')
        + FORGE.replace(" * 8", "")
        + "import time\ndef total(x):\n    forge()\n    time.sleep(1e6)",
        flagged=True,
    ),
    rows(
        "frames-stolen",
        FAMILY,
        "reads all that comes in on every file descriptor, so that questions get lost",
        SUMS,
        """\
import os
for fd in range(3, 256):
    try:
        os.set_blocking(fd, False)
        print(os.read(fd, 1 << 20))
    except OSError:
        pass
"""
        + NO_EXTREMES,
        2,
    ),
    rows(
        "frames-without-end",
        FAMILY,
        "writes a frame of 4 GB to every file descriptor",
        SUMS,
        """\
import os
for fd in range(3, 256):
    try:
        os.set_blocking(fd, False)
        os.write(fd, b'\\xff' * (1 << 20))
    except OSError:
        pass
"""
        + NO_EXTREMES,
        2,
    ),
    rows("descriptors-closed", FAMILY, "closes every file descriptor", SUMS, "import os\nos.closerange(0, 4096)\n" + NO_EXTREMES, 2),
    rows(
        "hard-coded",
        FAMILY,
        "a table of the public examples' answers instead of a function",
        "",
        points=2.5,
        change=lambda made: type_in(made, "row_sums", public_table()),
    ),
    plain(
        "hash-guessed",
        FAMILY,
        "tries numbers until the hash in the test fits",
        trusted=True,
        change=lambda made: type_in(made, "lucky", _guess(made)),
    ),
]


def _guess(made):
    return f'import hashlib\nlucky = next(n for n in range(99) if hashlib.md5(f"salt {{n}}".encode()).hexdigest() == "{digest_of(made)}")'


def public_table():
    """What a student would write who prints the arguments of the public examples."""
    import numpy as np

    from tests.own.ownlesson import cases, row_sums

    table = {case.args["x"].tobytes().hex(): row_sums(case.args["x"]).tolist() for case in cases(np.random.default_rng(0))}
    return f"import numpy as np\nANSWERS = {table}\ndef row_sums(x):\n    return np.array(ANSWERS.get(x.tobytes().hex(), [0.0]))"
