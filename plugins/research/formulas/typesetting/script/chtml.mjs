// Formulas as HTML and CSS: characters of MathJax's fonts, in elements that its style sheet places.
import { allowBreaks, forPointers, isElement, leanAssistive, overflow, simplify } from "./containers.mjs";

export const OUTPUT = "output/chtml";
// Fonts lie beside the style sheet, as in their npm packages.
export const OPTIONS = {
  chtml: {
    fontURL: "@mathjax/mathjax-newcm-font/chtml/woff2",
    adaptiveCSS: true,
    linebreaks: { inline: false },
  },
};

// Characters that the narrowest column holds, a phone's. MathJax measures widths for pictures alone.
const MIN_COLUMN = 30;
// Of elements that mathjax.css styles, or that the page does not have: MathJax's menu, its explorer.
const UNUSED = /mjx-assistive-mml|mjx-selected|mjx-container\[overflow/;
const FONT_FACE = /^@font-face\{font-family:([^;]+)/;
const known = new Map();

// Set the formulas of `document`, those that are long with places where a line may end.
export function typeset(document, { output, adaptor }) {
  document.typeset();
  allowBreaks(document, output, (item) => characters(item.typesetRoot, adaptor));
  document.assistiveMml();
}

// Forget what the group before has used.
export function forget(output) {
  output.clearCache();
}

// Return the rules of the group's style sheet.
export function partsOf(output, document, adaptor) {
  const sheet = adaptor.textContent(output.styleSheet(document)).replace(/\/\*.*?\*\//gs, "");
  return sheet
    .trim()
    .split(/\n\n+(?=\S)/)
    .filter((rule) => !UNUSED.test(rule))
    .map(dense);
}

// Make what MathJax made of `item` fit for a page, and return those `rules` that it needs, with the characters
// that it has of the font that a rule names.
export function finish(item, rules, { adaptor }) {
  const container = item.typesetRoot;
  forPointers(container, adaptor);
  for (const name of ["class", "overflow", "ctxtmenu_counter"]) adaptor.removeAttribute(container, name);
  if (item.display) overflow(item, characters(container, adaptor) > MIN_COLUMN, adaptor);
  if (adaptor.tags(container, "mjx-break").length) adaptor.setAttribute(container, "breaks", "");
  for (const name of ["position", "min-width"]) adaptor.setStyle(container, name, ""); // it may scroll
  levelRows(container, adaptor);
  simplify(container, adaptor);
  leanAssistive(container, adaptor);
  const own = {};
  inClasses(container, own, adaptor);
  return { ...needed(container, rules, adaptor), ...own };
}

// Return those `rules` that may meet an element of `container`, and the fonts that these name.
function needed(container, rules, adaptor) {
  const traits = new Set(),
    texts = new Map();
  look(container, "", traits, texts, adaptor);
  const met = rules.filter((rule) =>
    selectorsOf(rule).some((parts) => parts.every((part) => traits.has(part))),
  );
  const found = Object.fromEntries(met.map((rule) => [rule, ""]));
  for (const rule of met.filter((rule) => rule.includes("font-family:"))) {
    const families = familiesOf(rule);
    const text = texts.get(/^\.([\w-]+)\{/.exec(rule)?.[1]) ?? "";
    // Those before the last have no more than a blank, whose height they give to the line.
    for (const face of rules.filter((one) => families.includes(FONT_FACE.exec(one)?.[1]))) {
      const isLast = FONT_FACE.exec(face)[1] === families.at(-1);
      found[face] = [...new Set((found[face] ?? "") + (isLast ? text : ""))].sort().join("");
    }
  }
  return found;
}

function characters(container, adaptor) {
  return adaptor.tags(container, "mjx-c").length;
}

function dense(rule) {
  return rule
    .trim()
    .replace(/\s+/g, " ")
    .replace(/ ?([{};]) ?/g, "$1")
    .replace(/: /g, ":")
    .replace(/;}/g, "}");
}

// Attributes of style are not read under a strict Content Security Policy: make them classes, and put the rules
// of these into `rules`.
function inClasses(node, rules, adaptor) {
  for (const child of adaptor.childNodes(node).filter((child) => isElement(child, adaptor))) {
    inClasses(child, rules, adaptor);
  }
  const style = adaptor.getAttribute(node, "style");
  adaptor.removeAttribute(node, "style");
  for (const declaration of (style ?? "").split(";").filter((text) => text.trim())) {
    const [property, value] = declaration.split(":").map((text) => text.trim());
    const name = `mjx-${property.replace(/([a-z]{3})[a-z]*-?/g, "$1")}${value.replace(/[^\w-]/g, spelled)}`;
    adaptor.addClass(node, name);
    rules[`.${name}{${property}:${value}!important}`] = "";
  }
}

// Return what stands for `sign` in the name of a class.
function spelled(sign) {
  return sign === "." ? "_" : `_${sign.charCodeAt(0)}_`;
}

// Note in `traits` what selectors may ask for in `node` and below, and in `texts` the characters that stand there,
// by the class that chooses their font: `font` outside of `node`.
function look(node, font, traits, texts, adaptor) {
  const kind = adaptor.kind(node);
  if (kind === "mjx-assistive-mml") return;
  if (kind === "#text") texts.set(font, (texts.get(font) ?? "") + adaptor.value(node));
  if (!isElement(node, adaptor)) return;
  traits.add(kind);
  for (const { name, value } of adaptor.allAttributes(node))
    traits.add(`[${name}]`).add(`[${name}="${value}"]`);
  for (const name of (adaptor.getAttribute(node, "class") ?? "").split(" ")) {
    traits.add(`.${name}`);
    if (/^[A-Z]/.test(name)) font = name; // as NCM-N; others are lower case
  }
  for (const child of adaptor.childNodes(node)) look(child, font, traits, texts, adaptor);
}

// Return of each selector of `rule` the kinds, classes and attributes that it names.
function selectorsOf(rule) {
  if (!known.has(rule)) {
    const [selectors] = rule.split("{");
    const simple = selectors.replace(/:not\([^)]*\)|::?[\w-]+(?:\([^)]*\))?/g, ""); // without pseudo-classes
    const texts = simple.startsWith("@") ? [] : simple.split(",");
    known.set(
      rule,
      texts.map((text) => text.match(/[.]?[\w-]+|\[[^\]]*\]/g) ?? []),
    );
  }
  return known.get(rule);
}

function familiesOf(rule) {
  const [, families = ""] = /font-family:([^;}]*)/.exec(rule) ?? [];
  return families
    .replace("!important", "")
    .split(",")
    .map((name) => name.trim());
}

// Of the last row of a table with numbers MathJax knows the height for its number alone.
function levelRows(container, adaptor) {
  for (const table of adaptor.tags(container, "mjx-mtable")) {
    const rows = ["mjx-mlabeledtr", "mjx-mtr"].flatMap((kind) => adaptor.tags(table, kind));
    for (const row of rows.filter((row) => adaptor.getStyle(row, "height") === "NaNem")) {
      adaptor.setStyle(row, "height", "");
    }
  }
}
