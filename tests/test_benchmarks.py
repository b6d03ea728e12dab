"""The claims that are not about time: what a benchmark promises, it finds."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_network_of_lesson_05_reads_the_digits():
    done = subprocess.run([sys.executable, BENCHMARKS / "digits_network.py"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("test accuracy") == 5
