// Formats citations in a CSL style with citeproc-js: reads one job, a line of JSON, from stdin; writes
// one for each post.
//
//   stdin   {"style": "<style …>", "locales": "/folder/of/locale/files", "language": "de",
//            "override": whether that counts for more than the style's own language,
//            "posts": [{"items": {"key": {CSL-JSON}, …}, "citations": [{"items": [{"id": "key", …}, …],
//                       "composite": narrative, "unsorted": in that order}, …]}, …]}
//   stdout  {"citations": ["HTML", …], "references": [["key", "HTML"], …]}
//           or {"error": "…"} in place of a post that failed
//
// An entry of a type for which the style prints nothing is formatted as the nearest type. If that prints nothing
// either, the HTML of its reference is empty.
//
// In the HTML of a citation each cite stands between U+E000 with its number and U+E001, and U+E002.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { job } from "../../core/processes/lifeline.mjs";

const CSL = createRequire(import.meta.url)("citeproc");
const FALLBACK = "en-US";
// The nearest types to those that a style may not list (CSL 1.0.2, appendix III), and types for any entry.
const NEAREST = {
  __proto__: null, // a type may have any name, “constructor” too
  webpage: ["post-weblog", "article-newspaper"],
  "post-weblog": ["webpage"],
  post: ["post-weblog", "webpage"],
  "article-magazine": ["article-newspaper"],
  "article-newspaper": ["article-magazine"],
  periodical: ["article-journal"],
  review: ["article-journal"],
  "review-book": ["review", "article-journal"],
  article: ["article-journal"],
  "paper-conference": ["chapter"],
  "entry-dictionary": ["entry-encyclopedia", "chapter"],
  "entry-encyclopedia": ["entry-dictionary", "chapter"],
  entry: ["chapter"],
  thesis: ["report"],
  software: ["webpage"],
  dataset: ["webpage"],
  standard: ["report"],
};
const ANY = ["document", "report", "book", "article-journal"];
const UNPRINTED = /\[CSL STYLE ERROR[^\]]*\]/;

let post, engine;
start();

// The option that wraps cites also drops the brackets around a citation, where these are put later:
// so it is on only while a cite is formatted.
const getCite = CSL.getCite;
CSL.getCite = function (...cite) {
  engine.opt.development_extensions.apply_citation_wrapper = true;
  const done = getCite.apply(this, cite);
  engine.opt.development_extensions.apply_citation_wrapper = false;
  return done;
};

for (post of job.posts) {
  process.stdout.write(`${JSON.stringify(attempt(), whole)}\n`);
}

function start() {
  engine = new CSL.Engine(
    {
      retrieveLocale,
      retrieveItem: (id) => ({ ...post.items[id], system_id: id }),
      wrapCitationEntry: (html, id) =>
        `\ue000${Object.keys(post.items).indexOf(String(id))}\ue001${html}\ue002`,
    },
    job.style,
    job.language,
    job.override,
  );
  engine.opt.development_extensions.wrap_url_and_doi = true;
}

// After an exception, the engine may hold half of the post.
function attempt() {
  try {
    return typesetAsNearest();
  } catch (error) {
    start();
    return { error: String(error?.message ?? error) };
  }
}

function typesetAsNearest() {
  const types = Object.fromEntries(
    Object.entries(post.items).map(([id, { type }]) => [id, [...(NEAREST[type] ?? []), ...ANY]]),
  );
  for (;;) {
    const result = typeset();
    const unset = result.references.filter(([id, html]) => !html && types[id]?.length);
    if (!unset.length) return result;
    for (const [id] of unset) post.items[id] = { ...post.items[id], type: types[id].shift() };
  }
}

function typeset() {
  engine.updateItems([]);
  const citations = post.citations.map(({ items, composite, unsorted }, index) => ({
    citationItems: items,
    properties: { noteIndex: index + 1, unsorted, ...(composite && { mode: "composite" }) },
  }));
  const formatted = engine.rebuildProcessorState(citations, "html");
  const bibliography = engine.makeBibliography();
  return {
    citations: formatted.map(([, , html]) => html),
    references: bibliography
      ? bibliography[0].entry_ids.map(([id], index) => [id, printed(bibliography[1][index])])
      : [],
  };
}

function printed(html) {
  return html && !UNPRINTED.test(html) ? html : "";
}

// Half a surrogate pair, as an initial may be, is no character that a page could be written with.
function whole(_key, value) {
  return typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value;
}

function retrieveLocale(language) {
  try {
    return readFileSync(join(job.locales, `locales-${language}.xml`), "utf8");
  } catch {
    return readFileSync(join(job.locales, `locales-${FALLBACK}.xml`), "utf8");
  }
}
