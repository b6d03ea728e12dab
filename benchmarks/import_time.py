"""What `import dlteach` costs beyond `import numpy`: at most 50 ms, or exit status 1.

    python benchmarks/import_time.py

Every time is taken in a fresh process, the three kinds in turn, so that a busy moment of the machine hits all of them.
"""

import statistics
import subprocess
import sys

ROUNDS = 15
BUDGET_MS = 50.0
IMPORTS = ("import numpy", "import dlteach", "from dlteach import check")
TIMED = "import time; start = time.perf_counter(); {}; print(1e3 * (time.perf_counter() - start))"


def main():
    times = {statement: [] for statement in IMPORTS}
    for _ in range(ROUNDS):
        for statement in IMPORTS:
            done = subprocess.run([sys.executable, "-c", TIMED.format(statement)], capture_output=True, text=True, check=True)
            times[statement].append(float(done.stdout))
    for statement, taken in times.items():
        print(f"{statement:28} median {statistics.median(taken):6.1f} ms   fastest {min(taken):6.1f} ms   ({ROUNDS} processes)")
    beyond = statistics.median(times["import dlteach"]) - statistics.median(times["import numpy"])
    print(f"dlteach beyond numpy: {beyond:.1f} ms (budget {BUDGET_MS:g} ms)")
    return beyond > BUDGET_MS


if __name__ == "__main__":
    raise SystemExit(main())
