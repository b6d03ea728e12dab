"""The judge's side of a zygote: workers at once from several threads, their files, their ends; nothing is left behind."""

import os
import subprocess
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.jail import View, view_of_python
from autograder.job import Limits
from autograder.wire.channel import ChannelError
from autograder.worker.handle import ZygoteError, clean_environment, start_zygote
from tests.autograder.worker.conftest import LATE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("worker")]


def value(worker, source):
    return worker.ask({"do": "run", "source": source, "graded": False, "seconds": 30.0}, 30.0 + LATE)["value"]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_threads_share_a_zygote(zygote):
    def judge(number):
        with zygote.fork() as worker:
            worker.ask({"do": "start", "files": {}}, LATE)
            found = value(worker, f"x = {number}\nx * 2")
            if number % 5 == 0:
                worker.kill()
            return found, worker.close(LATE) is not None

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(judge, range(40)))
    assert results == [(str(2 * number), True) for number in range(40)]


def test_files_of_the_student_and_of_the_assignment(tmp_path):
    (tmp_path / "points.csv").write_text("1,2")
    (tmp_path / "helper.py").write_text("name = 'the assignment'")
    (tmp_path / "statistics.py").write_text("name = 'the assignment'")
    view = view_of_python(
        None,
        {name: str(tmp_path / name) for name in ("points.csv", "helper.py", "statistics.py")} | {"in/it.txt": str(tmp_path / "points.csv")},
    )
    theirs = {
        "mine.txt": "mine",
        "deep/mine.txt": "deep",
        "points.csv": "forged",
        "helper.py": "name = 'the student'",
        "numpy.py": "name = 1",
        "own.py": "name = 'own'",
    }
    files = {name: b64encode(text.encode()).decode() for name, text in theirs.items()}
    with start_zygote(view, Limits()) as zygote, zygote.fork() as worker:
        assert worker.ask({"do": "start", "files": files}, LATE) == {"ok": True}
        read = "[open(name).read() for name in ('mine.txt', 'deep/mine.txt', 'points.csv', 'in/it.txt')]"
        assert value(worker, read) == "['mine', 'deep', '1,2', '1,2']"
        assert value(worker, "import helper, own, numpy\nhelper.name, own.name, numpy.array(1).shape") == "('the assignment', 'own', ())"
        assert value(worker, "open('new', 'w').write('x')") == "1"
        assert worker.ask({"do": "run", "source": "open('points.csv', 'w')", "seconds": 9.0}, 30)["status"] == "error"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ""])
def test_a_file_outside_is_refused(zygote, name):
    with zygote.fork() as worker:
        assert "error" in worker.ask({"do": "start", "files": {name: ""}}, LATE)


def test_a_question_that_nobody_understands_is_answered(zygote):
    with zygote.fork() as worker:
        for question in ({}, {"do": "dance"}, {"do": "run"}, {"do": "probe"}, {"do": "start", "files": 5}):
            assert "error" in worker.ask(question, LATE)


def test_cells_are_numbered_as_the_judge_says(zygote):
    with zygote.fork() as worker:
        worker.ask({"do": "start", "files": {}}, LATE)
        answer = worker.ask({"do": "run", "source": "1 / 0", "graded": False, "seconds": 9.0, "count": 7}, LATE)
        assert value(worker, "In[7], In[3], len(In)") == "('1 / 0', '', 9)"
    assert answer["count"] == 7
    assert "In[7]" in "".join(answer["outputs"][0]["traceback"])


def test_a_zygote_that_is_closed_leaves_nothing(tmp_path):
    zygote = start_zygote(view_of_python(None, {}), Limits())
    workers = [zygote.fork() for _ in range(3)]
    workers[0].channel.send({"do": "run", "source": "while True: pass", "seconds": 1000.0})
    pids = [zygote.pid, *descendants(zygote.pid)]
    assert len(pids) >= 4
    zygote.close()
    assert [pid for pid in pids if alive(pid)] == []
    assert workers[1].ended(LATE) is None
    with pytest.raises(ChannelError):
        workers[2].ask({"do": "start", "files": {}}, LATE)
    with pytest.raises(ZygoteError):
        zygote.fork()


def descendants(pid):
    children = [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()]
    return [*children, *(each for child in children for each in descendants(child))]


def test_a_zygote_ends_with_its_judge():
    script = (
        "import sys; from autograder.jail import view_of_python; from autograder.job import Limits\n"
        "from autograder.worker.handle import start_zygote\n"
        "zygote = start_zygote(view_of_python(None, {}), Limits()); worker = zygote.fork()\n"
        "worker.channel.send({'do': 'run', 'source': 'while True: pass', 'seconds': 1000.0})\n"
        "print(zygote.pid, flush=True); sys.stdin.read()"
    )
    judge = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    zygote = int(judge.stdout.readline())
    pids = [zygote, *descendants(zygote)]
    judge.kill()
    judge.communicate()
    for pid in pids:
        wait_for_end(pid)


def wait_for_end(pid):
    """Returns when a process that is nobody's child here is gone."""
    import select

    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ready, _, _ = select.select([descriptor], [], [], 60)
    os.close(descriptor)
    assert ready, f"process {pid} still runs"


def test_the_environment_is_clean(zygote, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    assert "SECRET_TOKEN" not in clean_environment()
    with zygote.fork() as worker:
        worker.ask({"do": "start", "files": {}}, LATE)
        allowed = {*clean_environment(), "HOME", "TMPDIR", "USER", "LC_CTYPE", "JOBLIB_MULTIPROCESSING"}
        names = value(worker, "import os\n' '.join(os.environ)")
    assert set(names.strip("'").split()) <= allowed


def test_why_a_zygote_did_not_start_is_said():
    with pytest.raises(ZygoteError, match="there is no jail of the kind 'tower'"):
        start_zygote(View(()), Limits(), jail="tower")


def test_without_a_jail_everything_else_is_the_same():
    with start_zygote(View(()), Limits(), jail="off") as zygote, zygote.fork() as worker:
        assert zygote.jail["name"] == "none"
        assert zygote.jail["lacks"]
        worker.ask({"do": "start", "files": {"a.txt": b64encode(b"a").decode()}}, LATE)
        assert value(worker, "open('a.txt').read()") == "'a'"


def test_modules_asked_for_are_there_before_the_fork():
    with start_zygote(view_of_python(None, {}), Limits(), imports=("sqlite3", "no_such_module")) as zygote, zygote.fork() as worker:
        worker.ask({"do": "start", "files": {}}, LATE)
        assert value(worker, "import sys\n'sqlite3' in sys.modules") == "True"


def test_threads_in_a_zygote_are_refused(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,), daemon=True, name='mine').start()"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ZygoteError, match="threads run in the zygote where only one should"):
        start_zygote(View((str(tmp_path),)), Limits(), jail="off", imports=("threaded",))


def test_torch_is_ready_in_every_worker():
    pytest.importorskip("torch")
    step = (
        "import torch\nmodel = torch.nn.Linear(300, 300)\noptimizer = torch.optim.Adam(model.parameters())\n"
        "model(torch.ones(300, 300)).sum().backward()\noptimizer.step()\ntorch.get_num_threads(), torch.is_grad_enabled()"
    )
    with start_zygote(view_of_python(None, {}), Limits(memory=2 << 30), imports=("torch",)) as zygote:
        for _ in range(2):
            with zygote.fork() as worker:
                worker.ask({"do": "start", "files": {}}, LATE)
                assert value(worker, step) == "(1, True)"


@pytest.mark.soak
def test_a_zygote_does_not_grow():
    def used(zygote):
        process = descendants(zygote.pid)[-1]
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        return pages, len(os.listdir(f"/proc/{process}/fd"))

    with start_zygote(view_of_python(None, {}), Limits()) as zygote:
        sizes = []
        for number in range(600):
            with zygote.fork() as worker:
                worker.ask({"do": "start", "files": {"a.txt": ""}}, LATE)
                assert value(worker, "x = 5\nx") == "5"
                worker.channel.close()
                assert worker.ended(LATE) is not None
            if number in (100, 599):
                sizes.append(used(zygote))
    (pages_before, files_before), (pages_after, files_after) = sizes
    assert files_after == files_before
    assert pages_after - pages_before < 256
