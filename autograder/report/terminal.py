"""The report in a terminal: the points, how each exercise went, which mistakes are shared, and what needs a look."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.clean import text
from autograder.report.model import ClassReport, Cluster, Pair, label, short
from autograder.report.scores import standings

MOST_STUDENTS = 100
MOST_LINES = 15
MOST_PAIRS = 8


def show(report: ClassReport, console: Console) -> None:
    """Print the table of points, the shared mistakes, and what needs a look."""
    _show_points(report, console)
    _show_standings(report, console)
    _show_mistakes(report, console)
    _show_clusters(report.clusters, console)
    _show_pairs(report.pairs, console)
    _show_looks(report, console)


def _show_points(report: ClassReport, console: Console) -> None:
    table = Table(title=f"{report.assignment}: points", title_justify="left")
    table.add_column("student", overflow="fold")
    for number in range(1, len(report.max_points) + 1):
        table.add_column(str(number), justify="right")
    table.add_column("total", justify="right")
    best = (f"{value:g}" for value in report.max_points.values())
    table.add_row(Text("(out of)", style="dim"), *best, f"{report.best:g}", end_section=True)
    for row in report.rows[:MOST_STUDENTS]:
        points = ["–" if value is None else f"{value:g}" for value in row.points.values()]
        table.add_row(_plain(text(row.student)), *points, "–" if row.total is None else f"{row.total:g}")
    console.print(table)
    if len(report.rows) > MOST_STUDENTS:
        _say(console, f"… and {len(report.rows) - MOST_STUDENTS} more students; --csv and --html have them all.")
    noted = [f"{text(row.student)}: {text(row.remark)}" for row in report.rows if row.remark]
    _some(noted, console, MOST_STUDENTS)
    late = [row for row in report.rows if row.late]
    if late:
        _say(console, f"{_count(len(late), 'student')} handed in late; the penalty is taken off the total.")
    waiting = [row for row in report.rows if row.waiting]
    if waiting:
        answers = sum(len(row.waiting) for row in waiting)
        _say(
            console, f"Waiting for a person to grade them, in formgrader: {_count(answers, 'answer')} of {_count(len(waiting), 'student')}."
        )


def _show_standings(report: ClassReport, console: Console) -> None:
    """How each exercise went; it is also where the numbers in the table of points get their names."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "exercise", "all", "some", "no points", "mean", "median", "of"):
        table.add_column(heading, justify="left" if heading == "exercise" else "right", overflow="fold")
    for number, each in enumerate(standings(report), 1):
        shares = [f"{count / each.graded:.0%}" if each.graded else "–" for count in (each.full, each.part, each.none)]
        middle = ["–" if value is None else f"{value:.4g}" for value in (each.mean, each.median)]
        table.add_row(str(number), _plain(label(each.cell)), *shares, *middle, f"{each.max_points:g}")
    console.print(table)
    unwritten = ", ".join(f"{short(exercise)} {len(students)}" for exercise, students in report.unfinished.items())
    if unwritten:
        _say(console, f"Not written yet: {unwritten}.")
    totals = report.totals
    if totals:
        mean, median = statistics.fmean(totals), statistics.median(totals)
        _say(console, f"Graded: {len(totals)} of {len(report.rows)}. Total: mean {mean:.4g}, median {median:.4g} of {report.best:g}.")


def _show_mistakes(report: ClassReport, console: Console) -> None:
    console.print()
    if not report.mistakes:
        console.print("No mistake was recognised.")
        return
    table = Table(title="Most common mistakes", title_justify="left")
    table.add_column("students", justify="right")
    table.add_column("exercise", overflow="fold")
    table.add_column("share", justify="right")
    table.add_column("what happens", overflow="fold")
    for each in report.mistakes[:MOST_LINES]:
        table.add_row(str(len(each.students)), _plain(short(each.exercise)), f"{each.share:.0%}", _plain(f"{each.says} [{each.diagnosis}]"))
    console.print(table)
    if len(report.mistakes) > MOST_LINES:
        console.print(f"… and {len(report.mistakes) - MOST_LINES} more.")


def _show_clusters(clusters: Sequence[Cluster], console: Console) -> None:
    if not clusters:
        return
    console.print()
    table = Table(title="Wrong answers that no known mistake explains, by what they return", title_justify="left")
    table.add_column("students", justify="right")
    table.add_column("group", overflow="fold")
    table.add_column("share", justify="right")
    table.add_column("what happens", overflow="fold")
    for each in clusters[:MOST_LINES]:
        named = f"{each.message} [named]" if each.message else each.headline
        table.add_row(str(len(each.students)), _plain(each.ref), f"{each.share:.0%}", _plain(named))
    console.print(table)
    if len(clusters) > MOST_LINES:
        console.print(f"… and {len(clusters) - MOST_LINES} more.")
    nameless = next((each for each in clusters if not each.message), None)
    if nameless:
        _say(console, f'To tell a group what is wrong: --name {nameless.ref} "The bias is missing." Grading again tells all in it.')


def _show_pairs(pairs: Sequence[Pair], console: Console) -> None:
    if not pairs:
        return
    console.print()
    _say(console, "Code that is more alike than chance makes it, side by side with --html. For you to judge; it proves nothing:")
    for pair in pairs[:MOST_PAIRS]:
        where = ", ".join(f"{short(item.exercise)} {item.share:.0%}" for item in pair.exercises[:4])
        more = f" and {len(pair.exercises) - 4} more" * (len(pair.exercises) > 4)
        _say(console, f"  {text(pair.first)} and {text(pair.second)}: {where}{more}")
    if len(pairs) > MOST_PAIRS:
        _say(console, f"  … and {len(pairs) - MOST_PAIRS} more pairs.")


def _show_looks(report: ClassReport, console: Console) -> None:
    forbids = "{} used {} in {}, which the exercise forbids."
    alike = "{}'s {} is built like our reference ({:.0%}, names aside); worth a look, no more."
    _some([forbids.format(text(student), names, exercise) for student, exercise, names in report.forbidden], console)
    _some([alike.format(text(student), exercise, share) for student, exercise, share in report.alike], console)
    _some([f"{text(student)}, a sign of tampering: {says}" for student, says in report.flags], console)
    _some([f"{text(student)}, worth knowing: {says}" for student, says in report.remarks], console)
    _some([f"What the sandbox could not stop here: {says}" for says in report.lacks], console)


def _some(lines: Sequence[str], console: Console, most: int = MOST_LINES) -> None:
    for line in lines[:most]:
        _say(console, line)
    if len(lines) > most:
        _say(console, f"… and {len(lines) - most} more like this; --html has them all.")


def _say(console: Console, line: str) -> None:
    console.print(_plain(line))


def _plain(said: str) -> Text:
    """A text as it stands, without markup, and without anything that steers a terminal."""
    return Text("".join(character if character.isprintable() else " " for character in said))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
