"""A jail for code that nobody trusts: what it may see, how much it may use, and what it may ask of the kernel.

    jail = enter(view_of_python(course=None, data={}), limits)   # once, in a process that has imported little and holds no secret
    pid = jail.fork()                                            # for each notebook
    if pid == 0:
        jail.lock([channel], limits)                             # for ever

``enter`` takes the best rung of a ladder that works here, which it finds by trying, and ``jail.lacks`` says what hostile code could
still do, which it finds by trying too.
"""

from autograder.jail.jail import Jail, enter
from autograder.jail.ladder import KINDS, JailError
from autograder.jail.python_view import view_of_python
from autograder.jail.view import View

__all__ = ["KINDS", "Jail", "JailError", "View", "enter", "view_of_python"]
