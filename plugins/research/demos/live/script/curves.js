// The plot of the bound and its terms while a model trains, over the static one, in its form: see plot.py.

const [LEFT, RIGHT, TOP, BOTTOM] = [70, 470, 34, 226];
//: The share of a run, its first steps, that is not drawn: there the bound is many times lower than later.
const FIRST = 0.02;
//: Room for the legend, in parts of what the lines span.
const LEGEND = 0.6;
const SVG = "http://www.w3.org/2000/svg";

/** Return the points [step, likelihood, elbo, divergence] of a curve of `terms`, means of `span` steps each. */
export function bucketsOf(terms, span) {
  const out = terms.length > 2 ? Math.min(Math.ceil(FIRST * terms.length), terms.length - 2) : 0;
  return terms
    .map(([likelihood, divergence], i) => [(i + 1) * span, likelihood, likelihood - divergence, divergence])
    .slice(out);
}

/** Return two to eight round numbers at even steps: `least` or less, and on up to `most`. */
export function ticks(least, most) {
  const span = most - least > 1e-9 * Math.max(Math.abs(least), Math.abs(most), 1e-9) ? most - least : 1;
  const power = 10 ** Math.floor(Math.log10(span));
  const step = power * [0.2, 0.5, 1, 2].find((part) => span / (power * part) <= 6);
  const first = Math.floor(least / step);
  const found = [];
  for (let n = first; n <= Math.max(Math.floor(most / step), first + 1); n += 1) {
    found.push(Number((n * step).toPrecision(10)));
  }
  return found;
}

/** Draw `points` in the `plot`, in the place of what was drawn by the build or before. */
export function curves(plot, points, last, stage) {
  const lines = plot.querySelectorAll("[data-line]");
  points = points.filter((point) => point.every(Number.isFinite)); // it may diverge
  if (points.length < 2) return;
  const values = points.flatMap((point) => point.slice(1, 1 + lines.length));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const across = ticks(0, last);
  const up = ticks(least - LEGEND * (most - least), most);
  const top = Math.max(up.at(-1), most);
  const x = (value) => LEFT + (value / Math.max(last, across.at(-1))) * (RIGHT - LEFT);
  const y = (value) => BOTTOM - ((value - up[0]) / (top - up[0])) * (BOTTOM - TOP);
  const written = (value) => String(value).replace("-", "−");
  for (const each of plot.querySelectorAll("[data-scale]")) each.remove();
  const add = (name, attributes, text = "") => {
    const made = document.createElementNS(SVG, name);
    const all = { "data-scale": "", ...attributes };
    for (const [key, value] of Object.entries(all)) made.setAttribute(key, value);
    made.textContent = text;
    plot.append(made);
  };
  const ink = { fill: "currentColor" };
  const rule = { fill: "none", stroke: "currentColor", "stroke-opacity": 0.2 };
  for (const value of up) {
    const height = y(value).toFixed(1);
    const place = { x: LEFT - 8, y: height, "text-anchor": "end", "dominant-baseline": "middle" };
    add("path", { d: `M${LEFT} ${height}H${RIGHT}`, ...rule });
    add("text", { ...place, ...ink }, written(value));
  }
  for (const value of across) {
    add("text", { x: x(value).toFixed(0), y: BOTTOM + 22, "text-anchor": "middle", ...ink }, written(value));
  }
  lines.forEach((path, i) => {
    const corners = points.map((point) => `${x(point[0]).toFixed(1)},${y(point[i + 1]).toFixed(1)}`);
    path.setAttribute("d", `M${corners.join(" ")}`);
  });
  plot.querySelector("title").textContent = stage.word("curve", { step: last });
}
