"""How well lesson 05's own network reads the 8×8 digits: test accuracy of five initialisation seeds, and their median.

The recipe is the lesson's and stands only there: this runs its source, solutions included, from top to bottom, as a
learner would, and reads what it measured. The test part (a stratified fifth, shuffled with seed 0) is opened
after the validation part has chosen everything.

    python benchmarks/digits_network.py      # exit status 1 if the median is below 0.96
"""

import contextlib
import io
import runpy
import statistics
import sys
import time
from pathlib import Path

import matplotlib

LESSON = Path(__file__).resolve().parent.parent / "solutions" / "05_backpropagation.py"
LEAST_MEDIAN = 0.96


def main() -> int:
    matplotlib.use("Agg")  # pictures are drawn, and shown to nobody
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        lesson = runpy.run_path(str(LESSON))
    seconds = time.perf_counter() - start

    print(f"chosen by validation: {lesson['best_hidden']} hidden units, lr {lesson['best_lr']}")
    for seed, accuracy in enumerate(lesson["test_accuracies"]):
        print(f"seed {seed}: test accuracy {accuracy:.4f}")
    median = statistics.median(lesson["test_accuracies"])
    print(f"median {median:.4f} (at least {LEAST_MEDIAN} wanted); the whole lesson took {seconds:.1f} s")
    return 0 if median >= LEAST_MEDIAN else 1


if __name__ == "__main__":
    sys.exit(main())
