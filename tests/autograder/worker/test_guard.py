"""What a student's code replaces in the libraries is put back before a graded cell, and named. What ordinary code does is left alone."""

import pytest

from tests.autograder.worker.answers import errors, shown

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]

TRICKS = {
    "numpy.allclose": ("import numpy as np\nnp.allclose = lambda *a, **k: True", "import numpy as np\nassert np.allclose(1, 2)"),
    "numpy.testing.assert_allclose": (
        "import numpy as np\nnp.testing.assert_allclose = print",
        "from numpy.testing import assert_allclose\nassert_allclose(1, 2)",
    ),
    "the code of numpy.testing.assert_equal": (
        "import numpy as np\nnp.testing.assert_equal.__code__ = (lambda *a, **k: None).__code__",
        "from numpy.testing import assert_equal\nassert_equal(1, 2)",
    ),
    "numpy.linalg.norm": ("import numpy as np\nnp.linalg.norm = lambda x: 0.0", "import numpy as np\nassert np.linalg.norm([3, 4]) == 0"),
    "math.isclose": ("import math\nvars(math)['isclose'] = lambda *a: True", "import math\nassert math.isclose(1, 2)"),
    "hashlib.sha1": ("import hashlib\nhashlib.sha1 = hashlib.md5", "import hashlib\nassert hashlib.sha1().name == 'md5'"),
    "the module numpy": ("import sys\nsys.modules['numpy'] = type(sys)('numpy')", "import numpy\nassert not hasattr(numpy, 'array')"),
    "unittest.case.TestCase.assertEqual": (
        "import unittest\nunittest.TestCase.assertEqual = lambda *a: None",
        "import unittest\nunittest.TestCase().assertEqual(1, 2)",
    ),
    "get_ipython().showtraceback": ("get_ipython().showtraceback = lambda *a, **k: None", "assert False"),
    "get_ipython().run_cell": ("get_ipython().run_cell = lambda *a, **k: None", "assert False"),
    "autograder.worker.shell.ZMQInteractiveShell.run_code": (
        "async def run_code(self, *a, **k): return False\ntype(get_ipython()).run_code = run_code",
        "assert False",
    ),
    "IPython.core.interactiveshell.InteractiveShell.run_ast_nodes": (
        "from IPython.core.interactiveshell import InteractiveShell\nasync def nothing(self, *a, **k): return False\n"
        "InteractiveShell.run_ast_nodes = nothing",
        "assert False",
    ),
    "get_ipython().ast_transformers": (
        "class Nothing:\n    def visit(self, node):\n        node.body = []\n"
        "        return node\nget_ipython().ast_transformers.append(Nothing())",
        "assert False",
    ),
    "get_ipython().input_transformers_post": ("get_ipython().input_transformers_post.append(lambda lines: [])", "assert False"),
    "the class of numpy": (
        "import numpy as np, sys\nclass Lying(type(sys)):\n"
        "    def __getattribute__(self, name): return lambda *a: True\nnp.__class__ = Lying",
        "import numpy as np\nassert np.allclose(1, 2)",
    ),
    "get_ipython().input_transformer_manager.line_transforms": (
        "get_ipython().input_transformer_manager.line_transforms.append(lambda lines: [])",
        "assert False",
    ),
    "get_ipython().displayhook": ("get_ipython().displayhook = print", "assert False"),
    "autograder.worker.outputs.Outputs.error": ("type(get_ipython().outputs).error = lambda *a: None", "assert False"),
}


@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_is_undone_and_named(notebook, name):
    trick, test = TRICKS[name]
    notebook.run(trick)
    answer = notebook.graded(test)
    assert answer["status"] == "error"
    assert f"{name} had been replaced" in answer["tampered"]
    assert notebook.graded("1")["tampered"] == []


def test_a_function_that_watches_every_line_is_taken_away(notebook):
    notebook.run("import sys\nsys.settrace(lambda *a: None)")
    assert notebook.graded("import sys\nassert sys.gettrace() is None")["tampered"] == ["a function was watching every line that runs"]


def test_a_trick_within_a_graded_cell_is_named(notebook):
    notebook.run("import numpy as np\ndef f():\n    np.allclose = lambda *a: True")
    assert notebook.graded("f()\nassert np.allclose(1, 2)")["tampered"] == ["numpy.allclose had been replaced"]


def test_replaced_builtins_are_put_back_after_every_cell(notebook):
    notebook.run("import builtins\nbuiltins.len = lambda x: 5")
    assert shown(notebook.run("len([1])")) == ["1"]


ORDINARY = """
import logging, random, sys, warnings
import numpy as np
import matplotlib
import matplotlib.pyplot as plt
import dlteach
from dlteach import nn
import numpy.polynomial, numpy.fft, unittest.mock, statistics, dlteach.models, scipy
np.random.seed(5); random.seed(5); rng = np.random.default_rng(0)
np.set_printoptions(precision=3, suppress=True); np.seterr(all='raise')
warnings.filterwarnings('ignore'); warnings.simplefilter('error', DeprecationWarning)
logging.basicConfig(level=logging.DEBUG); logging.getLogger('x').addHandler(logging.NullHandler())
plt.rcParams['figure.figsize'] = (3, 3); matplotlib.use('agg'); plt.style.use('ggplot')
sys.setrecursionlimit(2000); sys.path.append('.')
np.my_own = 5; np.random.normal(size=3)
def sum(x): return 0
list = [1]; max = 3; print(sum(list))
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.ast_node_interactivity = 'last_expr'
get_ipython().display_formatter.formatters['text/plain'].for_type(int, lambda x, p, c: p.text('int'))
with unittest.mock.patch('numpy.allclose', lambda *a: True): pass
class Mine(unittest.TestCase):
    def test(self): self.assertEqual(1, 1)
unittest.main(argv=[''], exit=False)
dlteach.progress()
"""


def test_ordinary_code_is_neither_flagged_nor_undone(notebook):
    notebook.run(
        *ORDINARY.strip().replace(", scipy", "").split("\n", 1),
        "%matplotlib inline",
        "%load_ext autoreload",
        "%config InlineBackend.figure_format = 'svg'",
    )
    answer = notebook.graded(
        "np.get_printoptions()['precision'], plt.rcParams['figure.figsize'], np.my_own, logging.getLogger().level, sum([1])"
    )
    assert answer["tampered"] == []
    assert shown(answer) == ["(int, [3.0, 3.0], int, int, int)"]


def test_names_of_the_notebook_are_its_own(notebook):
    notebook.run("len = lambda x: 5")
    answer = notebook.graded("assert len([]) == 5")
    assert (answer["status"], answer["tampered"]) == ("ok", [])


def test_streams_are_whole_again_before_a_graded_cell(notebook):
    notebook.run("import sys, io\nsys.stdout = None\nsys.stderr = io.StringIO()")
    answer = notebook.graded("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert answer["stderr"]
    assert [output["text"] for output in answer["outputs"]] == ["out\n", "err\n"]


def test_an_ungraded_cell_may_send_its_output_elsewhere(notebook):
    answer = notebook.run("import sys, io\nsys.stdout = caught = io.StringIO()", "print('caught')", "caught.getvalue()")
    assert shown(answer) == ["'caught\\n'"]


def test_later_errors_are_errors_although_the_shell_was_patched_in_the_same_cell(notebook):
    answer = notebook.graded("get_ipython().showtraceback = get_ipython()._showtraceback = lambda *a, **k: None\nassert False")
    assert answer["status"] == "error"
    assert errors(answer)
