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
const SUPERFLUOUS = [
  'data-latex', 'data-mml-node', 'data-mjx-texclass', 'data-c', 'data-mjx-viewBox', // for MathJax in a page
  'focusable', 'role', 'xmlns', 'xmlns:xlink', 'unselectable', // for old browsers, or said by aria-hidden
];

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
document.options.compileError = (_, item, error) => keepFailure(item, error);
document.options.typesetError = (_, item, error) => keepFailure(item, error);

for (const group of job.groups) {
  process.stdout.write(JSON.stringify(await typeset(group)) + '\n');
}

async function typeset(group) {
  document.clear();
  failures.clear();
  tex.reset();
  output.clearFontCache();
  add('\\begingroupSandbox', false);
  for (const {tex, display} of group) add(tex, display);
  await mathjax.handleRetriesFor(() => document.compile().typeset().assistiveMml());
  const outlines = outlinesOfGroup();
  return [...document.math].slice(1).map((item) => failures.get(item) ?? result(item, outlines));
}

function add(formula, display) {
  const item = new document.options.MathItem(formula, tex, display);
  item.setMetrics(...METRICS);
  document.math.push(item);
}

// MathJax's errors say what is wrong; the parser that met the error knows where.
function throwLocated(jax, error) {
  const [parser] = jax.parseOptions.parsers;
  throw Object.assign(error, {column: parser?.i, parsed: parser?.string});
}

function keepFailure(item, error) {
  document.compileError(item, error);
  const column = error.parsed === item.math ? error.column : undefined;
  failures.set(item, {error: error.message, column});
}

function result(item, outlines) {
  const container = item.typesetRoot;
  const glyphs = {};
  for (const use of adaptor.tags(container, 'use')) {
    const id = adaptor.getAttribute(use, 'xlink:href').slice(1);
    glyphs[id] = outlines[id];
    adaptor.removeAttribute(use, 'xlink:href'); // href alone is understood since 2018
    adaptor.setAttribute(use, 'href', `#${id}`);
  }
  bare(container, ['class', 'jax', 'overflow', 'style']);
  simplify(container);
  return {html: adaptor.outerHTML(container).replaceAll('></use>', '/>'), glyphs};
}

function outlinesOfGroup() {
  const paths = adaptor.childNodes(output.fontCache.getCache());
  return Object.fromEntries(paths.map((path) => [adaptor.getAttribute(path, 'id'), adaptor.getAttribute(path, 'd')]));
}

// Take out what only MathJax in a page would read, and groups that then do nothing.
function simplify(node) {
  bare(node, SUPERFLUOUS);
  for (const child of adaptor.childNodes(node).filter(isElement)) {
    simplify(child);
    if (adaptor.kind(child) === 'g') unwrap(child);
  }
}

function unwrap(group) {
  const children = adaptor.childNodes(group).slice();
  const attributes = adaptor.allAttributes(group);
  const [only] = children.length === 1 ? children : [];
  const bears = only && adaptor.kind(only) === 'use' && !adaptor.hasAttribute(only, 'transform');
  if (bears) for (const {name, value} of attributes) adaptor.setAttribute(only, name, value);
  if (!bears && attributes.length) return;
  for (const child of children) adaptor.insert(child, group);
  adaptor.remove(group);
}

function bare(node, names) {
  for (const name of names) adaptor.removeAttribute(node, name);
}

function isElement(node) {
  return !adaptor.kind(node).startsWith('#');
}
