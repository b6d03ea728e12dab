"""The report as one HTML page: nothing is fetched, nothing runs, and everything that came from students is escaped by the template."""

from __future__ import annotations

import base64
import hashlib
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.report.clean import text
from autograder.report.diff import Line, changed_words, side_by_side
from autograder.report.histogram import Bin, bins
from autograder.report.model import Alike, ClassReport, Pair, Standing, label, short
from autograder.report.scores import standings
from dlteach.checking.html import rich

_HERE = Path(__file__).parent
MOST_ALONE = 100
"""Unexplained answers that stand alone; more of them help nobody."""

SIGNS = {"same": "=", "renamed": "≈", "differs": "≠", "given": "·"}
"""A sign for each kind of line in a comparison, so that nothing is said by colour alone."""


def write_page(report: ClassReport, path: Path, made: datetime | None = None) -> None:
    """Write the report as one HTML page, which works offline. ``made`` is the time that stands on it."""
    path.write_text(page(report, made), encoding="utf-8")


def page(report: ClassReport, made: datetime | None = None) -> str:
    """The report as one HTML page, without a script and without an address."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(label=label, short=short, percent=percent, points=points, clean=text, people=people, rich=_rich)
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    totals = report.totals
    histogram = bins(totals, report.best)
    return environment.get_template("page.html.j2").render(
        report=report,
        made=made,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        summary=Summary.of(report),
        histogram=histogram,
        histogram_says=_in_words(histogram),
        standings=standings(report),
        bar=bar,
        together=[cluster for cluster in report.clusters if len(cluster.students) > 1 or cluster.message],
        alone=[cluster for cluster in report.clusters if len(cluster.students) == 1 and not cluster.message][:MOST_ALONE],
        comparison=comparison,
        signs=SIGNS,
        everybody=everybody,
        late=any(row.late for row in report.rows),
    )


@dataclass(frozen=True)
class Summary:
    """The numbers at the head of the page."""

    students: int
    graded: int
    nothing: int
    ungraded: int
    waiting: int
    mean: float | None
    median: float | None

    @classmethod
    def of(cls, report: ClassReport) -> Summary:
        """Count the rows of a report."""
        status = [row.status for row in report.rows]
        graded, nothing = status.count("graded"), status.count("nothing")
        middle = (statistics.fmean(report.totals), statistics.median(report.totals)) if report.totals else (None, None)
        waiting = sum(bool(row.waiting) for row in report.rows)
        return cls(len(status), graded, nothing, len(status) - graded - nothing, waiting, *middle)


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in per cent of its width."""

    kind: str
    start: float
    width: float


def bar(standing: Standing) -> list[Segment]:
    """The bar of an exercise: all points, some, none."""
    segments, start = [], 0.0
    for kind, count in (("full", standing.full), ("part", standing.part), ("none", standing.none)):
        width = 100 * count / standing.graded if standing.graded else 0.0
        if width:
            segments.append(Segment(kind, round(start, 3), round(width, 3)))
        start += width
    return segments


Words = list[tuple[str, bool]]


def comparison(item: Alike) -> Iterator[tuple[Line, Words, Words]]:
    """The lines of two alike answers, and the words of each, with whether they differ from those beside them."""
    for line in side_by_side(item.left, item.right, item.given):
        if line.kind == "renamed" and line.left is not None and line.right is not None:
            yield line, *changed_words(line.left, line.right)
        else:
            yield line, [(line.left or "", False)], [(line.right or "", False)]


def everybody(pair: Pair) -> tuple[str, ...]:
    """The others of the group that a pair belongs to."""
    return tuple(student for student in pair.group if student not in (pair.first, pair.second))


def percent(share: float) -> str:
    """A share in per cent: ``34 %``, which no line break tears apart."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def points(value: float | None) -> str:
    """Points, short; a dash where there are none to speak of."""
    return "–" if value is None else f"{value:.4g}"


def people(number: int) -> str:
    """``1 student``, ``2 students``."""
    return f"{number} student{'' if number == 1 else 's'}"


def _rich(sentence: str) -> Any:
    """A sentence with its code set as code, as the cards in notebooks have it."""
    from markupsafe import Markup

    return Markup(rich(text(sentence)))


def _in_words(histogram: list[Bin]) -> str:
    """What somebody hears who can't see the histogram."""
    return "; ".join(f"{each.says} points: {people(each.count)}" for each in histogram)
