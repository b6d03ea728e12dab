"""Three assignments as an instructor writes them with nbgrader alone: asserts, hidden tests, partial credit, answers that a human reads."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tests.autograder.plain.making import answer, asserted, code, locked, manual, manual_code, notebook, task, text

CSV = "name,height\nada,1.71\nbob,1.84\ncyd,1.62\ndee,1.77\n"
HELPER = '"""Helpers for the assignment."""\n\n\ndef metres(centimetres):\n    """Centimetres in metres."""\n    return centimetres / 100\n'


def heights() -> NotebookNode:
    """Tables and numbers: a data file and a module come with it, tests are public and hidden, one gives partial credit."""
    partial = (
        "earned = 0.0\nfor numbers, expected in (([1.0, 3.0], 1.0), ([2.0], 0.0), ([1.0, 1.0, 4.0], 2 ** 0.5)):\n"
        "    if np.isclose(spread(numbers), expected):\n        earned += 1"
    )
    return notebook(
        text("# Heights\n\n`heights.csv` lies beside this notebook."),
        locked("setup", "import csv\nimport numpy as np\nfrom tools import metres"),
        answer(
            "read_heights",
            "def read_heights(path):",
            "    with open(path) as file:\n        return [float(r['height']) for r in csv.DictReader(file)]",
        ),
        asserted(
            "test-read",
            2,
            'found = read_heights("heights.csv")\nassert len(found) == 4\nassert found[0] == 1.71',
            hidden="assert min(found) == 1.62",
        ),
        text("The mean is the sum by the number."),
        answer("mean", "def mean(numbers):", "    return sum(numbers) / len(numbers)"),
        asserted(
            "test-mean",
            3,
            "assert mean([1, 2, 3]) == 2",
            hidden="assert np.isclose(mean([0.1, 0.2]), 0.15)\nassert mean([metres(170)]) == 1.7",
        ),
        answer("spread", "def spread(numbers):", "    return np.std(numbers)"),
        asserted("test-spread", 3, partial, after="earned"),
        answer("tallest", "def tallest(numbers):", "    return int(np.argmax(numbers))"),
        asserted("test-tallest", 1.5, "assert tallest([1, 5, 2]) == 1\nassert type(tallest([1, 5, 2])) is int"),
    )


def essay() -> NotebookNode:
    """Words, drawings and code that a human reads, with two tests among them."""
    return notebook(
        text("# Why do models overfit?"),
        manual("why", 4, "YOUR ANSWER HERE"),
        manual("example", 2.5, "Give an example."),
        manual_code("plot", 3, "# draw a curve that shows it"),
        task("experiment", 5, "Add cells below that try it out, and say what you see."),
        answer("error", "def error(y, t):", "    return sum((a - b) ** 2 for a, b in zip(y, t))", tail="\nbest = error([1], [1])"),
        asserted("test-error", 2, "assert error([1, 2], [1, 4]) == 4", hidden="assert error([], []) == 0"),
        asserted("test-best", 1, "assert best == 0"),
        locked("after", "print('the end')"),
    )


def part_one() -> NotebookNode:
    """The first notebook of a project."""
    return notebook(
        text("# Part one"),
        code("import asyncio\nimport math"),
        answer("area", "def area(r):", "    return math.pi * r ** 2"),
        asserted("test-area", 2, "assert abs(area(1) - 3.14159) < 1e-4\nassert area(0) == 0", hidden="assert area(2) > 12.566"),
        answer("later", "async def later(x):", "    await asyncio.sleep(0)\n    return x"),
        asserted("test-later", 1, "assert await later(3) == 3"),
    )


def part_two() -> NotebookNode:
    """The second notebook of a project: its cells have the same names as those of the first."""
    weights = "score = 2 * (area(3) == 9) + 1 * (area(0) == 0)"
    return notebook(
        text("# Part two"),
        answer("area", "def area(side):", "    return side * side"),
        asserted("test-area", 4, weights, after="score + 1.0"),
        answer("words", "def words(sentence):", "    return len(sentence.split())"),
        asserted("test-words", 2, 'assert words("a b c") == 3', hidden='assert words("") == 0'),
        asserted("test-shown", 2, "words('one two')"),
        manual("said", 2, "Say what you learned."),
    )


ASSIGNMENTS = {
    "heights": ({"heights": heights}, {"heights.csv": CSV, "tools.py": HELPER}),
    "essay": ({"essay": essay}, {}),
    "project": ({"one": part_one, "two": part_two}, {}),
}
"""Name → its notebooks, and the files that come with them."""

SOLUTIONS = {
    "heights": {
        "read_heights": (
            "def read_heights(path):\n    with open(path) as file:\n        return [float(row['height']) for row in csv.DictReader(file)]"
        ),
        "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
        "spread": "def spread(numbers):\n    return np.std(numbers)",
        "tallest": "def tallest(numbers):\n    return int(np.argmax(numbers))",
    },
    "essay": {
        "why": "They remember noise.",
        "example": "A polynomial of degree nine through ten points.",
        "plot": "curve = [1, 4, 9]",
        "error": "def error(y, t):\n    return sum((a - b) ** 2 for a, b in zip(y, t))\n\nbest = error([1], [1])",
    },
    "project": {
        "area": "import math\ndef area(r):\n    return math.pi * r ** 2",
        "later": "async def later(x):\n    await asyncio.sleep(0)\n    return x",
        "words": "def words(sentence):\n    return len(sentence.split())",
        "said": "Much.",
    },
}
"""What a good student writes, by assignment and cell. (The project's second ``area`` is that of a square; this one is of a circle.)"""


def write_source(course: Path, name: str) -> None:
    """Put an assignment into a course's ``source/``."""
    notebooks, files = ASSIGNMENTS[name]
    folder = course / "source" / name
    folder.mkdir(parents=True)
    for stem, make in notebooks.items():
        nbformat.write(make(), folder / f"{stem}.ipynb")
    for file, content in files.items():
        (folder / file).write_text(content, encoding="utf-8")
