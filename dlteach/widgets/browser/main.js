// The widget: panels, equation and numbers of one frame, and the conversation with Python.


/**
 * A point that can be moved: a button over the canvas, for pointer and arrow keys. It moves at once; the trace follows.
 * @param {Panel} panel @param {any} mark @param {number} i which of the mark's points
 */
function handleOf(panel, mark, i) {
  const move = (place) => {
    handle.held = panel.axes().map(([low, high], axis) => +clamp(place[axis], low, high).toPrecision(5));
    panel.moved(mark.drag);
  };
  const element = make("button.handle", {
    onpointerdown: ({ pointerId }) => element.setPointerCapture(pointerId),
    onpointermove: (event) => element.hasPointerCapture(event.pointerId) && move(panel.drawn.toData(...panel.placeOf(event))),
    onkeydown: (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      event.preventDefault();
      move(panel.axes().map(([low, high], axis) => handle.at[axis] + (way[axis] * (high - low)) / (event.shiftKey ? 10 : 50)));
    },
  });
  const place = (recording, t) => {
    const all = recording.at(mark.x, t);
    handle.at = handle.held ?? [all[i], recording.at(mark.y, t)[i]];
    const { area: { left, top, width, height }, toPixels } = panel.drawn;
    const [px, py] = toPixels(...handle.at), [x, y] = handle.at.map((value) => text(value));
    element.style.transform = `translate(${clamp(px, left, left + width)}px, ${clamp(py, top, top + height)}px)`;
    const name = mark.drag_label + (all.length > 1 ? ` ${i + 1}` : "");
    element.ariaLabel = `${name}, ${panel.panel.x.label} ${x}, ${panel.panel.y.label} ${y}; arrow keys move it`;
  };
  const handle = { element, mark, place };
  return handle;
}

/** A canvas with its handles. */
class Panel {
  handles = [];

  /** @param {any} panel @param {Requests} requests @param {() => void} paint */
  constructor({ title, x, y, share, height }, requests, paint) {
    Object.assign(this, { requests, paint });
    const ariaLabel = title + (x ? `, ${x.label} across` : "") + (y ? `, ${y.label} up` : "");
    this.canvas = make("canvas.panel", { role: "img", ariaLabel });
    this.box = make("div.box", { style: `flex-grow: ${share}; max-width: ${max(320, 380 / height)}px` }, this.canvas);
  }

  draw(recording, t, theme) {
    // Not on the page yet.
    if (!this.width) return;
    this.drawn = drawPanel(this.canvas, this.panel, recording, t, theme, this.width);
    for (const handle of this.handles) handle.place(recording, t);
  }

  /** As many handles as there are points to move. @param {any} panel @param {Recording} recording @param {boolean} enabled */
  load(panel, recording, enabled) {
    this.panel = panel;
    const marks = panel.marks.filter((mark) => mark.drag && recording.has(mark.x));
    const points = marks.flatMap((mark) => Array.from(recording.at(mark.x, 0), (_, i) => [mark, i]));
    if (points.length !== this.handles.length) {
      for (const { element } of this.handles) element.remove();
      this.handles = points.map(([mark, i]) => handleOf(this, mark, i));
      this.box.append(...this.handles.map(({ element }) => element));
    }
    for (const handle of this.handles) {
      handle.element.disabled = !enabled;
      if (!this.requests.busy()) handle.held = null;
    }
  }

  /** One of a parameter's points has moved: send where they all are, in the form that the parameter has. @param {string} drag */
  moved(drag) {
    const now = this.requests.params()[drag];
    const all = this.handles.filter(({ mark }) => mark.drag === drag).map(({ held, at }, i) => held ?? now?.[i] ?? at);
    const several = all.length > 1 || Array.isArray(now?.[0]);
    this.requests.turn({ [drag]: several ? all : typeof now === "number" ? all[0][0] : all[0] });
    this.paint();
  }

  /** Both axes, each from and to. */
  axes() {
    const { area: { left, top, width, height }, toData } = this.drawn;
    const [x0, y0] = toData(left, top + height), [x1, y1] = toData(left + width, top);
    return [[x0, x1], [y0, y1]];
  }

  /** Where the pointer is on the canvas. @param {PointerEvent} event */
  placeOf({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }
}

class Widget {
  painted = 0;
  ending = new AbortController();

  /** @param {any} model @param {HTMLElement} el @param {boolean} live is there a Python to answer? */
  constructor(model, el, live) {
    Object.assign(this, { model, el, live, view: model.get("_view") });
    const { knobs, panels, speed } = this.view, id = "dlteach" + Math.random();
    const ui = this.build();
    this.requests = new Requests(model, (late) => put(ui.late, late ? "waiting for Python…" : ""));
    this.knobs = knobs.map((knob, i) => knobOf(knob, id + i, (changes) => this.requests.turn(changes)));
    this.panels = panels.map((panel) => new Panel(panel, this.requests, () => this.paint()));
    this.player = new Player(ui, speed, () => this.paint(), () => this.question.open("Predict first, or choose “Just show me”."));
    this.question = new Question(ui, id, (answer) => this.settle(answer), model.get("answer"));
    ui.late.before(...this.knobs.map(({ element }) => element));
    ui.stage.append(...this.panels.map(({ box }) => box));
    share(this);
    el.append(ui.widget);
    this.player.t = model.get("t");
    // ipywidgets says so, where the model does not.
    this.gone = el.matches(".jupyter-widgets-disconnected");
    this.receive();
    this.measure();
    this.listen();
  }

  /** All parts of the page's template, by the class that each has. */
  build() {
    const { title, knobs, equation, readout } = this.view;
    const page = new DOMParser().parseFromString(this.model.get("_page"), "text/html");
    const root = document.importNode(page.querySelector("template").content, true).firstElementChild, ui = { widget: root };
    for (const part of root.querySelectorAll("[class]")) ui[part.className.slice(8)] = part;
    root.ariaLabel = ui.title.textContent = title;
    ui.knobs.hidden = !knobs.length;
    ui.equation.innerHTML = equation.join("");
    ui.numbers.append(...readout.map(([, name]) => make("tr", {}, make("th", { scope: "row" }, name), make("td"))));
    ui.readout.hidden = !readout.length;
    ui.readout.ontoggle = () => this.paint();
    this.slots = root.querySelectorAll("[data-array]");
    this.cells = root.querySelectorAll("td");
    return (this.ui = ui);
  }

  /** Listen beyond our own elements; `close` takes it all back. */
  listen() {
    const { signal } = this.ending;
    const retheme = () => {
      this.theme = themeOf(this.ui.widget);
      this.paint();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", retheme, { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.point(), { signal, capture: true });
    const theme = new MutationObserver(retheme);
    theme.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
    const size = new ResizeObserver(() => this.measure());
    const sight = new IntersectionObserver((entries) => (this.player.seen = entries.at(-1).isIntersecting));
    sight.observe(this.ui.widget);
    this.observers = [theme, size, sight];
    this.handlers = {
      "change:_seq": () => ((this.gone = false), this.receive()),
      "change:t": () => this.follow(),
      comm_live_update: this.leave,
    };
    for (const each of Object.entries(this.handlers)) this.model.on(...each);
    // Of a kernel that is shut down the model hears nothing, but JupyterLab's session does.
    this.kernel = this.model.widget_manager?.context?.sessionContext?.kernelChanged;
    this.kernel?.connect(this.leave);
    this.ui.widget.addEventListener("keydown", (event) => {
      // JupyterLab would take an arrow or a letter for a command. Ctrl+S is one even here.
      if (!event.ctrlKey && !event.metaKey && event.key !== "Tab") event.stopPropagation();
    });
    for (const panel of this.panels) {
      const { box } = panel;
      size.observe(box);
      box.onpointermove = box.onpointerdown = (event) => this.point({ panel, place: panel.placeOf(event) });
      box.onpointerleave = () => this.point();
    }
  }

  /** Something has come from Python: a new recording, or why there is none. */
  receive() {
    const { model, player, question, requests } = this;
    const layout = model.get("_trace"), bytes = model.get("_data");
    requests.answered((this.seq = model.get("_seq")));
    if (layout !== this.layout || bytes !== this.bytes) {
      const stay = this.recording && player.t === player.last;
      Object.assign(this, { layout, bytes, recording: unpack(layout, bytes) });
      player.load(this.recording);
      question.load(model.get("_question"));
      player.limit = question.limit(player.last);
      if (stay) player.t = player.limit;
    }
    const params = requests.params();
    for (const { name, show } of this.knobs) show(params[name]);
    put(this.ui.problem, model.get("_problem"));
    this.enable();
    player.go(Math.min(player.t, player.limit));
  }

  /** Controls that need Python are there while Python is. */
  enable() {
    const { live, gone, ui } = this, enabled = live && !gone;
    ui.knobs.disabled = !enabled;
    this.panels.forEach((panel, i) => panel.load(this.model.get("_view").panels[i], this.recording, enabled));
    ui.gone.hidden = !gone;
    ui.recorded.hidden = live || ui.knobs.hidden;
  }

  /** `t` was set, in Python or by another view. */
  follow() {
    const t = this.model.get("t");
    if (t !== this.player.t) this.player.to(t);
  }

  /** The kernel is gone, unless the model knows better. */
  leave = () => {
    this.gone = !this.model.comm_live;
    if (this.gone) this.requests.forget();
    this.enable();
    this.paint();
  };

  /** The question is answered, and the player may go on; or it is asked again. @param {any} answer */
  settle(answer) {
    const { player, question } = this;
    this.save("answer", answer);
    player.limit = question.limit(player.last);
    // The button that had the focus is gone.
    if (!question.pending) this.ui.time.focus();
  }

  save(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  measure() {
    const { equation } = this.ui;
    this.theme = themeOf(this.ui.widget); // none before we are in the page: JupyterLab makes us first and shows us later
    for (const panel of this.panels) panel.width = panel.box.clientWidth;
    this.paint();
    // What scrolls can be scrolled by keys.
    equation.tabIndex = equation.scrollWidth > equation.clientWidth ? 0 : -1;
  }

  /** Draw the present frame at once: whoever presses keys fast still sees each frame. */
  paint() {
    const { recording, player, ui, view } = this, t = player.t;
    for (const panel of this.panels) panel.draw(recording, t, this.theme);
    for (const slot of this.slots) put(slot, this.number(slot.dataset, t));
    if (ui.readout.open) view.readout.forEach(([array], i) => put(this.cells[i], this.numbers(array, t)));
    ui.sentence.ariaLive = player.playing ? "off" : "polite";
    put(ui.sentence, recording.sentences[t]);
    if (t >= player.limit) this.question.open();
    if (this.pointer) this.point(this.pointer);
    Object.assign(ui.widget.dataset, { t, seq: this.seq, painted: ++this.painted });
    clearTimeout(this.saving);
    if (this.live && !this.gone && t !== this.model.get("t")) this.saving = setTimeout(() => this.save("t", t), 250);
  }

  /** The number in a slot of the equation. @param {DOMStringMap} slot @param {number} t */
  number({ array, index = 0, digits, brackets }, t) {
    if (!this.recording.has(array)) return "–";
    const value = this.recording.at(array, t)[index];
    return brackets && value < 0 ? `(${text(value, +digits)})` : text(value, +digits);
  }

  /** The numbers of an array, if there are many the first ones. @param {string} array @param {number} t */
  numbers(array, t) {
    const all = this.recording.has(array) ? this.recording.at(array, t) : [NaN];
    return Array.from(all.slice(0, 12), (value) => text(value)).join(", ") + (all.length > 12 ? `, … (${all.length} numbers)` : "");
  }

  /** Say what the pointer is over. @param {{panel: Panel, place: number[]}} [pointer] */
  point(pointer) {
    const { tip, widget } = this.ui;
    this.pointer = pointer;
    const hit = pointer?.panel.drawn && hitAt(pointer.panel.drawn, ...pointer.place);
    tip.hidden = !hit;
    if (!hit) return;
    put(tip, hit.text);
    const { panel: { box }, place: [x, y] } = pointer;
    tip.style.left = clamp(box.offsetLeft + x + 12, 0, widget.clientWidth - tip.offsetWidth) + "px";
    tip.style.top = max(0, box.offsetTop + y - tip.offsetHeight - 10) + "px";
  }

  close() {
    this.ending.abort();
    this.kernel?.disconnect(this.leave);
    for (const observer of this.observers) observer.disconnect();
    for (const each of Object.entries(this.handlers)) this.model.off(...each);
    clearTimeout(this.saving);
    this.requests.forget();
    cancelAnimationFrame(this.player.timer);
    this.ui.widget.remove();
    // What was drawn last would live on in them.
    ctx = panel = trace = marks = hits = X = Y = toData = probe = null;
  }
}

/** Show a widget; gives what takes it away again. @param {{model: any, el: HTMLElement, live?: boolean}} place */
function render({ model, el, live = true }) {
  const widget = new Widget(model, el, live);
  return () => widget.close();
}

export default { render };
