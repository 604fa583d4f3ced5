// Formulas as SVG: outlines of glyphs, referred to by id, so that a page can hold each one once.

import { allowBreaks, forPointers, isElement, leanAssistive, overflow, simplify } from "./containers.mjs";
import { relative } from "./outlines.mjs";
import { measure, spread } from "./spread.mjs";

export const OUTPUT = "output/svg";
export const OPTIONS = { svg: { fontCache: "global", linebreaks: { inline: false } } };

// In ex, the narrowest column that readers have: a phone's.
const MIN_COLUMN = 30;
const EX = 442; // of MathJax's font, in units of its outlines
const MAX_DEPTH = 12; // in ex, the depth that svg.css has a class for

// Set the formulas of `document`, those that are long with places where a line may end.
export function typeset(document, { output, adaptor }) {
  document.typeset();
  measure(document, adaptor);
  allowBreaks(document, output, (item) => exes(item.typesetRoot, adaptor));
  document.assistiveMml();
}

// Forget what the group before has used.
export function forget(output) {
  output.clearFontCache();
}

// Return the outlines of all glyphs that the group has, by id.
export function partsOf(output, _document, adaptor) {
  const paths = adaptor.childNodes(output.fontCache.getCache());
  return Object.fromEntries(
    paths.map((path) => [adaptor.getAttribute(path, "id"), relative(adaptor.getAttribute(path, "d"))]),
  );
}

// Make what MathJax made of `item` fit for a page, and return those of `outlines` that it refers to.
export function finish(item, outlines, { adaptor }) {
  const container = item.typesetRoot;
  forPointers(container, adaptor);
  const used = {};
  for (const use of adaptor.tags(container, "use")) {
    const id = adaptor.getAttribute(use, "xlink:href").slice(1);
    used[id] = outlines[id];
    adaptor.removeAttribute(use, "xlink:href"); // href alone is understood since 2018
    adaptor.setAttribute(use, "href", `#${id}`);
  }
  if (isFull(svgs(container, adaptor)[0], adaptor)) unscale(container, item, adaptor);
  else if (item.shares) widen(container, item, adaptor);
  if (item.display) overflow(item, exes(container, adaptor) > MIN_COLUMN, adaptor);
  for (const name of ["class", "jax", "overflow", "style"]) adaptor.removeAttribute(container, name);
  for (const piece of svgs(container, adaptor)) inClasses(piece, item.display, adaptor);
  for (const group of adaptor.tags(container, "g")) withoutDefaults(group, adaptor);
  breakBetween(container, adaptor);
  simplify(container, adaptor);
  leanAssistive(container, adaptor);
  tidy(container, adaptor);
  shorten(container, adaptor);
  return used;
}

function exes(container, adaptor) {
  return svgs(container, adaptor).reduce((sum, piece) => sum + parseFloat(widthOf(piece, adaptor)), 0);
}

function svgs(container, adaptor) {
  return adaptor.childNodes(container).filter((node) => adaptor.kind(node) === "svg");
}

// A formula with a number, or a table that is spread, is as wide as its column, and says how wide it must be.
function widthOf(svg, adaptor) {
  return isFull(svg, adaptor) ? adaptor.getStyle(svg, "min-width") : adaptor.getAttribute(svg, "width");
}

function isFull(svg, adaptor) {
  return adaptor.getAttribute(svg, "width") === "100%";
}

// A formula with a number is as wide as its column: MathJax scales it to the px of a page that it has
// measured. Its table and its numbers are SVGs in the SVG. Freed from what is around them, which
// scales and unscales them, they take their scale from the height, in ex, as other formulas do.
function unscale(container, item, adaptor) {
  const [svg] = adaptor.childNodes(container);
  const [group] = adaptor.childNodes(svg);
  const parts = adaptor
    .tags(group, "svg")
    .filter((part) => adaptor.hasAttribute(part, "preserveAspectRatio"));
  for (const part of parts) adaptor.setAttribute(part, "overflow", "visible");
  adaptor.removeAttribute(group, "transform");
  for (const child of adaptor.childNodes(group).slice()) adaptor.remove(child);
  if (item.shares) {
    const table = parts.shift();
    const [, top, , height] = viewOf(table, adaptor);
    spread(item, table, group, [top, height], adaptor);
  }
  for (const part of parts) adaptor.append(group, part);
  adaptor.setAttribute(container, "display", "true"); // wherever an author has put it
}

// Make a table without numbers as wide as its column, as one with numbers is.
function widen(container, item, adaptor) {
  const [svg] = svgs(container, adaptor);
  const [, top, across, height] = viewOf(svg, adaptor);
  const [group] = adaptor.childNodes(svg);
  const tables = adaptor.childNodes(group).slice();
  for (const table of tables) adaptor.remove(table);
  for (const table of tables) spread(item, table, group, [top, height], adaptor);
  adaptor.removeAttribute(group, "transform");
  adaptor.removeAttribute(svg, "viewBox");
  adaptor.setAttribute(svg, "width", "100%");
  adaptor.setStyle(svg, "min-width", exesOf(across));
  adaptor.setAttribute(container, "display", "true");
}

function viewOf(svg, adaptor) {
  return adaptor.getAttribute(svg, "viewBox").split(" ").map(Number);
}

// Attributes of style are not read under a strict Content Security Policy. So the depth of `svg` below the line is
// one that svg.css has a class for, and what it must be wide, as another SVG of no height, below it.
function inClasses(svg, isAlone, adaptor) {
  const depth = -parseFloat(adaptor.getStyle(svg, "vertical-align") || "0");
  const isWide = isFull(svg, adaptor);
  const width = adaptor.getStyle(svg, "min-width");
  const [step, name] = stepOf(depth, isAlone);
  const boxes = isWide ? adaptor.childNodes(adaptor.firstChild(svg)) : [svg];
  for (const box of boxes) {
    const [left, top, across, down] = viewOf(box, adaptor);
    const [upper, lower] = [Math.floor(top), top + down + (step - depth) * EX];
    const view = [left, upper, Math.ceil(across), Math.round(lower - upper)];
    adaptor.setAttribute(box, "viewBox", view.join(" "));
    if (!isWide) adaptor.setAttribute(svg, "width", exesOf(view[2]));
    adaptor.setAttribute(svg, "height", exesOf(view[3]));
  }
  adaptor.removeAttribute(svg, "style");
  const aligned = isWide ? inFull(svg, width, adaptor) : svg;
  if (name) adaptor.setAttribute(aligned, "class", name);
}

function exesOf(units) {
  return `${+(units / EX).toFixed(units < 100 ? 5 : 3)}ex`; // by the side that is too small all is scaled
}

// Put `svg`, which is as wide as its column, in an element that is not less than `width`.
function inFull(svg, width, adaptor) {
  const full = adaptor.node("mjx-full");
  adaptor.replace(full, svg);
  adaptor.append(full, svg);
  if (width) adaptor.append(full, adaptor.node("svg", { width, height: "0", "aria-hidden": "true" }));
  return full;
}

// Return the next step that is not less than `depth`, in ex, and its class: quarters up to 4, then whole ones. On a
// line of its own, what reaches deeper can stay as it is: nothing stands beside it.
function stepOf(depth, isAlone) {
  const maxDepth = isAlone ? 4 : MAX_DEPTH;
  if (depth < 0.001) return [0, ""];
  if (depth > maxDepth) return [depth, `mjx-d${maxDepth * 4}`];
  const step = depth <= 4 ? Math.ceil(depth * 4) / 4 : Math.ceil(depth);
  return [step, `mjx-d${step * 4}`];
}

// What all formulas begin with stands in svg.css. Boxes are drawn, whatever their style says.
function withoutDefaults(group, adaptor) {
  adaptor.removeAttribute(group, "style");
  if (adaptor.getAttribute(group, "stroke-width") !== "0") return;
  for (const name of ["stroke", "fill", "stroke-width"]) adaptor.removeAttribute(group, name);
}

// The space that a sign has before it is left at the line's end. MathJax makes it of a blank in a font of its own.
function breakBetween(container, adaptor) {
  const breaks = adaptor.tags(container, "mjx-break");
  for (const mark of breaks) {
    const space = adaptor.getAttribute(mark, "size") ?? "0";
    const piece = adaptor.previous(mark);
    if (piece && space !== "0") adaptor.addClass(piece, `mjx-s${space}`);
    adaptor.replace(adaptor.node("mjx-break"), mark);
  }
  if (breaks.length) adaptor.setAttribute(container, "breaks", "");
}

function tidy(node, adaptor) {
  for (const child of adaptor.childNodes(node).filter((child) => isElement(child, adaptor))) {
    tidy(child, adaptor);
    if (adaptor.kind(child) === "g") unwrap(child, adaptor);
    if (adaptor.kind(child) === "text" && !adaptor.textContent(child)) adaptor.remove(child);
  }
}

function unwrap(group, adaptor) {
  const children = adaptor.childNodes(group).slice();
  const attributes = adaptor.allAttributes(group);
  const [only] = children.length === 1 ? children : [];
  const bears = only && adaptor.kind(only) === "use" && !adaptor.hasAttribute(only, "transform");
  if (bears) for (const { name, value } of attributes) adaptor.setAttribute(only, name, value);
  if (attributes.length && children.length && !bears) return;
  for (const child of children) adaptor.insert(child, group);
  adaptor.remove(group);
}

// Say in as few characters where glyphs stand, to the thousandth of an em.
function shorten(container, adaptor) {
  for (const node of ["g", "use"].flatMap((kind) => adaptor.tags(container, kind))) {
    const transform = adaptor.getAttribute(node, "transform");
    const [, x, y, rest] = /^translate\((-?[\d.]+),(-?[\d.]+)\)(.*)$/.exec(transform ?? "") ?? [];
    if (x === undefined) continue;
    const [right, up] = [Math.round(+x), Math.round(+y)];
    if (adaptor.kind(node) === "use" && !rest) {
      adaptor.removeAttribute(node, "transform");
      if (right) adaptor.setAttribute(node, "x", right);
      if (up) adaptor.setAttribute(node, "y", up);
    } else {
      adaptor.setAttribute(
        node,
        "transform",
        `translate(${up ? `${right},${up}` : right})${rest.replace(" ", "")}`,
      );
    }
  }
}
