"""Do once, in the zygote, what every notebook would otherwise pay for: imports, fonts, first uses."""

from __future__ import annotations

import gc
import importlib
import json
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from autograder.wire.plain import pack
from autograder.worker.cells import Runner
from autograder.worker.guard import Guard
from autograder.worker.outputs import Outputs
from autograder.worker.probes import answer
from autograder.worker.shell import ZMQInteractiveShell, make_shell
from dlteach.exercises.registry import find, lessons

MODULES = ("numpy.testing", "unittest", "dlteach.exercises", "autograder.worker.worker")
NOTEBOOK = (
    "import numpy as np\nx = np.linspace(0, 1, 5).reshape(1, 5)\nx",
    "def f(x):\n    return x @ x.T + np.exp(-x).sum()\nprint(f(x))\nf(x)",
    "%time f(x);",
    "from IPython.display import HTML, clear_output, display\ndisplay(HTML('<b>b</b>'), {'a': [1, 2.5, None]})",
    "assert np.allclose(f(x), 0), 'not equal'",
    "def g():\n    return 1 / 0\ng()",
    "this is no Python",
    "import asyncio\nawait asyncio.sleep(0)",
)
DRAWING = """
%matplotlib inline
import matplotlib.pyplot as plt
plt.figure(figsize=(2, 2))
plt.plot([1, 2], [2, 1], label='$x^2$')
plt.title('t')
plt.legend()
plt.show()
"""
TRAINING = """
import torch
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
for kind in (torch.optim.SGD, torch.optim.Adam):
    optimizer = kind(model.parameters(), lr=0.1)
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(torch.ones(5, 3)), torch.zeros(5, dtype=torch.long)).backward()
    optimizer.step()
torch.allclose(torch.randn(3, generator=torch.Generator().manual_seed(0)), torch.ones(3)), model
"""


ENOUGH = 12
"""Python rewrites the code of a function that was called about eight times into a faster form. What is done here isn't in each worker."""

REHEARSALS = {"matplotlib.pyplot": DRAWING, "torch": TRAINING}
"""What to do once with a library that is there."""


def warm(imports: Sequence[str]) -> Runner:
    """A runner whose process has everything imported and used once. Raises RuntimeError if threads run afterwards."""
    sys.argv = ["ipykernel_launcher.py"]
    outputs = Outputs(1 << 20, 1 << 20)
    shell = make_shell(outputs)
    for name in (*MODULES, *imports):
        with suppress(Exception, SystemExit):
            importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    with suppress(Exception):  # a lesson of another package may be broken; whoever asks for an exercise will hear of it
        lessons()
    gc.freeze()
    rehearse(shell, outputs, (*NOTEBOOK, *(cell for name, cell in REHEARSALS.items() if name in sys.modules)))
    require_one_thread()
    runner = Runner(shell, outputs, Guard(shell))
    gc.collect()
    gc.freeze()
    return runner


def rehearse(shell: ZMQInteractiveShell, outputs: Outputs, cells: Sequence[str]) -> None:
    """Run a small notebook, and forget it."""
    kept = sys.stdout, sys.stderr, sys.displayhook
    runner = Runner(shell, outputs, Guard(shell))
    runner.connect()
    try:
        for cell in (*cells, *ENOUGH * ["pass"]):  # the last one leaves no error behind, which would hold on to all it passed through
            runner.run(cell, graded=True, seconds=60.0)
        with suppress(Exception):
            probe_ours()
    finally:
        sys.stdout, sys.stderr, sys.displayhook = kept
        if shell.loop is not None:
            shell.loop.close()
            shell.loop = None
        kept_names = {name: shell.user_ns[name] for name in ("__doc__", "__loader__", "__package__", "__spec__")}
        shell.reset()
        shell.user_ns.update(kept_names)


def probe_ours() -> None:
    """Probe our own functions, as if they were a student's."""
    exercise = find("gradient_descent.quadratic_derivative")
    cases = [pack(case) for case in exercise.cases(np.random.default_rng(0))]
    for _ in range(ENOUGH):
        message = {"do": "probe", "exercise": exercise.key, "cases": cases, "ours": [], "left": [60.0, 60.0]}
        json.dumps(answer(json.loads(json.dumps(message)), {exercise.name: exercise.reference}))


def require_one_thread() -> None:
    """A process with threads can't be forked safely. Raises RuntimeError if there are any."""
    names = [thread.name for thread in threading.enumerate()]
    tasks = Path("/proc/self/task")
    count = len(list(tasks.iterdir())) if tasks.is_dir() else len(names)
    if count > 1 or len(names) > 1:
        raise RuntimeError(f"{count} threads run in the zygote where only one should: {', '.join(names)}")
