"""A cell's outputs as harmless HTML: the richest form of each that needs no script and no address."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from markupsafe import Markup

from autograder.feedback.ansi import ansi, without
from autograder.feedback.clean import clean, image
from autograder.feedback.hidden import shows
from autograder.feedback.kept import kept
from autograder.feedback.markdown import markdown
from autograder.feedback.plain import head, plain, tag, tail
from autograder.feedback.tex import math

MOST_TEXT, MOST_HTML, MOST_TAGS, MOST_PICTURE, MOST_OUTPUTS = 20_000, 200_000, 10_000, 4_000_000, 200
LONG = 40
"""Lines of text; more of them are folded."""

_HELD_BACK = Markup('<p class="note">This output is held back: it shows a part of the hidden tests.</p>')
_WIDGET = "application/vnd.jupyter.widget-view+json"


def outputs(cell: dict[str, Any], hidden: frozenset[str] = frozenset()) -> list[Markup]:
    """The outputs of a code cell, without those in which a line of the hidden tests can be read."""
    found = [output for output in _listed(cell.get("outputs")) if isinstance(output, dict)]
    shown = []
    for output in _joined(found[:MOST_OUTPUTS]):
        html = _output(output)
        if html:
            shown.append(_HELD_BACK if hidden and shows(_all_text(output), hidden) else html)
    if len(found) > MOST_OUTPUTS:
        shown.append(tag("p", f"{len(found) - MOST_OUTPUTS} more outputs are not shown.", class_="note"))
    return shown


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The outputs, with the parts of a stream that follow each other as one."""
    waiting: dict[str, Any] | None = None
    for output in found:
        stream = output.get("output_type") == "stream"
        if waiting and stream and output.get("name") == waiting["name"]:
            waiting["text"] += _raw(output.get("text"))
            continue
        if waiting:
            yield waiting
        waiting = {"output_type": "stream", "name": output.get("name"), "text": _raw(output.get("text"))} if stream else None
        if not stream:
            yield output
    if waiting:
        yield waiting


def _raw(value: Any) -> str:
    """Text with its terminal commands."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _all_text(output: dict[str, Any]) -> str:
    """Whatever of an output can be read, as one text; markup also as it would be read."""
    data = output.get("data")
    forms = data.items() if isinstance(data, dict) else []
    parts = [output.get("text"), output.get("ename"), output.get("evalue"), *_listed(output.get("traceback"))]
    parts += [value for kind, value in forms if kind == "image/svg+xml" or not str(kind).startswith("image/")]
    text = without("\n".join(_raw(part) for part in parts))
    return f"{text}\n{unescape(re.sub('<[^>]*>', '', text))}"


def _output(output: dict[str, Any]) -> Markup | None:
    kind = output.get("output_type")
    if kind == "stream":
        label = "Warnings and errors" if output.get("name") == "stderr" else "Output"
        return _text(output["text"], label, "stderr" if output.get("name") == "stderr" else "stdout")
    if kind == "error":
        return _error(output)
    data = output.get("data")
    return _richest(data) if kind in ("display_data", "execute_result") and isinstance(data, dict) else None


def _text(text: str, label: str, look: str) -> Markup | None:
    if not text.strip():
        return None
    pre = tag("pre", ansi(head(text.rstrip("\n"), MOST_TEXT)), class_=look)
    lines = text.count("\n") + 1
    return _folded(f"{label}, {lines} lines", pre) if lines > LONG else pre


def _folded(summary: str, inside: Markup) -> Markup:
    return tag("details", tag("summary", summary) + inside)


def _error(output: dict[str, Any]) -> Markup:
    """The error's last line first, then the whole of it."""
    said = without(": ".join(part for part in (_raw(output.get("ename")), _raw(output.get("evalue"))) if part)) or "An error"
    traceback = "\n".join(_raw(part) for part in _listed(output.get("traceback"))[:200])
    line = tag("p", head(said, 500), class_="error")
    if not traceback.strip():
        return line
    pre = tag("pre", ansi(tail(traceback, MOST_TEXT)), class_="traceback")
    lines = traceback.count("\n") + 1
    return line + (_folded(f"Where it happened, {lines} lines", pre) if lines > LONG else pre)


def _richest(data: dict[str, Any]) -> Markup | None:
    for kind, shown in _FORMS.items():
        if kind in data and (html := shown(data[kind], data)):
            return html
    if _WIDGET in data:
        return Markup('<p class="note">An interactive picture; it moves in the notebook only.</p>')
    return tag(
        "p", f"An output that this page cannot show: {', '.join(sorted(plain(str(kind))[:60] for kind in data)[:5])}.", class_="note"
    )


def _html(value: Any, data: dict[str, Any]) -> Markup | None:
    source = plain(value)
    if len(source) > MOST_HTML or source.count("<") > MOST_TAGS:
        return None
    html = _cleaned(source)
    if not re.search(r"<(?:img|svg)\b", html) and not re.sub(r"<[^>]*>|\s", "", html):
        return None
    return tag("div", Markup(html), class_="html", tabindex="0", role="group", aria_label="Output")


@kept(longest=4000, entries=1024)
def _cleaned(source: str) -> str:
    return clean(source)


def _picture(value: Any, data: dict[str, Any]) -> Markup | None:
    address = image(_raw(value)) if len(_raw(value)) <= MOST_PICTURE else None
    return Markup('<img src="{}" alt="{}">').format(address, _alternative(data)) if address else None


def _svg(value: Any, data: dict[str, Any]) -> Markup | None:
    """As a picture, an SVG has no scripts and loads nothing."""
    source = plain(value)
    if not source.strip() or len(source) > MOST_PICTURE:
        return None
    address = "data:image/svg+xml;base64," + base64.b64encode(source.encode()).decode("ascii")
    return Markup('<img src="{}" alt="{}">').format(address, _alternative(data))


def _alternative(data: dict[str, Any]) -> str:
    told = plain(data.get("text/plain")).strip()
    return told[:300] if told and not told.startswith("<") else "Picture that this cell made"


def _markdown(value: Any, data: dict[str, Any]) -> Markup | None:
    source = plain(value)
    return tag("div", markdown(source), class_="md") if source.strip() else None


def _latex(value: Any, data: dict[str, Any]) -> Markup | None:
    source = plain(value).strip().removeprefix("\\displaystyle").strip("$ \n")
    source = source.removeprefix("\\displaystyle")
    return tag("div", Markup(math(source, block=True)), class_="md") if source else None


def _plain(value: Any, data: dict[str, Any]) -> Markup | None:
    return _text(_raw(value), "Result", "result")


_FORMS = {
    "text/html": _html,
    "image/png": _picture,
    "image/jpeg": _picture,
    "image/gif": _picture,
    "image/webp": _picture,
    "image/svg+xml": _svg,
    "text/markdown": _markdown,
    "text/latex": _latex,
    "text/plain": _plain,
}
"""Ways to show an output, the best first. What is in none of them (scripts, widgets' states) is not shown."""
