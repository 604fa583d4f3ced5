// Formats citations in a CSL style with citeproc-js: reads one job, a line of JSON, from stdin; writes
// one for each post.
//
//   stdin   {"style": "<style …>", "locales": "/folder/of/locale/files", "language": "de",
//            "override": whether that counts for more than the style's own language,
//            "posts": [{"items": {"key": {CSL-JSON}, …}, "uncited": ["key", …],
//                       "citations": [{"items": [{"id": "key", …}, …], "note": its number, 0 in the text,
//                                      "composite": narrative, "unsorted": in that order}, …]}, …]}
//   stdout  {"citations": ["HTML", …], "references": [["key", "HTML", "label"], …] or null for a style without a list}
//           or {"error": "…"} in place of a post that failed
//
// An entry of a type for which the style prints nothing, or fails, is formatted as the nearest type. If that
// prints nothing either, the HTML of its reference is empty, and its label, if it has one, stands alone. But a letter
// to the author that a style does not list has no reference: readers could not find it.
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
const UNLISTED = "personal_communication";
const ANY = ["document", "report", "book", "article-journal"];
const LABEL = /<div class="csl-left-margin">.*?<\/div>/s;
const UNPRINTED = /\[CSL STYLE ERROR[^\]]*\]/g;
const COLLAPSES = /<citation\b[^>]*\bcollapse=/.test(job.style);
const CITE = /\ue000(-?\d+)\ue001([^\ue000-\ue002]*)\ue002/g;

// The output is for results alone.
console.log = console.error;

let post, engine, wraps;
start();

// The option that wraps cites also drops the brackets around a citation, where these are put later:
// so it is on only while a cite is formatted.
const getCite = CSL.getCite;
CSL.getCite = function (...cite) {
  engine.opt.development_extensions.apply_citation_wrapper = wraps;
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
      embedBibliographyEntry: (id) => `\ue000${id}`,
    },
    job.style,
    job.language,
    job.override,
  );
  engine.opt.development_extensions.wrap_url_and_doi = true;
}

// After an exception, the engine may hold half of the post: each entry is tried alone, as ever more common types.
function attempt() {
  try {
    return typesetAsNearest();
  } catch {
    try {
      for (const id of Object.keys(post.items)) post.items[id] = accepted(id);
      start();
      return typesetAsNearest();
    } catch (error) {
      start();
      return { error: String(error?.message ?? error) };
    }
  }
}

function accepted(id) {
  const item = post.items[id];
  const all = post;
  for (const candidate of candidates(id, item)) {
    post = { items: { [id]: candidate }, uncited: [], citations: [{ items: [{ id }], note: 1 }] };
    try {
      start();
      typeset();
      return candidate;
    } catch {
      // the next one
    } finally {
      post = all;
    }
  }
  return item;
}

// The processor fails where a style prints nothing of an entry: then its title stands for its author.
function* candidates(id, item) {
  for (const type of [item.type, ...typesNear(item.type)]) yield { ...item, type };
  const titled = { ...item, author: [{ literal: item.title?.replace(/<[^>]*>/g, "") || id }] };
  yield titled;
  yield { ...titled, issued: { literal: "n.d." } };
}

function typesNear(type) {
  return [...(NEAREST[type] ?? []), ...ANY];
}

function typesetAsNearest() {
  const types = Object.fromEntries(Object.entries(post.items).map(([id, { type }]) => [id, typesNear(type)]));
  for (;;) {
    const result = typeset();
    const unset = result.references?.filter(([id, html]) => !html && types[id]?.length) ?? [];
    if (!unset.length) return result;
    for (const [id] of unset) post.items[id] = { ...post.items[id], type: types[id].shift() };
  }
}

function typeset() {
  const citations = cite(true);
  const references = engine.bibliography.tokens.length ? list() : null;
  if (!COLLAPSES) return { citations, references };
  const plain = cite(false);
  return { citations: citations.map((html, index) => collapsed(html, plain[index])), references };
}

// The processor leaves out what it prints nothing of, so each entry that it prints says its key at the end.
function list() {
  const [{ entry_ids }, entries] = engine.makeBibliography();
  const htmls = new Map();
  for (const entry of entries) {
    const [html, id] = entry.split("\ue000");
    htmls.set(id?.slice(0, -1), html); // without the end of the line
  }
  return entry_ids.flatMap(([id]) => {
    const html = htmls.get(id) ?? "";
    if (isPrinted(html)) return [[id, html, ""]];
    return post.items[id].type === UNLISTED ? [] : [[id, "", LABEL.exec(html)?.[0] ?? ""]];
  });
}

// Citations are passed one after the other, as an author writes them: so “ibid.” and the like are the processor's.
function cite(withCites) {
  wraps = withCites;
  engine.updateItems([]);
  if (post.uncited.length) engine.updateUncitedItems(post.uncited);
  const formatted = [];
  const before = [];
  for (const { items, composite, unsorted, note } of post.citations) {
    const noteIndex = engine.opt.xclass === "note" ? note : 0;
    const citation = {
      citationItems: items.map((item) => ({ ...item })),
      properties: { noteIndex, unsorted, ...(composite && { mode: "composite" }) },
    };
    const [, updates] = engine.processCitationCluster(citation, before, []);
    for (const [index, html] of updates) formatted[index] = html.replace(UNPRINTED, "");
    before.push([citation.citationID, noteIndex]);
  }
  return formatted;
}

// Cites that are marked are not collapsed like those that are not: then the marks are set where the same text stands.
function collapsed(html, plain) {
  if (html.replace(CITE, "$2") === plain) return html;
  let marked = "";
  let at = 0;
  for (const [, number, text] of html.matchAll(CITE)) {
    const found = text ? plain.indexOf(text, at) : -1;
    if (found < 0) continue;
    marked += `${plain.slice(at, found)}\ue000${number}\ue001${text}\ue002`;
    at = found + text.length;
  }
  return marked + plain.slice(at);
}

function isPrinted(html) {
  const text = html.replace(LABEL, "").replace(/<[^>]*>/g, "");
  return /[\p{L}\p{N}]/u.test(text) && html.search(UNPRINTED) < 0;
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
