"""A widget in an executed notebook: in a page that nbconvert makes, and in an nbgrader feedback page, there is its picture."""

import json
import re

import nbformat
import pytest

from tests.conftest import OWN
from tests.submissions import answered, hand_in

nbconvert = pytest.importorskip("nbconvert", reason="the extra 'grade' is not installed")
pytestmark = pytest.mark.slow

SHOW = "from tests.widgets import samples\nsamples.descent(own=True)"
CAPTION = "20 steps down a parabola. From step 7 on, your step is twice ours."
VIEW = "application/vnd.jupyter.widget-view+json"


def executed(tmp_path, **options):
    """A notebook with one widget, after it was run."""
    from nbconvert.preprocessors import ExecutePreprocessor

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SHOW)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    ExecutePreprocessor(timeout=120, **options).preprocess(notebook, {"metadata": {"path": "."}})
    return notebook


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    return executed(tmp_path_factory.mktemp("run"), store_widget_state=False)


@pytest.fixture(scope="module")
def page(notebook):
    from nbconvert import HTMLExporter

    return HTMLExporter().from_notebook_node(notebook)[0]


def test_the_output_has_a_face_for_everyone_and_the_notebook_holds_no_state(notebook):
    (output,) = notebook.cells[0].outputs
    assert set(output.data) == {VIEW, "text/html", "image/png", "text/plain"}
    assert output.data["text/plain"] == "Down the parabola. At step 0, x is 4.00 and the loss is 8.00."
    assert "widgets" not in notebook.metadata
    assert len(json.dumps(notebook)) < 600_000


def test_the_page_shows_picture_text_and_caption(page):
    figure = re.search(r'<figure class="dlteach-figure".*?</figure>', page, re.S)[0]
    assert 'alt="Down the parabola. The parabola: x across, y up.' in figure
    assert 'src="data:image/png;base64,' in figure
    assert f"<figcaption>{CAPTION}</figcaption>" in figure
    assert VIEW not in page
    assert "http" not in figure


def test_with_the_network_blocked_the_picture_is_there(page, chromium, tmp_path):
    path = tmp_path / "lesson.html"
    path.write_text(page, encoding="utf-8")
    context = chromium.new_context(offline=True)
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri(), wait_until="domcontentloaded")
    image = opened.locator("figure.dlteach-figure img")
    assert image.is_visible()
    assert image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 500
    assert image.bounding_box()["width"] > 300
    assert opened.get_by_text(CAPTION).is_visible()
    assert opened.get_by_role("img", name=re.compile("^Down the parabola")).count() == 1
    assert not [url for url in asked if "widget" in url or "anywidget" in url]
    context.close()


def test_a_latex_page_has_the_picture_too(notebook):
    from nbconvert import LatexExporter

    _, resources = LatexExporter().from_notebook_node(notebook)
    (picture,) = (data for name, data in resources["outputs"].items() if name.endswith(".png"))
    assert picture.startswith(b"\x89PNG")


def test_what_grades_stores_no_widgets_and_takes_away_those_that_came():
    pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")
    from nbgrader.preprocessors import Execute
    from traitlets.config import Config

    from dlteach.authoring.grading_config import configure
    from dlteach.authoring.grading_steps import CleanMetadata

    config = Config()
    configure(config)
    assert Execute(config=config).store_widget_state is False
    submitted = nbformat.v4.new_notebook(metadata={"widgets": {"anything": 1}, "language_info": {"name": "python"}})
    cleaned, _ = CleanMetadata().preprocess(submitted, {})
    assert cleaned.metadata == {"language_info": {"name": "python"}}


@pytest.mark.xdist_group("feedback with a widget")
def test_a_feedback_page_shows_the_picture(run, tmp_path):
    from dlteach.authoring import build_release
    from tests.own.ownlesson import LESSON

    course, sources = tmp_path / "dl101", OWN / "sources"
    run("dlteach", "course", "init", course, "--lessons", "90", "--sources", sources)
    config = course / "nbgrader_config.py"  # in the jail nothing of our tests can be imported
    config.write_text(config.read_text(encoding="utf-8").replace("run_in_jail(c)", ""), encoding="utf-8")
    submission = answered(build_release(LESSON, sources), {"row_sums": f"def row_sums(x):\n    return x.sum(axis=1)\n\n{SHOW}"})
    submission.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}}
    hand_in(course, "ada", "90_rows", submission)
    run("nbgrader", "generate_assignment", "90_rows", cwd=course)
    run("nbgrader", "autograde", "90_rows", "--create", cwd=course)
    run("nbgrader", "generate_feedback", "90_rows", cwd=course)
    graded = nbformat.read(course / "autograded" / "ada" / "90_rows" / "90_rows.ipynb", as_version=4)
    page = (course / "feedback" / "ada" / "90_rows" / "90_rows.html").read_text(encoding="utf-8")
    assert "widgets" not in graded.metadata
    assert re.search(r'<figure class="dlteach-figure".*?<img alt="Down the parabola\..*?</figure>', page, re.S)
    assert VIEW not in page
