// A panel on a canvas: colours, text, axes, legend, and what is under the pointer.

/**
 * A place to point at: a point, a piece of a line (x, y, x, y) or a box (left, top, width, height).
 * @typedef {{x: number, y: number, text: string, line?: number[], box?: number[]}} Hit
 * @typedef {{hits: Hit[], probe: (x: number, y: number) => Hit|null, toPixels: (x: number, y: number) => number[],
 *   toData: (px: number, py: number) => number[], area: {left: number, top: number, width: number, height: number}, height: number}} Drawn
 */

const { abs, atan2, ceil, cos, floor, hypot, log10, max, min, PI, round, sin } = Math;
const PAD = 8;
const DASHES = { dashed: [6, 6], dotted: [0.1, 5] };
const SCRATCH = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const RGB = {};
// The panel that is being drawn. There is one at a time, so what all its parts need stands here. `area`: left, top, width, height.
let ctx, theme, panel, trace, t, width, marks, hits, area, X, Y, toData, probe;

const clamp = (value, low, high) => max(low, min(high, value));
const set = (looks) => Object.assign(ctx, looks);
/** The numbers of an array at this frame; none if it was not recorded. @param {string|null} name */
const at = (name) => (trace.has(name) ? trace.at(name, t) : []);
/** How the numbers of an array are written at this frame. @param {string} name @param {number} digits */
const texts = (name, digits) => Array.from(at(name), (value) => text(value, digits));

/**
 * The colours and the font that the style sheet gives an element.
 * @param {Element} element
 * @returns {Object<string, string>}
 */
function themeOf(element) {
  const style = getComputedStyle(element), theme = { font: style.fontFamily };
  for (const name of ["blue", "orange", "green", "purple", "ink", "grey", "paper", "grid"]) {
    theme[name] = style.getPropertyValue("--dlteach-" + name);
  }
  return theme;
}

/** Any CSS colour as [red, green, blue]. @param {string} color @returns {number[]} */
function rgb(color) {
  if (RGB[color]) return RGB[color];
  SCRATCH.canvas.width = 1;
  SCRATCH.fillStyle = color;
  SCRATCH.fillRect(0, 0, 1, 1);
  return (RGB[color] = [...SCRATCH.getImageData(0, 0, 1, 1).data].slice(0, 3));
}

/** From a (part 0) to b (part 1). @param {number[]} a @param {number[]} b @param {number} part */
const mix = (a, b, part) => a.map((value, i) => value + (b[i] - value) * part);

/** Black or white, whichever is read better: at least 4.5 : 1 on any colour (WCAG). @param {number[]} color */
function readable(color) {
  const [r, g, b] = color.map((value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/** How wide the widest of some lines is; sets the font. @param {string[]} lines */
function measure(lines, font = "11px") {
  ctx.font = `${font} ${theme.font}`;
  return max(0, ...lines.map((line) => ctx.measureText(line).width));
}

/** Break a text between words, into lines no wider than `w`. @param {string} [string] @param {number} w @returns {string[]} */
const wrap = (string = "", w, font) => string.split(" ").filter(Boolean).reduce((lines, word) => {
  const longer = `${lines.at(-1)} ${word}`;
  return lines.length && measure([longer], font) <= w ? [...lines.slice(0, -1), longer] : [...lines, word];
}, []);

/**
 * Write lines below each other, the middle of the first at y; `halo` is the colour around the letters.
 * @param {string[]} lines @param {CanvasTextAlign} align @param {boolean} turn upwards
 * @returns {number} where the next line would be
 */
function write(lines, x, y, align = "left", font = "11px", fillStyle = theme.ink, turn = false, strokeStyle = theme.paper) {
  for (const line of lines) {
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(turn * -PI / 2);
    measure([], font);
    set({ fillStyle, strokeStyle, lineWidth: 4, lineJoin: "round", textAlign: align, textBaseline: "middle" });
    ctx.strokeText(line, 0, 1);
    ctx.fillText(line, 0, 1);
    ctx.restore();
    y += 16;
  }
  return y;
}
/** Write a text from border to border. @param {string} string @returns {number} where the next line would be */
const paragraph = (string, y, font) => write(wrap(string, width - 2 * PAD, font), PAD, y, "left", font);

/**
 * Join places by a line, with a gap where one is not finite. What is very far away is brought nearer, since a canvas does not draw it.
 * @param {number[][]} points @param {string} color @param {boolean} [ofMark] then it ends at the axes, and has a rim over a heat map
 */
function join(points, color, lineWidth = 1, dash, ofMark) {
  let step = "moveTo";
  ctx.save();
  ctx.beginPath();
  if (ofMark) {
    ctx.rect(...area);
    ctx.clip();
    ctx.beginPath();
  }
  for (const [x, y] of points) {
    const far = max(1, abs(x) / 1e5, abs(y) / 1e5);
    const there = far < Infinity;
    if (there) ctx[step](x / far, y / far);
    step = there ? "lineTo" : "moveTo";
  }
  ctx.setLineDash(DASHES[dash] ?? []);
  set({ lineCap: "round", lineJoin: "round", strokeStyle: theme.paper, lineWidth: lineWidth + 2.5 });
  if (ofMark && marks[0].palette) ctx.stroke();
  set({ strokeStyle: color, lineWidth });
  ctx.stroke();
  ctx.restore();
}

/** A box, which may be hollow. */
function plate(x, y, w, h, fillStyle, strokeStyle = "#0000", lineWidth = 1, dash, round = 0) {
  ctx.save();
  set({ fillStyle, strokeStyle, lineWidth });
  ctx.setLineDash(DASHES[dash] ?? []);
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, round);
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

/** Round numbers from low to high, at most `most`, and how they are written. @returns {[number, string][]} */
function ticks(low, high, most) {
  for (let power = floor(log10(high - low)) - 1; ; power++) {
    for (const unit of [1, 2, 2.5, 5]) {
      const step = unit * 10 ** power, first = ceil(low / step - 1e-6), length = floor(high / step + 1e-6) - first + 1,
        digits = max(0, (unit === 2.5) - power);
      if (length <= most) return Array.from({ length }, (_, i) => [(first + i) * step, text((first + i) * step, digits)]);
    }
  }
}
const widest = (ticks) => measure(ticks.map((tick) => tick[1]));

/** From and to: two numbers, or the name of an array of two. @param {any} range @returns {number[]} */
function span(range = [0, 1]) {
  const [low, high] = typeof range === "string" ? at(range) : range;
  return low < high && high - low < Infinity ? [low, high] : isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
}

/** Make room for the axes, and draw them. @param {number} top @returns {number} where they end */
function axes(top) {
  const { x, y, height, square } = panel, names = marks.find(({ kind }) => kind === "bars")?.names;
  const [x0, x1] = names ? [0, names.length] : span(x?.range), [y0, y1] = span(y?.range);
  top = paragraph(y?.label, top, "12px") + 4;
  let h = max(height * width - 60, 120);
  const rows = y ? ticks(y0, y1, clamp(h / 28, 3, 7)) : [], left = 2 * PAD + widest(rows);
  let w = width - 2 * PAD - left;
  if (square) [w, h] = [x1 - x0, y1 - y0].map((side) => side * min(w / (x1 - x0), max(h, 200) / (y1 - y0)));
  const bottom = top + h, columns = x && !names ? ticks(x0, x1, clamp(w / (widest(ticks(x0, x1, 7)) + 14), 2, 7)) : [];
  area = [left, top, w, h];
  X = (value) => left + (value - x0) / (x1 - x0) * w;
  Y = (value) => bottom - (value - y0) / (y1 - y0) * h;
  toData = (px, py) => [x0 + (px - left) / w * (x1 - x0), y0 + (bottom - py) / h * (y1 - y0)];
  const rule = (color, ...points) => join(points.map((point) => point.map((value) => round(value) + 0.5)), color);
  for (const [value, label] of rows) {
    rule(theme.grid, [left, Y(value)], [left + w, Y(value)]);
    write([label], left - 6, Y(value), "right");
  }
  for (const [value, label] of columns) {
    rule(theme.grid, [X(value), top], [X(value), bottom]);
    write([label], min(X(value), width - 2 - measure([label]) / 2), bottom + 13, "center");
  }
  rule(theme.grey, [left, y ? top : bottom], [left, bottom], [left + w, bottom]);
  const end = names ? heads(names, left, w / names.length, bottom) : bottom + 20;
  return write(wrap(x?.label, left + w - PAD, "12px"), left + w, end + 14, "right", "12px");
}

/**
 * Write names side by side, each in a part `w` wide: in lines, or upright where there is no room.
 * @param {string[]} names @param {boolean} [stand] on what is below, and not hang from y
 * @returns {number} where they end
 */
function heads(names, x, w, y, stand) {
  const turn = measure(names.flatMap((name) => name.split(" "))) > w - 4, lines = names.map((name) => wrap(name, turn ? 999 : w - 4));
  const h = turn ? measure(names) + 10 : 4 + 16 * max(...lines.map((name) => name.length)),
    place = turn ? (stand ? "left" : "right") : "center";
  lines.forEach((name, i) => {
    const down = stand ? h + (turn ? -4 : 6 - 16 * name.length) : turn ? 6 : 12;
    write(name, x + (i + 0.5) * w, y + down, place, "11px", theme.ink, turn);
  });
  return y + h;
}

/** Say what stands for what. @param {number} y @returns {number} where it ends */
function legend(y) {
  let x = PAD, rows = 0;
  for (const mark of marks.flatMap(entriesOf)) {
    const lines = wrap(mark.label, width - 2 * PAD - 32), w = 46 + measure(lines);
    if (x > PAD && x + w > width) [x, y, rows] = [PAD, y + rows * 16 + 2, 0];
    sample(mark, x, y);
    write(lines, x + 30, y);
    [x, rows] = [x + w, max(rows, lines.length)];
  }
  return y + rows * 16 + 4;
}

/** What the colours of a heat map mean. @param {any} mark @param {number} y @returns {number} where it ends */
function colorBar(mark, y) {
  const [low, high] = span(mark.range), w = min(width - 4 * PAD, 260), x = 2 * PAD;
  y = paragraph(mark.label, y) - 6;
  paint(Array.from({ length: 256 }, (_, i) => low + (high - low) * i / 255), [1, 256], mark, [x, y, w, 10]);
  plate(x, y, w, 10, "#0000", theme.grey);
  ["left", "center", "right"].forEach((align, i) => write([text(low + (high - low) * i / 2)], x + w * i / 2, y + 19, align));
  return y + 38;
}

/**
 * Draw a panel. Only then is it known how tall it is; if that is new, it is drawn once more.
 * @param {HTMLCanvasElement} canvas
 * @param {[any, Recording, number, Object<string, string>, number]} what a panel of the view, what was recorded, the frame, the theme
 *   (`themeOf`) and the width in CSS pixels
 * @returns {Drawn}
 */
function drawPanel(canvas, ...what) {
  ctx = canvas.getContext("2d");
  [panel, trace, t, theme, width] = what;
  const rank = (mark) => (mark.palette ? 0 : mark.ghost ? 1 : 2), scale = devicePixelRatio,
    size = [width, parseFloat(canvas.style.height) || 99];
  const there = (mark) => ["x", "y", "x0", "y0", "x1", "y1", "at", "values"].every((key) => !mark[key] || trace.has(mark[key]));
  marks = panel.marks.filter(there).sort((a, b) => rank(a) - rank(b));
  [hits, area, X, Y, toData, probe] = [[], [0, 0, ...size], Number, Number, (...place) => place, () => null];
  ["width", "height"].forEach((side, i) => {
    const dots = round(size[i] * scale);
    if (canvas[side] !== dots) canvas[side] = dots;
    canvas.style[side] = size[i] + "px";
  });
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  plate(-1, -1, width + 2, size[1] + 2, theme.paper);
  const height = ceil(drawAll()), [left, top, w, h] = area, [toX, toY] = [X, Y];
  const toPixels = (x, y) => [toX(x), toY(y)];
  if (height === size[1]) return { hits, probe, toData, toPixels, area: { left, top, width: w, height: h }, height };
  canvas.style.height = height + "px";
  return drawPanel(canvas, ...what);
}

/** @returns {number} where it ends */
function drawAll() {
  let y = paragraph(panel.title, PAD + 9, "bold 13px") + 4;
  if (panel.x || panel.y) y = axes(y) + 4;
  for (const mark of marks) y = DRAW[mark.kind](mark, y) ?? y;
  y = legend(y);
  for (const mark of marks) if (mark.palette || trace.has(mark.maps)) y = colorBar({ label: "in the boxes", ...inBoxes(mark), ...mark }, y);
  return y;
}

/**
 * What is under the pointer: the nearest point or line, else the box, else the colour.
 * @param {Drawn} drawn
 * @returns {Hit|null}
 */
function hitAt(drawn, px, py) {
  let best = null, least = 14;
  for (const hit of drawn.hits) {
    const { x, y, box, line: [a, b, c, d] = [x, y, x, y] } = hit,
      part = clamp(((px - a) * (c - a) + (py - b) * (d - b)) / (hypot(c - a, d - b) ** 2 || 1), 0, 1);
    const far = box ? (inside(px, py, box) ? 14 : 99) : hypot(px - a - part * (c - a), py - b - part * (d - b)) + (hit.line ? 5 : 0);
    if (far <= least) [best, least] = [hit, far];
  }
  return best ?? drawn.probe(px, py);
}
