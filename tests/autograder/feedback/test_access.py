"""Who cannot see, cannot use a mouse, reads in the dark, on a telephone or on paper can use a page as well."""

import json

import pytest

from autograder.feedback.marks import Heading, Mark
from dlteach.authoring.places import lessons_folder
from dlteach.checking.report import Line, Report, Story
from tests.autograder.feedback.conftest import code, display, error, markdown, page_of, stream
from tests.autograder.feedback.conftest import notebook as notebook_of

pytestmark = pytest.mark.slow


def violations(visited):
    """What axe-core objects to, rule by rule, with the elements."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed (pip install 'dlteach[dev]')"
    )
    found = axe.Axe().run(visited.page).response["violations"]
    return [(each["id"], [node["html"][:200] + " " + node["failureSummary"] for node in each["nodes"]]) for each in found]


def report(name, points, most):
    lines = (Line("out", "the output, `out`", points, most),)
    story = Story(
        f"backpropagation.{name}",
        "`out` is wrong.",
        hint="Look at the sign.",
        call=f"{name}(1)",
        got=1,
        expected=2,
        shows_values=True,
        lines=lines,
        printed="it printed",
        right=points == most,
    )
    made = Report(points, most, story)
    return {**made.as_dict(), "html": made.html(), "text": str(made)}


def lesson():
    """Lesson 05 as it is handed out, marked: some parts right, some not, some open."""
    from autograder.feedback.page import page

    notebook = json.loads((lessons_folder() / "05_backpropagation.ipynb").read_text(encoding="utf-8"))
    graded = [cell["metadata"]["nbgrader"] for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    marks = {}
    for place, known in enumerate(graded):
        most = float(known["points"])
        points = most * (place % 3) / 2
        said = report(known["grade_id"].removeprefix("check-"), points, most)
        marks[known["grade_id"]] = Mark(
            points, most, report=said, comment="See $x^2$." if place == 1 else "", message="Many met this." if place == 2 else ""
        )
    heading = Heading("05_backpropagation", "lesson", "Ada Lovelace", 9.0, 21.0, 1.0, "2025-03-01 12:00", ("A remark.",))
    return page(notebook, marks, heading), marks


def everything():
    table = "<table class='dataframe'><tr>" + "<th>column</th>" * 40 + "</tr><tr>" + "<td>1234567</td>" * 40 + "</tr></table>"
    colours = "".join(f"\x1b[{code}mcolour {code}\x1b[0m " for code in [*range(30, 38), *range(90, 98), 41, 7])
    cells = [
        markdown("### Deep first\n\n$$" + "x + " * 60 + "1$$\n\n> quoted\n\n| a |\n|---|\n| 1 |"),
        code(
            "def f(x):\n    '''doc'''\n    return len(x) + 1  # so",
            stream(colours),
            stream("careful", "stderr"),
            grade_id="f",
            solution=True,
        ),
        code(
            "f()",
            error("\x1b[31mValueError\x1b[0m: no", *["line"] * 60),
            display(html=table),
            display(html="<p>said</p>"),
            display(svg="<svg/>"),
        ),
        code("assert f", grade_id="test", grade=True),
        code("play()", tags=["play"]),
        code("test", grade_id="open", grade=True),
    ]
    marks = {
        "test": Mark(0.5, 1.0, comment="a comment", message="a message"),
        "open": Mark(None, 2.0, needs_manual=True),
        "gone": Mark(0.0, 1.0),
    }
    return page_of(*cells, marks=marks)


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [lambda: lesson()[0], everything], ids=["lesson", "everything"])
def test_axe_finds_nothing(visit, make, theme, width):
    visited = visit(make(), theme, width)
    visited.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert violations(visited) == []


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_nothing_is_wider_than_the_window(visit, width):
    visited = visit(everything(), width=width)
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_lesson_is_shown_whole(visit):
    html, marks = lesson()
    visited = visit(html)
    assert visited.page.locator("main section.result").count() == len(marks) == 11
    assert visited.page.locator("nav li").count() == 11
    assert visited.page.locator("math").count() > 50
    assert visited.page.locator("details.play").count() > 10
    assert visited.page.get_by_text("dlteach.check(").count() == 0
    assert (visited.loaded(), visited.said) == ([], [])


def test_a_listed_part_leads_to_its_report_and_back(visit):
    visited = visit(lesson()[0])
    link = visited.page.get_by_role("link", name="softmax_cross_entropy")
    link.focus()
    visited.page.keyboard.press("Enter")
    target = visited.page.locator(":target")
    assert "softmax_cross_entropy" in target.inner_text()
    target.get_by_role("link", name="All points").click()
    assert visited.page.locator(":target").inner_text() == "Your points"


def test_the_keyboard_reaches_the_notebook_at_once(visit):
    visited = visit(lesson()[0])
    visited.page.keyboard.press("Tab")
    assert visited.page.evaluate("document.activeElement.innerText") == "Skip to your notebook"


def test_landmarks_and_headings_tell_the_page(visit):
    visited = visit(everything())
    tree = visited.page.locator("body").aria_snapshot()
    for part in (
        "- banner:",
        '- navigation "Your points":',
        "- main:",
        '- region "Result of test":',
        '- heading "05_backpropagation" [level=1]',
    ):
        assert part in tree, tree
    levels = visited.page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(each => +each.tagName[1])")
    assert levels == [1, 2, 2, 3]


def test_points_are_said_in_words_not_by_colour_alone(visit):
    visited = visit(everything())
    assert "0.5 of 1 point" in visited.page.get_by_role("navigation").inner_text()


def test_it_prints_without_links_back(visit):
    visited = visit(lesson()[0])
    visited.page.emulate_media(media="print")
    assert not visited.page.get_by_text("↑ All points").first.is_visible()


def test_a_notebook_without_cells_is_a_page(visit):
    assert violations(visit(page_of())) == []
    assert notebook_of()["cells"] == []
