// A graph: stations, arrows, and numbers that cover neither each other nor a station.

const MAP = 34;
const WORDS = { above: "value", below: "gradient", ghost_below: "ours", weights: "weight" };
const apart = (a, b, gap) => abs(a.x - b.x) >= (a.w + b.w) / 2 + gap || abs(a.y - b.y) >= (a.h + b.h) / 2 + gap;
const inBoxes = ({ maps_range: range }) => ({ palette: "diverging", range });

/** What stands on an edge: what goes forward; what comes back, and ours in brackets where it differs. @returns {string[][]} */
function said(mark, edge, t) {
  const [forth, back, ours] = [mark.above, mark.below, mark.ghost_below].map((name) => {
    const value = trace.has(name) ? trace.at(name, t)[edge] : NaN;
    return isNaN(value) ? "" : text(value, mark.digits);
  });
  return [[forth && "→ " + forth, ""], [back && "← " + back, back && ours && back !== ours ? ` (${ours})` : ""]];
}

/** The boxes of the nodes. It flows to the right, or down if it is `turned`. @returns {any[]} and how far down they reach, as `end` */
function stations(mark, top, turned, stretch) {
  const room = width - 2 * PAD, boxes = mark.nodes.map(({ x, y, map, label, id }) => {
    const lines = label.split("\n").filter(Boolean), side = map != null && trace.has(mark.maps) ? MAP : 0;
    const w = max(measure(lines, "12px") + 18, side + 6, 30), h = 8 + lines.length * 16 + side;
    return { u: x, v: -y, map, id, name: lines.join(" ") || id, lines, side, w, h };
  });
  const all = (key) => boxes.map((box) => box[key]), w = 8 + max(...all("w")), h = 8 + max(...all("h"));
  const crowd = max(...all("u").map((u) => all("u").filter((other) => other === u).length)),
    part = (value, values) => (value - min(...values)) / (max(...values) - min(...values) || 1);
  const tall = turned ? new Set(all("u")).size * (h + 40 * stretch) : max(panel.height * room, crowd * (h + 10)) * stretch;
  for (const box of boxes) {
    const place = [part(box.u, all("u")), part(box.v, all("v"))], [across, down] = turned ? place.reverse() : place;
    Object.assign(box, { x: PAD + w / 2 + across * (room - w), y: top + h / 2 + down * (tall - h) });
  }
  return Object.assign(boxes, { end: top + tall + 14 });
}

/** Where the way from one box to another leaves it. @returns {number[]} */
function leave(a, b) {
  const dx = b.x - a.x, dy = b.y - a.y, part = min((a.w / 2 + 3) / abs(dx), (a.h / 2 + 3) / abs(dy));
  return [a.x + dx * part, a.y + dy * part];
}

/** Places for all that a graph shows, and what they cost: 100 for each thing that covers another. */
function arrange(mark, top, turned, stretch) {
  const boxes = stations(mark, top, turned, stretch), labels = [];
  const edges = mark.edges.map(({ source, target }) => [source, target].map((id) => boxes.find((box) => box.id === id))),
    lines = edges.map(([a, b]) => [...leave(a, b), ...leave(b, a)]);
  let cost = 0;
  boxes.forEach((box, i) => (cost += 100 * boxes.slice(0, i).filter((other) => !apart(box, other, 4)).length));
  lines.forEach((line, edge) => ["11px", "italic 11px"].forEach((font, side) => {
    // Room for the longest number of all frames, so that nothing moves when time does.
    const all = trace.sentences.map((_, t) => said(mark, edge, t)[side].join("")),
      longest = all.reduce((a, b) => (b.length > a.length ? b : a));
    if (!longest) return;
    const best = choices(line, side, measure([longest], "bold " + font) + 4, lines, [...boxes, ...labels])
      .reduce((a, b) => (b.cost < a.cost ? b : a));
    cost += best.cost;
    labels.push({ ...best, edge, side, font });
  }));
  return { boxes, edges, lines, labels, cost };
}

/** Places for a number of width `w` beside its edge (what goes forward above it, what comes back below), and what each costs. */
function choices(own, side, w, lines, taken) {
  const [a, b, c, d] = own, long = hypot(c - a, d - b), way = c < a === side > 0 ? 1 : -1,
    nx = (d - b) / long * way, ny = (a - c) / long * way,
    reach = abs(nx) * w / 2 + abs(ny) * 8 + 3;
  return [1, 1.8, 0, -1, -1.8].flatMap((off) => [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map((part) => {
    const place = { x: a + (c - a) * part + nx * off * reach, y: b + (d - b) * part + ny * off * reach, w, h: 15 };
    const spot = ([a, b, c, d], i) => ({ x: a + (c - a) * i / 20, y: b + (d - b) * i / 20, w: 0, h: 0 });
    const near = (line) => line !== own && [...Array(21).keys()].some((i) => !apart(place, spot(line, i), 8));
    const covered = taken.filter((other) => !apart(place, other, 2)).length + (abs(place.x - width / 2) > (width - w) / 2 - 2);
    return { ...place, cost: 100 * covered + 10 * lines.filter(near).length + abs(off - 1) * 4 + abs(part - 0.5) * 9 };
  }));
}

/** @param {number} top @returns {number} where it ends */
function graph(mark, top) {
  // The arrangement without collisions that changes least: as it is, taller, flowing down, longer.
  const ways = [[0, 1], [0, 1.4], [1, 1], [1, 1.5], [1, 2.5]];
  const { boxes, edges, lines, labels } = trace.keep(`graph ${panel.title} ${width}`, () => ways.reduce((best, way) => {
    const next = best.cost < 100 ? best : arrange(mark, top, ...way);
    return next.cost < best.cost ? next : best;
  }, { cost: Infinity }));
  lines.forEach((line, i) => edge(mark, i, line, edges[i].map(({ name }) => name).join(" → ")));
  for (const { x, y, edge, side, w, font } of labels) {
    const [own, ours] = said(mark, edge, t)[side], bold = (at(mark.active)[edge] ? "bold " : "") + font, left = x - w / 2 + 2;
    write([own], left, y, "left", bold, side ? theme.orange : theme.blue);
    write([ours], left + measure([own], bold), y, "left", font, theme.grey);
  }
  boxes.forEach((box, i) => node(mark, box, at(mark.active_nodes)[i]));
  return boxes.end;
}

function edge(mark, i, line, name) {
  const [a, b, c, d] = line, weight = at(mark.weights)[i], active = at(mark.active)[i], way = weight ?? active, angle = atan2(d - b, c - a);
  // The colours of a weight are those of the heat maps in the boxes.
  const [plus, minus] = weight === undefined ? ["blue", "orange"] : ["orange", "purple"],
    color = theme[way > 0 ? plus : way < 0 ? minus : "grey"],
    most = () => trace.all(mark.weights).reduce((most, value) => max(most, abs(value) || 0), 1e-9);
  const thick = weight === undefined ? (active ? 3.5 : 1.3) : 0.5 + 4.5 * abs(weight) / trace.keep("most " + mark.weights, most);
  join([[a, b], [c, d]], color, thick, weight < 0 && "dashed");
  if (weight === undefined) arrow(...(active < 0 ? [a, b, angle + PI] : [c, d, angle]), color, active ? 13 : 9);
  const known = Object.keys(WORDS).filter((key) => !isNaN(at(mark[key])[i])),
    parts = known.map((key) => `${WORDS[key]} ${texts(mark[key], mark.digits)[i]}`);
  hit("", (a + c) / 2, (b + d) / 2, () => name + (parts.length ? ": " : "") + parts.join(", "), { line });
}

function node(mark, { x, y, w, h, side, lines, map, name }, active) {
  const left = x - w / 2, top = y - h / 2;
  if (active) plate(left - 4, top - 4, w + 8, h + 8, theme.paper, theme.ink, 1.5, "", 9);
  plate(left, top, w, h, theme.paper, active ? theme.ink : theme.grey, active ? 2 : 1.3, "", 6);
  if (side) {
    const shape = trace.shape(mark.maps).slice(1), size = shape[0] * shape[1];
    paint(at(mark.maps).subarray(map * size, (map + 1) * size), shape, inBoxes(mark), [x - side / 2, top + 4, side, side]);
  }
  write(lines, x, top + side + 12, "center", "12px");
  hit("", x, y, () => name, { box: [left, top, w, h] });
}
