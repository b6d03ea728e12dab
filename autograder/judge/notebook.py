"""One notebook, from its first cell to its last, or to the one that ended it."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from itertools import zip_longest
from typing import Any, Protocol

from autograder.job import NOT_RUN, CellJob, CellResult, Job, Result, Verdict
from autograder.judge.answers import Ran, read_run, read_tampered
from autograder.judge.errors import JudgeError, Malformed, Stopped, WorkerOver
from autograder.judge.grade import determine
from autograder.judge.prober import GRACE, RemoteProber
from autograder.judge.turn import Turn
from autograder.judge.verdicts import derived, described, failed, outputs_of, verdict_of
from autograder.wire.channel import Channel, ChannelError, ChannelTimeout
from autograder.worker.handle import Ended
from dlteach.checking import Report
from dlteach.checking.examine import examine_with, known, references
from dlteach.checking.report import Story
from dlteach.exercises.checks import peers_of
from dlteach.exercises.registry import UnknownExercise, find

START_SECONDS = 60.0
DYING_SECONDS = 3.0  # for the news that a worker which doesn't talk any more has ended by itself
BURY_SECONDS = 10.0  # for the news that a killed one has
MAX_FLAGS = 50
MAX_ANSWER = 8 << 20  # bytes; the caps of what an honest worker sends lie far below


class Worker(Protocol):
    """What is used of :class:`autograder.worker.handle.WorkerHandle`."""

    channel: Channel

    def tell(self, message: dict[str, Any], *then: dict[str, Any]) -> list[str]:
        """Send questions; returns their numbers. Raises ChannelError."""

    def hear(self, number: str, timeout: float) -> dict[str, Any]:
        """The answer to the next of them. Raises ChannelError."""

    def kill(self) -> None:
        """End it."""

    def ended(self, timeout: float | None = None) -> Ended | None:
        """How it ended, if it has or does so in time."""

    def close(self, timeout: float = 5.0) -> Ended | None:
        """Let it end, and say how it did."""


class Notebook:
    """Drives one worker through one job."""

    def __init__(self, job: Job, worker: Worker, turn: Turn) -> None:
        self.job = job
        self.worker = worker
        self.turn = turn
        self.cells: list[CellResult] = []
        self.verdicts: dict[str, Verdict] = {}
        self.flags: dict[str, None] = {}
        self.count = 0
        self.over = ""
        self.postponed: CellJob | None = None
        """A cell that runs when the first question about what it defines is asked: the worker needn't wake up twice."""
        worker.channel.limit = max(MAX_ANSWER, 8 * job.limits.cell_output_bytes)

    def judge(self) -> Result:
        """Run and judge every cell. Whatever the worker does, there is a result. Raises JudgeError if it could not even start."""
        started = time.monotonic()
        self.deadline = started + self.job.limits.notebook_seconds
        # Nothing that a worker does, such as not reading what we send, can keep us longer than this.
        watchdog = threading.Timer(self.job.limits.notebook_seconds + 4 * GRACE, self.worker.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._start()
            self._prepare()
            for cell, following in zip_longest(self.job.cells, self.job.cells[1:]):
                if not self.over and self._runs(cell) and following and self._is_examined(following):
                    self.postponed = cell
                    continue
                result = self._cell(cell)
                self._catch_up()
                self.cells.append(result)
        finally:
            watchdog.cancel()
            ended = self._bury()
        if ended is None:
            raise JudgeError("the zygote is gone")
        seconds = time.monotonic() - started
        return Result(
            self.job.key, tuple(self.cells), self.verdicts, self.over, tuple(self.flags),
            seconds=seconds, cpu_seconds=ended.cpu, peak_memory=ended.peak,
        )  # fmt: skip

    def _start(self) -> None:
        """Give the worker its files. No code of a student has run before this is answered."""
        limits = {"cell_output_bytes": self.job.limits.cell_output_bytes, "output_bytes": self.job.limits.output_bytes}
        try:
            (number,) = self.worker.tell({"do": "start", "files": self.job.files, "limits": limits})
            answer = self.worker.hear(number, START_SECONDS)
        except ChannelError as error:
            raise JudgeError(f"a worker did not start: {error}") from error
        if answer.get("ok") is not True:
            raise JudgeError(f"a worker did not start: {str(answer.get('error'))[:300]}")

    def _bury(self) -> Ended | None:
        self.worker.kill()
        return self.worker.close(BURY_SECONDS)

    def _prepare(self) -> None:
        """Work out what is right, for all exercises in one go: that takes less time than here and there."""
        with self.turn:
            for cell in filter(self._is_examined, self.job.cells):
                with suppress(Exception):  # which comes again, and is told, when its turn has come
                    exercise = find(cell.exercise)
                    known(exercise, derived(self.job.seed, exercise.key), references(peers_of(exercise)))

    # One cell

    def _cell(self, cell: CellJob) -> CellResult:
        if (report := self._known(cell)) is not None:
            return self._shown(cell, report)
        if cell.skip and not cell.grade_id:
            return CellResult(cell.index, "skipped")
        if not self.over and time.monotonic() >= self.deadline:
            self.over = self._used_up()
        if self.over:
            return self._not_run(cell)
        try:
            return self._check(cell) if cell.exercise else self._run(cell)
        except Stopped:
            return self._not_run(cell)
        except WorkerOver as over:
            return self._ended(cell, over)

    def _known(self, cell: CellJob) -> dict[str, Any] | None:
        """The report of an earlier run."""
        verdict = self.job.known.get(cell.grade_id) if cell.exercise else None
        return verdict.get("report") or None if verdict else None

    def _runs(self, cell: CellJob) -> bool:
        """Whether the worker is to run it."""
        return not cell.exercise and not (cell.skip and not cell.grade_id)

    def _is_examined(self, cell: CellJob) -> bool:
        """Whether the worker is to be asked about an exercise."""
        return bool(cell.exercise) and self._known(cell) is None

    def _catch_up(self) -> None:
        """Run the cell that was postponed, if nothing has been asked since."""
        cell, self.postponed = self.postponed, None
        if cell is not None:
            self.cells.append(self._cell(cell))

    def _not_run(self, cell: CellJob) -> CellResult:
        self._earns(cell, 0.0)
        return CellResult(cell.index, NOT_RUN)

    def _ended(self, cell: CellJob, over: WorkerOver) -> CellResult:
        """The result of the cell that ended the worker."""
        self.over = str(over)
        self._earns(cell, 0.0)
        output = {"output_type": "error", "ename": "NotebookEnded", "evalue": self.over, "traceback": [f"NotebookEnded: {self.over}"]}
        return CellResult(cell.index, "error", [output])

    def _earns(self, cell: CellJob, score: float) -> None:
        if cell.grade_id:
            self.verdicts[cell.grade_id] = Verdict(cell.grade_id, score, cell.points)

    def _run(self, cell: CellJob) -> CellResult:
        """Let the worker run a cell; a graded one earns what nbgrader would give."""
        message = self._to_run(cell)
        (number,) = self._tell(cell, message)
        return self._ran(cell, message, number)

    def _to_run(self, cell: CellJob) -> dict[str, Any]:
        seconds = min(self.job.limits.cell_seconds, max(0.0, self.deadline - time.monotonic()))
        count = self.count + 1 if cell.source.strip() else None
        return {"do": "run", "source": cell.source, "graded": bool(cell.grade_id), "seconds": seconds, "count": count}

    def _ran(self, cell: CellJob, message: dict[str, Any], number: str) -> CellResult:
        """What came of running a cell. Raises WorkerOver if that can't be."""
        count = message["count"]
        answer = self._hear(number, message["seconds"] + GRACE, cell)
        try:
            ran = read_run(answer, self.job.limits, count)
        except Malformed as error:
            raise WorkerOver(nonsense(cell, error)) from error
        self.count = count or self.count
        self._flag(cell, ran.tampered)
        if cell.grade_id:
            self._grade(cell, ran)
        if ran.status == "exit":
            self.over = f"{place(cell)} ended the Python process"
        return CellResult(cell.index, "ok" if ran.status == "ok" else "error", ran.outputs, count)

    def _grade(self, cell: CellJob, ran: Ran) -> None:
        score, remark = determine(ran.status, ran.value, ran.stderr, cell.points)
        self._earns(cell, score)
        self._flag(cell, (remark,) if remark else ())

    def _check(self, cell: CellJob) -> CellResult:
        """Judge an exercise with numbers that nobody knows."""
        try:
            with self.turn:
                report = described(self._examined(cell))
        except Malformed as error:
            raise WorkerOver(nonsense(cell, error)) from error
        self._catch_up()
        if self.over:
            raise Stopped
        return self._shown(cell, report)

    def _examined(self, cell: CellJob) -> Report:
        def ask(message: dict[str, Any], patience: float) -> tuple[dict[str, Any], float]:
            with self.turn.given_up():
                answer, seconds = self._asked(cell, message, patience)
            self._flag(cell, read_tampered(answer))
            return answer, seconds

        try:
            exercise = find(cell.exercise)
        except UnknownExercise as error:
            return Report(0, cell.exercise_points, Story(cell.exercise, f"Nothing to check: {error}"))
        try:
            seed = derived(self.job.seed, exercise.key)
            return examine_with(RemoteProber(exercise, ask), peers=peers_of(exercise), max_points=cell.exercise_points, seed=seed)
        except (WorkerOver, Stopped, Malformed):
            raise
        except Exception as error:  # plain data that is stranger than the verdict is prepared for
            return failed(exercise.key, cell.exercise_points, error)

    def _shown(self, cell: CellJob, report: dict[str, Any]) -> CellResult:
        """The result of a check cell, from a report that was made now or earlier."""
        self.count += 1
        verdict, remark = verdict_of(cell, report)
        if cell.grade_id:
            self.verdicts[cell.grade_id] = verdict
        self._flag(cell, (remark,) if remark else ())
        return CellResult(cell.index, "ok", outputs_of(report, self.count), self.count)

    # The worker

    def _used_up(self) -> str:
        return f"the notebook used up its {self.job.limits.notebook_seconds:g} s"

    def _asked(self, cell: CellJob, message: dict[str, Any], patience: float) -> tuple[dict[str, Any], float]:
        """The answer to a question about what the notebook defined, and the seconds it took. A cell that was postponed runs before.

        Raises WorkerOver if there is none, Stopped if the notebook ended before it.
        """
        before, self.postponed = self.postponed, None
        if before is None:
            (number,) = self._tell(cell, message)
        else:
            to_run = self._to_run(before)
            try:
                first, number = self._tell(before, to_run, message)
                self.cells.append(self._ran(before, to_run, first))
            except WorkerOver as over:
                self.cells.append(self._ended(before, over))
            if self.over:
                raise Stopped
        started = time.monotonic()
        answer = self._hear(number, patience, cell)
        return answer, time.monotonic() - started

    def _tell(self, cell: CellJob, *messages: dict[str, Any]) -> list[str]:
        """Ask the worker. Raises WorkerOver if it is gone."""
        try:
            return self.worker.tell(*messages)
        except ChannelError as error:
            raise self._lost(cell, error) from error

    def _hear(self, number: str, patience: float, cell: CellJob) -> dict[str, Any]:
        """The worker's answer. Raises WorkerOver if there is none."""
        patience = min(patience, max(0.0, self.deadline - time.monotonic()) + GRACE)
        try:
            return self.worker.hear(number, patience)
        except ChannelTimeout as error:
            whole = time.monotonic() >= self.deadline
            raise WorkerOver(self._used_up() if whole else f"{place(cell)} took too long and could not be stopped") from error
        except ChannelError as error:
            raise self._lost(cell, error) from error

    def _lost(self, cell: CellJob, error: ChannelError) -> WorkerOver:
        """Why a worker doesn't answer. Raises JudgeError if the zygote is gone."""
        ended = self.worker.ended(DYING_SECONDS)
        if ended is None and self._bury() is None:
            raise JudgeError("the zygote is gone") from error
        return WorkerOver(how_it_ended(cell, ended, self.job) if ended else nonsense(cell, error))

    def _flag(self, cell: CellJob, sentences: tuple[str, ...]) -> None:
        for sentence in sentences:
            if len(self.flags) < MAX_FLAGS:
                self.flags[f"{place(cell)}: {sentence}"] = None


def place(cell: CellJob) -> str:
    """The cell, as a reader counts: from 1."""
    return f"cell {cell.index + 1}"


def nonsense(cell: CellJob, error: Exception) -> str:
    """Why the worker is not listened to any more."""
    return f"{place(cell)} made its Python process say what no answer can be ({error})"


def how_it_ended(cell: CellJob, ended: Ended, job: Job) -> str:
    """One sentence about a worker that is gone."""
    limits = job.limits
    if not ended.signal:
        return f"{place(cell)} ended the Python process"
    if ended.signal == signal.SIGXCPU or ended.cpu >= limits.cpu_seconds:
        return f"{place(cell)} was killed: the notebook used up its {limits.cpu_seconds} s of processor time"
    if ended.signal == signal.SIGKILL:
        return f"{place(cell)} ended the Python process"
    name = signal.Signals(ended.signal).name if ended.signal in set(signal.Signals) else f"signal {ended.signal}"
    return f"{place(cell)} made the Python process crash ({name})"
