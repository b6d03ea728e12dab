"""A zygote for all tests of this folder, and a notebook in a worker of its own for each."""

from dataclasses import dataclass, field

import pytest

from autograder.jail import view_of_python
from autograder.job import Limits
from autograder.wire.channel import ChannelError
from autograder.worker.handle import start_zygote

LIMITS = Limits(memory=512 << 20)
LATE = 20.0  # seconds beyond a cell's own that a busy machine may need


@dataclass
class Notebook:
    """A worker to run cells in. ``run`` gives the answer to the last of some cells."""

    worker: object
    asked: list = field(default_factory=list)

    def run(self, *sources, graded=False, seconds=30.0):
        for source in sources:
            answer = self.worker.ask({"do": "run", "source": source, "graded": graded, "seconds": seconds}, seconds + LATE)
            assert "error" not in answer, answer
        return answer

    def graded(self, source, seconds=30.0):
        return self.run(source, graded=True, seconds=seconds)

    def ends(self, source):
        """Run a cell that ends the process; how it ended."""
        with pytest.raises(ChannelError):
            self.run(source)
        return self.worker.ended(LATE)


@pytest.fixture(scope="session")
def zygote():
    with start_zygote(view_of_python(None, {}), LIMITS) as zygote:
        yield zygote


@pytest.fixture
def notebook(zygote):
    with zygote.fork() as worker:
        assert worker.ask({"do": "start", "files": {}}, LATE) == {"ok": True}
        yield Notebook(worker)
        worker.kill()
