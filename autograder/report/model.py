"""What a report on a class is made of: plain, frozen data, as the terminal, the CSV file, the JSON and the HTML page show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Status = Literal["graded", "nothing", "unreadable", "not graded"]

GRADE_PREFIX = "check-"
"""The builder calls the graded cell of ``relu_forward`` ``check-relu_forward``."""


class Results(Protocol):
    """What grading found out, student by student. The texts may quote what hostile code said, and are cleaned before they are shown."""

    def verdicts(self, student: str) -> Mapping[str, Mapping[str, Any]]:
        """The reports on a student's exercises, by grade_id, as :meth:`dlteach.checking.Report.as_dict` gives them, and more.

        ``signature`` says in a hash what the function gave on the public cases, ``call`` and ``returns`` are the smallest call that fails
        and what came of it; they are there where points were lost.
        """
        ...

    def problem(self, student: str) -> str:
        """Why something of what a student handed in could not be graded; empty if all of it was."""
        ...

    def remarks(self, student: str) -> Sequence[str]:
        """What was mended or restored before grading, in sentences."""
        ...

    def flags(self, student: str) -> Sequence[str]:
        """What looked like tampering, in sentences."""
        ...

    def lacks(self) -> Sequence[str]:
        """What the sandbox could not stop where this was graded, in sentences."""
        ...


@dataclass(frozen=True)
class Row:
    """One student: points per graded cell (None where nothing was graded), the total, and what is wrong, if anything.

    ``total`` has the late penalty taken off, as nbgrader does it. ``waiting`` are the cells that a person still has to grade.
    """

    student: str
    name: str
    points: dict[str, float | None]
    total: float | None
    remark: str = ""
    status: Status = "graded"
    late: float = 0.0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How the class stands in one graded cell: how many have all, some, or none of its points, among those it was graded for."""

    cell: str
    max_points: float
    full: int
    part: int
    none: int
    mean: float | None
    median: float | None

    @property
    def graded(self) -> int:
        """How many have a grade for this cell."""
        return self.full + self.part + self.none


@dataclass(frozen=True)
class Mistake:
    """One diagnosis of one exercise, the sentence for it, who made it, and the share of those whose work was graded."""

    exercise: str
    diagnosis: str
    says: str
    students: tuple[str, ...]
    share: float = 0.0


@dataclass(frozen=True)
class Cluster:
    """Answers that are wrong in the same way, and no known mistake explains it: on the public cases they all gave the same.

    ``ref`` is what an instructor calls it by: ``affine_backward/3f2a``. ``message`` is the name they gave it, empty if none.
    """

    exercise: str
    signature: str
    ref: str
    students: tuple[str, ...]
    headline: str
    call: str = ""
    returns: str = ""
    message: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Alike:
    """One exercise of two students who wrote it alike. ``share`` is the part of their uncommon code that both have."""

    exercise: str
    share: float
    weight: float
    word_for_word: bool
    left: str
    right: str
    given: str = ""


@dataclass(frozen=True)
class Pair:
    """Two students whose code is more alike than chance makes it: something for a person to look at, and no accusation.

    ``weight`` adds up how rare what they share is in this class. ``group`` are all who hang together by such pairs.
    """

    first: str
    second: str
    weight: float
    exercises: tuple[Alike, ...]
    group: tuple[str, ...] = ()


@dataclass
class ClassReport:
    """How a class stands in one assignment."""

    assignment: str
    max_points: dict[str, float] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    unfinished: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    forbidden: list[tuple[str, str, str]] = field(default_factory=list)
    alike: list[tuple[str, str, float]] = field(default_factory=list)
    flags: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    lacks: tuple[str, ...] = ()

    @property
    def best(self) -> float:
        """The points of somebody who has everything."""
        return sum(self.max_points.values())

    @property
    def totals(self) -> list[float]:
        """The totals of those whose work was graded."""
        return [row.total for row in self.rows if row.status == "graded" and row.total is not None]


def label(cell: str) -> str:
    """A graded cell as a heading: by the name of its exercise."""
    return cell.removeprefix(GRADE_PREFIX)


def short(exercise: str) -> str:
    """The name of an exercise without that of its lesson: ``affine_backward``."""
    return exercise.rpartition(".")[2]
