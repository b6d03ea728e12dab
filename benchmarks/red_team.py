"""What hostile submissions do to plain nbgrader, and what they do to ours: every one was run. Writes docs/red-team.md.

    python benchmarks/red_team.py nbgrader [--missing] [--only NAME ...]   in jails that are thrown away
    python benchmarks/red_team.py dlteach [--jail KIND]                    all together, as two classes
    python benchmarks/red_team.py table                                    the page, from what was measured last

Needs a clone of the project with its grading part, on Linux, as root or where users may make namespaces.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from tests.autograder.redteam import harness, template, throwaway  # noqa: E402
from tests.autograder.redteam.base import ASSERTS, MAXIMUM, ROWS  # noqa: E402
from tests.autograder.redteam.corpus import HOSTILE, items  # noqa: E402
from tests.conftest import OWN  # noqa: E402

MEASURED = PROJECT / "benchmarks" / "red_team.json"
PAGE = PROJECT / "docs" / "red-team.md"
GROUP = 6


def measured():
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.is_file() else {"nbgrader": {}, "dlteach": {}, "versions": {}}


def keep(kind, found):
    """Add results to those kept, under the version they were measured with."""
    known = measured()
    known[kind] = {**known[kind], **found}
    known["versions"][kind] = version(kind)
    names = {item.name for item in HOSTILE}
    known[kind] = {name: known[kind][name] for name in sorted(known[kind]) if name in names}
    lines = [f"{json.dumps(name)}: {json.dumps(result)}" for name, result in known.items() if name == "versions"]
    for part in ("nbgrader", "dlteach"):
        each = ",\n".join(f"  {json.dumps(name)}: {json.dumps(result, ensure_ascii=False)}" for name, result in known[part].items())
        lines.append(f"{json.dumps(part)}: {{\n{each}\n}}")
    MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def with_nbgrader(only, missing, jobs):
    """Every attack, a few of a family in one jail; where anything happened beside them, each alone. What was measured is kept at
    once, so that a run can be cut off and continued with --missing."""
    known = measured()["nbgrader"] if missing else {}
    chosen = [item for item in HOSTILE if (not only or item.name in only) and item.name not in known]
    with tempfile.TemporaryDirectory(prefix="red-team-") as folder, ThreadPoolExecutor(jobs) as pool:
        template.make(Path(folder))
        running = [pool.submit(together, Path(folder), group) for group in groups(chosen)]
        for done in as_completed(running):
            keep("nbgrader", done.result())
            for name, result in done.result().items():
                print(f"{name:36} {nbgraders_sentence(name, result)}", flush=True)


def groups(chosen):
    """The items by assignment and family, a few at a time."""
    kinds = {}
    for item in chosen:
        kinds.setdefault((item.base, item.family, item.long), []).append(item.name)
    return [names[at : at + GROUP] for names in kinds.values() for at in range(0, len(names), GROUP)]


def together(folder, names):
    """The results of some items in one jail, if nothing is to be told of their run but how each was graded."""
    command = throwaway.enter(folder, *names)
    done = subprocess.run(command, capture_output=True, text=True, timeout=throwaway.SECONDS * (len(names) + 2), check=False)
    found = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    if len(names) > 1 and (not found or any(beside(result) for result in found.values())):
        found = {}
        for name in names:
            found |= together(folder, [name])
    if not found:
        print(f"{names[0]} could not be measured: {done.stderr[-2000:]}", file=sys.stderr)
    return found


def beside(result):
    """Whether anything happened beside the submission, to others or to the machine."""
    quiet = result["status"] in (0, 1) and result["honest"] == result["expected"] and result["megabytes"] < 100
    return not quiet or result["left"] or result["heard"] or result["changed"]


def with_dlteach(jail):
    """Two classes of attackers with honest students among them, graded as an instructor would."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(OWN), str(PROJECT)]), "OPENBLAS_NUM_THREADS": "1"}

    def run(*command, cwd=None):
        parts = (
            [sys.executable, "-m", "dlteach.cli", *command[1:]]
            if command[0] == "dlteach"
            else [f"{sys.prefix}/bin/{command[0]}", *command[1:]]
        )
        subprocess.run([str(part) for part in parts], cwd=cwd, env=environment, check=True, capture_output=True, timeout=300)

    for base in (ROWS, ASSERTS):
        with tempfile.TemporaryDirectory(prefix="red-team-") as folder:
            course = Path(folder) / "course"
            watch = harness.Watch(Path(folder))
            release = harness.make_course(course, run)
            harness.hand_in(items(base, long=True), release, watch.place(course))
            graded = harness.grade(course, base, ["--jail", jail, "--timeout", "10"], environment, list, watch)
            watch.listeners.close()
        honest = [problem for item in items(base) if item.family == "honest" for problem in harness.problems(item, graded)]
        machine = [*honest, *graded.left, *graded.changed, *graded.heard]
        print(f"{base}: {len(graded.outcomes)} graded in {graded.seconds:.0f} s; the others and the machine: {machine or 'unharmed'}")
        hostile = [item for item in items(base, long=True) if item.family != "honest"]
        keep(
            "dlteach",
            {item.name: {"says": dlteachs_sentence(item, graded), "problems": harness.problems(item, graded)} for item in hostile},
        )


def worth(points, base):
    return f"{points:g} of {MAXIMUM[base]:g}"


def nbgraders_sentence(name, result):
    """What happened, the worst first."""
    item = next(item for item in HOSTILE if item.name == name)
    said = []
    late = [who for who, points in result["expected"].items() if result["honest"][who] != points]
    if result["status"] is None:
        said.append(f"**the run did not end** within {throwaway.SECONDS} s")
    elif result["status"] < 0:
        said.append(f"**the run was killed** (signal {-result['status']})")
    if throwaway.BEFORE in late:
        said.append(f"**another student's grade changed** to {result['honest'][throwaway.BEFORE]}")
    if throwaway.AFTER in late:
        said.append("**the next student was not graded**")
    if result["changed"]:
        said.append(f"**files changed**: {', '.join(result['changed'][:3])}")
    if result["read"]:
        said.append(f"**read**: {', '.join(result['read'])}")
    if result["heard"]:
        said.append(f"**reached** {', '.join(result['heard'])}")
    if result["left"]:
        said.append(f"**left {len(result['left'])} processes behind**")
    if result["runs"]:
        said.append(f"**the feedback page runs** {', '.join(sorted(set(result['runs'])))}")
    if result["megabytes"] > 100:
        said.append(f"**left {result['megabytes']} MB on the disk**")
    took = [word for word in result["said"] if word.startswith(("TOOK", "FORKED", "THREADS"))]
    if took:
        said.append(f"it {', '.join(word.lower() for word in took)}")
    return "; ".join([*said, points_sentence(item, result["score"])])


def points_sentence(item, score):
    if score is None:
        return "not graded" if not item.points else f"**not graded** (earned {worth(item.points, item.base)})"
    if score > item.points:
        return f"**{worth(score, item.base)} for {item.points:g}**"
    return worth(score, item.base) + (f" (earned {item.points:g})" if score < item.points else "")


def dlteachs_sentence(item, graded):
    """The points, what the instructor is told, and what went wrong."""
    outcome = graded.outcomes.get(item.who)
    if outcome is None:
        return "**no outcome**"
    refused = not item.readable or outcome["score"] is None
    said = ["refused" if refused else points_sentence(item, outcome["score"])]
    if item.flagged and [*outcome.get("flags", ()), *outcome["remarks"]]:
        said.append("flagged")
    if outcome["reason"]:
        said.append(outcome["reason"].replace("|", "\\|").replace("\n", " ")[:160])
    if leaks := graded.kept.get(item.who, harness.Kept()).leaks():
        said.append(f"**read**: {', '.join(leaks)}")
    return "; ".join(said)


HEAD = """\
# What hostile submissions do

{count} submissions that try to get points they haven't earned, to read what they shouldn't, or to do harm, and some that are
only broken. All are in `tests/autograder/redteam`, and `make test` grades them, as root and as an ordinary user, with and
without namespaces. This page shows what was measured, with nbgrader {nbgrader} as it comes and with dlteach {dlteach}. It is
written by a program:

```
python benchmarks/red_team.py nbgrader    # in jails that are thrown away; takes half an hour
python benchmarks/red_team.py dlteach     # all of a class together
python benchmarks/red_team.py table       # writes this page
```

*How it was measured with nbgrader.* A few submissions of a family at a time, and each alone where anything happened beside
them; in a copy of a course where one honest student was graded before and another is to be graded after them:
`nbgrader autograde`, and for what reads or injects also `nbgrader generate_feedback`; nbgrader's own settings (30 s for a
cell). A run was ended after {seconds} s for each. Around it stood a jail: a read-only system, no network but loopback,
{processes} processes, {memory} GB for a process. Attacks that exhaust something stop by themselves after a few GB or a few
hundred processes.

*How it was measured with dlteach.* All submissions to an assignment as one class, honest students among them;
`dlteach grade` with 10 s for a cell, as root, with the best jail.

*How to read it.* "2 of 4.5" are the points given. **4.5 for 0** are points that were given and not earned. What was lost,
read, changed or left behind is in bold. `90_rows` is a lesson of dlteach, worth 4.5 points; `asserts` is an assignment with
plain asserts, worth 8: there a test runs in the process of the code that it tests, under nbgrader as under dlteach, and the
best that can be had is that tampering is *flagged*, and that nobody else is harmed.
"""


LESSER = """\
## What a lesser jail does not stop

Where namespaces can't be had, Landlock and seccomp do the work; `tests/autograder/redteam` grades what a jail is there for
in such a jail too, as root and as an ordinary user. Nobody gets more points there, nothing is read, reached or left behind. What such a
jail says at its start that it can't stop, and where that matters:
"""


def table():
    """Write the page."""
    known = measured()
    head = HEAD.format(
        count=len(HOSTILE),
        nbgrader=known["versions"].get("nbgrader", "?"),
        dlteach=known["versions"].get("dlteach", "?"),
        seconds=throwaway.SECONDS,
        processes=throwaway.PROCESSES,
        memory=throwaway.MEMORY >> 30,
    )
    lines = [head]
    for family in dict.fromkeys(item.family for item in HOSTILE):
        lines.append(
            f"## {family[0].upper()}{family[1:]}\n\n| submission | what it does | to | nbgrader | dlteach |\n|---|---|---|---|---|"
        )
        for item in HOSTILE:
            if item.family == family:
                theirs, ours = known["nbgrader"].get(item.name), known["dlteach"].get(item.name)
                cells = [item.name, item.does.replace("|", "\\|").replace("<", "&lt;"), f"`{item.base}`"]
                cells.append(nbgraders_sentence(item.name, theirs).replace("<", "&lt;") if theirs else "not measured")
                cells.append(ours["says"].replace("<", "&lt;") if ours else "not measured")
                lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    lesser = [f"- **{item.name}**: {item.lesser}" for item in HOSTILE if item.lesser]
    lines.append(f"{LESSER}\n" + "\n".join(lesser) + "\n")
    PAGE.write_text("\n".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("nbgrader", "dlteach", "table"))
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--missing", action="store_true", help="only what was not measured yet")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--jail", default="auto")
    given = parser.parse_args()
    if given.what == "nbgrader":
        with_nbgrader(given.only, given.missing, given.jobs)
    elif given.what == "dlteach":
        with_dlteach(given.jail)
    else:
        table()


if __name__ == "__main__":
    main()
