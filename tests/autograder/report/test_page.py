"""The report as one page: offline, without a script, for everybody to read, and safe whatever students call themselves."""

import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from autograder.report import page, write_page
from autograder.report.model import ClassReport
from tests.autograder.report.made import HOSTILE, report

MADE = datetime(2025, 11, 21, 12, 30)


def test_nothing_is_fetched_and_nothing_can_run():
    html = page(report(hostile="zed"), MADE)
    assert not re.search(r"<script|<link|<img|<iframe|<form|\ssrc=|\son\w+=|javascript:|url\((?!#)|@import|\sstyle=", html)
    assert re.findall(r'href="(.)', html) == ["#"] * html.count("href=")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_everything_that_students_say_is_escaped():
    html = page(report(), MADE)
    assert HOSTILE not in html
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7*7 }}" in html
    assert html.count("&lt;script&gt;") > 10


def test_the_same_report_makes_the_same_page():
    assert page(report(), MADE) == page(report(), MADE)
    assert "21 November 2025, 12:30" in page(report(), MADE)
    assert "<time" not in page(report())


def test_an_empty_class_has_a_page(tmp_path):
    write_page(ClassReport("90_rows"), tmp_path / "page.html")
    assert "No mistake was recognised." in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_page(report(), path, MADE)
    return path


@pytest.fixture
def opened(chromium, path, tmp_path):
    """Open the page and unfold everything; returns the page and what the browser complained about."""
    pages = []

    def opened(theme="light", width=1200):
        shown = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        pages.append(shown)
        complaints = []
        shown.on("console", lambda message: complaints.append(message.text))
        shown.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
        shown.goto(path.as_uri())
        for summary in shown.locator("summary").all():
            summary.click()
        folder = Path(os.environ.get("DLTEACH_SCREENSHOTS", tmp_path))
        shown.screenshot(path=folder / f"report-{theme}-{width}.png", full_page=True)
        return shown, complaints

    yield opened
    for shown in pages:
        shown.close()


@pytest.mark.slow
@pytest.mark.xdist_group("report-page")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 380])
def test_axe_finds_nothing_and_nothing_sticks_out(opened, theme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    shown, complaints = opened(theme, width)
    found = axe.Axe().run(shown).response["violations"]
    assert [(each["id"], [node["html"][:200] + node["failureSummary"] for node in each["nodes"]]) for each in found] == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


@pytest.mark.slow
@pytest.mark.xdist_group("report-page")
def test_the_style_is_the_one_that_the_policy_lets_in(opened):
    shown, _ = opened()
    assert shown.evaluate("getComputedStyle(document.querySelector('.code .renamed .line')).backgroundColor") == "rgb(232, 241, 250)"
    dark, _ = opened("dark")
    assert dark.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 22)"


@pytest.mark.slow
@pytest.mark.xdist_group("report-page")
def test_what_is_drawn_is_also_said(opened):
    shown, _ = opened()
    picture = shown.get_by_role("img")
    assert picture.get_attribute("aria-label") == (
        "How many have how many points. 0 to 1 points: 0 students; 1 to 2 points: 0 students; 2 to 3 points: 0 students; "
        "3 to 4 points: 1 student; 4 to 5 points: 2 students; 5 to 6 points: 0 students; 6 to 7 points: 0 students; "
        "7 to 8 points: 0 students; 8 to 8.5 points: 0 students."
    )
    row = shown.get_by_role("row", name="row_sums").first
    assert row.locator("td").all_inner_texts()[1:] == ["33\xa0%", "0\xa0%", "67\xa0%", "0.6667", "0", "2"]


@pytest.mark.slow
@pytest.mark.xdist_group("report-page")
def test_alike_answers_stand_side_by_side_with_a_sign_for_each_line(opened):
    shown, _ = opened()
    table = shown.locator("table.code").first
    assert table.locator("td.sign").all_inner_texts() == ["·", "≈", "≈", "≈", "≠"]
    assert table.locator("tr").nth(4).locator("mark").all_inner_texts() == ["total", "i", "row", "res", "k", "line"]
    assert "not an accusation" in shown.locator("#similar").inner_text()


@pytest.mark.slow
@pytest.mark.xdist_group("report-page")
def test_paper_shows_what_is_folded(chromium, path):
    shown = chromium.new_page(viewport={"width": 800, "height": 900})
    shown.goto(path.as_uri())
    table = shown.locator("table.code").first
    assert not table.is_visible()
    shown.emulate_media(media="print")
    assert table.bounding_box()["height"] > 50
    shown.close()
