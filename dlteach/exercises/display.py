"""Show reports where the reader is: as a card in a notebook, as text in a terminal."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

from dlteach.checking import Lesson, Report
from dlteach.checking.html import rich
from dlteach.checking.report import score_text

MIME = "application/vnd.dlteach.report+json"


def show(report: Report) -> None:
    """Show a report once, as display data; a machine-readable copy goes with it for the instructor's tables."""
    _display(bundle(report))


def bundle(report: Report) -> dict[str, Any]:
    """A report as display data, by MIME type."""
    return {"text/plain": str(report), "text/html": report.html(), MIME: report.as_dict()}


def say(line: str) -> None:
    """One line of plain text."""
    _display({"text/plain": line, "text/html": f"<div>{escape(line)}</div>"})


def show_progress(lessons: Sequence[Lesson], reports: Mapping[str, Report]) -> None:
    """A table of exercises with their points, and what comes next."""
    keys = [exercise.key for lesson in lessons for exercise in lesson.exercises]
    to_do = next((key for key in keys if not reports[key].passed), None)
    next_line = f"Next: `{to_do.rpartition('.')[2]}`." if to_do else "Everything is done. Well done!"
    lines: list[str] = []
    rows: list[str] = []
    for lesson in lessons:
        mine = [reports[exercise.key] for exercise in lesson.exercises]
        total = f"{sum(mine):.4g} of {sum(report.max_points for report in mine):.4g} points"
        lines.append(f"{lesson.number:02d} {lesson.title}: {total}")
        rows.append(f'<tr><th scope="rowgroup" colspan="3" style="text-align:left">{escape(lines[-1])}</th></tr>')
        for exercise, report in zip(lesson.exercises, mine, strict=True):
            lines.append(f"  {report.mark} {exercise.name}: {score_text(report)}")
            cells = (report.mark, f"<code>{exercise.name}</code>", score_text(report))
            rows.append("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>")
    marks = "✓ all points, ◐ some, ✗ none yet"
    table = f'<table style="margin:0"><caption style="text-align:left">{marks}</caption>{"".join(rows)}</table>'
    html = f"<div>{table}<p><strong>{rich(next_line)}</strong></p></div>"
    _display({"text/plain": "\n".join([*lines, next_line]), "text/html": html})


@contextmanager
def held_back() -> Iterator[None]:
    """In a notebook, keep what a function displays by itself out of the cell's output, where nbgrader looks for points.

    The figures it leaves open would come at the end of the cell, one for each call; and ``exit()`` would end the kernel.
    """
    shell = _shell()
    if not shell:
        yield
        return
    before, shown, nowhere = set(_figures()), (shell.display_pub, sys.displayhook), _nowhere()
    shell.display_pub, sys.displayhook = nowhere, lambda _value: None
    shell.ask_exit = sys.exit
    try:
        yield
    finally:
        shell.display_pub, sys.displayhook = shown
        nowhere.outputs.clear()
        vars(shell).pop("ask_exit", None)
        for figure in set(_figures()) - before:
            sys.modules["matplotlib.pyplot"].close(figure)


@functools.cache
def _nowhere() -> Any:
    """Takes what is displayed, and shows none of it. It takes longer to make one than to check most functions."""
    from IPython.core.displaypub import CapturingDisplayPublisher

    return CapturingDisplayPublisher()


def _figures() -> list[int]:
    """The numbers of the open figures, if there is anything that draws."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return list(pyplot.get_fignums()) if pyplot else []


def _display(data: dict[str, Any]) -> None:
    if not _shell():
        text = data["text/plain"]
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # a terminal that knows no ✓ shows a ? in its place
        print(text.encode(encoding, "replace").decode(encoding))
        return
    from IPython.display import display

    display(data, raw=True)


def _shell() -> Any:
    """The running IPython, or None. IPython is not imported only to find out that it is not running."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None
