"""The widget: a trace, a view of it, and the conversation with the browser.

The browser gets the whole trace at once and plays it by itself; Python is asked only when a knob is turned. Its side is in `browser/`.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlteach.traces import OwnFunctionError, Trace
from dlteach.traces.own import name_of, patience
from dlteach.widgets import export, lifetime
from dlteach.widgets.incoming import checked_answer, checked_count, checked_params
from dlteach.widgets.module import BROWSER, browser_module
from dlteach.widgets.quiet import printing
from dlteach.widgets.view import View

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PRINTED = 2000
"""How many characters a learner's function may print while a widget is made. While a knob is turned nobody would see them: none."""
SECONDS = 20
"""How long a learner's functions may take for one picture. A right one takes less than one."""

ViewOf = Callable[[Mapping[str, Any]], View]
Own = Mapping[str, Callable[..., Any] | Mapping[str, Callable[..., Any]] | None]


_one_at_a_time = threading.RLock()
"""Newer kernels answer a knob in a thread beside the running cell, which may be turning one itself."""


class TraceWidget(anywidget.AnyWidget):
    """Shows a trace, and records a new one when a knob is turned.

    Args:
        name: the function that made this widget, for *Copy as Python*: "explore_descent".
        record: gives the trace for the present parameters: `record(**own, **params)`.
        view: what to show of it; or a function of the parameters that gives it, where marks or numbers of a panel depend on them. The
            panels, knobs and lines of the equation stay the same then: the browser makes them once.
        params: the parameters by name; the knobs and what can be dragged change them. Plain JSON.
        own: the learner's functions by name of argument; None where ours is to be used. If one of them fails, the widget
            says so and shows ours.

    Traits to read and set: `t` (the frame shown) and `answer` (what the learner predicted, None before). `params` is for reading; `set`
    changes it.
    """

    _esm = browser_module()
    _css = (BROWSER / "style.css").read_text(encoding="utf-8")

    params = traitlets.Dict().tag(sync=True, echo_update=False)
    t = traitlets.Int(0).tag(sync=True, echo_update=False)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True, echo_update=False)
    _view = traitlets.Dict().tag(sync=True)
    _trace = traitlets.Dict().tag(sync=True)
    _data = traitlets.Bytes(b"").tag(sync=True)
    _question = traitlets.Dict(None, allow_none=True).tag(sync=True)
    _code = traitlets.Unicode("").tag(sync=True)
    _problem = traitlets.Unicode("").tag(sync=True)
    _page = traitlets.Unicode((BROWSER / "page.html").read_text(encoding="utf-8")).tag(sync=True)
    _request = traitlets.Int(0).tag(sync=True, echo_update=False)  # counts what the browser asked for …
    _seq = traitlets.Int(0).tag(sync=True)  # … and which of that has been answered; the browser redraws when it changes

    def __init__(
        self, name: str, record: Callable[..., Trace], view: View | ViewOf, params: Mapping[str, Any], own: Own | None = None
    ) -> None:
        self.name = name
        self._view_of: ViewOf = view if callable(view) else lambda _: view
        self._record = record
        self._own = {key: function for key, function in (own or {}).items() if function is not None}
        self._answered: dict[str, Any] | None = None
        # recorded before it is a widget: one message opens it, and if it cannot be recorded nothing is left behind
        self._recorded, first = self._recording(dict(params), PRINTED)
        super().__init__(**first)

    @property
    def view(self) -> View:
        """What is shown of it, with the present parameters."""
        return self._view_of(self.params)

    @property
    def trace(self) -> Trace:
        """What is shown."""
        return self._recorded

    @property
    def prediction_right(self) -> bool | None:
        """Whether the learner's prediction was right, by the question as it stood when it was answered. None before an answer."""
        if self.answer is None or self._answered is None:
            return None
        truth = self._answered["truth"]
        if self._answered["options"]:
            return bool(self.answer == truth)
        if isinstance(self.answer, bool) or not isinstance(self.answer, int | float):
            return False
        rounding = 1e-9 * max(1.0, abs(truth))  # 0.1 + 0.2 is not 0.3
        return bool(abs(self.answer - truth) <= self._answered["tolerance"] + rounding)

    def set(self, **params: Any) -> None:
        """Turn knobs from Python: `widget.set(lr=0.3)`.

        Raises:
            TypeError: a value is of the wrong kind; everything stays as it was.
            ValueError: there is no such parameter, or the value makes no sense; likewise.
        """
        unknown = sorted(params.keys() - self.params.keys())
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of this widget; it has {', '.join(self.params)}.")
        with _one_at_a_time:
            self._show(*self._recording({**self.params, **params}, PRINTED))

    def export_html(self, path: str | Path) -> Path:
        """Write the widget as it is now into a page of its own, which needs no network and no Python and still moves.

        Args:
            path: the file; one that is there is replaced, in one go.

        Returns:
            where the page is.

        Raises:
            FileNotFoundError: the folder does not exist.
            IsADirectoryError: path is a folder.
        """
        export.write_whole(Path(path), export.page(self))
        return Path(path)

    def open(self) -> None:
        """Open the line to the browser, if it isn't: the widget can be shown (again)."""
        if self.layout.comm is None:
            self.layout.open()
        super().open()

    def close(self) -> None:
        """Close the line to the browser: the widget disappears there, and is no longer kept alive. Its numbers can still be read.

        What ipywidgets closes leaves its layout behind, which is a widget too, and can never be shown again.
        """
        if self.comm is not None:
            super().close()
            self.layout.close()
            self.__dict__.pop("_repr_mimebundle_", None)  # ipywidgets hides it, but we can open again

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What the browser sends: a frame, a prediction, or parameters with a request for a new trace. Anything else is not heard."""
        before, problem = self.params, ""
        heard: dict[str, Any] = {}
        if "answer" in sync_data:
            heard["answer"] = checked_answer(sync_data["answer"])
        if (t := checked_count(sync_data.get("t"))) is not None:
            heard["t"] = min(t, len(self.trace) - 1)
        if (request := checked_count(sync_data.get("_request"))) is not None:
            heard["_request"] = request
            try:
                heard["params"] = checked_params(sync_data.get("params", before), before, self.view.knobs)
            except ValueError as error:
                problem = str(error)
        with _one_at_a_time:
            super().set_state(heard)
            if request is not None:
                self._reply(before, problem)

    def _reply(self, before: dict[str, Any], problem: str) -> None:
        """Answer a request: a new trace for the parameters that came, or, if there is a problem, the old ones back and a word about it.

        Whatever happens, it is answered: the browser waits for that before it asks again.
        """
        if problem:
            self.send_state("params")  # the browser still holds what was refused
        else:
            try:
                self._show(*self._recording(self.params, 0))
            except KeyboardInterrupt:
                self._refuse(before, "This was interrupted. The picture is the one before.")
                raise
            except ValueError as error:
                problem = str(error)
            except Exception as error:  # a mistake of ours, but the learner's widget must live on
                self.log.exception("dlteach: %s could not be recorded", self.name)
                problem = f"{type(error).__name__}: {error}"
        if problem:
            self._refuse(before, problem)

    def _refuse(self, before: dict[str, Any], problem: str) -> None:
        with self.hold_sync():
            self.params = before
            self._problem = _cut(problem)
            self._request = self._seq = self._next()

    def _recording(self, params: dict[str, Any], printed: int) -> tuple[Trace, dict[str, Any]]:
        """Record a trace, and work out all traits that change with it. The widget stays as it is."""
        problem = ""
        try:
            with printing(printed), patience(SECONDS):
                trace = self._record(**self._own, **params)
        except OwnFunctionError as error:
            trace = self._record(**params)
            told = _cut(str(error), 480)
            problem = f"{told}{'' if told.endswith(('.', '?', '!', '…')) else '.'} This is ours."
        layout, data = trace.pack()
        view = self._view_of(params)
        shown = {"_view": view.as_json(), "_question": view.ask(trace), "_problem": problem}
        traits = {"params": params, "_trace": layout, "_data": data, **shown}
        return trace, {**traits, "_code": self._as_python(params), "t": min(self.t, len(trace) - 1)}

    def _show(self, trace: Trace, traits: Mapping[str, Any]) -> None:
        """Show a new trace; all that changed goes to the browser as one message."""
        self._recorded = trace
        with self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)
            self._request = self._seq = self._next()

    def _next(self) -> int:
        """A number for this reply: higher than any before, so that the browser redraws, and than what it asked for."""
        return int(max(self._seq + 1, self._request))

    @traitlets.validate("t")
    def _t_came(self, proposal: Any) -> int:
        return int(min(max(proposal["value"], 0), len(self.trace) - 1))

    @traitlets.observe("answer")
    def _answer_came(self, _: Any) -> None:
        self._answered = self._question

    def _as_python(self, params: Mapping[str, Any]) -> str:
        """The call that makes this widget as it is with these parameters."""
        arguments = [f"{key}={value!r}" for key, value in params.items()]
        for key, function in self._own.items():
            if isinstance(function, Mapping):
                arguments.append(f"{key}={{{', '.join(f'{part!r}: {_reference(each)}' for part, each in function.items())}}}")
            else:
                arguments.append(f"{key}={_reference(function)}")
        return f"{self.name}({', '.join(arguments)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The widget for whoever can show it, and for all others its picture, with caption and text: for print, and for nbconvert."""
        self.open()  # it may have been let go, and is wanted again
        lifetime.take_place(self)
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        bundle: dict[str, Any] = {WIDGET_VIEW: view, "text/plain": f"{self.view.title}. {self.trace.describe(0)}"}
        try:
            bundle |= self._static_face()
        except Exception:  # without the picture, the widget itself still shows
            self.log.exception("dlteach: the printed picture of %s could not be drawn", self.name)
        return bundle, {}

    def _static_face(self) -> dict[str, str]:
        from dlteach.widgets import static  # matplotlib: half a second, which only those who show something should wait

        picture = static.filmstrip(self.trace, self.view)
        page = static.figure_html(self.trace, self.view, picture)
        return {"text/html": page, "image/png": base64.b64encode(picture).decode("ascii")}


def _reference(function: Callable[..., Any]) -> str:
    """How a program calls a function that has a name; one without gets a name to fill in."""
    return name_of(function).replace(" ", "_")


def _cut(text: str, most: int = 500) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
