"""The claims that are not about time: what a benchmark promises, it finds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_network_of_lesson_05_reads_the_digits():
    done = subprocess.run([sys.executable, BENCHMARKS / "digits_network.py"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("test accuracy") == 5


def test_the_comparison_with_torch_prints_a_ratio():
    pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'dlteach[torch]'): nothing to compare with")
    command = [sys.executable, BENCHMARKS / "nn_vs_torch.py", "--only", "attention", "--rounds", "2"]  # one without a goal
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    name, ours, theirs, ratio = re.search(r"(attention.*?)  +([\d.]+) +([\d.]+) +([\d.]+)", done.stdout).groups()
    assert name == "attention, 8 heads of 32"
    assert float(ratio) == pytest.approx(float(ours) / float(theirs), abs=0.02)


@pytest.mark.skipif("DLTEACH_DATA" not in os.environ, reason="DLTEACH_DATA names no folder with the real MNIST")
def test_a_published_result_is_kept_and_not_trained_again(tmp_path):
    command = [sys.executable, BENCHMARKS / "published.py", "--only", "dense", "--seeds", "0", "--epochs", "1", "--folder", tmp_path]
    first = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    accuracy = re.search(r"≥0\.978  (0\.\d+) \(1 epoch\)", first.stdout)[1]
    assert 0.94 < float(accuracy) < 0.98
    again = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert f"{accuracy} (1 epoch)" in again.stdout
    assert "0 trainings" in again.stdout
