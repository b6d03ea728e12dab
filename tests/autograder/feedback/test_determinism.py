"""The same notebook gives the same bytes, in any process; and a cell that was seen before costs nothing."""

import hashlib
import os
import subprocess
import sys

from autograder.feedback import highlight, markdown
from autograder.feedback.marks import Mark
from tests.autograder.feedback.conftest import code, display, error, page_of, stream
from tests.autograder.feedback.conftest import markdown as text_cell


def sample():
    cells = [
        text_cell("# Title\n\n$x^2$ and `code`\n\n<p style='color:red;margin:0' title='t' dir='ltr'>a</p>"),
        code(
            "def f(x): return x",
            stream("\x1b[1;31;42mred\x1b[0m"),
            error("a"),
            display(**{"a/b": 1, "c/d": 2}),
            grade_id="f",
            solution=True,
        ),
    ]
    return page_of(*cells, marks={"f": Mark(1.0, 2.0, comment="*so*")})


def test_twice_the_same():
    assert sample() == sample()


def test_another_process_writes_the_same():
    script = "from tests.autograder.feedback.test_determinism import *; print(hashlib.sha256(sample().encode()).hexdigest())"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == hashlib.sha256(sample().encode()).hexdigest()


def test_cells_that_are_the_same_for_every_student_are_rendered_once(monkeypatch):
    source, mine = "A text *of the lesson*, number 4711.", "def f(x): return 4711"
    first = page_of(text_cell(source), code(mine))
    monkeypatch.setattr(markdown, "_render", None)
    monkeypatch.setattr(highlight, "_TOKEN", None)
    assert page_of(text_cell(source), code(mine)) == first


def test_very_long_texts_are_not_kept():
    from autograder.feedback.kept import kept

    made = []
    make = kept(longest=3, entries=10)(lambda text: made.append(text))
    for text in ("abc", "abc", "abcd", "abcd"):
        make(text)
    assert made == ["abc", "abcd", "abcd"]


def test_a_page_needs_no_nbconvert():
    script = "import sys; import autograder.feedback.page; print({'nbconvert', 'numpy', 'IPython', 'nbformat'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
