"""From an installed wheel, outside the repository: the lessons are inside, and lab, demo and course init work."""

import os
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile

import pytest

from tests.conftest import TESTS
from tests.servers import answer, server_of

pytest.importorskip("build", reason="the extra 'dev' is not installed")
pytest.importorskip("nbgrader", reason="the extra 'grade' is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # one environment for all tests of this file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    to = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", to, TESTS.parent], check=True, capture_output=True
    )
    return next(to.glob("dlteach-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel, which borrows the packages it needs from the one that runs the tests, but not its dlteach."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    packages = next((folder / "venv").glob("lib/python*/site-packages"))
    pip = [sys.executable, "-m", "pip", "--python", folder / "venv" / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True, capture_output=True)
    borrowed = [path for path in {*site.getsitepackages(), sysconfig.get_path("purelib")} if os.path.isdir(path)]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    share = os.path.join(sys.prefix, "share", "jupyter")
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    config = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_PATH": share, "JUPYTERLAB_DIR": os.path.join(share, "lab")}
    path = os.pathsep.join([str(folder / "venv" / "bin"), os.path.dirname(sys.executable), clean["PATH"]])
    return folder, {**clean, **config, "PATH": path}


def run(installed, *command):
    folder, environment = installed
    command = [folder / "venv" / "bin" / command[0], *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_lessons_solutions_and_licence_and_nothing_of_the_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("dlteach/share/lessons/05_") for name in names)
    assert any(name.startswith("dlteach/share/solutions/05_") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"dlteach", "autograder"}
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "benchmarks"))]


def test_it_is_the_wheel_that_runs(installed):
    where = run(installed, "python", "-c", "import dlteach, autograder; print(dlteach.__file__, autograder.__file__)")
    assert where.count(str(installed[0])) == 2


def test_widgets_have_all_they_need(installed):
    run(installed, "python", "-c", "from dlteach.widgets import explore_descent; explore_descent().export_html('descent.html')")
    page = (installed[0] / "descent.html").read_text(encoding="utf-8")
    assert "Gradient descent" in page
    assert "render(" in page


def test_lab_answers_and_stops(installed):
    folder, environment = installed
    with server_of([folder / "venv" / "bin" / "dlteach", "lab"], folder, environment) as url:
        assert "05_backpropagation.ipynb" in answer(f"{url}/api/contents")
    assert (folder / "dlteach-lessons" / "05_backpropagation.ipynb").is_file()


def test_course_init(installed):
    run(installed, "dlteach", "course", "init", "course")
    sources = installed[0] / "course" / "source"
    assert (sources / "05_backpropagation" / "05_backpropagation.ipynb").is_file()


def test_demo(installed):
    said = run(installed, "dlteach", "demo", "class", "--lesson", "02")
    assert "02_gradient_descent: points" in said
    assert (installed[0] / "class" / "feedback" / "amara" / "02_gradient_descent" / "02_gradient_descent.html").is_file()
