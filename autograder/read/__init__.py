"""Read what was handed in, as hostile data: nothing in it is believed, run or followed, and nothing in it can raise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.read.folder import Caps, Contents, read_folder
from autograder.read.names import IGNORE, STUDENT_ID, is_notebook, shown, valid_student
from autograder.read.notebook import read_notebook
from autograder.read.parse import Unreadable
from autograder.read.restore import claim, restore
from autograder.read.timestamp import read_timestamp
from autograder.spec import Assignment, NotebookSpec, ReadNotebook, Submission

__all__ = ["Caps", "read", "valid_student"]

_MANY = 100
"""How many sentences are kept about one notebook, or one folder."""


def read(
    folder: Path,
    student: str,
    assignment: Assignment,
    skip_tag: str = "skip-execution",
    ignore: Sequence[str] = IGNORE,
    caps: Caps | None = None,
) -> Submission:
    """What a student handed in. Whatever is in the folder, this returns: what can't be read is named, with the reason.

    Args:
        folder: ``submitted/<student>/<assignment>``.
        student: the student's id.
        assignment: what was to be handed in.
        skip_tag: the tag that keeps a cell from being run; the course's ``Execute.skip_cells_with_tag``.
        ignore: names that are passed over; the course's ``CourseDirectory.ignore``.
        caps: how much is read; left out, the usual.
    """
    caps = caps or Caps()
    if not valid_student(student):
        return Submission(student, assignment.name, problem=f"'{shown(student)}' is no student id: {STUDENT_ID}")
    try:
        contents = read_folder(folder, caps, ignore)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Submission(student, assignment.name, problem=f"{folder} could not be opened: {said}")
    notebooks = _notebooks(contents, assignment, skip_tag, caps)
    remarks = [f"{shown(path)} {reason}" for path, reason in contents.left_out.items()]
    time = None
    if "timestamp.txt" in contents.files:
        time, remark = read_timestamp(contents.files["timestamp.txt"])
        remarks += [remark] if remark else []
    return Submission(
        student=student,
        assignment=assignment.name,
        notebooks=tuple(notebooks),
        files={path: data for path, data in contents.files.items() if not is_notebook(path)},
        timestamp=time,
        digest=contents.digest,
        problem=_problem(notebooks, contents),
        remarks=tuple(_shortened(remarks)),
    )


def _notebooks(contents: Contents, assignment: Assignment, skip_tag: str, caps: Caps) -> list[ReadNotebook]:
    """The notebooks of the assignment, as far as they are there."""
    wanted = {f"{spec.name}.ipynb": spec for spec in assignment.notebooks}
    missing = [path for path in wanted if path not in contents.files and path not in contents.left_out]
    renamed = _renamed(contents, wanted, missing[0], caps) if len(missing) == 1 else None
    notebooks = []
    for path, spec in wanted.items():
        if path in contents.files:
            notebooks.append(_notebook(contents.files[path], path, spec, skip_tag, caps))
        elif path in contents.left_out:
            notebooks.append(ReadNotebook(spec.name, None, f"{path} {contents.left_out[path]}"))
        elif renamed:
            note = f"it was handed in as {shown(renamed)}"
            notebooks.append(_notebook(contents.files[renamed], shown(renamed), spec, skip_tag, caps, note))
        else:
            notebooks.append(ReadNotebook(spec.name, None, f"{path} is missing; there is {_listed(contents)}", missing=True))
    return notebooks


def _notebook(raw: bytes, path: str, spec: NotebookSpec, skip_tag: str, caps: Caps, note: str = "") -> ReadNotebook:
    try:
        content, repairs = read_notebook(raw, caps.notebook)
        repairs += restore(content, spec, skip_tag)
    except Unreadable as problem:
        return ReadNotebook(spec.name, None, f"{path} {problem}")
    except MemoryError:
        return ReadNotebook(spec.name, None, f"{path} is too large to be read in the memory there is")
    return ReadNotebook(spec.name, content, repairs=tuple(_shortened([note] * bool(note) + repairs)))


def _renamed(contents: Contents, wanted: dict[str, NotebookSpec], missing: str, caps: Caps) -> str | None:
    """The notebook that was handed in under another name: the only one of unknown name that holds most cells of the missing one."""
    known = {cell.grade_id for cell in wanted[missing].cells}
    unknown = [path for path in contents.files if is_notebook(path) and path not in wanted]
    if not known or len(unknown) > 10:
        return None
    found = []
    for path in unknown:
        try:
            content, _ = read_notebook(contents.files[path], caps.notebook)
        except (Unreadable, MemoryError):
            continue
        if len({claim(cell) for cell in content["cells"]} & known) * 2 >= len(known):
            found.append(path)
    return found[0] if len(found) == 1 else None


def _problem(notebooks: list[ReadNotebook], contents: Contents) -> str:
    """Why nothing of a submission can be graded; empty if something can."""
    if not notebooks or any(notebook.content is not None for notebook in notebooks):
        return ""
    lost = [f"{notebook.name}.ipynb" for notebook in notebooks if f"{notebook.name}.ipynb is missing; " in notebook.problem]
    if len(lost) == len(notebooks):
        return f"{' or '.join(lost)} is missing; there is {_listed(contents)}"
    return "; ".join(notebook.problem for notebook in notebooks)


def _listed(contents: Contents) -> str:
    """What there is instead: files and folders, the first ten of them."""
    names = sorted({PurePosixPath(path).parts[0] for path in [*contents.files, *contents.left_out]})
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(shown(name) for name in names[:10]) + more if names else "nothing"


def _shortened(sentences: list[str]) -> list[str]:
    return sentences if len(sentences) <= _MANY else [*sentences[:_MANY], f"and {len(sentences) - _MANY} more"]
