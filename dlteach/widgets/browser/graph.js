// A graph: stations, arrows, and numbers that cover neither each other nor a station.

const WORDS = { above: "value", below: "gradient", ghost_below: "ours", weights: "weight" };
const apart = (a, b, gap) => abs(a.x - b.x) >= (a.w + b.w) / 2 + gap || abs(a.y - b.y) >= (a.h + b.h) / 2 + gap;
const inBoxes = ({ maps_range: range }) => ({ palette: "diverging", range });
const plain = ({ label }) => label.replaceAll("\n", " ");

/** What stands on an edge: what goes forward; what comes back, and ours in brackets where it differs. @returns {string[][]} */
function said(mark, edge, t) {
  const [forth, back, ours] = [mark.above, mark.below, mark.ghost_below].map((name) => {
    const value = trace.has(name) ? trace.at(name, t)[edge] : NaN;
    return isNaN(value) ? "" : text(value, mark.digits);
  });
  return [[forth && "→ " + forth, ""], [back && "← " + back, back && ours && back !== ours ? ` (${ours})` : ""]];
}

/** The boxes of the nodes. It flows to the right, or down if it is `turned`. @returns {any[]} and how far down they reach, as `end` */
function stations(mark, top, turned, stretch, zoom) {
  const pad = 10 / zoom, room = width - 2 * PAD, side = 34 / zoom, boxes = mark.nodes.map((node) => {
    const lines = node.label.split("\n").filter(Boolean), map = node.map != null && trace.has(mark.maps) ? side : 0;
    return { ...node, lines, side: map, w: max(measure(lines, 12 / zoom + "px") + 2 * pad, map + 6, 3 * pad), h: 8 + lines.length * 16 + map };
  });
  const [w, h] = ["w", "h"].map((key) => 8 + max(...boxes.map((box) => box[key])));
  const [xs, ys] = ["x", "y"].map((key) => boxes.map((box) => box[key]).sort((a, b) => a - b)), crowd = max(...xs.map((x) => xs.filter((other) => other === x).length));
  const tall = turned ? new Set(xs).size * (h + 40 * stretch) : max(panel.height * room, crowd * (h + 10)) * stretch;
  for (const box of boxes) {
    const [u, v] = [[box.x, xs], [-box.y, ys.map((y) => -y).reverse()]].map(([at, all]) => (at - all[0]) / (all.at(-1) - all[0] || 1));
    box.x = PAD + w / 2 + (turned ? v : u) * (room - w);
    box.y = top + h / 2 + (turned ? u : v) * (tall - h);
  }
  return Object.assign(boxes, { end: top + tall + 14 });
}

/** Where the way from one box to another leaves it. @returns {number[]} */
function leave(a, b) {
  const dx = b.x - a.x, dy = b.y - a.y, part = min((a.w / 2 + 3) / abs(dx), (a.h / 2 + 3) / abs(dy));
  return [a.x + dx * part, a.y + dy * part];
}

/** Places for all that a graph shows, and what they cost: 100 for each thing that covers another. */
function arrange(mark, top, [turned, stretch, zoom]) {
  const boxes = stations(mark, top, turned, stretch, zoom), labels = [], font = 11 / zoom + "px";
  const lines = mark.edges.map(({ source, target }) => [source, target].map((id) => boxes.find((box) => box.id === id))).map(([a, b]) => [...leave(a, b), ...leave(b, a)]);
  let cost = 0;
  boxes.forEach((box, i) => (cost += 100 * boxes.slice(0, i).filter((other) => !apart(box, other, 4)).length));
  lines.forEach((line, edge) => ["", "italic "].forEach((style, side) => {
    // Room for the longest number of all frames, so that nothing moves when time does.
    const all = Array.from({ length: trace.frames }, (_, t) => said(mark, edge, t)[side].join("")), longest = all.reduce((a, b) => (b.length > a.length ? b : a));
    if (!longest) return;
    const best = choices(line, side, measure([longest], `bold ${style + font}`) + 4, lines, [...boxes, ...labels]).reduce((a, b) => (b.cost < a.cost ? b : a));
    cost += best.cost;
    labels.push({ ...best, edge, side, font: style + font });
  }));
  return { boxes, lines, labels, zoom, cost };
}

/** Places for a number of width `w` beside its edge (what goes forward above it, what comes back below), and what each costs. */
function choices([a, b, c, d], side, w, lines, taken) {
  const long = hypot(c - a, d - b), way = c < a === side > 0 ? 1 : -1, nx = (d - b) / long * way, ny = (a - c) / long * way, reach = abs(nx) * w / 2 + abs(ny) * 8 + 3;
  return [1, 1.8, -1, -1.8].flatMap((off) => [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82].map((part) => {
    const place = { x: a + (c - a) * part + nx * off * reach, y: b + (d - b) * part + ny * off * reach, w, h: 15 };
    const through = (line) => [...Array(21).keys()].some((i) => !apart(place, { x: mix([line[0]], [line[2]], i / 20)[0], y: mix([line[1]], [line[3]], i / 20)[0], w: 0, h: 0 }, 0));
    const covered = taken.filter((other) => !apart(place, other, 2)).length + (abs(place.x - width / 2) > (width - w) / 2 - 2);
    return { ...place, cost: 100 * covered + 10 * lines.filter(through).length + abs(off - 1) * 4 + abs(part - 0.5) * 9 };
  }));
}

/** @param {number} top @returns {number} where it ends */
function graph(mark, top) {
  const { boxes, lines, labels, zoom } = trace.keep(`graph ${panel.title} ${width}`, () => {
    let best = { cost: Infinity };
    // The arrangement without collisions that changes least: as it is, taller, flowing down, smaller.
    for (const way of [[0, 1, 1], [0, 1.4, 1], [1, 1, 1], [1, 1.5, 1], [0, 1.3, 1.2], [1, 1.5, 1.2], [0, 1.5, 1.5], [1, 1.6, 1.5]]) {
      const next = best.cost < 100 ? best : arrange(mark, top, way);
      if (next.cost < best.cost) best = next;
    }
    return best;
  });
  lines.forEach((line, i) => edge(mark, i, line, boxes));
  for (const { x, y, edge, side, w, font } of labels) {
    const [own, ours] = said(mark, edge, t)[side], bold = (at(mark.active)[edge] ? "bold " : "") + font, left = x - w / 2 + 2;
    write([own], left, y, "left", bold, side ? theme.orange : theme.blue);
    write([ours], left + measure([own], bold), y, "left", font, theme.grey);
  }
  boxes.forEach((box, i) => node(mark, box, at(mark.active_nodes)[i], 12 / zoom + "px"));
  return boxes.end;
}

function edge(mark, i, line, boxes) {
  const [a, b, c, d] = line, weight = at(mark.weights)[i], active = at(mark.active)[i], way = weight ?? active, angle = atan2(d - b, c - a), { source, target } = mark.edges[i];
  const color = theme[way > 0 ? "blue" : way < 0 ? "orange" : "grey"], most = () => trace.all(mark.weights).reduce((most, value) => max(most, abs(value) || 0), 1e-9);
  join([[a, b], [c, d]], color, weight === undefined ? (active ? 3.5 : 1.3) : 0.5 + 4.5 * abs(weight) / trace.keep("most " + mark.weights, most), weight < 0 && "dashed");
  if (weight === undefined) arrow(...(active < 0 ? [a, b, angle + PI] : [c, d, angle]), color, active ? 13 : 9);
  const name = (id) => plain(boxes.find((box) => box.id === id)) || id;
  const parts = Object.keys(WORDS).map((key) => [WORDS[key], at(mark[key])[i]]).filter(([, value]) => !isNaN(value)).map(([word, value]) => `${word} ${text(value, mark.digits)}`);
  hit(parts.length && `${name(source)} → ${name(target)}`, (a + c) / 2, (b + d) / 2, () => parts.join(", ") || `${name(source)} → ${name(target)}`, { line });
}

function node(mark, { x, y, w, h, side, lines, map, ...box }, active, font) {
  const left = x - w / 2, top = y - h / 2;
  if (active) plate(left - 4, top - 4, w + 8, h + 8, theme.paper, theme.ink, 1.5, "", 9);
  plate(left, top, w, h, theme.paper, active ? theme.ink : theme.grey, active ? 2 : 1.3, "", 6);
  if (side) {
    const shape = trace.shape(mark.maps).slice(1), size = shape[0] * shape[1];
    paint(at(mark.maps).subarray(map * size, (map + 1) * size), shape, inBoxes(mark), [x - side / 2, top + 4, side, side]);
  }
  write(lines, x, top + side + 12, "center", font);
  hit("", x, y, () => plain(box) || box.id, { box: [left, top, w, h] });
}
