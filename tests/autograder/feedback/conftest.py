"""Notebooks to make pages of, and a browser that tells what a page did."""

import pytest

from autograder.feedback.marks import Heading, Mark
from autograder.feedback.page import page

HEADING = Heading("05_backpropagation", "lesson", "Ada Lovelace", 3.0, 5.0)


def markdown(source, **more):
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source, **more}


def code(source, *outputs, grade_id=None, tags=(), **known):
    metadata = {"tags": list(tags)}
    if grade_id is not None:
        metadata["nbgrader"] = {"grade_id": grade_id, "grade": False, "solution": False, "locked": False, **known}
    return {"cell_type": "code", "id": "c", "metadata": metadata, "source": source, "outputs": list(outputs), "execution_count": None}


def notebook(*cells):
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    kinds = {"html": "text/html", "plain": "text/plain", "png": "image/png", "svg": "image/svg+xml", "latex": "text/latex"}
    return {"output_type": "display_data", "metadata": {}, "data": {kinds.get(key, key): value for key, value in data.items()}}


def result(text):
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": text}}


def error(*traceback, ename="ValueError", evalue="it broke"):
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": list(traceback)}


def page_of(*cells, marks=None, heading=HEADING):
    return page(notebook(*cells), marks or {}, heading)


REPORT = {
    "exercise": "backpropagation.relu_forward",
    "points": 1.0,
    "passed": False,
    "headline": "The negative numbers pass.",
    "html": '<div role="group" aria-label="Check"><p>The negative numbers pass.</p><pre>relu_forward(x)</pre></div>',
}
PART = Mark(1.0, 2.0, report=REPORT)
CHECK = 'import dlteach\ndlteach.check("backpropagation.relu_forward", points=2)'


class Visit:
    """A page as a browser shows it, and what it tried to do."""

    def __init__(self, page):
        self.page, self.requests, self.dialogs, self.said = page, [], [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("console", lambda message: self.said.append(message.text))

    def loaded(self):
        """What was asked for from anywhere but the page itself."""
        return [address for address in self.requests if not address.startswith(("data:", "file:"))]


@pytest.fixture
def visit(chromium, tmp_path):
    """Open HTML in a browser: ``visit(html, theme="dark", width=400)``."""
    contexts = []

    def visit(html, theme="light", width=1000):
        path = tmp_path / f"page-{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        contexts.append(chromium.new_context(color_scheme=theme, viewport={"width": width, "height": 900}))
        visited = Visit(contexts[-1].new_page())
        visited.page.goto(path.as_uri())
        return visited

    yield visit
    for context in contexts:
        context.close()
