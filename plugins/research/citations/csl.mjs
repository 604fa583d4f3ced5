// Sets citations in a style of CSL with citeproc-js: reads one job, a line of JSON, from stdin; writes
// one for each post.
//
//   stdin   {"style": "<style …>", "locales": "/folder/of/locale/files", "language": "de",
//            "override": whether that counts for more than the style's own language,
//            "posts": [{"items": {"key": {CSL-JSON}, …}, "citations": [{"items": [{"id": "key", …}, …],
//                       "composite": authors are words of the sentence, "unsorted": in that order}, …]}, …]}
//   stdout  {"citations": ["HTML", …], "references": [["key", "HTML"], …]}
//
// In the HTML of a citation each cite stands between U+E000 with its number and U+E001, and U+E002.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {job} from '../core/lifeline.mjs';

const CSL = createRequire(import.meta.url)('citeproc');
const FALLBACK = 'en-US';

let post;
const engine = new CSL.Engine(
  {
    retrieveLocale,
    retrieveItem: (id) => ({...post.items[id], system_id: id}),
    wrapCitationEntry: (html, id) => `\ue000${Object.keys(post.items).indexOf(String(id))}\ue001${html}\ue002`,
  },
  job.style,
  job.language,
  job.override,
);
engine.opt.development_extensions.wrap_url_and_doi = true;

// The option that wraps cites also drops the brackets around a citation, where these are put later:
// so it is on while a cite is set, and at no other time.
const getCite = CSL.getCite;
CSL.getCite = function (...cite) {
  engine.opt.development_extensions.apply_citation_wrapper = true;
  const done = getCite.apply(this, cite);
  engine.opt.development_extensions.apply_citation_wrapper = false;
  return done;
};

for (post of job.posts) {
  process.stdout.write(JSON.stringify(typeset()) + '\n');
}

function typeset() {
  engine.updateItems([]);
  const citations = post.citations.map(({items, composite, unsorted}, index) => ({
    citationItems: items,
    properties: {noteIndex: index + 1, unsorted, ...(composite && {mode: 'composite'})},
  }));
  const set = engine.rebuildProcessorState(citations, 'html');
  const bibliography = engine.makeBibliography();
  return {
    citations: set.map(([, , html]) => html),
    references: bibliography ? bibliography[0].entry_ids.map(([id], index) => [id, bibliography[1][index]]) : [],
  };
}

function retrieveLocale(language) {
  try {
    return readFileSync(join(job.locales, `locales-${language}.xml`), 'utf8');
  } catch {
    return readFileSync(join(job.locales, `locales-${FALLBACK}.xml`), 'utf8');
  }
}
