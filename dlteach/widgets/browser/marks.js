// The marks of a panel, each drawn from its arrays as they are at one frame.

const CLASSES = [["blue", "circle"], ["orange", "square"], ["green", "triangle"], ["purple", "diamond"], ["ink", "star"]];
// How many corners, where the first is, how large beside a circle.
const CORNERS = { square: [4, 0.785, 1.25], triangle: [3, -1.571, 1.35], diamond: [4, 0, 1.35], star: [10, -1.571, 1.7] };
const SEQUENTIAL = [[0, 32, 77], [49, 68, 107], [102, 105, 112], [149, 143, 120], [203, 186, 105], [255, 234, 70]];
const DRAW = { line, points, segments, rule, heatmap, bars, matrix, graph };

const colorOf = (mark) => theme[mark.ghost ? "grey" : mark.color];
const inside = (px, py, [x, y, w, h] = area) => abs(px - x - w / 2) <= w / 2 + 1 && abs(py - y - h / 2) <= h / 2 + 1;
/** How the lines of a mark are drawn. */
const look = (mark) => [colorOf(mark), mark.width ?? 1.5, mark.ghost ? "dashed" : mark.dash, true];

/** The 256 colours of a heat map. @param {any} mark @returns {number[][]} */
const shades = ({ palette, opacity = 1 }) => trace.keep([palette, opacity, theme.paper, theme.purple].join(), () => {
  const paper = rgb(theme.paper), stops = palette === "diverging" ? [rgb(theme.purple), paper, rgb(theme.orange)] : SEQUENTIAL;
  return Array.from({ length: 256 }, (_, i) => {
    const place = i / 255 * (stops.length - 1), next = ceil(place) || 1;
    return mix(paper, mix(stops[next - 1], stops[next], place - next + 1), opacity).concat(255);
  });
});
/** The colour of a number in a heat map. */
function shadeOf(mark) {
  const [low, high] = span(mark.range), colors = shades(mark);
  return (value) => colors[clamp(round((value - low) / (high - low) * 255), 0, 255)];
}

/**
 * Rows of numbers out of arrays. Of one number per frame: its history if `past`, else the present one, in every row.
 * @param {string[]} names @param {boolean} [past]
 * @returns {number[][]}
 */
function rowsOf(names, past) {
  const arrays = names.map((name) => {
    if (trace.shape(name).length) return at(name);
    return past && trace.each(name) ? trace.history(name, t) : at(name)[0];
  });
  const length = min(...arrays.map((array) => array.length ?? Infinity));
  return Array.from({ length: length < Infinity ? length : 1 }, (_, i) => arrays.map((array) => array[i] ?? array));
}

/** Something to point at. @param {string|undefined} name @param {() => string} say @param {object} [more] its line or its box */
function hit(name, x, y, say, more) {
  hits.push({ x, y, ...more, get text() { return (name ? name + ": " : "") + say(); } });
}

/** "step 3, loss 0.12", from the axes there are. @param {number[]} from @param {number[]} [to] the other end of a piece of a line */
function where({ x, y }, from, to = from) {
  return [x, y].flatMap((axis, i) => (axis ? `${axis.label} ${[...new Set([text(from[i]), text(to[i])])].join(" to ")}` : [])).join(", ");
}

/** A marker; a ghost's is hollow. */
function dot(mark, x, y, size = mark.size ?? 3.5) {
  const [count, turn, grow] = CORNERS[mark.marker] ?? [0], color = colorOf(mark);
  ctx.beginPath();
  if (!count) ctx.arc(x, y, size, 0, 7);
  for (let i = 0; i < count; i++) {
    const angle = turn + 2 * PI * i / count, radius = size * grow * (count > 9 && i % 2 ? 0.45 : 1);
    ctx.lineTo(x + radius * cos(angle), y + radius * sin(angle));
  }
  ctx.closePath();
  [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = mark.ghost || mark.hollow ? [theme.paper, color, 1.5] : [color, theme.paper, 1];
  ctx.fill();
  ctx.stroke();
}

/** The head of an arrow with its tip at (x, y). */
function arrow(x, y, angle, color, size = 9) {
  ctx.beginPath();
  for (const [turn, long] of [[0, 0], [2.7, size], [-2.7, size]]) ctx.lineTo(x + long * cos(angle + turn), y + long * sin(angle + turn));
  ctx.fillStyle = color;
  ctx.fill();
}

/** Where it is now: a dot, or at the border an arrow that points there. */
function present(mark, x, y, size) {
  if (inside(x, y)) return dot(mark, x, y, size);
  const [left, top, w, h] = area, px = clamp(x, left + 9, left + w - 9), py = clamp(y, top + 9, top + h - 9),
    angle = atan2(y - py, x - px);
  arrow(px + 7 * cos(angle), py + 7 * sin(angle), angle, colorOf(mark), 14);
  hit(mark.label, px, py, () => "outside the picture");
}

function line(mark) {
  const rows = rowsOf([mark.x, mark.y], true), places = rows.map(([x, y]) => [X(x), Y(y)]);
  join(places, ...look(mark));
  places.forEach(([x, y], i) => {
    if (!inside(x, y)) return;
    if (mark.marker !== "none") dot(mark, x, y);
    hit(mark.label, x, y, where.bind(0, panel, rows[i]));
  });
  if (places.length && [mark.x, mark.y].some((name) => trace.each(name) && !trace.shape(name).length)) present(mark, ...places.at(-1), 5.5);
}

function points(mark) {
  const rows = rowsOf([mark.x, mark.y]), classes = at(mark.classes), rings = at(mark.ring);
  rows.forEach((row, i) => {
    const [x, y] = [X(row[0]), Y(row[1])], [color, marker] = CLASSES[classes[i]] ?? [mark.color, mark.marker];
    if (!inside(x, y)) return rows.length > 1 || present(mark, x, y);
    if (rings[i]) dot({ hollow: true, color: "ink" }, x, y, mark.size + 4);
    dot({ ...mark, color, marker }, x, y);
    hit(mark.class_names[classes[i]] ?? mark.label, x, y, where.bind(0, panel, row));
  });
}

/** A straight line that can be pointed at. @param {number[]} line x, y, x, y @param {() => string} say */
function stroke(mark, line, say) {
  const [a, b, c, d] = line;
  if (!line.every(isFinite)) return;
  join([[a, b], [c, d]], ...look(mark));
  if (mark.arrow && inside(c, d) && hypot(c - a, d - b) > 3) arrow(c, d, atan2(d - b, c - a), colorOf(mark));
  hit(mark.label, (a + c) / 2, (b + d) / 2, say, { line });
}

function segments(mark) {
  for (const [a, b, c, d] of rowsOf([mark.x0, mark.y0, mark.x1, mark.y1])) {
    stroke(mark, [X(a), Y(b), X(c), Y(d)], where.bind(0, panel, [a, b], [c, d]));
  }
}

function rule(mark) {
  const [value] = at(mark.at), [x, y, w, h] = area, { axis } = mark, label = panel[axis]?.label ?? "",
    place = round((axis === "x" ? X : Y)(value)) + 0.5;
  stroke(mark, axis === "x" ? [place, y, place, y + h] : [x, place, x + w, place], () => `${label} ${text(value)}`);
}

/**
 * Numbers as colours, in a box: left, top, width, height.
 * @param {ArrayLike<number>} values @param {number[]} shape @param {any} mark @param {string} [same] a name, if they never change
 */
function paint(values, [rows, columns], mark, box, same) {
  const make = () => {
    const image = new ImageData(columns, rows), shade = shadeOf(mark), canvas = new OffscreenCanvas(columns, rows);
    values.forEach((value, i) => image.data.set(shade(value) ?? [], 4 * ((rows - 1 - floor(i / columns)) * columns + i % columns)));
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  };
  ctx.drawImage(same ? trace.keep([same, span(mark.range), theme.paper].join(), make) : make(), ...box);
}

function heatmap(mark) {
  const { values: name, contours, label } = mark, shape = trace.shape(name), [rows, columns] = shape, values = at(name),
    box = area, [x, y, w, h] = box, back = toData, axes = panel, taken = [];
  paint(values, shape, mark, box, !trace.each(name) && name);
  for (const level of contours.map ? contours : at(contours)) {
    const places = trace.keep([name, trace.each(name) && t, level].join(), () => contour(values, shape, level))
      .map(([column, row]) => [x + (column + 0.5) / columns * w, y + h - (row + 0.5) / rows * h]);
    join(places, readable(shadeOf(mark)(level).slice(0, 3)));
    if (mark.contour_labels) nameContour(places, text(level), taken);
  }
  probe = (px, py) => {
    const row = clamp(floor((y + h - py) / h * rows), 0, rows - 1), column = clamp(floor((px - x) / w * columns), 0, columns - 1);
    const said = `${where(axes, back(px, py))}: ${label} ${text(values[row * columns + column])}`;
    return inside(px, py, box) ? { x: px, y: py, text: said } : null;
  };
}

/** Where numbers on a grid pass through a level (marching squares): [column, row], two for each piece, then a gap. @returns {number[][]} */
function contour(values, [rows, columns], level) {
  const places = [], over = (k) => values[k] >= level;
  for (let i = 0; i < (rows - 1) * columns - 1; i++) {
    // Nearly always all four corners lie on one side.
    if ((over(i) + over(i + 1) + over(i + columns) + over(i + columns + 1)) % 4 === 0 || (i + 1) % columns === 0) continue;
    const corners = [i, i + 1, i + columns + 1, i + columns];
    const ends = corners.flatMap((k, side) => {
      const next = corners[(side + 1) % 4], [a, b] = [k, next].map((k) => [k % columns, floor(k / columns)]);
      return over(k) === over(next) ? [] : [mix(a, b, (level - values[k]) / (values[next] - values[k]))];
    });
    places.push(...ends.slice(0, 2), [], ...ends.slice(2), []);
  }
  return places;
}

/** Write a level on its line, where it lies lowest and away from the other levels. @param {number[][]} places @param {number[][]} taken */
function nameContour(places, name, taken) {
  const [x, y, w, h] = area, half = measure([name]) / 2 + 4, box = [x + half, y + 10, w - 2 * half, h - 20];
  const place = places.find(([a, b]) => inside(a, b, box) && taken.every(([c, d]) => hypot(a - c, b - d) > 2 * half + 16));
  if (!place) return;
  // A line through a decimal point would make a colon of it.
  plate(place[0] - half + 2, place[1] - 7, 2 * half - 4, 14, theme.paper, "#0000", 1, "", 3);
  write([name], ...place, "center");
  taken.push(place);
}

function bars({ values, names, color, digits, ghosts }) {
  const [, top, , h] = area, w = X(1) - X(0), numbers = texts(values, digits),
    turn = measure(numbers) > w - 4, level = (value) => clamp(Y(value), top, top + h);
  names.forEach((name, i) => {
    const x = X(i), value = at(values)[i], ours = at(ghosts)[i], zero = level(0), end = level(value), down = end > zero ? 1 : -1;
    plate(x + w * 0.18, zero, w * 0.64, end - zero, theme[color]);
    plate(x + w * 0.1, zero, w * 0.8, level(ours) - zero, "#0000", theme.grey, 1.5, "dashed");
    const align = turn ? (down < 0 ? "left" : "right") : "center";
    write([numbers[i]], x + w / 2, (end || zero) + (turn ? 4 : 9) * down, align, "11px", theme.ink, turn);
    hit("", x + w / 2, end, () => `${name}: ${text(value)}` + (ours === undefined ? "" : `, ours ${text(ours)}`), { box: [x, top, w, h] });
  });
}

/** @param {number} top @returns {number} where it ends */
function matrix({ values, rows, columns, row_title, column_title, digits, shade, names }, top) {
  const bold = "bold 11px", numbers = texts(values, digits),
    [title, ...sides] = [row_title, ...rows].map((name) => wrap(name, width / 3, bold));
  const left = PAD + 10 + measure([title, sides].flat(2), bold), count = columns.length,
    w = min(110, (width - PAD - left) / count), h = clamp(w * 0.55, names.length ? 40 : 24, 54);
  const [large, small] = [[numbers, 13], [names, 11]].map(([lines, size]) => min(size, size * (w - 6) / measure(lines, size + "px")));
  top = write(wrap(column_title, width - left - PAD, bold), left, top, "left", bold) - 6;
  top = max(heads(columns, left, w, top, true), write(title, PAD, top + 12, "left", bold) - 6);
  sides.forEach((name, i) => write(name, left - 8, top + (i + 0.5) * h - 8 * (name.length - 1), "right"));
  numbers.forEach((number, i) => {
    const row = floor(i / count), x = left + i % count * w, y = top + row * h,
      fill = mix(rgb(theme.paper), rgb(theme.blue), 0.9 * (at(shade)[i] || 0));
    const line = (string, down, size) => {
      if (size > 7) write([string], x + w / 2, y + h / 2 + down, "center", size + "px", readable(fill), false, "#0000");
    };
    plate(x + 1, y + 1, w - 2, h - 2, `rgb(${fill})`, theme.grid);
    line(number, names.length && -8, large);
    line(names[i] ?? "", 10, small);
    hit("", x, y, () => `${row_title} ${rows[row]}, ${column_title} ${columns[i % count]}: ${number}`.trim(), { box: [x, y, w, h] });
  });
  return top + rows.length * h + 18;
}

// What is said in the legend if a mark has an array of this name: label, colour, sign or dash, more.
const SIGNS = [
  ["ghosts", "ours", "grey", "", { kind: "bars", ghost: true }],
  ["above", "value", "blue", "→"],
  ["below", "gradient", "orange", "←"],
  ["ghost_below", "ours", "grey", "( )"],
  ["weights", "positive weight", "orange"],
  ["weights", "negative weight", "purple", "", { dash: "dashed" }],
  ["ring", "", "ink", "", { kind: "points", hollow: true, size: 6 }],
];

/** What a mark adds to the legend: marks of which a sample is shown. @returns {any[]} */
function entriesOf(mark) {
  const classes = (mark.class_names ?? []).map((label, i) => ({ ...mark, label, color: CLASSES[i][0], marker: CLASSES[i][1] }));
  const signs = SIGNS.filter(([key]) => trace.has(mark[key]))
    .map(([, label, color, sign, more]) => ({ label: label || mark.ring_label, color, sign, width: 3, ...more }));
  return [...(classes[0] ? classes : mark.palette ? [] : [mark]), ...signs].filter(({ label }) => label);
}

/** A sample for the legend, 24 pixels wide. */
function sample(mark, x, y) {
  const { kind, sign, ghost, marker = "none" } = mark, color = colorOf(mark);
  if (sign) write([sign], x + 12, y, "center", "11px", color);
  else if (kind === "bars") plate(x + 5, y - 5, 14, 10, ghost ? "#0000" : color, color, 1.5, ghost && "dashed");
  else if (kind !== "points") join([[x, y], [x + 24, y]], ...look(mark).slice(0, 3));
  if (mark.arrow) arrow(x + 25, y, 0, color);
  if (kind === "points" || marker !== "none") dot(mark, x + 12, y);
}
