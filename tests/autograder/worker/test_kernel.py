"""Cells put out here what they put out in a real kernel."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]

CELLS = [
    "import os, sys, threading, time, warnings\nimport numpy as np\nx = np.arange(3)\nx",
    "print('a'); print('b', file=sys.stderr); print('c', end='')",
    "1/0",
    "def f(a):\n    return g(a)\ndef g(a):\n    raise ValueError('no')\nf(3)",
    "try:\n    f(1)\nexcept ValueError as error:\n    raise KeyError('second') from error",
    "assert np.allclose(1, 2), 'not close'",
    "x = = 3",
    "  indented\nnot",
    "return 5",
    "%%capture caught\nprint('hidden')\n7",
    "caught.stdout",
    "%%time\n5",
    "%timeit -n1 -r1 pass",
    "%nosuch",
    "%%nosuch\nbody",
    "len?",
    "from IPython.display import HTML, Markdown, clear_output, display, update_display\ndisplay(HTML('<b>x</b>'), Markdown('*a*'))",
    "display({'text/plain': 'raw', 'application/json': {'a': [1, 2.5, None]}}, raw=True)",
    "display(1)\nclear_output()\ndisplay(2)\n3",
    "display(1)\nclear_output(wait=True)",
    "handle = display('one', display_id='a')\nhandle.update('two')",
    "update_display('three', display_id='nobody')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "figure, axes = plt.subplots()\naxes.plot([1, 2])\nplt.show()\nprint('after')",
    "plt.figure(); raise KeyError('k')",
    "import asyncio\nawait asyncio.sleep(0.01)\n'done'",
    "asyncio.run(time.sleep(0))",
    "asyncio.get_running_loop() is not None",
    "await asyncio.gather(5)",
    "class A:\n    def __repr__(self): raise RuntimeError('bad repr')\nA()",
    "class B:\n    def _repr_html_(self): return '<i>b</i>'\n    def __repr__(self): return 'B!'\nB()",
    "sys.displayhook(5)\nsys.displayhook('q')",
    "_, __, In[1], Out[1], _1, _i1, __name__, __doc__",
    "None",
    "'semicolon';",
    "warnings.warn('careful')",
    "np.float64(1) / 0",
    "os.write(1, b'raw'); os.write(2, b'error')\nNone",
    "import ipywidgets; ipywidgets.IntSlider(value=3)",
    "out = ipywidgets.Output()\nwith out:\n    print('in the widget')\n    1 / 0\nprint('outside')",
    "@ipywidgets.interact(k=(0, 3))\ndef show(k=1): print(k)",
    "from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass",
    "t = threading.Thread(target=lambda: print('from a thread')); t.start(); t.join()",
    "import logging; logging.warning('logged')",
    "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.ast_node_interactivity = 'all'\n1\n2",
    "3\n4\nInteractiveShell.ast_node_interactivity = 'last_expr'",
    "from fractions import Fraction; Fraction(1, 3)",
    "{3, 1, 2}, {'b': 1, 'a': 2}, 'a' * 300, np.zeros((50, 50))",
    "list(range(2000))",
    "raise KeyboardInterrupt",
    "%who_ls int",
    "get_ipython().showtraceback()",
    "%load_ext autoreload\n%autoreload 2",
    "help(len)",
    "sys.stdout.isatty(), sys.stdout.encoding, sys.getrecursionlimit(), threading.active_count() > 0",
    "import pickle, inspect\npickle.loads(pickle.dumps(f)) is f, inspect.getsource(f)",
    "%config InlineBackend.figure_format = 'svg'\nplt.plot([1]);",
]

ACCIDENTS = (
    (r"ipykernel(_\d+)?/\d+\.py", "cell.py"),  # a cell's file
    (r"\(\d+\.py", "(cell.py"),
    (r"[\d.]+(e[+-]\d+)? (ns|[μm]?s)\b", "moment"),
    (re.escape(str(Path.home())), "~"),
    (r"(<dc:date>).*(</dc:date>)", ""),  # in an SVG, and its random names
    (r"#?[mp][0-9a-f]{10}\b", "name"),
)


def normal(outputs):
    """Outputs without what differs from run to run. Which comes first, stdout or stderr, a kernel leaves to chance."""
    result = []
    streams = {}
    for output in outputs:
        output = json.loads(json.dumps(output))
        output.pop("execution_count", None)
        if output["output_type"] != "stream":
            result.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            result.append(streams.setdefault(output["name"], output))
    result.sort(key=lambda output: output["output_type"] == "stream" and output["name"] == "stderr")
    for output in result:
        for mime in output.get("data", {}):
            if "widget" in mime:
                output["data"][mime] = "widget"
    text = json.dumps(result, sort_keys=True, ensure_ascii=False)
    for pattern, replacement in ACCIDENTS:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.fixture(scope="module")
def kernel():
    """The cells after they ran in a kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")  # a kernel that finds this does not look at what is written past Python
        NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return notebook.cells


def test_a_notebook_puts_out_what_a_kernel_puts_out(kernel, notebook):
    different = []
    for source, cell in zip(CELLS, kernel, strict=True):
        answer = notebook.run(source)
        theirs, ours = normal(cell.outputs), normal(answer["outputs"])
        if theirs != ours or answer["count"] != cell.execution_count:
            different.append(f"{source}\n  kernel: {theirs[:1500]}\n  worker: {ours[:1500]}")
    assert not different, "\n\n".join(different)


def test_the_status_is_what_nbgrader_would_make_of_the_outputs(kernel, notebook):
    for source, cell in zip(CELLS, kernel, strict=True):
        answer = notebook.run(source)
        failed = any(output.output_type == "error" for output in cell.outputs)
        on_stderr = any(output.output_type == "stream" and output.name == "stderr" for output in cell.outputs)
        results = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
        worth_nothing = answer["status"] == "error" or answer["stderr"]
        assert worth_nothing == (failed or on_stderr), source
        if not source.startswith("sys.displayhook"):
            assert answer["value"] == (results[0][:1000] if results else None), source
