// Sets formulas with MathJax: reads one job, a line of JSON, from stdin; writes one for each group.
//
//   stdin   {"format": "svg", "tex": {options of MathJax's TeX input},
//            "groups": [[{"tex": "x^2", "display": false}, …], …]}
//   stdout  [{"html": "<mjx-container>…", "text": "x²", "parts": {"MJX-NCM-I-1D465": "M527 373C…", …},
//             "labels": {"eq:a": "1", …}}, …]
//           with {"error": "…", "column": 7} in the place of a formula that MathJax refuses
//
// A group is typeset as one document: its macros, colors, labels and numbers are seen by all of its formulas
// and by no other group. What several formulas of a page share are its parts: outlines of glyphs in svg,
// rules of CSS in chtml, nothing in mathml. The page holds each once.

import "../../../core/processes/brief.mjs";
import "./packed.mjs";
import MathJax from "mathjax";
import { job } from "../../../core/processes/lifeline.mjs";
import * as chtml from "./chtml.mjs";
import { refusal, refusalOfRules } from "./fetches.mjs";
import * as mathml from "./mathml.mjs";
import { inUnicode } from "./mhchem.mjs";
import { plain } from "./plain.mjs";
import "./safety.js";
import { stacked, unnumbered, withoutRequire } from "./source.mjs";
import { METRICS, TEXT } from "./spread.mjs";
import * as svg from "./svg.mjs";
import { literalSigns } from "./text.mjs";

// Of LaTeX's packages bm, bbm and dsfont; for the fonts of the last two stands the one that MathJax's font has.
const MACROS = {
  bm: ["\\boldsymbol{#1}", 1],
  mathbbm: ["\\mathbb{#1}", 1],
  mathds: ["\\mathbb{#1}", 1],
};
// What the sandbox of the package begingroup does not hold: it, and what is no macro.
const BEYOND_SANDBOX = /\\(?:\w*group|global|[gx]def|definecolor|newcolumntype|mathtoolsset|\w*tagform)/;
const SANITIZE = -5.5; // priority of ui/safe
const REFERENCE = /^\s*\\(?:eq)?ref\s*\{[^{}]*\}\s*$/;

const format = { svg, chtml, mathml }[job.format];
await MathJax.init({
  loader: {
    load: [
      "input/tex-base",
      ...job.tex.packages.filter((name) => name !== "base").map((name) => `[tex]/${name}`),
      format.OUTPUT,
      "adaptors/liteDOM",
      "a11y/assistive-mml",
      "ui/safe",
    ],
  },
  tex: { macros: MACROS, ...job.tex, formatError: throwLocated, postFilters: FormulaSafety.postFilters },
  ...format.OPTIONS,
  startup: { typeset: false },
});
await MathJax.startup.promise;

const {
  adaptor,
  document,
  mathjax,
  input: [shared],
  output,
} = MathJax.startup;
literalSigns(MathJax._.input.tex);
// Characters that the fonts lack are those of the page's font, which is so large beside MathJax's.
for (const size of ["cjkCharWidth", "unknownCharWidth", "unknownCharHeight"]) adaptor.options[size] *= TEXT;
const failures = new Map();
document.options.compileError = keepFailure;
document.options.typesetError = keepFailure;

for (const group of job.groups) {
  process.stdout.write(`${JSON.stringify(await typeset(group), whole)}\n`);
}

// Half a surrogate pair is no character that a page could be written with.
function whole(_key, value) {
  return typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value;
}

async function typeset(group) {
  document.clear();
  failures.clear();
  const tex = group.some((formula) => BEYOND_SANDBOX.test(formula.tex)) ? freshInput() : shared;
  tex.reset();
  format.forget(output);
  add("\\begingroupSandbox", false, tex); // definitions end with the group
  for (const formula of group)
    add(unnumbered(stacked(withoutRequire(formula.tex, job.tex.packages))), formula.display, tex);
  await mathjax.handleRetriesFor(() => format.typeset(inInk(document.compile()), MathJax.startup));
  const parts = format.partsOf(output, document, adaptor);
  return [...document.math].slice(1).map((item) => failures.get(item) ?? result(item, parts));
}

// Return an input that no other group has changed or will use.
function freshInput() {
  const [tex] = MathJax.startup.getInputJax();
  tex.setAdaptor(adaptor);
  tex.setMmlFactory(document.mmlFactory);
  tex.postFilters.add(document.sanitize.bind(tex), SANITIZE);
  return tex;
}

function add(formula, display, tex) {
  const item = new document.options.MathItem(formula, tex, display);
  item.start.node = adaptor.body(document.document); // where characters that the fonts lack are measured
  item.setMetrics(...METRICS);
  document.math.push(item);
}

// Give rules the colour of the text, which need not be the black that MathJax fills them with.
function inInk(document) {
  for (const { root } of document.math) {
    root.walkTree((node) => {
      const isRule = node.isKind("mspace") && node.attributes.get("mathbackground") === "black";
      if (isRule) node.attributes.set("mathbackground", "currentColor");
    });
  }
  return document;
}

// MathJax's errors say what is wrong; the parser that met the error knows where.
function throwLocated(jax, error) {
  const [parser] = jax.parseOptions.parsers;
  throw Object.assign(error, { column: parser?.i, parsed: parser?.string });
}

function keepFailure(document, item, error) {
  document.compileError(item, error); // leaves something that can be typeset
  failures.set(item, { error: error.message, column: columnOf(error, item.math) });
}

function columnOf(error, formula) {
  if (error.parsed === formula) return error.column;
  const at = error.value ? formula.indexOf(error.value) : -1; // a value that safety.js refuses
  return at < 0 ? undefined : at;
}

function result(item, parts) {
  const container = item.typesetRoot;
  const maths = adaptor.tags(container, "math");
  const links = ["a", "mrow"].flatMap((kind) => adaptor.tags(container, kind));
  const addresses = links.map((link) => adaptor.getAttribute(link, "href")).filter((address) => address);
  if (addresses.includes("#")) return { error: "no formula of this page has the label that is referred to" };
  for (const math of maths) inUnicode(math, adaptor);
  const words = maths.map((math) => plain(math, adaptor)).join(" ");
  // A reference alone is a link like any other in the text.
  if (REFERENCE.test(item.math))
    return { html: `<a href="${addresses[0]}">${words}</a>`, text: words, parts: {} };
  const used = format.finish(item, parts, MathJax.startup);
  const unsafe = refusal(container, adaptor) || refusalOfRules(Object.keys(used));
  if (unsafe) return { error: unsafe };
  const html = adaptor.outerHTML(container).replaceAll("></use>", "/>");
  return { html, text: words, parts: used, labels: labelsOf(item) };
}

// The numbers of the lines that a formula labels, by their labels.
function labelsOf(item) {
  const { allLabels } = item.inputJax.parseOptions.tags;
  const labels = [...item.math.matchAll(/\\label\s*\{([^{}]*)\}/g)].map(([, label]) => label.trim());
  return Object.fromEntries(
    labels.filter((label) => allLabels[label]).map((label) => [label, allLabels[label].tag]),
  );
}
