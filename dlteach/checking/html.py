"""The report as a card in a notebook: plain HTML with its styles inside, in the colours of the reader's theme."""

from __future__ import annotations

import re
from html import escape

import numpy as np

from dlteach.checking.report import MANY, Line, Report, first_difference, score_text
from dlteach.checking.words import array_text

GREEN, AMBER, RED = "#009e73", "#e69f00", "#d55e00"
CARD = (
    "border:1px solid var(--jp-border-color2, #ccc);border-left:6px solid {colour};border-radius:4px;"
    "padding:10px 14px;margin:4px 0;max-width:60em;"
    "font-family:var(--jp-content-font-family, sans-serif);line-height:1.45;"
    "color:var(--jp-content-font-color1, #222);background:var(--jp-layout-color0, #fff)"
)
PRE = (
    "margin:4px 0 8px;padding:6px 10px;overflow:auto;background:var(--jp-layout-color2, #f3f3f3);color:inherit;"
    "font-family:var(--jp-code-font-family, monospace);font-size:0.92em"
)
SMALL = "font-size:0.9em;opacity:0.85"


def card(report: Report) -> str:
    """The whole report as one ``<div>``."""
    story = report.story
    name = story.exercise.rpartition(".")[2]
    parts = [
        f'<div style="display:flex;justify-content:space-between;gap:1em"><strong>{report.mark} {escape(name)}</strong>'
        f"<span>{score_text(report)}</span></div>",
        f'<p style="margin:6px 0"><strong>{rich(story.headline)}</strong></p>',
    ]
    parts += [f'<p style="margin:6px 0">Also: {rich(detail)}</p>' for detail in story.details]
    parts += _evidence(report)
    if story.hint:
        parts.append(f'<p style="margin:8px 0"><strong>Hint.</strong> {rich(story.hint)}</p>')
    if story.lines and not report.passed:
        rows = "".join(_criterion(line) for line in story.lines)
        parts.append(f'<ul style="list-style:none;margin:8px 0 0;padding:0">{rows}</ul>')
    parts += _aside(report)
    colour = GREEN if report.passed else AMBER if report.points > 0 else RED
    label = f"Check of {name}: {score_text(report)}"
    return f'<div role="group" aria-label="{escape(label)}" style="{CARD.format(colour=colour)}">{"".join(parts)}</div>'


def _evidence(report: Report) -> list[str]:
    story = report.story
    parts = []
    if story.call:
        parts.append(f'<div style="{SMALL}">The smallest call that shows it:</div><pre style="{PRE}">{escape(story.call)}</pre>')
    if story.where and (story.picture or np.size(story.expected) > MANY):
        parts.append(f'<div style="margin:4px 0">{first_difference(story)}</div>')
    elif story.shows_values:
        cell = 'style="text-align:left;vertical-align:top;padding:0 1.5em 0 0;background:none;border:none"'
        heads = "".join(f'<th scope="col" {cell}>{word}</th>' for word in ("got", "expected"))
        values = "".join(f'<td {cell}><pre style="{PRE}">{escape(array_text(v))}</pre></td>' for v in (story.got, story.expected))
        style = "border-collapse:collapse;margin:0;color:inherit;font-size:inherit"
        parts.append(f'<table style="{style}"><tr>{heads}</tr><tr>{values}</tr></table>')
    if story.picture:
        parts.append(f'<div style="margin:6px 0">{story.picture}</div>')
    return parts


def _criterion(line: Line) -> str:
    return f"<li>{line.mark} {rich(line.says)}: {line.points:.4g} of {line.max_points:.4g}{rich(line.note)}</li>"


def _aside(report: Report) -> list[str]:
    """What costs nothing: output, warnings, notes."""
    story = report.story
    parts = [f'<p style="margin:6px 0;{SMALL}">{rich(note)}</p>' for note in story.notes]
    folded = "\n".join([*story.warned, *([story.printed] if story.printed else [])])
    if folded:
        what = " and ".join(word for word, there in (("warnings", story.warned), ("output", story.printed)) if there)
        summary = f"<summary>Its {what} (cost nothing)</summary>"
        parts.append(f'<details style="margin-top:6px;{SMALL}">{summary}<pre style="{PRE}">{escape(folded)}</pre></details>')
    return parts


_MARKED = re.compile(r"`(?P<code>[^`]+)`|(?<![\w*])\*(?P<stressed>[A-Za-z][A-Za-z ]*)\*(?![\w*])")


def rich(text: str) -> str:
    """Escape a sentence; what stands in backticks is set as code, words between stars are stressed."""

    def marked(match: re.Match[str]) -> str:
        return f"<code>{match['code']}</code>" if match["code"] else f"<em>{match['stressed']}</em>"

    return _MARKED.sub(marked, escape(text, quote=False))
