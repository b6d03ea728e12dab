"""Published results on MNIST, reached with NumPy alone: same data, same architecture, same recipe, three seeds, medians.

The four files of MNIST are read from a folder (`--data`, or the environment variable DLTEACH_DATA) or from the cache where
`dlteach.data.load("mnist")` put them. Trainings run two at a time, one thread each. Each is saved after every epoch:
interrupted, the same command goes on where it was, and what is done is not done again. `--fresh` begins anew.

    python benchmarks/published.py [--data DIR] [--only dense] [--jobs 2]     # exit status 1 if a median is below its bar
"""

import argparse
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"  # two trainings side by side use two cores better than one training with two threads

import numpy as np  # noqa: E402
from tqdm import tqdm  # noqa: E402

from dlteach import data, models, nn, training  # noqa: E402

SEEDS = (0, 1, 2)


class Task(NamedTuple):
    """One row of the table: what is trained, how, and what came out elsewhere."""

    title: str
    published: float
    least: float  # our median has to reach it
    model: Callable[[np.random.Generator], training.Layer]
    images: bool  # (N, 1, 28, 28) or (N, 784)
    optimizer: Callable[[], training.Optimizer]
    batch_size: int
    epochs: int
    validation_fraction: float = 0.0
    early_stopping: bool = False


def started(model: training.Layer, rng: np.random.Generator) -> training.Layer:
    """Draw the weights as the publications did, after Glorot and Bengio; our layers' own start is He's."""
    for name, w in model.parameters().items():
        if name.endswith(".w"):
            w[...] = nn.xavier_uniform(*nn.fans(w.shape), rng, w.shape)
    return model


def dense(rng: np.random.Generator) -> training.Layer:
    return started(models.MLP(784, 512, 10, rng=rng), rng)


def convnet(rng: np.random.Generator) -> training.Layer:
    return started(models.ConvNet(rng=rng), rng)


def dropout_convnet(rng: np.random.Generator) -> training.Layer:
    return started(models.DropoutConvNet(rng=rng), rng)


def keras_rmsprop() -> training.Optimizer:
    return training.RMSprop(lr=0.001, decay=0.9)  # the values of the publication; the optimizer's own default is PyTorch's 0.99


TASKS = {
    "dense": Task("dense 512", 0.9801, 0.978, dense, False, keras_rmsprop, 128, 5),
    "convnet": Task("convnet, 93,322 parameters", 0.9902, 0.990, convnet, True, keras_rmsprop, 64, 5),
    "dropout": Task(
        "convnet 32-64, dropout, early stopping",
        0.9900,
        0.990,
        dropout_convnet,
        True,
        lambda: training.Adam(lr=0.001),
        128,
        15,
        validation_fraction=0.1,
        early_stopping=True,
    ),
}


class Report(training.Callback):
    """Tell the process that draws the bars how far this training is."""

    def __init__(self, name: str, seed: int, queue: Any) -> None:
        super().__init__()
        self.name, self.seed, self.queue = name, seed, queue

    def on_batch_end(self, run: training.Run) -> None:
        step = run.epoch * run.num_batches + run.batch + 1
        self.queue.put((self.name, self.seed, step, f"loss {run.values['loss']:.4f}"))


def samples(part: str, images: bool) -> tuple[np.ndarray, np.ndarray]:
    mnist = data.load("mnist", part=part)
    x = mnist.x.astype(np.float32) / 255
    return (x[:, None] if images else x.reshape(len(x), -1)), mnist.y


def train(name: str, seed: int, folder: Path, epochs: int | None, queue: Any) -> None:
    """Train one network, going on from its checkpoint if there is one; measure it on the test part, once, and keep the result."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that draws the bars
    task, checkpoint = TASKS[name], folder / f"{name}-{seed}.safetensors"
    epochs = epochs or task.epochs
    (x, y), (x_test, y_test) = samples("train", task.images), samples("test", task.images)
    held_out = round(task.validation_fraction * len(x))
    validation = (x[-held_out:], y[-held_out:]) if held_out else None
    x, y = x[: len(x) - held_out], y[: len(y) - held_out]

    model, optimizer = task.model(np.random.default_rng(seed)), task.optimizer()
    rng, history = np.random.default_rng(1000 + seed), None
    callbacks: list[training.Callback] = [Report(name, seed, queue)]
    if task.early_stopping:
        callbacks.append(training.EarlyStopping("val_loss", patience=2, min_delta=0.0005))
    callbacks.append(training.Checkpoint(checkpoint))
    if checkpoint.exists():
        history = training.load(checkpoint, model, optimizer, rng=rng, callbacks=callbacks)
    history = training.fit(
        model, x, y, loss=nn.softmax_cross_entropy, optimizer=optimizer, epochs=epochs, batch_size=task.batch_size, rng=rng,
        validation=validation, metrics={"accuracy": training.class_accuracy}, callbacks=callbacks, history=history,
    )  # fmt: skip
    accuracy = training.class_accuracy(training.predict(model, x_test), y_test)
    result = {"accuracy": accuracy, "epochs": history.epochs, "parameters": model.num_parameters()}
    (folder / f"{name}-{seed}.json").write_text(json.dumps(result), encoding="utf-8")


def done(folder: Path, name: str, seed: int) -> dict[str, Any] | None:
    path = folder / f"{name}-{seed}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def run(jobs: list[tuple[str, int]], folder: Path, epochs: int | None, workers: int) -> None:
    """Train what is not trained yet, `workers` at a time, each in a process and with a bar of its own."""
    context = get_context("spawn")
    queue, waiting = context.Queue(), list(jobs)
    running: dict[tuple[str, int], BaseProcess] = {}
    bars: dict[tuple[str, int], Any] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.pop(0)
                running[job] = context.Process(target=train, args=(*job, folder, epochs, queue))
                running[job].start()
            draw(queue, bars, epochs)
            for job in [job for job, process in running.items() if not process.is_alive()]:
                status = running.pop(job).exitcode
                if status:
                    raise RuntimeError(f"the training of {job[0]}, seed {job[1]}, ended with status {status}")
                if job in bars:
                    bars[job].close()
    finally:
        for process in running.values():
            process.terminate()
            process.join()


def draw(queue: Any, bars: dict[tuple[str, int], Any], epochs: int | None) -> None:
    """Move the bars on by what came in within a fifth of a second."""
    end = time.monotonic() + 0.2
    while (left := end - time.monotonic()) > 0:
        try:
            name, seed, step, text = queue.get(timeout=left)
        except Empty:
            return
        if (name, seed) not in bars:
            task = TASKS[name]
            total = (epochs or task.epochs) * -(-round(60_000 * (1 - task.validation_fraction)) // task.batch_size)
            bars[name, seed] = tqdm(total=total, initial=step - 1, desc=f"{name}, seed {seed}", unit="batch", dynamic_ncols=True)
        bar = bars[name, seed]
        bar.set_postfix_str(text, refresh=False)
        bar.update(step - bar.n)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the four files of MNIST")
    parser.add_argument("--only", choices=TASKS, help="one row of the table instead of all")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--epochs", type=int, help="stop after so many epochs (to try it out; the bars then do not hold)")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time")
    parser.add_argument("--folder", type=Path, default=Path("published"), help="where checkpoints and results are kept")
    parser.add_argument("--fresh", action="store_true", help="forget what was kept, and begin anew")
    options = parser.parse_args()
    if options.data:
        os.environ["DLTEACH_DATA"] = str(options.data.resolve())
    options.folder.mkdir(parents=True, exist_ok=True)
    names = [options.only] if options.only else list(TASKS)
    wanted = [(name, seed) for name in names for seed in options.seeds]
    if options.fresh:
        for name, seed in wanted:
            for kind in ("json", "safetensors"):
                (options.folder / f"{name}-{seed}.{kind}").unlink(missing_ok=True)
    start = time.perf_counter()
    missing = [job for job in wanted if done(options.folder, *job) is None]
    try:
        data.load("mnist", part="test")  # say now, and in one sentence, if it is not there
        run(missing, options.folder, options.epochs, options.jobs)
    except (data.DataError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; the same command goes on from the last whole epoch", file=sys.stderr)
        return 130
    seconds = time.perf_counter() - start

    print(f"\n{'MNIST, test accuracy':40} {'published':>9} {'median':>7}  {'bar':>6}  seeds {', '.join(map(str, options.seeds))}")
    failed = False
    for name in names:
        task, results = TASKS[name], [done(options.folder, name, seed) or {} for seed in options.seeds]
        median = statistics.median(result["accuracy"] for result in results)
        failed |= median < task.least
        each = "  ".join(f"{result['accuracy']:.4f} ({result['epochs']} epoch{'s' * (result['epochs'] > 1)})" for result in results)
        verdict = "" if median >= task.least else "  below its bar"
        print(f"{task.title:40} {task.published:9.4f} {median:7.4f}  ≥{task.least:.3f}  {each}{verdict}")
    print(f"{len(missing)} trainings in {seconds / 60:.1f} minutes; {len(wanted) - len(missing)} were done before")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
