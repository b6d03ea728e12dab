// Controls: the knobs and what they ask of Python, the player, and the question before what comes is shown.

/**
 * An element: `make("div.box", { style: "…" })` has the class dlteach-box.
 * @param {string} kind @param {Object<string, any>} [properties] @param {...(Node|string)} children @returns {any}
 */
function make(kind, properties = {}, ...children) {
  const [tag, name] = kind.split(".");
  const element = document.createElement(tag);
  if (name) element.className = "dlteach-" + name;
  Object.assign(element, properties);
  element.append(...children);
  return element;
}

/** Set a text only where it is another: a screen reader would say it twice. @param {Element} element @param {string} words */
function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** The kinds of knob; each gives [how to show a value, its elements]. */
const KNOBS = {
  slider({ values, unit }, id, turn) {
    const shown = make("output", { htmlFor: id, ariaHidden: "true" });
    const input = make("input", { id, type: "range", min: 0, oninput: () => (tell(), turn(values[input.value])) });
    const tell = () => put(shown, (input.ariaValueText = `${text(values[input.value])} ${unit}`.trim()));
    const show = (value) => {
      const way = values.at(-1) - values[0];
      if (!values.includes(value)) values = [...values, value].sort((a, b) => way * (a - b));
      Object.assign(input, { max: values.length - 1, value: values.indexOf(value) });
      tell();
    };
    return [show, input, shown];
  },
  choice({ options }, id, turn) {
    const names = options.map(([, name], value) => make("option", { value }, name));
    const select = make("select", { id, onchange: () => turn(options[select.value][0]) }, ...names);
    return [(value) => (select.value = options.findIndex(([each]) => String(each) === String(value))), select];
  },
  toggle(knob, id, turn) {
    const input = make("input", { id, type: "checkbox", onchange: () => turn(input.checked) });
    return [(value) => (input.checked = value), input];
  },
};

/** A knob with its name. @param {any} knob @param {string} id @param {(changes: Object<string, any>) => void} turn */
function knobOf(knob, id, turn) {
  const [show, ...parts] = KNOBS[knob.kind](knob, id, (value) => turn({ [knob.name]: value }));
  return { name: knob.name, show, element: make("div.knob", {}, make("label", { htmlFor: id }, knob.label), ...parts) };
}

/** What Python is asked for: one request in flight, at most one each animation frame, and the newest values win. */
class Requests {
  wanted = {};
  inFlight = 0;

  /** @param {any} model @param {(late: boolean) => void} late told whether Python keeps us waiting */
  constructor(model, late) {
    Object.assign(this, { model, late });
  }

  /** The parameters as the learner wants them. */
  params() {
    return { ...this.model.get("params"), ...this.wanted };
  }

  /** Is there something to send, or to come back? */
  busy() {
    return this.inFlight || Object.keys(this.wanted).length;
  }

  turn(changes) {
    Object.assign(this.wanted, changes);
    this.send();
  }

  send() {
    const { model } = this;
    if (this.inFlight || this.frame || !this.busy()) return;
    this.inFlight = max(model.get("_request"), model.get("_seq")) + 1;
    model.set("params", this.params());
    model.set("_request", this.inFlight);
    this.wanted = {};
    model.save_changes();
    this.timer = setTimeout(() => this.late(true), 1000);
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.send();
    });
  }

  /** @param {number} seq the newest request that is answered */
  answered(seq) {
    if (seq < this.inFlight) return;
    clearTimeout(this.timer);
    this.late(false);
    this.inFlight = 0;
    this.send();
  }

  /** Nobody will answer any more. */
  forget() {
    this.wanted = {};
    this.answered(Infinity);
  }
}

/** Time: which frame is shown, how far one may go, and what moves it. All of it is the browser's own; Python is not asked. */
class Player {
  t = 0;
  limit = 0;
  seen = true;

  /** @param {any} ui @param {number} speed frames a second @param {() => void} show paints @param {() => void} blocked one may not go on */
  constructor(ui, speed, show, blocked) {
    Object.assign(this, { ui, speed, show, blocked });
    ui.first.onclick = () => this.to(0);
    ui.back.onclick = () => this.to(this.t - 1);
    ui.play.onclick = () => this.toggle();
    ui.forward.onclick = () => this.to(this.t + 1);
    ui.last.onclick = () => this.to(this.last);
    ui.jump.onclick = () => this.to(this.parted);
    ui.time.oninput = () => this.to(+ui.time.value);
    ui.time.onkeydown = (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      this.toggle();
    };
    ui.pace.value = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0.25 : 1;
  }

  /** @param {Recording} recording */
  load({ frames, step, clock, number, parted, remark }) {
    const { ui } = this, same = parted == null, last = (ui.time.max = frames - 1);
    const when = (t) => (clock ? text(number(clock, t)) : t), end = when(last);
    // "step 3 of 20", but no "threshold 0.5 of 0.98"
    Object.assign(this, { last, parted, name: (t) => `${step} ${when(t)}` + (end % 1 ? "" : " of " + end) });
    ui.time.ariaLabel = step;
    ui.tick.style.setProperty("--at", parted / last);
    put(ui.remark, remark);
    put(ui.jump, `Go to the first difference (${step} ${same || when(parted)})`);
    ui.tick.hidden = ui.jump.hidden = same;
    ui.parting.hidden = same && !remark;
    ui.player.hidden = !last;
  }

  /** Show a frame, as near as one may go. @param {number} t */
  go(t) {
    const { time, count } = this.ui;
    this.t = time.value = clamp(t, 0, this.limit);
    put(count, (time.ariaValueText = this.name(this.t)));
    this.show();
    if (t > this.limit && this.limit < this.last) this.blocked();
  }

  /** Go there by hand. @param {number} t */
  to(t) {
    if (this.playing) this.play(false);
    this.go(t);
  }

  toggle() {
    if (this.playing) return this.play(false);
    if (this.t === this.last) this.go(0);
    if (this.t === this.limit) return this.blocked();
    this.play(true);
    this.run(performance.now());
  }

  play(playing) {
    const { play } = this.ui;
    this.playing = playing;
    this.next = 0;
    play.title = play.ariaLabel = playing ? "Pause" : "Play";
    cancelAnimationFrame(this.timer);
    this.show();
  }

  /** One frame of the screen: at most one of ours, so that none is left out. Time stands still while nobody sees it. @param {number} now */
  run(now) {
    const gap = 1000 / (this.speed * this.ui.pace.value);
    if (!this.seen || !this.next) this.next = now + gap;
    if (now >= this.next) {
      this.next = max(now, this.next + gap);
      this.go(this.t + 1);
      if (this.t === this.limit) return this.play(false);
    }
    this.timer = requestAnimationFrame((later) => this.run(later));
  }
}

/** Predict, then reveal: a question keeps back what comes after its frame, until it is answered or the learner would rather see. */
class Question {
  /** @param {any} ui @param {string} id @param {(answer: any) => void} settled told the answer @param {any} before answered earlier */
  constructor(ui, id, settled, before) {
    Object.assign(this, { ui, id, settled, before });
    ui.check.onclick = () => (this.value() === undefined ? put(ui.said, "Choose an answer first.") : this.done(this.value()));
    ui.reveal.onclick = () => this.done(null);
  }

  /** The question for a new recording. @param {any} asked */
  load(asked) {
    const { ui } = this, first = !this.asked, again = ui.again.checked && !this.pending;
    this.asked = asked;
    ui.question.hidden = !asked;
    if (!asked) return;
    ui.form.hidden = true;
    put(ui.said, "");
    put(ui.asked, asked.text);
    ui.answers.replaceChildren(...this.inputs(asked));
    if (first && this.before != null) this.reveal(this.before);
    else if (first || again) this.pending = true;
    if (again) this.settled(null);
  }

  /** The last frame one may see. @param {number} last */
  limit(last) {
    return this.asked && this.pending ? min(this.asked.at, last) : last;
  }

  inputs({ options, low, high, step, unit }) {
    if (options.length) {
      this.value = () => this.ui.answers.querySelector(":checked")?.value;
      return options.map((value) => make("label", {}, make("input", { type: "radio", name: this.id, value }), value));
    }
    const range = make("input", { type: "range", min: low, max: high, step, value: (low + high) / 2, ariaLabel: "Your prediction" });
    const number = make("input", { type: "number", step: "any", value: range.value, ariaLabel: "Your prediction, as a number" });
    range.oninput = () => (number.value = range.value);
    number.oninput = () => (range.value = number.value);
    this.value = () => (number.value ? +number.value : undefined);
    return [make("p", {}, range, number, unit)];
  }

  /** Time has come to the question's frame; or, if somebody wants to go on from there, a reminder. @param {string} [words] */
  open(words) {
    const { form, said } = this.ui;
    if (!this.pending || !(words || form.hidden)) return;
    form.hidden = false;
    put(said, words ?? "A question before you go on:");
  }

  /** @param {any} answer what was predicted; null: the learner would rather see */
  done(answer) {
    this.pending = false;
    this.ui.form.hidden = true;
    this.reveal(answer);
    this.settled(answer);
  }

  reveal(answer) {
    const { truth, tolerance, unit, explain } = this.asked;
    const named = (value) => (typeof value === "number" ? `${text(value)} ${unit}`.trim() : value);
    const exact = named(answer) === named(truth), right = exact || abs(answer - truth) <= tolerance + 1e-9;
    const verdict = exact ? "✓ Right." : right ? "✓ Near enough." : "✗ Not quite.";
    const said = answer === null ? "" : `You predicted: ${named(answer)}. ${verdict} `,
      told = exact ? "" : `The answer is ${named(truth)}. `;
    put(this.ui.said, said + told + explain);
    this.ui.repeat.hidden = false;
  }
}
