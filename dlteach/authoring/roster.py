"""Read a class list: a CSV file with the columns id, first_name, last_name, email."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from dlteach.authoring.errors import AuthoringError

COLUMNS = ("id", "first_name", "last_name", "email")
# an id becomes the name of a folder, and nbgrader puts it between '+' signs
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,127}")


@dataclass(frozen=True)
class Student:
    """One line of a roster. Everything but the id may be empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def read_roster(path: Path) -> list[Student]:
    """The students of a roster, in its order.

    Raises:
        AuthoringError: the file can't be read, lacks the column id, has a column nobody knows, or a line without a usable id or
            with an id that came before. The message names the line.
    """
    try:
        # a spreadsheet writes a byte order mark; utf-8-sig drops it
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [(name or "").strip() for name in reader.fieldnames or []]
            _check_columns(path, columns)
            reader.fieldnames = columns
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AuthoringError(f"the roster {path} could not be read as a CSV file in UTF-8: {error}") from error
    students: dict[str, Student] = {}
    for line, row in rows:
        student = _read_row(path, line, row)
        if student.id in students:
            raise AuthoringError(f"{path}, line {line}: the id '{student.id}' was used before; every student needs an own one")
        students[student.id] = student
    if not students:
        raise AuthoringError(f"the roster {path} has no students, only the line with the column names")
    return list(students.values())


def _check_columns(path: Path, columns: list[str]) -> None:
    if "id" not in columns:
        raise AuthoringError(f"{path}, line 1: the roster has no column 'id'; its columns should be {','.join(COLUMNS)}")
    for name in columns:
        if name not in COLUMNS:
            raise AuthoringError(f"{path}, line 1: unknown column '{name}'; known are {', '.join(COLUMNS)}")
        if columns.count(name) > 1:
            raise AuthoringError(f"{path}, line 1: the column '{name}' is there twice")


def _read_row(path: Path, line: int, row: dict[str | None, str | None]) -> Student:
    if None in row:
        raise AuthoringError(f"{path}, line {line}: there are more values than columns")
    values = {str(key): (value or "").strip() for key, value in row.items()}
    if not _ID.fullmatch(values["id"]):
        said = f"the id '{values['id']}'" if values["id"] else "the empty id"
        message = f"{said} can't name a folder; letters, digits and . _ @ - can, beginning with a letter or digit"
        raise AuthoringError(f"{path}, line {line}: {message}")
    return Student(**values)
