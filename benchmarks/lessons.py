"""How long each lesson takes to run from top to bottom, and how much memory: at most 60 s each, or exit status 1.

    python benchmarks/lessons.py [05_backpropagation ...]

Both notebooks of a lesson are run, the student's and the solved one, each in a fresh kernel. Linux and macOS.
"""

import sys
import tempfile
import time

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from dlteach.authoring import build_release, build_source
from dlteach.exercises.registry import lessons

BUDGET_S = 60.0
LIMIT_S = 300
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
MIB_PER_UNIT = 1 / 2**20 if sys.platform == "darwin" else 1 / 2**10


def measure(notebook):
    """Seconds, the kernel's start included, and the kernel's peak memory in MiB."""
    notebook.cells.append(new_code_cell(PEAK))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=LIMIT_S, kernel_name="python3", resources={"metadata": {"path": folder}})
        start = time.perf_counter()
        client.execute()
        seconds = time.perf_counter() - start
    printed = "".join(output.text for output in notebook.cells[-1].outputs if output.output_type == "stream")
    return seconds, int(printed) * MIB_PER_UNIT


def main(wanted):
    over = False
    for lesson in lessons():
        if wanted and lesson.stem not in wanted:
            continue
        for kind, build in (("student's", build_release), ("solved", build_source)):
            seconds, peak = measure(build(lesson))
            over |= seconds > BUDGET_S
            print(f"{lesson.stem:24} {kind:10} {seconds:6.1f} s {peak:7.0f} MiB   (budget {BUDGET_S:g} s)", flush=True)
    return over


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
