"""A submitted notebook → valid nbformat 4.5 as plain data, without outputs: built anew from what of it can be used.

nbformat itself is not asked: importing it takes more than a second, validating with it is slow, and it gives up at the first flaw.
"""

from __future__ import annotations

import re
from typing import Any

from autograder.read.parse import MEGABYTE, Unreadable, parse

MANY_CELLS = 5000
MUCH_TEXT = 4 * MEGABYTE
MANY_ATTACHMENTS = 8 * MEGABYTE
"""How many bytes of attached pictures a notebook keeps. Students paste pictures into written answers, and somebody marks them."""

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*+={0,2}\s*+")  # possessive: nobody can make it go back and forth
_ATTACHMENT = re.compile(r"[\w .()+@,-]{1,128}")
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WORD = re.compile(r"[\w.+/ ()-]{1,100}")
_TYPES = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}
_NAMES = {dict: "a dictionary", list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}
_KEPT = {"kernelspec": {"name", "display_name"}, "language_info": {"name"}}  # and what each must have


def read_notebook(raw: bytes, limit: int = 20 * MEGABYTE) -> tuple[dict[str, Any], list[str]]:
    """The notebook in a file, and sentences about what had to be mended. Cells still claim to be what their metadata says.

    Args:
        raw: what the file holds.
        limit: how many bytes it may have.

    Raises:
        Unreadable: there is no notebook in it.
    """
    data, repairs = parse(raw, limit)
    return clean(data, repairs)


def clean(data: dict[str, Any], repairs: list[str] | None = None) -> tuple[dict[str, Any], list[str]]:
    """Valid nbformat 4.5 made of data that should be a notebook, with ``repairs`` and what had to be mended besides.

    Outputs, execution counts, widgets' state and all metadata go, but for the kernel, the language, and cells' ``nbgrader`` and ``tags``.

    Raises:
        Unreadable: it has no list of cells, or far too much in it.
    """
    repairs = [] if repairs is None else repairs
    everything = cells_of(data, repairs)
    given = [cell for cell in everything if isinstance(cell, dict)]
    if len(given) < len(everything):
        repairs.append(f"{_cells(len(everything) - len(given))} held no cell and {_was(len(everything) - len(given))} left out")
    cells = [_cell(cell) for cell in given]
    size = sum(len(cell["source"]) for cell in cells)
    if size > MUCH_TEXT:
        much = f"{size / MEGABYTE:.1f} MB of text, and up to {MUCH_TEXT / MEGABYTE:g} MB can be read"
        raise Unreadable(f"is no valid notebook: its cells hold {much}")
    strange = sum(not _known_type(cell.get("cell_type")) for cell in given)
    if strange:
        repairs.append(f"{_cells(strange)} of an unknown type became plain text")
    minor = data.get("nbformat_minor")
    _name_cells(cells, given, repairs if isinstance(minor, int) and minor >= 5 else [])
    _attach(cells, given, repairs)
    return {"cells": cells, "metadata": _about(data.get("metadata")), "nbformat": 4, "nbformat_minor": 5}, repairs


def make_cell(kind: str, name: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """A cell as nbformat 4.5 has it, without outputs."""
    cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


def free_name(wanted: str, taken: set[str]) -> str:
    """A cell id that no other cell has, much like the one that is wanted; it is taken then."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted[:56]}-{number}"
    taken.add(name)
    return name


def is_name(value: Any) -> bool:
    """Whether nbformat allows this as the id of a cell."""
    return isinstance(value, str) and _CELL_ID.fullmatch(value) is not None


def cells_of(data: dict[str, Any], repairs: list[str]) -> list[Any]:
    """The cells as they were submitted, of all worksheets where the format still had such."""
    major = data.get("nbformat")
    cells, worksheets = data.get("cells"), data.get("worksheets")
    if isinstance(worksheets, list) and (major == 3 or cells is None):
        repairs.append("it was in the old format 3 and was brought to 4.5")
        lists = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
        cells = [cell for sheet in lists if isinstance(sheet, list) for cell in sheet]
    elif type(major) is int and major < 3:
        raise Unreadable(f"is no valid notebook: it is in format {major}, and the oldest that can be read is 3")
    elif major != 4 or not isinstance(major, int):
        repairs.append("it was not marked as a notebook of format 4 and was read as one")
    if not isinstance(cells, list):
        raise Unreadable(f"is no valid notebook: its 'cells' is {_NAMES.get(type(cells), 'nothing')}, and should be a list")
    if len(cells) > MANY_CELLS:
        raise Unreadable(f"is no valid notebook: it has {len(cells)} cells, and up to {MANY_CELLS} can be read")
    return cells


def _about(metadata: Any) -> dict[str, dict[str, str]]:
    """What a notebook's own metadata says of its kernel and language, in short words."""
    said = {key: _words(metadata.get(key)) for key in _KEPT} if isinstance(metadata, dict) else {}
    return {key: words for key, words in said.items() if _KEPT[key] <= words.keys()}


def _known_type(value: Any) -> bool:
    return isinstance(value, str) and value in _TYPES


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """The cell, made anew. What has no known type becomes raw: it keeps its text, and is never run."""
    given = cell.get("cell_type")
    kind = _TYPES.get(given, "raw") if isinstance(given, str) else "raw"
    source = text(cell.get("source", cell.get("input") if kind == "code" else None))
    if given == "heading":
        level = cell.get("level")
        source = f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {' '.join(source.splitlines())}"
    metadata, kept = cell.get("metadata"), {}
    if isinstance(metadata, dict):
        if "nbgrader" in metadata:
            kept["nbgrader"] = metadata["nbgrader"]
        if isinstance(metadata.get("tags"), list):
            kept["tags"] = [tag for tag in metadata["tags"] if isinstance(tag, str)]
    return make_cell(kind, "", source, kept)


def text(value: Any) -> str:
    """What a cell's source says: a text, or the lines of one, with line ends and characters as Python likes them."""
    if isinstance(value, list):
        value = "".join([part for part in value if isinstance(part, str)])
    if not isinstance(value, str):
        return ""
    if "\r" in value:
        value = value.replace("\r\n", "\n")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # half a character
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value)


def _name_cells(cells: list[dict[str, Any]], given: list[dict[str, Any]], repairs: list[str]) -> None:
    """Give every cell an id of its own: its first holder keeps one, the others are numbered."""
    names = [cell.get("id") if is_name(cell.get("id")) else None for cell in given]
    taken = {name for name in names if name is not None}
    seen: set[str] = set()
    new = 0
    for position, (cell, name) in enumerate(zip(cells, names, strict=True)):
        if name is None or name in seen:
            name = free_name(f"cell-{position:03d}", taken)
            new += 1
        seen.add(name)
        cell["id"] = name
    if new:
        repairs.append(f"{_cells(new)} had no id of {'its' if new == 1 else 'their'} own and got one")


def _attach(cells: list[dict[str, Any]], given: list[dict[str, Any]], repairs: list[str]) -> None:
    """Keep the pictures that are attached to written cells, up to a size, and nothing that could be anything else."""
    room, lost = MANY_ATTACHMENTS, 0
    for cell, raw in zip(cells, given, strict=True):
        attached = raw.get("attachments")
        if not attached or cell["cell_type"] == "code" or not isinstance(attached, dict):
            continue
        kept = {}
        for name, bundle in attached.items():
            pictures = {kind: data for kind, data in bundle.items() if _is_picture(kind, data)} if isinstance(bundle, dict) else {}
            size = sum(len(data) for data in pictures.values())
            if pictures and size <= room and _ATTACHMENT.fullmatch(name):
                kept[name] = pictures
                room -= size
            else:
                lost += 1
        if kept:
            cell["attachments"] = kept
    if lost:
        repairs.append(f"{lost} of the attachments {_was(lost)} no picture, or too large, and {_was(lost)} left out")


def _is_picture(kind: str, data: Any) -> bool:
    return kind in _PICTURES and isinstance(data, str) and len(data) <= MANY_ATTACHMENTS and _BASE64.fullmatch(data) is not None


def _words(value: Any) -> dict[str, str]:
    """The short texts of a dictionary."""
    if not isinstance(value, dict):
        return {}
    return {key: word for key, word in value.items() if isinstance(word, str) and _WORD.fullmatch(word) and _WORD.fullmatch(key)}


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"
