"""A training that can be run to its end, stopped, killed, and gone on with: `python resuming.py FILE EPOCHS KIND [KILLED AT]`.

It begins with what FILE holds, if there is such a file, and everything in it is built afresh.
"""

import os
import sys
from pathlib import Path

import numpy as np

from dlteach import nn
from dlteach.training import (
    SGD,
    Adam,
    BatchNorm,
    Callback,
    Checkpoint,
    Dense,
    Dropout,
    EarlyStopping,
    History,
    LearningRateSchedule,
    ReLU,
    Sequential,
    fit,
    load,
    save,
)


class PowerCut(Callback):
    """End the process in the middle of an epoch, without a word to anyone."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_batch_end(self, run):
        if (run.epoch, run.batch) == (self.epoch, 3):
            os._exit(77)


def train(path, epochs, kind, killed_at=None):
    """Train up to so many epochs in all, and save everything to the path."""
    rng, shuffle = np.random.default_rng(1), np.random.default_rng(2)
    model = Sequential(Dense(5, 16, rng=rng), BatchNorm(16), ReLU(), Dropout(0.3, rng=rng), Dense(16, 3, rng=rng))
    optimizer = Adam(0.05) if kind == "adam" else SGD(0.05, momentum=0.9, nesterov=True, weight_decay=0.01)
    x, y = np.random.default_rng(3).standard_normal((50, 5)), np.arange(50) % 3
    callbacks = [
        EarlyStopping(patience=3, min_delta=0.001),
        LearningRateSchedule(lambda step: nn.cosine_decay(0.05, step, total=48), per_batch=True),
    ]
    history = load(path, model, optimizer, rng=shuffle, callbacks=callbacks) if Path(path).exists() else History()
    if killed_at is not None:
        callbacks += [Checkpoint(path), PowerCut(killed_at)]
    fit(
        model,
        x[:40],
        y[:40],
        loss=nn.softmax_cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=7,
        rng=shuffle,
        validation=(x[40:], y[40:]),
        metrics={"accuracy": lambda logits, labels: float(np.mean(np.argmax(logits, axis=1) == labels))},
        callbacks=callbacks,
        clip_norm=1.0,
        history=history,
    )
    save(path, model, optimizer, rng=shuffle, history=history, callbacks=callbacks)


if __name__ == "__main__":
    train(sys.argv[1], int(sys.argv[2]), sys.argv[3], *map(int, sys.argv[4:]))
