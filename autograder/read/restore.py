"""Put the instructor's cells of a submitted notebook back to what they are: by ``grade_id``, whatever the student's file says of itself.

What a student's cell may claim is which known cell it is; type, metadata, tags, points, and the text of locked cells come from the source.

- Of several cells with one ``grade_id`` the last one counts, as in nbgrader; the others become ordinary cells. So do cells of a
  ``grade_id`` that the notebook doesn't have, and all that call themselves graded or locked without being known.
- A deleted test, task or read-only cell comes back as it is in the source, as late as it may: behind the code that stands where it was.
- A deleted answer comes back *unanswered*, as early as it may: code that stands where it was, under another name, is run after it.
  A cell that is marked by hand comes back with the text that students were given: nbgrader gives that 0 points and the comment
  "No response.". An answer that isn't marked itself comes back empty: its stub would undo what the student wrote elsewhere.
  A task is marked by hand, answered or not.
"""

from __future__ import annotations

from typing import Any

from autograder.read.names import shown
from autograder.read.notebook import free_name, is_name, make_cell
from autograder.spec import KnownCell, NotebookSpec

_KEPT_BACK = ("HIDDEN TESTS", "MARK SCHEME")  # what nbgrader takes out between BEGIN and END
_SETTINGS = ("grade", "solution", "locked", "task", "points")


def restore(content: dict[str, Any], spec: NotebookSpec, skip_tag: str) -> list[str]:
    """Restore the known cells of a notebook, in place.

    Args:
        content: the notebook, as :func:`autograder.read.notebook.clean` makes it.
        spec: what the instructor's notebook holds.
        skip_tag: the only tag that a student's own cells keep: it keeps them from being run.

    Returns:
        Sentences about what was restored.
    """
    if spec.kernelspec:
        content["metadata"]["kernelspec"] = plain(spec.kernelspec)
    known = {cell.grade_id: cell for cell in spec.cells}
    repairs: list[str] = []
    claims = [claim(cell) for cell in content["cells"]]
    last = {name: position for position, name in enumerate(claims) if name is not None}
    cells = []
    for position, (cell, name) in enumerate(zip(content["cells"], claims, strict=True)):
        if name in known and last[name] == position:
            cells.append(_restored(cell, known[name], repairs))
        else:
            cells.append(_ordinary(cell, skip_tag))
    repairs += _others(claims, known)
    content["cells"] = cells
    repairs += _put_back(cells, spec, set(last))
    return repairs


def claim(cell: dict[str, Any]) -> str | None:
    """Which known cell a submitted cell says it is."""
    said = cell["metadata"].get("nbgrader")
    name = said.get("grade_id") if isinstance(said, dict) else None
    return name if isinstance(name, str) else None


def plain(value: Any) -> Any:
    """A copy of plain data: nobody who changes a notebook changes the assignment."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _restored(cell: dict[str, Any], known: KnownCell, repairs: list[str]) -> dict[str, Any]:
    """A student's copy of a known cell: their text where it may be theirs, everything else from the source."""
    name = known.grade_id
    if cell["cell_type"] != known.kind:
        repairs.append(f"'{name}' had become a {cell['cell_type']} cell; it is a {known.kind} cell again")
    if known.locked and not _untouched(cell["source"], known.source):
        repairs.append(f"'{name}' had been edited; its text was restored")
    said, right = cell["metadata"]["nbgrader"], known.metadata.get("nbgrader", {})
    if any(said.get(key) != right.get(key) for key in _SETTINGS):
        repairs.append(f"'{name}' had other settings or points; they were restored")
    tags = cell["metadata"].get("tags", [])
    if tags != known.metadata.get("tags", []):
        repairs.append(f"'{name}' had other tags ({shown(', '.join(tags)) or 'none'}); they were restored")
    new = make_cell(known.kind, cell["id"], known.source if known.locked else cell["source"], plain(known.metadata))
    return {**new, "attachments": cell["attachments"]} if "attachments" in cell and known.kind != "code" else new


def _untouched(submitted: str, source: str) -> bool:
    """Whether a locked cell is as students got it: the source, or what is left of it without its hidden tests."""
    lines = iter(source.splitlines())
    return submitted == source or all(line in lines for line in submitted.splitlines())


def _released(source: str) -> str:
    """The text that students were given of a cell: without hidden tests, and without the mark scheme."""
    kept, ends = [], ""
    for line in source.split("\n"):
        begins = next((what for what in _KEPT_BACK if f"BEGIN {what}" in line), "")
        if begins or ends:
            ends = "" if ends and f"END {ends}" in line else ends or begins
        else:
            kept.append(line)
    return "\n".join(kept)


def _unanswered(known: KnownCell) -> str:
    """What a deleted answer comes back as. One that is marked by hand says so, and waits for that, as with nbgrader."""
    if not known.grade:
        return ""
    notice = f"This cell ({known.grade_id}) was missing from the submission; it was put back."
    return f"# {notice}\n{_released(known.source)}" if known.kind == "code" else f"{notice}\n\n{_released(known.source)}"


def _ordinary(cell: dict[str, Any], skip_tag: str) -> dict[str, Any]:
    """A student's own cell, whatever it calls itself."""
    cell["metadata"] = {"tags": [skip_tag]} if skip_tag in cell["metadata"].get("tags", []) else {}
    return cell


def _others(claims: list[str | None], known: dict[str, KnownCell]) -> list[str]:
    """Sentences about cells that are not what they say."""
    counted: dict[str, int] = {}
    for name in claims:
        if name is not None:
            counted[name] = counted.get(name, 0) + 1
    twice = [f"'{name}' was there {count} times; the last one counts" for name, count in counted.items() if count > 1 and name in known]
    unknown = [f"a cell called itself '{shown(name)}', which the assignment doesn't have" for name in counted if name not in known]
    return twice + unknown


def _put_back(cells: list[dict[str, Any]], spec: NotebookSpec, there: set[str]) -> list[str]:
    """Put the deleted known cells where they were, and say which."""
    repairs = []
    taken = {cell["id"] for cell in cells}
    for number, known in enumerate(spec.cells):
        if known.grade_id in there:
            continue
        name = free_name(known.grade_id if is_name(known.grade_id) else f"restored-{number:03d}", taken)
        new = make_cell(known.kind, name, _unanswered(known) if known.solution else known.source, plain(known.metadata))
        before = spec.cells[number - 1].grade_id if number else None
        after = [cell.grade_id for cell in spec.cells[number + 1 :] if cell.grade_id in there]
        cells.insert(_place(cells, before, after[0] if after else None, early=known.solution), new)
        there.add(known.grade_id)
        repairs.append(f"'{known.grade_id}' was missing; it was put back" + (" and counts as unanswered" if known.solution else ""))
    return repairs


def _place(cells: list[dict[str, Any]], before: str | None, after: str | None, early: bool) -> int:
    """Where a deleted cell belongs, between two known ones: right behind the first, or behind the last code of the student's that follows.

    ``before`` is there if it isn't None: deleted cells are put back in their order.
    """
    names = [claim(cell) for cell in cells]
    if before is not None:
        start = names.index(before) + 1
        stop = next((place for place in range(start, len(cells)) if names[place] is not None), len(cells))
    else:
        stop = names.index(after) if after is not None else len(cells)
        start = next((place for place in range(stop, 0, -1) if names[place - 1] is not None), 0)
        start = next((place for place in range(start, stop) if cells[place]["cell_type"] == "code"), stop)
    if early:
        return start
    code = [place for place in range(start, stop) if cells[place]["cell_type"] == "code"]
    return code[-1] + 1 if code else start if before is not None else stop
