"""Whatever a cell does to its process, the worker goes on or ends, in time, and the next notebook knows nothing of it."""

import signal

import pytest

from tests.autograder.worker.answers import errors, shown
from tests.autograder.worker.conftest import LATE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]

FATAL = {
    "os._exit": ("import os; os._exit(3)", 0),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", signal.SIGSEGV),
    "all descriptors closed": ("import os; os.closerange(0, 256)", 0),
}

HARMLESS = {
    "atexit": "import atexit, time; atexit.register(time.sleep, 1000)",
    "builtins deleted": "import builtins\nvars(builtins).clear()",
    "builtins replaced": "import builtins\nbuiltins.isinstance = None\nbuiltins.len = print\nbuiltins.BaseException = int",
    "modules forgotten": "import sys\nsys.modules.clear()",
    "modules replaced": "import sys\nsys.modules['json'] = sys.modules['IPython'] = sys.modules['numpy'] = None",
    "stdout closed": "import sys\nsys.stdout.close()\nsys.stdout.write = None\nsys.stderr = None",
    "hooks deleted": "import sys\ndel sys.displayhook, sys.excepthook",
    "signals": (
        "import signal\ndef h(*a): raise ValueError\nfor n in range(1, 65):\n    try: signal.signal(n, h)\n    except Exception: pass"
    ),
    "signals blocked": "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
    "alarms": (
        "import signal\ndef h(*a): raise ValueError\nsignal.signal(signal.SIGALRM, h)\nsignal.setitimer(signal.ITIMER_REAL, .001, .001)"
    ),
    "threads": "import threading\ndef f():\n    while True: print('x')\nfor _ in range(3): threading.Thread(target=f, daemon=True).start()",
    "fork": "import os\nos.fork()",
    "a shell command": "!ls",
    "pip": "%pip install nothing",
    "bash": "%%bash\nls",
    "memory": "x = []\nwhile True: x.append(bytearray(10**7))",
    "a large array": "import numpy as np\nnp.ones(10**10)",
    "the folder gone": "import os\nos.mkdir('d')\nos.chdir('d')\nos.rmdir('../d')",
    "no garbage collection": "import gc\ngc.disable()",
    "recursion": "def f(): f()\nf()",
    "patched json": "import json\njson.dumps = json.loads = json.encoder = None",
    "names with no name": (
        "class M(type):\n    @property\n    def __name__(c): raise ValueError\nclass E(Exception, metaclass=M): pass\nraise E()"
    ),
    "reset": "%reset -f",
    "no code": "\0",
    "wrong count": "get_ipython().execution_count = 'x'",
}


@pytest.mark.parametrize("name", FATAL)
def test_a_worker_that_ends_says_how(notebook, name):
    source, number = FATAL[name]
    ended = notebook.ends(source)
    assert ended.signal == number
    assert ended.cpu < 10
    assert ended.peak > 1 << 20


@pytest.mark.parametrize("name", HARMLESS)
def test_a_worker_goes_on(notebook, name):
    notebook.run(HARMLESS[name], seconds=5.0)
    assert shown(notebook.graded("1 + 1", seconds=60.0)) == ["2"]


@pytest.mark.parametrize("command", ["!ls", "%pip install nothing", "%%bash\nls", "import os; os.system('ls') and 1 / 0"])
def test_other_programs_are_an_ordinary_error(notebook, command):
    assert notebook.run(command)["status"] == "error"


@pytest.mark.parametrize("leave", ["exit()", "quit()", "exit", "print(1)\nexit()"])
def test_leaving_is_noted_and_the_worker_goes_on(notebook, leave):
    assert notebook.run(leave)["status"] == "exit"
    assert shown(notebook.run("'next'")) == ["'next'"]


@pytest.mark.parametrize("leave", ["import sys; sys.exit()", "raise SystemExit(0)", "def f(): raise SystemExit\nf()"])
def test_system_exit_is_an_error(notebook, leave):
    answer = notebook.graded(leave)
    assert (answer["status"], errors(answer)) == ("error", ["SystemExit"])


def test_nobody_answers_input(notebook):
    assert errors(notebook.run("input('?')")) == ["StdinNotImplementedError"]
    assert errors(notebook.run("import getpass; getpass.getpass()"))


def test_a_worker_that_hangs_can_be_killed(notebook):
    notebook.worker.channel.send({"do": "run", "source": "(1 << 10**10) // 3", "graded": False, "seconds": 60.0})
    notebook.worker.kill()
    assert notebook.worker.ended(LATE).signal == signal.SIGKILL


def test_the_next_notebook_knows_nothing(zygote, notebook):
    notebook.run("import builtins, numpy as np\nsecret = 5\nbuiltins.secret = np.secret = 5\nopen('secret', 'w').write('5')\n5")
    with zygote.fork() as worker:
        worker.ask({"do": "start", "files": {}}, LATE)
        source = "import os, numpy as np\n'secret' in dir(), hasattr(np, 'secret'), 'secret' in os.listdir('.'), Out, len(In)"
        answer = worker.ask({"do": "run", "source": source, "graded": True, "seconds": 20.0}, LATE)
    assert answer["value"] == "(False, False, False, {}, 2)"
    assert answer["count"] == 1


def test_every_notebook_finds_the_same_random_numbers(zygote):
    values = set()
    for _ in range(2):
        with zygote.fork() as worker:
            worker.ask({"do": "start", "files": {}}, LATE)
            source = "import random, numpy as np\nrandom.random(), np.random.rand(), list({'a', 'b', 'c'})"
            values.add(worker.ask({"do": "run", "source": source, "graded": False, "seconds": 20.0}, LATE)["value"])
    assert len(values) == 1
