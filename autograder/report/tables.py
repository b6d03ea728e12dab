"""The report for other programs: CSV for a spreadsheet, JSON for all else."""

from __future__ import annotations

import csv
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.report.clean import formula_free, text
from autograder.report.model import ClassReport, label
from autograder.report.scores import standings


def write_csv(report: ClassReport, path: Path) -> None:
    """Write the table of points as CSV: a row per student, a column per exercise, empty where nothing was graded."""
    late = any(row.late for row in report.rows)
    columns = ["student", "name", *map(label, report.max_points), *(["late penalty"] if late else []), "total", "max", "remark"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(formula_free, columns))
        for row in report.rows:
            points = ["" if value is None else f"{value:g}" for value in row.points.values()]
            points += [f"{row.late:g}"] if late else []
            total = "" if row.total is None else f"{row.total:g}"
            who, remark = (text(row.student), text(row.name)), text(row.remark)
            writer.writerow([*map(formula_free, who), *points, total, f"{report.best:g}", formula_free(remark)])


def as_json(report: ClassReport) -> dict[str, Any]:
    """Everything the report holds, as JSON data. The code of similar answers is left out: it stands in the submissions."""
    totals = report.totals
    summary = {
        "graded": len(totals),
        "mean": statistics.fmean(totals) if totals else None,
        "median": statistics.median(totals) if totals else None,
        "max": report.best,
    }
    pairs = [
        {
            "students": [pair.first, pair.second],
            "weight": round(pair.weight, 2),
            "group": list(pair.group),
            "exercises": [
                {"exercise": item.exercise, "share": round(item.share, 4), "word_for_word": item.word_for_word} for item in pair.exercises
            ],
        }
        for pair in report.pairs
    ]
    return {
        "assignment": report.assignment,
        "summary": summary,
        "max_points": report.max_points,
        "students": [asdict(row) for row in report.rows],
        "exercises": [asdict(standing) for standing in standings(report)],
        "mistakes": [asdict(mistake) for mistake in report.mistakes],
        "unexplained": [asdict(cluster) for cluster in report.clusters],
        "unfinished": {exercise: list(students) for exercise, students in report.unfinished.items()},
        "similar": pairs,
        "forbidden": [_named(each, "exercise", "used") for each in report.forbidden],
        "like_the_reference": [_named(each, "exercise", "similarity") for each in report.alike],
        "flags": [_named(each, "says") for each in report.flags],
        "remarks": [_named(each, "says") for each in report.remarks],
        "sandbox_lacks": list(report.lacks),
    }


def _named(values: tuple[Any, ...], *names: str) -> dict[str, Any]:
    return dict(zip(("student", *names), values, strict=True))
