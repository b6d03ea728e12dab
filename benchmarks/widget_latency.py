"""How long a learner waits in JupyterLab from moving a slider to seeing the new picture.

    python benchmarks/widget_latency.py [--rounds 8] [--presses 10]      # exit status 1 if a goal is missed

Starts JupyterLab and the system's Chromium (headless), opens one notebook with `explore_descent` and, beside it, the same picture made
with ipywidgets' `interactive` and matplotlib (heat map, contours, path, heights: from the same trace, 200 steps), and presses real keys
on real sliders. The kinds take turns, so that a busy moment of the machine hits all of them.

- *step*: the slider that goes through time. `explore_descent` has all frames already; `interactive` asks Python for each picture.
- *knob*: the slider of the learning rate. Both ask Python for a new trace.
- *burst*: 95 presses at the pace of a key held down, about 30 a second. Counted are the frames that were drawn, and those that the screen
  showed: two that are drawn between two pictures of a busy screen show only the later one.

One time is from the key's event (`event.timeStamp`: when the browser got it) until the end of the frame that shows the new picture: the
page notices that a canvas was painted (`data-t` and `data-seq` at the widget say of which frame and of which trace) or that a new image
was decoded, and then waits until that frame is rendered. The kernel is on the same machine, and the browser draws without a graphics card.
"""

import argparse
import contextlib
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the tests know how to start JupyterLab

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.widgets.lab import CHROMIUM_OPTIONS, find_chromium, jupyterlab  # noqa: E402

BURST = 95
KEY_PAUSE_MS = 33  # a key held down comes about thirty times a second
BUDGETS = {"step": (16.0, 33.0), "knob": (60.0, 100.0)}  # median and 95th percentile, in ms
LEAST_RATIO = 10.0
OURS, THEIRS = "explore_descent", "interactive + matplotlib"

OUR_CELL = """
from dlteach.widgets import explore_descent
explore_descent(surface="narrow_bowl", lr=0.02, steps=200)
"""

THEIR_CELL = """
%matplotlib inline
import functools
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, IntSlider, interactive
from dlteach.traces.descent import gradient_descent_trace

@functools.lru_cache
def trace_for(lr):
    return gradient_descent_trace("narrow_bowl", lr=lr, steps=200)

def draw(t, lr):
    trace = trace_for(lr)
    now = trace.frame(t)
    figure, (map_, curve) = plt.subplots(1, 2, figsize=(9, 4))
    extent = (*now["x0_range"], *now["x1_range"])
    image = map_.imshow(now["heights"], extent=extent, origin="lower", aspect="auto", cmap="cividis")
    map_.contour(now["heights"], levels=now["levels"], extent=extent, colors="white", linewidths=0.5)
    map_.plot(trace.history("x0", t), trace.history("x1", t), "o-", markersize=3)
    figure.colorbar(image)
    curve.plot(trace.history("height", t))
    curve.set(xlim=(0, 200), ylim=now["height_range"], xlabel="step", ylabel="height")
    plt.show()

interactive(draw, t=IntSlider(95, 0, 200), lr=FloatSlider(0.02, min=0.001, max=0.1, step=0.001, readout_format=".3f"))
"""

PROBE = """(() => {
  // Runs before JupyterLab does. What is painted inside a frame's callbacks is shown by that frame; what is painted elsewhere, by the next.
  const frame = window.requestAnimationFrame.bind(window);
  let inFrame = false;
  window.requestAnimationFrame = (callback) => frame((time) => {
    inFrame = true;
    try { callback(time); } finally { queueMicrotask(() => { inFrame = false; }); } // observers of what it changed come before this
  });
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => waiting.shift()();
  const after = (done) => { waiting.push(done); channel.port2.postMessage(0); }; // a message comes after the rendering of this frame
  const shown = (done) => (inFrame ? after(done) : frame(() => after(done)));

  let pressed = 0;
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);

  /** From the next key to the frame that shows the change of an attribute. */
  window.untilPainted = (root, attribute) => {
    window.latency = new Promise((done) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        shown(() => done(performance.now() - pressed));
      });
      observer.observe(root, { attributes: true, attributeFilter: [attribute] });
    });
  };
  /** From the next key to the frame that shows a new image. */
  window.untilDecoded = (output) => {
    window.latency = new Promise((done) => {
      const observer = new MutationObserver(async () => {
        const image = output.querySelector("img");
        if (!image || image === before) return;
        observer.disconnect();
        await image.decode();
        shown(() => done(performance.now() - pressed));
      });
      const before = output.querySelector("img");
      observer.observe(output, { childList: true, subtree: true });
    });
  };
  /** From here on, note which frames are drawn, and which of them the screen shows besides the one that is there. */
  window.follow = (root) => {
    const [drawn, seen] = [new Set(), new Set([root.dataset.t])];
    const observer = new MutationObserver(() => drawn.add(root.dataset.t));
    observer.observe(root, { attributes: true, attributeFilter: ["data-t"] });
    let following = true;
    const look = () => { seen.add(root.dataset.t); if (following) frame(look); };
    frame(look);
    window.unfollow = () => { following = false; observer.disconnect(); return [drawn.size, seen.size - 1]; };
  };
})()"""


class Slider:
    """A slider, and how to see in the page that its picture was painted."""

    def __init__(self, page, locator, watch, picture):
        self.page, self.locator = page, locator
        self.watch, self.picture = watch, picture

    def press(self, key):
        """Press a key: milliseconds until the new picture was there."""
        self.page.evaluate(self.watch, self.picture)
        self.page.keyboard.press(key)
        return self.page.evaluate("() => window.latency")

    def turn(self, presses, rng):
        """Press some times, not in step with the screen: half of them forward, then back again."""
        self.locator.focus()
        times = []
        for key in ("ArrowRight",) * (presses // 2) + ("ArrowLeft",) * (presses // 2):
            self.page.wait_for_timeout(rng.uniform(20, 60))
            times.append(self.press(key))
        return times


def sliders(page):
    """The four sliders that are measured, by what they do and whose they are."""
    root, output = page.locator(".dlteach-widget"), page.locator(".widget-interact .jp-OutputArea")
    output.locator("img").wait_for()
    player = root.get_by_role("group", name="Player").get_by_role("slider")
    rate, handles = root.get_by_role("slider", name="learning rate"), page.locator(".widget-interact").get_by_role("slider")
    ours, theirs = root.element_handle(), output.element_handle()
    painted = "(root) => window.untilPainted(root, '{}')".format
    decoded = "(output) => window.untilDecoded(output)"
    return {
        ("step", OURS): Slider(page, player, painted("data-t"), ours),
        ("step", THEIRS): Slider(page, handles.nth(0), decoded, theirs),
        ("knob", OURS): Slider(page, rate, painted("data-seq"), ours),
        ("knob", THEIRS): Slider(page, handles.nth(1), decoded, theirs),
    }


def burst(slider):
    """Hold the key down: how many frames were drawn, and how many the screen showed."""
    page = slider.page
    slider.locator.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(300)
    page.evaluate("(root) => window.follow(root)", slider.picture)
    for _ in range(BURST):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(KEY_PAUSE_MS)
    page.wait_for_timeout(300)
    return page.evaluate("() => window.unfollow()")


def measure(rounds, presses):
    """All times in ms, by kind; and of each burst the frames that were drawn, and those on the screen."""
    rng = random.Random(0)
    with contextlib.ExitStack() as stack:
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_OPTIONS)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        lab = stack.enter_context(jupyterlab(browser, folder, environment))
        page = lab.open(OUR_CELL, THEIR_CELL, height=1600, script=PROBE).run_all().page
        kinds = sliders(page)
        burst(kinds["step", OURS])
        for slider in kinds.values():
            slider.turn(4, rng)  # the first pictures pay for what is loaded once
        times, painted = {kind: [] for kind in kinds}, []
        for _ in range(rounds):
            for kind, slider in kinds.items():
                times[kind] += slider.turn(presses, rng)
            painted.append(burst(kinds["step", OURS]))
        return times, painted


def row(kind, whose, times):
    """One line of the table, and whether its goal is met."""
    median, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    line = f"{kind:5} {whose:26} {len(times):4} {median:10.1f} {late:10.1f}"
    if whose == THEIRS:
        return line, True
    goals = BUDGETS[kind]
    met = median <= goals[0] and late <= goals[1]
    return f"{line}   ≤ {goals[0]:g} and ≤ {goals[1]:g}: {'met' if met else 'MISSED'}", met


def main():
    """Print the table; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8, help="how often each kind has its turn (8)")
    parser.add_argument("--presses", type=int, default=10, help="key presses in a turn (10)")
    options = parser.parse_args()
    if find_chromium() is None:
        parser.error("there is no Chromium here (on Debian and Ubuntu: apt install chromium)")
    times, painted = measure(options.rounds, options.presses)

    print(f"{'':32} {'n':>4} {'median ms':>10} {'p95 ms':>10}   goal")
    verdicts = []
    for (kind, whose), taken in times.items():
        line, met = row(kind, whose, taken)
        print(line)
        verdicts.append(met)
    for kind, least in (("step", LEAST_RATIO), ("knob", None)):
        ratio = statistics.median(times[kind, THEIRS]) / statistics.median(times[kind, OURS])
        verdicts.append(least is None or ratio >= least)
        goal = "" if least is None else f"≥ {least:g}: {'met' if verdicts[-1] else 'MISSED'}"
        print(f"{kind:5} {'how many times as fast':37} {ratio:10.1f}×             {goal}")
    drawn, seen = zip(*painted, strict=True)
    verdicts.append(min(drawn) == BURST)
    print(f"burst of {BURST}: {', '.join(map(str, drawn))} drawn   all: {'met' if verdicts[-1] else 'MISSED'}")
    print(f"{'':13} {', '.join(map(str, seen))} on the screen")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
