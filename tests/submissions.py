"""Write what a student hands in."""

import copy
from pathlib import Path

import nbformat


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def answered(notebook, answers):
    """The notebook with some answers typed in, by the name of their cell."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if grade_id(cell) in answers:
            cell.source = answers[grade_id(cell)]
    return notebook


def hand_in(course, student, assignment, notebook):
    """Put a notebook, or the text of a broken one, where nbgrader looks for submissions. Returns its path."""
    path = Path(course) / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, str):
        path.write_text(notebook, encoding="utf-8")
    else:
        nbformat.write(notebook, path)
    return path
