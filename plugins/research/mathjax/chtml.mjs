// Formulas as HTML and CSS: characters of MathJax's fonts, in elements that its style sheet places.
import {allowBreaks, forKeys, simplify} from './containers.mjs';

export const OUTPUT = 'output/chtml';
// Fonts lie beside the style sheet, as in their npm packages.
export const OPTIONS = {
  chtml: {fontURL: '@mathjax/mathjax-newcm-font/chtml/woff2', adaptiveCSS: true, linebreaks: {inline: false}},
};

// Characters that the narrowest column holds, a phone's. MathJax measures widths for pictures alone.
const NARROWEST = 30;
// Of elements that the page does not have: MathJax's menu, errors, explorer.
const UNUSED = /^(?:mjx-merror|mjx-assistive-mml|mjx-container \.mjx-selected|mjx-container\[overflow)|mjx-selected/;

// Set the formulas of `document`, those that are long with places where a line may end.
export function typeset(document, {output, adaptor}) {
  document.typeset();
  allowBreaks(document, output, (item) => characters(item.typesetRoot, adaptor));
  document.assistiveMml();
}

// Forget what the group before has used.
export function forget(output) {
  output.clearCache();
}

// Return the rules of the group's style sheet, by their own text: a page has each once.
export function partsOf(output, document, adaptor) {
  const sheet = adaptor.textContent(output.styleSheet(document)).replace(/\/\*.*?\*\//gs, '');
  const rules = sheet.trim().split(/\n\n+(?=\S)/).map((rule) => rule.replace(/\s+/g, ' ').trim());
  return Object.fromEntries(rules.filter((rule) => !UNUSED.test(rule)).map((rule) => [rule, '']));
}

// Make what MathJax set of `item` fit for a page, and return those `rules` of its group that no formula has taken.
export function finish(item, rules, {adaptor}) {
  const container = item.typesetRoot;
  for (const link of adaptor.tags(container, 'a')) adaptor.setAttribute(link, 'tabindex', '-1');
  for (const name of ['class', 'overflow', 'ctxtmenu_counter']) adaptor.removeAttribute(container, name);
  if (item.display) forKeys(container, characters(container, adaptor) > NARROWEST, adaptor);
  if (adaptor.tags(container, 'mjx-break').length) adaptor.setAttribute(container, 'breaks', '');
  for (const name of ['position', 'min-width']) adaptor.setStyle(container, name, ''); // it may scroll
  levelRows(container, adaptor);
  simplify(container, adaptor);
  const taken = {...rules};
  for (const rule of Object.keys(rules)) delete rules[rule];
  return taken;
}

function characters(container, adaptor) {
  return adaptor.tags(container, 'mjx-c').length;
}

// Of the last row of a table with numbers MathJax knows the height for its number alone.
function levelRows(container, adaptor) {
  for (const table of adaptor.tags(container, 'mjx-mtable')) {
    const rows = ['mjx-mlabeledtr', 'mjx-mtr'].flatMap((kind) => adaptor.tags(table, kind));
    for (const row of rows.filter((row) => adaptor.getStyle(row, 'height') === 'NaNem')) {
      adaptor.setStyle(row, 'height', '');
    }
  }
}
