"""Widgets in a real browser, with a model of which the tests hold both ends.

`show(widget)` opens a page with the widget's own module and style. What the browser sends can be read (`shown.sent()`), and handed to the
real Python widget, whose reply goes back (`shown.answer()`): no server, no kernel, everything else real.
"""

import base64
import json

import pytest

from dlteach.widgets.base import TraceWidget
from dlteach.widgets.export import STATE

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A widget</title>
<style>
body {{ margin: 8px; background: var(--jp-layout-color0, white); color: var(--jp-ui-font-color1, black); }}
body {{ font-family: system-ui, sans-serif; }}
{theme}
</style>
<style>{style}</style></head>
<body data-jp-theme-light="{light}"><main><h1 id="before" tabindex="-1" style="font-size: 14px">Lesson</h1><div id="widget"></div></main>
<script type="module">{module}
const state = {state};
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
state._data = bytes(state._data);
state._esm = {esm}; state._css = {css};
const listeners = new Map();
let changed = {{}};
window.sent = [];
window.model = {{
  get: (key) => state[key],
  set: (key, value) => {{ state[key] = value; changed[key] = value; window.model.trigger("change:" + key, window.model, value); }},
  save_changes: () => {{ window.sent.push(JSON.parse(JSON.stringify(changed))); changed = {{}}; }},
  on: (name, listener) => {{ listeners.set(name, [...(listeners.get(name) ?? []), listener]); }},
  off: (name, listener) => {{
    if (name == null) listeners.clear();
    else listeners.set(name, (listeners.get(name) ?? []).filter((each) => listener != null && each !== listener));
  }},
  trigger: (name, ...values) => {{ for (const listener of [...(listeners.get(name) ?? [])]) listener(...values); }},
  listening: () => [...listeners.values()].reduce((sum, each) => sum + each.length, 0),
}};
window.reply = (fresh) => {{ // as a message from Python: all values are there before the first event
  const values = {{ ...fresh, ...(fresh._data === undefined ? {{}} : {{ _data: bytes(fresh._data) }}) }};
  const keys = Object.keys(values).filter((key) => JSON.stringify(values[key]) !== JSON.stringify(state[key]) || key === "_data");
  Object.assign(state, values);
  for (const key of keys) window.model.trigger("change:" + key, window.model, state[key]);
  window.model.trigger("change", window.model);
}};
window.show = (el) => render({{ model: window.model, el, live: {live} }});
window.cleanup = window.show(document.getElementById("widget"));
window.ready = true;
</script></body></html>"""

THEMES = {  # the variables of JupyterLab's own two themes that the style sheet asks for
    "light": ":root { --jp-layout-color0: #fff; --jp-layout-color1: #fff; --jp-ui-font-color1: rgba(0,0,0,.87); }",
    "dark": ":root { --jp-layout-color0: #111; --jp-layout-color1: #212121; --jp-ui-font-color1: #fff; }",
}


def state_of(widget):
    """What the browser would get, as JSON; the bytes in base64."""
    state = {key: getattr(widget, key) for key in STATE}
    return {**state, "_data": base64.b64encode(widget._data).decode()}


class Shown:
    """A widget on a page: `page` is playwright's."""

    def __init__(self, page, widget):
        self.page, self.widget = page, widget
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def sent(self, key=None):
        """What the browser has sent, oldest first: a dict of what changed for each message; with `key`, those that say it.

        The frame itself is sent once the slider has rested for a while, so on a slow machine it may be the newest message at any time.
        """
        return [message for message in self.page.evaluate("window.sent") if key is None or key in message]

    def answer(self):
        """Give the newest parameters to the Python widget, and its reply to the browser."""
        merged = {key: value for message in self.sent() for key, value in message.items()}
        self.widget.set_state({key: merged[key] for key in ("params", "_request", "t", "answer") if key in merged})
        self.reply(state_of(self.widget))

    def reply(self, fresh):
        self.page.evaluate("(fresh) => window.reply(fresh)", fresh)

    def painted(self):
        """Wait until what was asked for so far is on the screen."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def show(chromium):
    """Open a page with a widget: `show(widget, theme="dark", width=700)`. More options go to the browser's context."""
    contexts, opened = [], []

    def show(widget, *, theme="light", width=1280, height=900, live=True, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme, offline=True, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        shown = Shown(context.new_page(), widget)
        opened.append(shown)
        text = PAGE.format(
            module=TraceWidget._esm,
            style=TraceWidget._css,
            esm=json.dumps(TraceWidget._esm).replace("<", "\\u003c"),
            css=json.dumps(TraceWidget._css).replace("<", "\\u003c"),
            state=json.dumps(state_of(widget)).replace("<", "\\u003c"),
            theme=THEMES[theme],
            light=str(theme == "light").lower(),
            live=str(live).lower(),
        )
        shown.page.set_content(text)
        shown.page.wait_for_function("window.ready")
        shown.painted()
        return shown

    yield show
    for context in contexts:
        context.close()
    assert [error for shown in opened for error in shown.errors] == []
