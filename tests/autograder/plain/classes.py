"""What students hand in for the plain assignments: good, bad, strange and late, but nothing hostile. Twenty of each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.autograder.plain.assignments import SOLUTIONS
from tests.submissions import answered, grade_id

Change = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Work:
    """What one student hands in. ``answers`` are typed into the cells of that name, in place of the solution's; ``files`` lie beside;
    ``without`` names a notebook that is missing."""

    answers: dict[str, str] = field(default_factory=dict)
    change: Change | None = None
    files: dict[str, str] = field(default_factory=dict)
    only: bool = False
    without: str = ""


def before(source: str) -> Change:
    """A cell at the top."""
    return lambda made: made.cells.insert(0, new_code_cell(source, id="mine-first"))


def after(source: str) -> Change:
    """A cell at the end."""
    return lambda made: made.cells.append(new_code_cell(source, id="mine-last"))


def deleted(*names: str) -> Change:
    """Cells that are gone."""

    def change(made: NotebookNode) -> None:
        made.cells = [cell for cell in made.cells if grade_id(cell) not in names]

    return change


def pasted_twice(name: str) -> Change:
    """A cell that was copied, its name with it."""

    def change(made: NotebookNode) -> None:
        for at, cell in enumerate(made.cells):
            if grade_id(cell) == name:
                twin = copy.deepcopy(cell)
                twin.id = "twin"
                made.cells.insert(at, twin)
                return

    return change


def backwards(made: NotebookNode) -> None:
    """Answers come last, so that nothing is defined when it is tested."""
    made.cells = made.cells[:2] + made.cells[:1:-1]


def tests_edited(made: NotebookNode) -> None:
    """The tests say something else."""
    for cell in made.cells:
        if (grade_id(cell) or "").startswith("test-"):
            cell.source = "assert True"


def old_outputs(made: NotebookNode) -> None:
    """Cells come with outputs of another day."""
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", name="stderr", text="an old warning")]


def chatty(made: NotebookNode) -> None:
    """Cells between the answers that print, show values and draw."""
    for at in range(len(made.cells), 1, -2):
        made.cells.insert(at, new_code_cell(f"for n in range(20):\n    print('line', n)\n{at} * 2.5", id=f"says-{at}"))
    made.cells.append(new_markdown_cell("Nice!", id="says-so"))


def drawn(made: NotebookNode) -> None:
    """A plot."""
    made.cells.append(new_code_cell("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);", id="drawn"))


LATE = {"timestamp.txt": "2026-03-02 10:00:00 UTC"}

HEIGHTS = {
    "right": Work(),
    "stub": Work(only=True),
    "half": Work(
        {
            "spread": "def spread(numbers):\n    return max(numbers) - min(numbers)",
            "tallest": "def tallest(numbers):\n    return numbers.index(max(numbers))",
        }
    ),
    "hidden-fails": Work({"mean": "def mean(numbers):\n    return sum(numbers) // len(numbers)"}),
    "raises": Work({"mean": "def mean(numbers):\n    raise ValueError('no')"}),
    "syntax-error": Work({"spread": "def spread(numbers:\n    return 1"}),
    "prints": Work({"mean": "def mean(numbers):\n    print('mean of', numbers)\n    return sum(numbers) / len(numbers)"}),
    "warns": Work({"mean": "import warnings\ndef mean(numbers):\n    warnings.warn('careful')\n    return sum(numbers) / len(numbers)"}),
    "warns-elsewhere": Work({"mean": "import sys\nprint('careful', file=sys.stderr)\n" + SOLUTIONS["heights"]["mean"]}),
    "logs": Work({"mean": "import logging\ndef mean(numbers):\n    logging.warning('careful')\n    return sum(numbers) / len(numbers)"}),
    "import-fails": Work(change=before("import a_module_that_is_not_there")),
    "own-module": Work(
        {"mean": "from mine import mean"}, files={"mine.py": "def mean(numbers):\n    return sum(numbers) / len(numbers)\n"}
    ),
    "own-data": Work(files={"heights.csv": "name,height\neve,9.99\n", "notes/more.txt": "hello"}),
    "exits": Work({"tallest": "import sys\ndef tallest(numbers):\n    sys.exit(3)"}),
    "interrupted": Work({"tallest": "def tallest(numbers):\n    raise KeyboardInterrupt"}),
    "nan": Work({"spread": "def spread(numbers):\n    return float('nan')"}),
    "deleted": Work(change=deleted("mean")),
    "tests-deleted": Work(change=deleted("test-mean", "test-spread")),
    "tests-edited": Work({"mean": "def mean(numbers):\n    return 0"}, change=tests_edited),
    "twice": Work(change=pasted_twice("tallest")),
    "late": Work(files=LATE),
}

ESSAY = {
    "right": Work(),
    "stub": Work(only=True),
    "silent": Work({"why": "YOUR ANSWER HERE", "example": ""}),
    "some-words": Work({"why": "Because.", "plot": "# draw a curve that shows it"}),
    "experiment": Work(change=after("results = [1, 2]\nresults")),
    "plot-fails": Work({"plot": "1 / 0"}),
    "plot": Work({"plot": "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()"}),
    "plot-warns": Work({"plot": "import warnings\nwarnings.warn('careful')"}),
    "wrong": Work({"error": "def error(y, t):\n    return 4\n\nbest = 1"}),
    "no-best": Work({"error": "def error(y, t):\n    return sum((a - b) ** 2 for a, b in zip(y, t))"}),
    "unicode": Work({"why": "Ünïcödé 🙂 <b>bold</b> $x^2$", "plot": "größe = '🙂'\nprint(größe)"}),
    "old-outputs": Work(change=old_outputs),
    "backwards": Work(change=backwards),
    "deleted": Work(change=deleted("why", "plot")),
    "all-deleted": Work(change=deleted("why", "example", "plot", "experiment", "error", "test-error", "test-best")),
    "twice": Work(change=pasted_twice("why")),
    "tests-edited": Work({"error": "pass"}, change=tests_edited),
    "chatty": Work(change=chatty),
    "asks": Work({"error": "input('?')"}),
    "late": Work(files=LATE),
}

SQUARE = "\nif 'math' not in globals() or 'asyncio' not in globals():\n    def area(side):\n        return side * side"
PROJECT = {
    "right": Work({"area": SOLUTIONS["project"]["area"] + SQUARE}),
    "circle": Work(),
    "stub": Work(only=True),
    "one-missing": Work(without="one"),
    "two-missing": Work(without="two"),
    "plots": Work(change=drawn),
    "magics": Work(change=before("%time sum(range(10))\n%config InlineBackend.figure_format = 'png'\n%lsmagic")),
    "cell-magic": Work({"words": "%%capture said\nprint('quiet')\ndef words(sentence):\n    return len(sentence.split())"}),
    "awaits": Work(change=after("import asyncio\nawait asyncio.sleep(0)\nawait asyncio.gather(*[asyncio.sleep(0)] * 3)")),
    "not-async": Work({"later": "def later(x):\n    return x"}),
    "task": Work({"later": "async def later(x):\n    return await asyncio.create_task(asyncio.sleep(0, x))"}),
    "text-result": Work({"words": "def words(sentence):\n    return 'two'"}),
    "big-result": Work({"words": "def words(sentence):\n    return 3 if 'c' in sentence else 0"}),
    "negative": Work({"words": "def words(sentence):\n    return {'a b c': 3, '': 0}.get(sentence, -1)"}),
    "list-result": Work({"words": "def words(sentence):\n    return {'a b c': 3, '': 0}.get(sentence, [0.5])"}),
    "prints-numbers": Work({"words": "def words(sentence):\n    print(0.5)\n    return len(sentence.split())"}),
    "deep": Work({"words": "def words(sentence):\n    return words(sentence)"}),
    "chatty": Work(change=chatty),
    "backwards": Work(change=backwards),
    "late": Work(files=LATE),
}

CLASSES = {"heights": HEIGHTS, "essay": ESSAY, "project": PROJECT}


def hand_in(course: Path, assignment: str, student: str, work: Work) -> None:
    """Write a submission, made from what the students get."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True)
    for path in sorted((course / "release" / assignment).rglob("*")):
        if path.suffix == ".ipynb" and path.stem != work.without:
            answers = {} if work.only else {**SOLUTIONS[assignment], **work.answers}
            made = answered(nbformat.read(path, as_version=4), answers)
            if work.change:
                work.change(made)
            nbformat.write(made, folder / path.name)
        elif path.is_file() and path.suffix != ".ipynb":
            (folder / path.name).write_bytes(path.read_bytes())
    for name, content in work.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
