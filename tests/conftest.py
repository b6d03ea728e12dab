"""What the tests of authoring, autograder and the command line share: a real environment to run real commands in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # read when NumPy and PyTorch are imported, which is later
    os.environ.setdefault(variable, "1")  # tests run side by side already; threads of small products only wait for each other

TESTS = Path(__file__).parent
OWN = TESTS / "own"
"""A lesson that is not ours, with its entry point: put on the path, it is installed."""


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """The environment of a user who installed dlteach, nbgrader and the lesson in tests/own, and has no settings of their own."""
    pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    python_path = os.pathsep.join([str(OWN), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    settings = {"JUPYTER_CONFIG_DIR": str(tmp_path_factory.mktemp("jupyter")), "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "120"}
    return {**os.environ, "PATH": path, "PYTHONPATH": python_path, **settings}


@pytest.fixture(scope="session")
def run(environment):
    """Run a command and return what it printed and its exit status: ``run("nbgrader", "export", cwd=course)``."""

    def run(*command, cwd=None, ok=True, patience=600, **more):
        command = [str(part) for part in command]
        if command[0] == "dlteach":
            command[:1] = [sys.executable, "-m", "dlteach.cli"]
        done = subprocess.run(command, cwd=cwd, env={**environment, **more}, capture_output=True, text=True, timeout=patience, check=False)
        if ok:
            assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, the one the system has. One for all: two at once in one process, and the second would not start."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install 'dlteach[dev]')")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium here (on Debian and Ubuntu: apt install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--js-flags=--expose-gc"])
        yield browser
        browser.close()
