"""An IPython shell that runs cells as a notebook's kernel does, without a kernel: no sockets, no threads, no history on a disk."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import MethodType, TracebackType
from typing import Any

from IPython.core.autocall import ZMQExitAutocall
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.page import as_hook
from traitlets import Bool, Instance, Type, default
from traitlets.config import Config

from autograder.worker.clock import Clock, TimeUp
from autograder.worker.compiler import Compiler
from autograder.worker.display import Formatter, Hook, Publisher
from autograder.worker.outputs import Outputs
from autograder.worker.widgets import PARENT, connect_widgets
from dlteach.checking.probe import message_of

_SPECIAL = re.compile(r"\A\s|[%!?]|^\s*(?:[,;/]|>>>|\.\.\.|In \[|\[(?:ins|nav)\])", re.MULTILINE)  # where IPython's own syntax may be
FORMATTING = 2.0  # seconds for a traceback, and for what is drawn after a cell whose own time is up
FRAMES = 20  # of a traceback that are shown at its beginning, and at its end
CAUSES = 10  # errors behind an error


class ZMQInteractiveShell(InteractiveShell):
    """The shell. Libraries ask whether it is called this before they believe that they run in a notebook."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    compiler_class = Type(Compiler)
    exiter = Instance(ZMQExitAutocall)
    cell_name = ""
    autoindent = Bool(False)
    exit_now = Bool(False)
    keepkernel_on_exit: bool | None = None

    heal: Callable[[], None]
    """Gives back builtins that were deleted; :attr:`mend` also those that were replaced."""
    mend: Callable[[], None]
    usual_steps = 4, 1, 4, 0  # how IPython transforms a cell, where nobody has added to it
    failed: BaseException | None = None
    loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, outputs: Outputs, **options: Any) -> None:
        self.outputs = outputs
        self.clock = Clock(__file__)
        self.kernel = connect_widgets(outputs)
        super().__init__(**options)

    @default("exiter")
    def _make_exiter(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    def init_hooks(self) -> None:
        """``len?`` opens a page beside a notebook; there is none."""
        super().init_hooks()
        self.set_hook("show_in_pager", as_hook(lambda *_, **__: None), 99)

    def get_parent(self) -> dict[str, Any]:
        """The message that asked for this cell, for widgets."""
        return PARENT

    def init_events(self) -> None:
        """What is called before and after a cell draws the figures that are left, and can be a student's code: it has a clock too.

        IPython's own needs none: to set it takes half of the time of most cells.
        """
        super().init_events()
        trigger = self.events.trigger

        def trigger_in_time(event: str, *args: Any, **kwargs: Any) -> None:
            if all(map(_is_ipythons, self.events.callbacks[event])):
                trigger(event, *args, **kwargs)
                return
            with self.clock.grace(FORMATTING).limit():
                trigger(event, *args, **kwargs)

        self.events.trigger = trigger_in_time

    def init_display_formatter(self) -> None:
        """Formats are made by ours, which stops when nothing more is kept."""
        self.display_formatter = Formatter(parent=self)
        self.configurables.append(self.display_formatter)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no screen. Raises UsageError for anything that needs one."""
        if gui not in (None, "inline"):
            raise UsageError(f"there is no screen for {gui!r} where notebooks are graded")

    def ask_exit(self) -> None:
        """``exit()`` was called; a kernel would end after this cell."""
        self.exit_now = True

    def raw_input(self, prompt: str = "") -> str:
        """``input()``. Raises StdinNotImplementedError: nobody is there to answer."""
        raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """IPython would keep a copy of everything printed, however much it is."""
        yield

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """Run a compiled statement under the cell's clock; True if it failed. What failed is noted here, and only then shown."""
        __tracebackhide__ = "__ipython_bottom__"
        self.cell_name = code_obj.co_filename
        heal = self.heal
        try:
            with self.clock.limit():
                try:
                    if async_:
                        await eval(code_obj, self.user_global_ns, self.user_ns)
                    else:
                        exec(code_obj, self.user_global_ns, self.user_ns)
                finally:
                    heal()
        except BaseException as error:
            self.failed = error
            if result is not None:
                result.error_in_exec = error
            self.show(error)
            return True
        return False

    def should_run_async(self, raw_cell: str, **options: Any) -> bool:
        """Whether a cell awaits something. IPython would compile every cell to find out."""
        source = options.get("transformed_cell") or raw_cell
        return ("await" in source or "async" in source) and super().should_run_async(raw_cell, **options)

    def transform_cell(self, raw_cell: str) -> str:
        """IPython's own syntax made Python's. Most cells have none, which is seen in a tenth of the time."""
        manager = self.input_transformer_manager
        steps = manager.cleanup_transforms, manager.line_transforms, manager.token_transformers, self.input_transformers_post
        single = "\n" not in raw_cell.rstrip()  # a line alone can call a function without brackets: exit
        if single or _SPECIAL.search(raw_cell) or tuple(map(len, steps)) != self.usual_steps:
            return str(super().transform_cell(raw_cell))
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def show(self, error: BaseException) -> None:
        """Show an error as IPython does. Its message and its traceback can be a student's code: they get little time and may fail."""
        self.mend()
        if isinstance(error, TimeUp):
            self.show_time_up()
            return
        shown, clock = self.outputs.facts.error, Clock(__file__)
        clock.start(FORMATTING)
        with suppress(BaseException), clock.limit():
            shorten(error)
            options = {"exception_only": True} if isinstance(error, SystemExit) else {"running_compiled_code": True}
            InteractiveShell.showtraceback(self, (type(error), error, without_ours(error)), tb_offset=0, **options)
        if not shown and not self.outputs.facts.error and not self.outputs.facts.stderr:
            self.outputs.error(type(error).__name__, "", [f"{type(error).__name__}: its message and traceback could not be shown"])

    def show_time_up(self) -> None:
        """Say that the time was up."""
        sentence = f"This cell ran for more than {self.clock.seconds:g} seconds and was stopped."
        self.outputs.error("CellTimeoutError", sentence, [f"CellTimeoutError: {sentence}"])

    def _showtraceback(self, etype: type[BaseException], evalue: Any, stb: list[str]) -> None:
        if issubclass(etype, TimeUp):
            self.failed = self.failed or evalue
            self.show_time_up()
        else:
            self.outputs.error(etype.__name__, message_of(evalue), stb)

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        """IPython would format every traceback a second time for its history."""
        return {}

    def run_in_loop(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a cell that awaits something."""
        loop = self.use_loop()
        asyncio._set_running_loop(None)
        try:
            with self.clock.limit():
                return loop.run_until_complete(coroutine)
        finally:
            if self.clock.spent:  # it was interrupted anywhere, and may be in any state
                loop.set_exception_handler(lambda *_: None)  # when it is thrown away it shall not complain into a later cell
                self.loop = None
            asyncio._set_running_loop(self.loop)

    def use_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that cells find running, as in a kernel. It is made when a cell first mentions it: that takes time."""
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
        return self.loop


def _is_ipythons(callback: Any) -> bool:
    """Whether something that is called around a cell is a method of the shell's own, or of what it displays with."""
    return type(callback) is MethodType and type(callback.__self__) in (ZMQInteractiveShell, Publisher)


def without_ours(error: BaseException) -> TracebackType | None:
    """The traceback from the student's first frame on."""
    place = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename in (__file__, contextlib.__file__):
        place = place.tb_next
    return place


def shorten(error: BaseException | None) -> None:
    """Take the middle out of long tracebacks, those of endless recursions, which take seconds to format and nobody reads."""
    for _ in range(CAUSES):
        if error is None:
            return
        places, place = [], error.__traceback__
        while place is not None:
            places.append(place)
            place = place.tb_next
        if len(places) > 2 * FRAMES:
            places[FRAMES].tb_next = places[-FRAMES]
        error = error.__cause__ or error.__context__


def make_shell(outputs: Outputs) -> ZMQInteractiveShell:
    """The one shell of this process. Notebook modules find it by ``get_ipython()``."""
    config = Config()
    config.HistoryManager.enabled = False
    config.IPKernelApp.tqdm = "a notebook"  # older versions of tqdm look for this name, newer ones for that module
    sys.modules.setdefault("ipykernel.zmqshell", sys.modules[__name__])
    Formatter.outputs = Hook.outputs = Publisher.outputs = outputs
    shell: ZMQInteractiveShell = ZMQInteractiveShell.instance(outputs, config=config)
    shell.loop_runner = shell.run_in_loop
    Hook.cell_name = staticmethod(lambda: shell.cell_name)
    return shell
