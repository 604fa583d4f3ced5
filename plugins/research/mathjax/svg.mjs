// Formulas as SVG: outlines of glyphs, referred to by id, so that a page can hold each one once.
import {relative} from './outlines.mjs';
import {allowBreaks, forKeys, isElement, simplify} from './containers.mjs';

export const OUTPUT = 'output/svg';
export const OPTIONS = {svg: {fontCache: 'global', linebreaks: {inline: false}}};

// In ex, the narrowest column that readers have: a phone's.
const NARROWEST = 30;
// MathJax's spaces around signs, in em of its font, by number; and how many em an ex is there.
const SPACES = [0, 0.111, 0.167, 0.222, 0.278, 0.333];
const EX = 0.442;

// Set the formulas of `document`, those that are long with places where a line may end.
export function typeset(document, {output, adaptor}) {
  document.typeset();
  allowBreaks(document, output, (item) => exes(item.typesetRoot, adaptor));
  document.assistiveMml();
}

// Forget what the group before has used.
export function forget(output) {
  output.clearFontCache();
}

// Return the outlines of all glyphs that the group has, by id.
export function partsOf(output, document, adaptor) {
  const paths = adaptor.childNodes(output.fontCache.getCache());
  return Object.fromEntries(
    paths.map((path) => [adaptor.getAttribute(path, 'id'), relative(adaptor.getAttribute(path, 'd'))]),
  );
}

// Make what MathJax set of `item` fit for a page, and return those of `outlines` that it refers to.
export function finish(item, outlines, {adaptor}) {
  const container = item.typesetRoot;
  // A link within is in what is hidden from assistive technology.
  for (const link of adaptor.tags(container, 'a')) adaptor.setAttribute(link, 'tabindex', '-1');
  const used = {};
  for (const use of adaptor.tags(container, 'use')) {
    const id = adaptor.getAttribute(use, 'xlink:href').slice(1);
    used[id] = outlines[id];
    adaptor.removeAttribute(use, 'xlink:href'); // href alone is understood since 2018
    adaptor.setAttribute(use, 'href', `#${id}`);
  }
  if (adaptor.getAttribute(container, 'width') === 'full') unscale(container, adaptor);
  for (const name of ['class', 'jax', 'overflow', 'style']) adaptor.removeAttribute(container, name);
  if (item.display) forKeys(container, exes(container, adaptor) > NARROWEST, adaptor);
  breakBetween(container, adaptor);
  simplify(container, adaptor);
  tidy(container, adaptor);
  return used;
}

function exes(container, adaptor) {
  const pieces = adaptor.childNodes(container).filter((node) => adaptor.kind(node) === 'svg');
  return pieces.reduce((sum, piece) => sum + parseFloat(widthOf(piece, adaptor)), 0);
}

// A formula with a number is as wide as its column, and says how wide it must be.
function widthOf(svg, adaptor) {
  const width = adaptor.getAttribute(svg, 'width');
  return width === '100%' ? adaptor.getStyle(svg, 'min-width') : width;
}

// A formula with a number is as wide as its column: MathJax scales it to the px of a page that it has
// measured. Its table and its numbers are SVGs in the SVG. Freed from what is around them, which
// scales and unscales them, they take their scale from the height, in ex, as other formulas do.
function unscale(container, adaptor) {
  const [svg] = adaptor.childNodes(container);
  const [group] = adaptor.childNodes(svg);
  const parts = adaptor.tags(group, 'svg').filter((part) => adaptor.hasAttribute(part, 'preserveAspectRatio'));
  for (const part of parts) adaptor.setAttribute(part, 'overflow', 'visible');
  adaptor.removeAttribute(group, 'transform');
  for (const child of adaptor.childNodes(group).slice()) adaptor.remove(child);
  for (const part of parts) adaptor.append(group, part);
}

// The space that a sign has before it is left at the line's end. MathJax makes it of a blank in a font of its own.
function breakBetween(container, adaptor) {
  const breaks = adaptor.tags(container, 'mjx-break');
  for (const mark of breaks) {
    const space = SPACES[adaptor.getAttribute(mark, 'size') ?? 0] / EX;
    const piece = adaptor.previous(mark);
    if (piece && space) adaptor.setStyle(piece, 'margin-right', `${space.toFixed(3)}ex`);
    adaptor.replace(adaptor.node('mjx-break'), mark);
  }
  if (breaks.length) adaptor.setAttribute(container, 'breaks', '');
}

function tidy(node, adaptor) {
  for (const child of adaptor.childNodes(node).filter((child) => isElement(child, adaptor))) {
    tidy(child, adaptor);
    if (adaptor.kind(child) === 'g') unwrap(child, adaptor);
    if (adaptor.kind(child) === 'text' && !adaptor.textContent(child)) adaptor.remove(child);
  }
}

function unwrap(group, adaptor) {
  const children = adaptor.childNodes(group).slice();
  const attributes = adaptor.allAttributes(group);
  const [only] = children.length === 1 ? children : [];
  const bears = only && adaptor.kind(only) === 'use' && !adaptor.hasAttribute(only, 'transform');
  if (bears) for (const {name, value} of attributes) adaptor.setAttribute(only, name, value);
  if (attributes.length && children.length && !bears) return;
  for (const child of children) adaptor.insert(child, group);
  adaptor.remove(group);
}
