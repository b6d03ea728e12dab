"""Python's and NumPy's error messages, said again in the words of the course."""

from __future__ import annotations

import re

from dlteach.checking.run import Failure

# (type, pattern in the message, what it means); groups of the pattern may be used as {0}, {1}, ...
MEANINGS = (
    ("ValueError", r"matmul:.*\(size (\d+) is different from (\d+)\)",
     "The two factors of a matrix product do not fit: the inner sizes are {1} and {0}, and they must be equal. Print both shapes."),
    ("ValueError", r"shapes (\(.*?\)) and (\(.*?\)) not aligned",
     "The two factors of a matrix product have the shapes {0} and {1}: the inner sizes must be equal."),
    ("ValueError", r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))",
     "Arrays of shape {0} and {1} cannot be combined entry by entry: from the right, sizes must be equal or 1."),
    ("ValueError", r"matmul: Input operand \d does not have enough dimensions",
     "`@` needs arrays; one of the two is a single number. For numbers, multiply with `*`."),
    ("ValueError", r"truth value of an array",
     "An `if` (or `and`, `or`, `max`) needs one True or False, and it got a whole array of them. Use `np.where` or a mask; "
     "joined with `&`, each comparison wants brackets of its own."),
    ("ValueError", r"setting an array element with a sequence|inhomogeneous shape",
     "A place for one number got a whole array, or rows of different lengths were put together."),
    ("ValueError", r"not enough values to unpack \(expected (\d+), got (\d+)\)",
     "On the left stand {0} names, on the right come only {1} things."),
    ("ValueError", r"too many values to unpack \(expected (\d+)",
     "On the left stand {0} names, on the right come more things than that."),
    ("UFuncTypeError|_UFuncOutputCastingError|UFuncOutputCastingError|_UFuncNoLoopError", r"Cannot cast ufunc .* from .*float64.* to .*int",
     "An array of whole numbers cannot take up fractions in place (`+=`, `-=`). Make it an array of floats first."),
    ("TypeError", r"takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) (?:was|were) given",
     "The check calls the function with {1} arguments, and it takes {0}. Compare its first line with the one in the lesson."),
    ("TypeError", r"missing (\d+) required positional argument",
     "The function asks for more arguments than the lesson's first line has. Compare the two."),
    ("TypeError", r"only (?:length-1|0-dimensional|size-1) arrays can be converted",
     "A function for single numbers (of `math`, or `float`) got an array. NumPy's functions take both."),
    ("TypeError", r"'(\w+)' object is not subscriptable", "Square brackets stand after something that has no parts, of type {0}."),
    ("TypeError", r"'NoneType'", "Something is None here: a function that returns nothing, perhaps."),
    ("TypeError", r"'(int|float|numpy\.\w+)' object is not iterable|iteration over a 0-d array",
     "A single number cannot be looped over. To count up to n, loop over `range(n)`."),
    ("TypeError", r"object of type '(\w+)' has no len", "Only something with parts has a length, and this is of type {0}."),
    ("TypeError", r"Cannot interpret '.*' as a data type", "NumPy takes the whole shape as one argument: a tuple, in brackets of its own."),
    ("TypeError", r"numpy boolean (?:negative|subtract)", "True and False cannot be subtracted; `~` turns them round."),
    ("TypeError", r"'(\W+)' not supported between instances of '(\w+)' and '(\w+)'",
     "`{0}` cannot compare something of type {1} with something of type {2}. Did one of them come back as a tuple?"),
    ("TypeError", r"'(\w+)' object is not callable",
     "Round brackets stand after something of type {0}. Is a `*` missing, or has a function's name been used for something else?"),
    ("TypeError", r"bitwise_xor|for \^", "`^` is not a power in Python: that is `**`."),
    ("TypeError", r"unsupported operand .*'function'",
     "A function stands where a number is meant. Is it called, with its round brackets?"),
    ("TypeError", r"unsupported operand type\(s\) for (\S+?):? .*'(\w+)' and '([\w.]+)'",
     "`{0}` cannot combine something of type {1} with something of type {2}. Is one of them a list where an array is meant?"),
    ("NameError", r"name '(\w+)' is not defined", "`{0}` is used before it has a value. Is it misspelt, or in a cell that was not run?"),
    ("UnboundLocalError", r"'(\w+)'",
     "`{0}` is read before it is given a value here. A name assigned inside a function hides the one outside."),
    ("IndexError", r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
     "Axis {1} has {2} entries, numbered from 0; there is no number {0}."),
    ("IndexError", r"too many indices.*array is (\d)-dimensional",
     "There are more indices than axes: this array has {0}."),
    ("IndexError", r"list (?:assignment )?index out of range", "The list is shorter than that. New entries come with `append`."),
    ("KeyError", r"'(\w+)'", "The dictionary has no key {0!r}."),
    ("AttributeError", r"module '([\w.]+)' has no attribute '(\w+)'", "`{0}` has nothing called `{1}`. Is it misspelt?"),
    ("AttributeError", r"'(?:\w+\.)?(\w+)' object has no attribute '(\w+)'", "Something of type {0} has no `{1}`. What is it really?"),
    ("ZeroDivisionError", r"", "Something is divided by 0. When can that happen, and what should come out then?"),
    ("NotImplementedError", r"", "A function that it calls is not written yet."),
    ("RecursionError", r"", "The function calls itself and never stops."),
)  # fmt: skip


def meaning(failure: Failure) -> str:
    """What an error means, for someone who has not met it before; an empty string if there is nothing to add."""
    for types, pattern, says in MEANINGS:
        found = re.search(pattern, failure.message, re.DOTALL)
        if found and re.fullmatch(types, failure.type):
            return says.format(*found.groups())
    return ""
