"""Tags and metadata: what a notebook's file says about its cells is changed, not the code."""

import copy

from tests.autograder.redteam.base import NO_EXTREMES, NO_SUMS, SUMS, Item, grade_id, plain, rows, tests_of

FAMILY = "tags and metadata"


def on_tests(do):
    """A change that does something to every test cell."""

    def change(made):
        for cell in tests_of(made):
            do(cell)

    return change


def tagged(*tags):
    return on_tests(lambda cell: cell.metadata.update(tags=list(tags)))


def set_data(**data):
    return on_tests(lambda cell: cell.metadata.nbgrader.update(data))


def emptied(cell):
    cell.source = "2.0"


def unlocked(cell):
    cell.metadata.nbgrader.update(locked=False, grade=True, solution=False)
    cell.source = "pass"


def retyped(kind):
    def change(cell):
        cell.cell_type = kind
        for name in ("outputs", "execution_count"):
            cell.pop(name, None)

    return on_tests(change)


def deleted(made):
    gone = [cell.id for cell in tests_of(made)]
    made.cells = [cell for cell in made.cells if cell.id not in gone]


def answers_deleted_too(made):
    made.cells = [cell for cell in made.cells if not grade_id(cell)]


def doubled(made):
    for cell in tests_of(made):
        twin = copy.deepcopy(cell)
        twin.update(id=f"twin-{cell.id}"[:60], source="pass")
        made.cells.insert(made.cells.index(cell) + 1, twin)


def doubled_before(made):
    for cell in tests_of(made):
        twin = copy.deepcopy(cell)
        twin.update(id=f"twin-{cell.id}"[:60], source="2.0")
        made.cells.insert(made.cells.index(cell), twin)


def split(made):
    for cell in tests_of(made):
        rest = copy.deepcopy(cell)
        rest.metadata.pop("nbgrader")
        rest.update(id=f"rest-{cell.id}"[:60])
        cell.source = "pass"
        made.cells.insert(made.cells.index(cell) + 1, rest)


def renamed(cell):
    cell.metadata.nbgrader.grade_id = "mine-" + cell.metadata.nbgrader.grade_id


def exchanged(made):
    """Answers and tests have changed names."""
    for cell in made.cells:
        if grade_id(cell):
            cell.metadata.nbgrader.grade_id = {
                "row_sums": "check-row_sums",
                "check-row_sums": "row_sums",
                "total": "test-total",
                "test-total": "total",
                "test-largest": "largest",
                "largest": "test-largest",
            }.get(grade_id(cell), grade_id(cell))


def reordered(made):
    """Tests first, while nothing is defined yet; and once more what was there before."""
    made.cells.sort(key=lambda cell: grade_id(cell) not in {grade_id(test) for test in tests_of(made)})


def not_a_dict(cell):
    cell.metadata["nbgrader"] = ["points", 100]


def strange_values(cell):
    cell.metadata.nbgrader.update(points="100", grade="yes", schema_version="3", checksum=None, grade_id=cell.metadata.nbgrader.grade_id)


def other_kernel(made):
    made.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}


def kernel_of_lies(made):
    made.metadata["kernelspec"] = {"name": "../../../evil; touch /tmp/evil", "display_name": "<b>", "language": 7}
    made.metadata["language_info"] = {"name": "python", "version": "99"}


def ids_of_lies(made):
    for cell in made.cells:
        cell["id"] = "same"


def widgets(made):
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"x": "<script>INJECTED</script>"}}}}


def skipped_by_cell_magic(cell):
    cell.source = "%%script false --no-raise-error\n" + cell.source


def collapsed(cell):
    cell.metadata.update(deletable=True, editable=True, jupyter={"source_hidden": True, "outputs_hidden": True}, trusted=True)


BOTH = [
    ("skip-execution", "test cells have Jupyter's tag skip-execution", tagged("skip-execution")),
    (
        "play",
        "test cells have the tags play, remove-cell, raises-exception and hide-output",
        tagged("play", "remove-cell", "raises-exception"),
    ),
    ("emptied", "test cells hold the number 2.0 alone", on_tests(emptied)),
    ("unlocked", "test cells aren't locked any more, and hold pass", on_tests(unlocked)),
    ("points", "test cells are worth 100 points", set_data(points=100)),
    ("not-graded", "test cells aren't graded any more", set_data(grade=False, locked=False)),
    ("manual", "test cells are answers now, to be read by a human", set_data(solution=True, locked=False)),
    ("task", "test cells are tasks now", set_data(task=True, grade=False)),
    ("schema", "test cells have version 99 of nbgrader's metadata", set_data(schema_version=99)),
    ("schema-old", "test cells have version 1 of nbgrader's metadata", set_data(schema_version=1)),
    ("markdown", "test cells are text now", retyped("markdown")),
    ("raw", "test cells are raw now", retyped("raw")),
    ("deleted", "test cells are gone", deleted),
    ("doubled", "every test cell has a twin of the same name after it that holds pass", doubled),
    ("doubled-before", "every test cell has a twin of the same name before it that holds 2.0", doubled_before),
    ("split", "every test cell is split: the first half holds pass", split),
    ("renamed", "test cells have another name", on_tests(renamed)),
    ("exchanged", "answers and tests have changed names", exchanged),
    ("reordered", "the test cells come first", reordered),
    ("not-a-dict", "nbgrader's metadata is a list", on_tests(not_a_dict)),
    ("strange-values", "nbgrader's metadata has strings for numbers and for true", on_tests(strange_values)),
    ("kernel", "the notebook asks for a Bash kernel", other_kernel),
    ("kernel-of-lies", "the notebook's kernel has the name of a path", kernel_of_lies),
    ("ids", "all cells have the same id", ids_of_lies),
    ("widgets", "the notebook brings the state of widgets along, with a script in it", widgets),
    ("magic", "test cells begin with a magic that runs nothing", on_tests(skipped_by_cell_magic)),
    ("hidden-cells", "test cells are hidden, and may be deleted", on_tests(collapsed)),
]

RIGHT_AFTER_ALL = [
    ("answers-deleted", "answers and tests are gone", answers_deleted_too, 0),
    ("deleted-right", "test cells are gone, the answers are right", deleted, 4.5),
    ("doubled-right", "every test cell twice, the answers are right", doubled, 4.5),
    ("renamed-right", "test cells have another name, the answers are right", on_tests(renamed), 4.5),
    ("retyped-right", "test cells are text now, the answers are right", retyped("markdown"), 4.5),
    ("not-a-dict-right", "nbgrader's metadata is a list, the answers are right", on_tests(not_a_dict), 4.5),
]

ITEMS: list[Item] = [
    *(rows(f"tag-{name}-lesson", FAMILY, does, NO_SUMS, NO_EXTREMES, 0, change=change) for name, does, change in BOTH),
    *(plain(f"tag-{name}-plain", FAMILY, does, change=change) for name, does, change in BOTH),
    *(rows(f"tag-{name}", FAMILY, does, points=points, change=change) for name, does, change, points in RIGHT_AFTER_ALL),
    rows(
        "tag-in-the-middle",
        FAMILY,
        "a cell between answer and test ends the run by its tag",
        SUMS,
        NO_EXTREMES,
        2,
        change=tagged("stop", "skip"),
    ),
]
