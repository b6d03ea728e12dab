"""A student's page: what they earned, part by part, then their notebook with a report beside each exercise. One file that loads nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from autograder.feedback.cells import shown_cells
from autograder.feedback.marks import Heading, Mark
from autograder.feedback.plain import plain
from autograder.feedback.results import number, of_points


def page(notebook: Mapping[str, Any], marks: Mapping[str, Mark], heading: Heading, *, skip_tag: str = "play") -> str:
    """The page as HTML, the same for the same input. Nothing in the notebook is trusted; what the marks' reports hold as ``html`` is.

    Args:
        notebook: the run notebook, as plain nbformat data.
        marks: the marks by ``grade_id``; also of cells that have only a comment (with ``max_score`` 0).
        heading: what stands above; its ``score`` is what was earned, before the penalty for lateness.
        skip_tag: the tag of cells that only play and were not run.
    """
    cells, results = shown_cells(notebook, marks, skip_tag)
    left = max(heading.score - heading.late_penalty, 0.0)
    html = _template().render(
        assignment=plain(heading.assignment),
        notebook=plain(heading.notebook),
        student=plain(heading.student),
        submitted=plain(heading.submitted),
        score=of_points(left, heading.max_score),
        penalty=_penalty(heading),
        share=round(100 * min(max(left / heading.max_score, 0.0), 1.0), 1) if heading.max_score > 0 else 0.0,
        remarks=[plain(remark) for remark in heading.remarks],
        results=[each for each in results if each.points],
        cells=cells,
    )
    return _headings_in_order(html)


def _penalty(heading: Heading) -> str:
    if heading.late_penalty <= 0:
        return ""
    return f"You earned {of_points(heading.score, heading.max_score)}; handing in late costs {number(heading.late_penalty)}."


@lru_cache(maxsize=1)
def _template() -> Template:
    here = files("autograder.feedback")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    environment.globals["style"] = Markup(here.joinpath("page.css").read_text(encoding="utf-8"))
    return environment.from_string(here.joinpath("page.html.j2").read_text(encoding="utf-8"))


def _headings_in_order(html: str) -> str:
    """No heading more than one level below the one before: who listens to a page walks by its headings."""
    level = 0

    def mended(found: re.Match[str]) -> str:
        nonlocal level
        if not found[1]:
            level = min(int(found[2]), level + 1)
        return f"<{found[1]}h{level}"

    return re.sub(r"<(/?)h([1-6])(?=[ >])", mended, html)
