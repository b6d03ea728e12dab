"""Going on in another process gives, bit for bit, what training in one go would have given: weights, memory, history, all."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tests.training import resuming

pytestmark = pytest.mark.filterwarnings("error")


def in_a_new_process(*arguments):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.training.resuming", *map(str, arguments)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr


@pytest.fixture(scope="module", params=["adam", "sgd"])
def straight(request, tmp_path_factory):
    """The kind of optimizer, and the file that a training in one go leaves."""
    path = tmp_path_factory.mktemp("straight") / "model.safetensors"
    resuming.train(path, 8, request.param)
    return request.param, path.read_bytes()


def test_the_training_is_one_in_which_all_parts_matter(straight):
    arrays = safetensors.numpy.load(straight[1])
    assert 3 < len(arrays["history.loss"]) <= 8
    assert len(set(arrays["history.loss"].tolist())) == len(arrays["history.loss"])
    last = arrays["callbacks.EarlyStopping.last.params.0.w"]  # early stopping has put better weights in its place
    assert not np.array_equal(arrays["params.0.w"], last)


@pytest.mark.parametrize("epochs", [1, 3])
def test_saved_after_some_epochs_and_gone_on_with(epochs, straight, tmp_path):
    kind, expected = straight
    path = tmp_path / "model.safetensors"
    resuming.train(path, epochs, kind)
    assert path.read_bytes() != expected
    assert in_a_new_process(path, 8, kind) == (0, "")
    assert path.read_bytes() == expected


def test_killed_in_the_middle_of_an_epoch_and_gone_on_with_from_the_checkpoint(straight, tmp_path):
    kind, expected = straight
    path = tmp_path / "model.safetensors"
    assert in_a_new_process(path, 8, kind, 2) == (77, "")
    assert len(safetensors.numpy.load(path.read_bytes())["history.loss"]) == 2
    assert in_a_new_process(path, 8, kind) == (0, "")
    assert path.read_bytes() == expected


def test_run_again_when_it_is_over_nothing_changes(straight, tmp_path):
    kind, expected = straight
    path = tmp_path / "model.safetensors"
    path.write_bytes(expected)
    resuming.train(path, 8, kind)
    assert path.read_bytes() == expected
