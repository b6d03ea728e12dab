"""How fast a class is graded: `dlteach grade` against `nbgrader autograde` and `nbgrader generate_feedback`, and against the bare cells.

    python benchmarks/grading.py                     ten light exercises, and lessons 02, 04, 05: ratios
    python benchmarks/grading.py --only whole        lesson 05 with the cells that only play, which aren't skipped then; takes long
    python benchmarks/grading.py --sizes 10,100,1000 time and memory for larger classes
    python benchmarks/grading.py --only ten --students 20

Every run grades a class in which no two notebooks are alike, from nothing: no journal, no gradebook rows, feedback for everybody. Whole
commands are timed, from their start to their end. "Bare" runs the same cells in one warm process that does nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks.classes import TEN, lesson_class, ten_class, ten_source  # noqa: E402
from dlteach.authoring import make_course, notebook_text  # noqa: E402
from dlteach.authoring.grading_config import PLAY  # noqa: E402
from dlteach.exercises.registry import lessons  # noqa: E402

ENVIRONMENT = {
    **os.environ,
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"),
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    "PYTHONPATH": str(PROJECT),
}
GOAL = 30.0
BARE_GOAL = 1.5
REPEATS = 3
"""How often ours runs before, between and after nbgrader's steps (where a run takes minutes, once); the one in the middle counts."""
WHOLE, WHOLE_CLASS = "whole", 4
"""Lesson 05 as a student runs it: training and plots too, twenty seconds a notebook. So few students will do."""


def course_of(name, size, folder):
    """A course with one assignment, generated, that `size` students have handed in. Returns the assignment's name and the notebooks."""
    number = "05" if name == WHOLE else name
    lesson = next((item for item in lessons() if f"{item.number:02d}" == number), None)
    make_course(folder, [lesson] if lesson else [])
    if name == WHOLE:
        with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write('c.Execute.skip_cells_with_tag = "none is skipped"\n')
    if lesson is None:
        source = folder / "source" / TEN / f"{TEN}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_text(notebook_text(ten_source()), encoding="utf-8")
    assignment = lesson.stem if lesson else TEN
    handed_in = lesson_class(lesson, size) if lesson else ten_class(size)
    timed(["nbgrader", "generate_assignment", assignment, "--create"], folder)
    for student, text in handed_in.items():
        path = folder / "submitted" / student / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return assignment, list(handed_in.values())


class Run:
    """A finished command: wall seconds, CPU seconds of it and all it waited for, and the most memory it and they shared at a time."""

    def __init__(self, command, cwd):
        peak = [0]
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        watching = threading.Thread(target=watch, args=(process.pid, peak), daemon=True)
        watching.start()
        self.said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - started
        self.cpu = used.ru_utime + used.ru_stime
        self.memory = peak[0]
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}:\n{self.said[-3000:]}")


def timed(command, cwd):
    return Run([str(part) for part in command], cwd)


def watch(pid, peak):
    """The most memory of a process and all below it; pages that they share count once, as PSS counts them."""
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        while True:
            total = 0
            for process in [top, *top.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += process.memory_full_info().pss
            peak[0] = max(peak[0], total)
            time.sleep(0.2)


def ours(folder, assignment):
    """`dlteach grade`, from nothing: the gradebook is as `nbgrader generate_assignment` left it."""
    for left in ("autograded", "feedback", ".dlteach"):
        shutil.rmtree(folder / left, ignore_errors=True)
    fresh = folder / "gradebook.fresh"
    if not fresh.exists():
        shutil.copy(folder / "gradebook.db", fresh)
    shutil.copy(fresh, folder / "gradebook.db")
    return timed([sys.executable, "-m", "dlteach.cli", "grade", assignment, "--course", folder])


def theirs(folder, assignment):
    """`nbgrader autograde` and `nbgrader generate_feedback`, from nothing, in nbgrader's own kernels: two runs, as they end."""
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("\nrun_in_jail(c)", "\n"), encoding="utf-8")
    for step in ("autograde", "generate_feedback"):
        yield timed(["nbgrader", step, assignment], folder)


def bare(notebooks, whole):
    """CPU seconds of the cells alone, one notebook after another in one warm process: a plain `exec`, figures drawn, outputs dropped."""
    code = [
        [
            cell.source
            for cell in nbformat.reads(text, as_version=4).cells
            if cell.cell_type == "code" and (whole or PLAY not in cell.metadata.get("tags", []))
        ]
        for text in notebooks
    ]
    run_cells(code[0])  # warm
    started = time.process_time()
    for cells in code:
        run_cells(cells)
    return time.process_time() - started


def run_cells(cells):
    import linecache

    from matplotlib import pyplot as plt

    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for number, source in enumerate(cells):
            file = f"<cell {number}>"
            linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file  # `check` reads the source of functions
            with contextlib.suppress(BaseException):
                exec(compile(source, file, "exec"), names)
            for figure in plt.get_fignums():
                with contextlib.suppress(Exception):
                    plt.figure(figure).savefig(io.BytesIO(), format="png", bbox_inches="tight")
            plt.close("all")


def compare(name, size, folder):
    """One assignment: nbgrader, ours and bare. Ours runs before, between and after nbgrader's steps: a machine's speed changes."""
    size = min(size, WHOLE_CLASS) if name == WHOLE else size
    assignment, notebooks = course_of(name, size, folder / "ours")
    course_of(name, size, folder / "theirs")
    few = max(2, size // 4)
    small, _ = course_of(name, few, folder / "few")
    repeats = 1 if name == WHOLE else REPEATS
    runs = [ours(folder / "ours", assignment) for _ in range(repeats)]
    nbgrader = 0.0
    for step in theirs(folder / "theirs", assignment):
        nbgrader += step.wall
        runs += [ours(folder / "ours", assignment) for _ in range(repeats)]
    usual = sorted(runs, key=lambda run: run.wall)[len(runs) // 2]
    part = ours(folder / "few", small)
    each = (usual.cpu - part.cpu) / (size - few)
    alone = bare(notebooks, name == WHOLE) / size
    ratio, overhead = nbgrader / usual.wall, each / alone
    label = assignment + ", whole" * (name == WHOLE)
    print(
        f"{label:26} {nbgrader:8.1f} s {usual.wall:8.1f} s {ratio:6.1f}×   {alone * 1000:7.0f} ms {each * 1000:7.0f} ms "
        f"{overhead:6.2f}×   {usual.memory / 2**20:5.0f} MB",
        flush=True,
    )
    return ratio, overhead


def grow(sizes, folder):
    """Time and memory as classes grow."""
    print(f"{'students':>8} {'seconds':>9} {'ms each':>9} {'peak MB':>9}")
    for size in sizes:
        assignment, _ = course_of("ten", size, folder / str(size))
        run = ours(folder / str(size), assignment)
        print(f"{size:8} {run.wall:9.1f} {run.wall / size * 1000:9.1f} {run.memory / 2**20:9.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--only", default="ten,02,04,05")
    parser.add_argument("--sizes", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grading-") as place:
        if chosen.sizes:
            grow([int(size) for size in chosen.sizes.split(",")], Path(place))
            return 0
        here = f"{chosen.students} students, {len(os.sched_getaffinity(0))} processors"
        print(f"{here}; goals: {GOAL:g}× on ten, {BARE_GOAL:g}× of bare on the whole of 05")
        print(f"{'':26} {'nbgrader':>10} {'ours':>10} {'ratio':>7}   {'bare each':>10} {'ours each':>10} {'of bare':>7}   {'memory':>8}")
        found = {name: compare(name, chosen.students, Path(place) / name) for name in chosen.only.split(",")}
    fast = "ten" not in found or found["ten"][0] >= GOAL
    lean = WHOLE not in found or found[WHOLE][1] <= BARE_GOAL
    return 0 if fast and lean else 1


if __name__ == "__main__":
    sys.exit(main())
