// Sets formulas with MathJax: reads one job as JSON from stdin, writes one line of JSON for each group.
//
//   stdin   {"tex": {options of MathJax's TeX input}, "groups": [[{"tex": "x^2", "display": false}, …], …]}
//   stdout  [{"html": "<mjx-container>…", "glyphs": {"MJX-NCM-I-1D465": "M527 373C…", …}}, …]
//           with {"error": "…", "column": 7} in the place of a formula that MathJax refuses
//
// A group is set as one document: its macros, labels and numbers are seen by all of its formulas and
// by no other group. Outlines of glyphs are referred to by id, so that a page can hold each one once.
import {text} from 'node:stream/consumers';
import MathJax from 'mathjax';

const METRICS = [16, 8, 1280, 1]; // em and ex in px, width of the container in px, scale
// In ex, the narrowest column that readers have: a phone's. What is wider may scroll there, and keys must reach it.
const NARROWEST = 30;
const REFERENCE = /^\s*\\(?:eq)?ref\s*\{[^{}]*\}\s*$/;

const job = JSON.parse(await text(process.stdin));
await MathJax.init({
  loader: {
    load: [
      'input/tex-base',
      ...job.tex.packages.filter((name) => name !== 'base').map((name) => `[tex]/${name}`),
      'output/svg', 'adaptors/liteDOM', 'a11y/assistive-mml', 'ui/safe',
    ],
  },
  tex: {...job.tex, formatError: throwLocated},
  svg: {fontCache: 'global', linebreaks: {inline: false}},
  startup: {typeset: false},
});
await MathJax.startup.promise;

const {adaptor, document, mathjax, input: [tex], output} = MathJax.startup;
const failures = new Map();
document.options.compileError = keepFailure;
document.options.typesetError = keepFailure;

for (const group of job.groups) {
  process.stdout.write(JSON.stringify(await typeset(group)) + '\n');
}

async function typeset(group) {
  document.clear();
  failures.clear();
  tex.reset();
  output.clearFontCache();
  add('\\begingroupSandbox', false); // definitions end with the group
  for (const formula of group) add(stacked(formula.tex), formula.display);
  await mathjax.handleRetriesFor(() => document.compile().typeset().assistiveMml());
  const outlines = outlinesOfGroup();
  return [...document.math].slice(1).map((item) => failures.get(item) ?? result(item, outlines));
}

function add(formula, display) {
  const item = new document.options.MathItem(formula, tex, display);
  item.setMetrics(...METRICS);
  document.math.push(item);
}

// MathJax gives lines that \\ ends outside of all environments the width of its container, which
// nobody knows here.
function stacked(formula) {
  let depth = 0;
  for (const [token] of formula.matchAll(/\\begin\b|\\end\b|\\newline\b|\\.|[{}]/gs)) {
    if (token === '{' || token === '\\begin') depth++;
    else if (token === '}' || token === '\\end') depth--;
    else if (!depth && /^\\(?:\\|newline)$/.test(token)) return `\\begin{gathered}${formula}\\end{gathered}`;
  }
  return formula;
}

// MathJax's errors say what is wrong; the parser that met the error knows where.
function throwLocated(jax, error) {
  const [parser] = jax.parseOptions.parsers;
  throw Object.assign(error, {column: parser?.i, parsed: parser?.string});
}

function keepFailure(document, item, error) {
  document.compileError(item, error); // leaves something that can be set
  const column = error.parsed === item.math ? error.column : undefined;
  failures.set(item, {error: error.message, column});
}

function result(item, outlines) {
  const container = item.typesetRoot;
  const links = adaptor.tags(container, 'a');
  if (links.some((link) => adaptor.getAttribute(link, 'href') === '#')) {
    return {error: 'no formula of this page has the label that is referred to'};
  }
  if (REFERENCE.test(item.math)) return {html: link(links[0], container), glyphs: {}};
  for (const link of links) adaptor.setAttribute(link, 'tabindex', '-1'); // in what is hidden from assistive technology
  const glyphs = {};
  for (const use of adaptor.tags(container, 'use')) {
    const id = adaptor.getAttribute(use, 'xlink:href').slice(1);
    glyphs[id] = outlines[id];
    adaptor.removeAttribute(use, 'xlink:href'); // href alone is understood since 2018
    adaptor.setAttribute(use, 'href', `#${id}`);
  }
  if (adaptor.getAttribute(container, 'width') === 'full') unscale(container);
  for (const name of ['class', 'jax', 'overflow', 'style']) adaptor.removeAttribute(container, name);
  if (item.display && exes(container) > NARROWEST) adaptor.setAttribute(container, 'tabindex', '0');
  simplify(container);
  return {html: adaptor.outerHTML(container).replaceAll('></use>', '/>'), glyphs};
}

function exes(container) {
  const [svg] = adaptor.childNodes(container);
  return parseFloat(adaptor.getAttribute(svg, 'width'));
}

function outlinesOfGroup() {
  const paths = adaptor.childNodes(output.fontCache.getCache());
  return Object.fromEntries(paths.map((path) => [adaptor.getAttribute(path, 'id'), adaptor.getAttribute(path, 'd')]));
}

// A reference alone is a link like any other in the text.
function link(anchor, container) {
  const [math] = adaptor.tags(container, 'math');
  return `<a href="${adaptor.getAttribute(anchor, 'href')}">${adaptor.textContent(math)}</a>`;
}

// A formula with a number is as wide as its column: MathJax scales it to the px of a page that it has
// measured. Its table and its numbers are SVGs in the SVG. Freed from what is around them, which
// scales and unscales them, they take their scale from the height, in ex, as other formulas do.
function unscale(container) {
  const [svg] = adaptor.childNodes(container);
  const [group] = adaptor.childNodes(svg);
  const parts = adaptor.tags(group, 'svg').filter((part) => adaptor.hasAttribute(part, 'preserveAspectRatio'));
  for (const part of parts) adaptor.setAttribute(part, 'overflow', 'visible');
  adaptor.removeAttribute(group, 'transform');
  for (const child of adaptor.childNodes(group).slice()) adaptor.remove(child);
  for (const part of parts) adaptor.append(group, part);
}

// Take out what only MathJax in a page would read, and groups that then do nothing.
function simplify(node) {
  for (const {name} of adaptor.allAttributes(node).filter(superfluous)) adaptor.removeAttribute(node, name);
  for (const child of adaptor.childNodes(node).filter(isElement)) {
    simplify(child);
    if (adaptor.kind(child) === 'g') unwrap(child);
    if (adaptor.kind(child) === 'text' && !adaptor.textContent(child)) adaptor.remove(child);
  }
}

function superfluous({name}) {
  return /^(?:data-(?!line$|frame$)|xmlns|focusable$|role$|unselectable$|semantics$)/.test(name);
}

function unwrap(group) {
  const children = adaptor.childNodes(group).slice();
  const attributes = adaptor.allAttributes(group);
  const [only] = children.length === 1 ? children : [];
  const bears = only && adaptor.kind(only) === 'use' && !adaptor.hasAttribute(only, 'transform');
  if (bears) for (const {name, value} of attributes) adaptor.setAttribute(only, name, value);
  if (attributes.length && children.length && !bears) return;
  for (const child of children) adaptor.insert(child, group);
  adaptor.remove(group);
}

function isElement(node) {
  return !adaptor.kind(node).startsWith('#');
}
