"""A real JupyterLab in a real browser.

with lab.open(cell, another) as notebook:     # a new notebook made of these cells
    widget = notebook.run_all().widget()      # the first widget in it
    widget.slider.press("ArrowRight")
    assert widget.t == 1
"""

import contextlib
import io
import json
import shutil
import sys
import urllib.request
from urllib.parse import quote

from PIL import Image

from tests.servers import TOKEN, server_of

CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage"]
SETTINGS = {  # no news, and one fixed theme, whatever the system prefers
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Light", "adaptive-theme": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},  # what is saved, a test has saved
}

PANEL = "window.jupyterapp.shell.currentWidget"
READY = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return panel?.context?.isReady && panel.context.sessionContext?.session?.kernel?.status === "idle" && panel.content?.widgets?.length > 0;
}"""
STATE = f"""() => {{
  const {{ content }} = {PANEL};
  return {{
    cells: content.widgets.map((cell) => cell.model.type + " " + cell.model.id),
    active: content.activeCellIndex,
    mode: content.mode,
    dialogs: document.querySelectorAll(".jp-Dialog").length,
    focus: Boolean(document.activeElement.closest(".dlteach-widget")),
  }};
}}"""
PAINTED = """[...root.querySelectorAll("canvas.dlteach-panel")].every((canvas) => {
  if (!canvas.width || !canvas.height) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 10; // a blank one has one colour, letters have many
})"""


def find_chromium():
    """The Chromium this system has; None if there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.contextmanager
def jupyterlab(browser, folder, environment):
    """A server with settings of its own and an empty folder for notebooks; stopped at the end."""
    settings, notebooks = folder / "settings", folder / "notebooks"
    (settings / "labconfig").mkdir(parents=True)
    notebooks.mkdir()
    (settings / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    places = {"JUPYTER_CONFIG_DIR": settings, "JUPYTER_DATA_DIR": folder / "data", "IPYTHONDIR": folder / "ipython"}
    environment = {**environment, **{name: str(place) for name, place in places.items()}}
    command = [sys.executable, "-m", "jupyter", "lab", "--LabApp.expose_app_in_browser=True"]
    with server_of(command, notebooks, environment) as url:
        yield Lab(url, browser, notebooks)


class Lab:
    """A running JupyterLab; `folder` is where its notebooks are."""

    def __init__(self, url, browser, folder):
        self.url, self.browser, self.folder = url, browser, folder
        self.count = 0

    def open(self, *cells, **options):
        """Open a new notebook made of these cells."""
        self.count += 1
        path = self.folder / f"notebook{self.count}.ipynb"
        path.write_text(json.dumps(notebook_of(cells)), encoding="utf-8")
        return self.open_file(path.name, **options)

    def open_file(self, name, *, width=1280, height=900, script=""):
        """Open a notebook that is in the folder. A script runs in the page before JupyterLab does."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
        context.set_default_timeout(30_000)
        context.add_init_script(script)
        return Notebook(context.new_page(), self, name).load()

    def request(self, method, path):
        """Ask the server's own interface."""
        request = urllib.request.Request(f"{self.url}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            text = reply.read()
        return json.loads(text) if text else None


def notebook_of(cells):
    """The notebook as it is written to its file."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}, "language_info": {"name": "python"}}
    cells = [{**empty, "id": f"cell-{place}", "source": source} for place, source in enumerate(cells)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


class Notebook:
    """A notebook in the browser; `page` is playwright's.

    At the end of a `with` its page is closed and its kernel ends: kernels outlive their pages.
    """

    def __init__(self, page, lab, name):
        self.page, self.lab, self.name = page, lab, name
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.context.close()
        for session in self.lab.request("GET", "api/sessions"):
            if session["path"] == self.name:
                self.lab.request("DELETE", f"api/sessions/{session['id']}")

    def load(self):
        """Load the page, or load it anew, and wait until its kernel is ready."""
        self.page.goto(f"{self.lab.url}/doc/tree/{quote(self.name)}?token={TOKEN}&reset", wait_until="commit")
        self.page.wait_for_function(READY, timeout=60_000)
        return self

    def run_all(self):
        """Run all cells, and wait until they are done, or one has failed."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        return self

    def start(self, place):
        """Run one cell, and do not wait."""
        self.page.evaluate(
            f"""(place) => {{
              {PANEL}.content.activeCellIndex = place;
              window.jupyterapp.commands.execute("notebook:run-cell");
            }}""",
            place,
        )

    def wait_for_cell(self, place):
        """Wait until a cell has run."""
        self.page.wait_for_function(f"(place) => {PANEL}.content.widgets[place].model.executionState === 'idle'", arg=place)

    def command(self, name, **arguments):
        """Execute a command of JupyterLab's, as its menus do."""
        self.page.evaluate("async ([name, given]) => { await window.jupyterapp.commands.execute(name, given); }", [name, arguments])

    def session(self, action):
        """What is between page and kernel: `session("restartKernel")`, `session("shutdown")`."""
        self.page.evaluate(f"async () => {{ await {PANEL}.context.sessionContext.{action}(); }}")

    def state(self):
        """What a shortcut might change: the cells, which one is active, the mode, and whether the focus is in a widget."""
        return self.page.evaluate(STATE)

    def printed(self, place):
        """What a cell has printed."""
        outputs = self.page.evaluate(f"(place) => {PANEL}.content.widgets[place].model.sharedModel.getOutputs()", place)
        return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")

    def widgets(self):
        """All widgets in the page, from top to bottom."""
        return [Widget(self.page, root) for root in self.page.locator(".dlteach-widget").all()]

    def widget(self, place=0):
        """A widget (-1 is the last), scrolled to, and painted."""
        widget = Widget(self.page, self.page.locator(".dlteach-widget").nth(place))
        widget.root.scroll_into_view_if_needed()
        widget.wait_until_painted()
        return widget


class Widget:
    """One of our widgets in the page; `root` is a locator."""

    def __init__(self, page, root):
        self.page, self.root = page, root
        self.player = root.get_by_role("group", name="Player")
        self.slider = self.player.get_by_role("slider")
        self.knobs = root.locator(".dlteach-knobs")

    def number(self, name):
        return int(self.root.get_attribute(f"data-{name}"))

    @property
    def t(self):
        """The frame that is painted."""
        return self.number("t")

    @property
    def seq(self):
        """Of which trace, counted in Python's replies, it is a frame."""
        return self.number("seq")

    def wait(self, condition):
        """Wait until something holds: a JavaScript expression about `root`."""
        self.page.wait_for_function(f"(root) => {condition}", arg=self.root.element_handle())

    def words(self):
        """All that is said about the frame: its sentence, and the equation with its numbers."""
        return " ".join(self.root.locator(".dlteach-sentence, .dlteach-equation").all_inner_texts())

    def notice(self):
        """What is said about Python, if anything is."""
        return self.root.locator(".dlteach-notices").inner_text()

    def canvases(self):
        return self.root.locator("canvas.dlteach-panel").all()

    def wait_until_painted(self):
        """Wait until none of its canvases is blank."""
        self.wait(PAINTED)

    def corners(self):
        """For each canvas how bright its upper left corner is on the screen: 0 black, 255 white."""
        pictures = [Image.open(io.BytesIO(canvas.screenshot())).convert("L") for canvas in self.canvases()]
        return [picture.getpixel((2, 2)) for picture in pictures]

    def turn_a_knob(self, wait=True):
        """Move the first slider among the knobs by one, and wait for the new trace."""
        knob, before = self.knobs.get_by_role("slider").first, self.seq
        knob.press("ArrowLeft" if knob.input_value() == knob.get_attribute("max") else "ArrowRight")
        if wait:
            self.wait(f"root.dataset.seq > {before}")
