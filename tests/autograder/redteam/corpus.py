"""The whole corpus: every hostile or broken submission, and the honest neighbours that must not feel it."""

from tests.autograder.redteam import escaping, exhausting, files, flooding, forging, injecting, network, patching, reading, tags, values
from tests.autograder.redteam.base import ASSERTS, EXTREMES, LARGEST, ROWS, SHARE, SUMS, TOTAL, Item

HOSTILE: tuple[Item, ...] = (
    *forging.ITEMS,
    *patching.ITEMS,
    *tags.ITEMS,
    *reading.ITEMS,
    *escaping.ITEMS,
    *exhausting.ITEMS,
    *flooding.ITEMS,
    *values.ITEMS,
    *network.ITEMS,
    *files.ITEMS,
    *injecting.ITEMS,
)

HALF = "def smallest_and_largest(x):\n    return x.min(axis=1), x.min(axis=1)"
HONEST_FAMILY = "honest"

HONEST: tuple[Item, ...] = (
    Item(
        "0-anna",
        HONEST_FAMILY,
        "everything right; sorts before all others",
        ROWS,
        4.5,
        {"row_sums": SUMS, "smallest_and_largest": EXTREMES},
    ),
    Item("m-ben", HONEST_FAMILY, "half right; in the midst of them", ROWS, 3.25, {"row_sums": SUMS, "smallest_and_largest": HALF}),
    Item("zz-cleo", HONEST_FAMILY, "untouched; sorts after nearly all", ROWS, 0),
    Item("zz-dora", HONEST_FAMILY, "one right", ROWS, 2, {"row_sums": SUMS}),
    Item(
        "0-anna", HONEST_FAMILY, "everything right", ASSERTS, 8, {"total": TOTAL, "largest": LARGEST, "share": SHARE, "lucky": "lucky = 17"}
    ),
    Item("m-ben", HONEST_FAMILY, "some right", ASSERTS, 5, {"total": TOTAL, "largest": LARGEST}),
    Item("zz-cleo", HONEST_FAMILY, "untouched", ASSERTS, 0),
    Item("zz-dora", HONEST_FAMILY, "half of the partial credit", ASSERTS, 1, {"share": "def share(x):\n    return [1.0]"}),
)


def items(base: str, long: bool = False) -> list[Item]:
    """What is handed in for an assignment, honest and hostile; ``long`` adds what takes minutes."""
    return [item for item in (*HONEST, *HOSTILE) if item.base == base and (long or not item.long)]
