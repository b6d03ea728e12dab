"""What students do to a notebook, by accident and on purpose. Each changes the list of cells."""

import copy


def grade_id(cell):
    said = cell["metadata"].get("nbgrader")
    return said.get("grade_id") if isinstance(said, dict) else None


def known_cells(cells):
    return [cell for cell in cells if grade_id(cell)]


def pick(rng, items):
    return items[int(rng.integers(len(items)))] if items else None


def edit(rng, cells):
    cell = pick(rng, cells)
    if cell:
        cell["source"] = f"def f(x):\n    return x + {rng.integers(5)}"


def delete(rng, cells):
    if cells:
        del cells[int(rng.integers(len(cells)))]


def duplicate(rng, cells):
    twin = copy.deepcopy(pick(rng, cells))
    if twin:
        twin["id"] = f"twin-{rng.integers(10**9)}"
        cells.insert(int(rng.integers(len(cells) + 1)), twin)


def move(rng, cells):
    if cells:
        cell = cells.pop(int(rng.integers(len(cells))))
        cells.insert(int(rng.integers(len(cells) + 1)), cell)


def split(rng, cells):
    cell = pick(rng, cells)
    if cell:
        half = copy.deepcopy(cell)
        half["id"] = f"half-{rng.integers(10**9)}"
        lines = "".join(cell["source"]).split("\n")
        at = int(rng.integers(len(lines) + 1))
        half["source"], cell["source"] = "\n".join(lines[:at]), "\n".join(lines[at:])
        cells.insert(next(place for place, other in enumerate(cells) if other is cell), half)


def write_a_cell(rng, cells):
    cell = {
        "cell_type": "code",
        "id": f"mine-{rng.integers(10**9)}",
        "metadata": {},
        "source": "y = 2",
        "execution_count": 3,
        "outputs": [],
    }
    cells.insert(int(rng.integers(len(cells) + 1)), cell)


def retag(rng, cells):
    cell = pick(rng, cells)
    if cell:
        cell["metadata"]["tags"] = ["skip-execution", "play"]


def retype(rng, cells):
    cell = pick(rng, cells)
    if cell:
        cell["cell_type"] = "markdown" if cell["cell_type"] == "code" else "code"
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}


def raise_the_points(rng, cells):
    cell = pick(rng, [cell for cell in known_cells(cells) if cell["metadata"]["nbgrader"].get("grade")])
    if cell:
        cell["metadata"]["nbgrader"]["points"] = 100


def strip(rng, cells):
    cell = pick(rng, known_cells(cells))
    if cell:
        del cell["metadata"]["nbgrader"]


def run_it(rng, cells):
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "2.0"}]


def rename(rng, cells):
    cell = pick(rng, known_cells(cells))
    if cell:
        cell["metadata"]["nbgrader"]["grade_id"] = "no-such-cell"


def unlock(rng, cells):
    cell = pick(rng, known_cells(cells))
    if cell:
        cell["metadata"]["nbgrader"] |= {"grade": False, "solution": False, "locked": False}


ALL = (edit, delete, duplicate, move, split, write_a_cell, retag, retype, raise_the_points, strip, run_it, rename, unlock)
FORGED = (rename, unlock)
"""Where nbgrader gives up the whole submission, or takes the student's word."""
