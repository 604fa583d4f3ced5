// MathML 3, as MathJax has it → MathML Core, which is what browsers show.
//
// Core has no mathvariant but “normal” (its letters are characters of their own), no menclose, no numbers of lines,
// and leaves the layout of tables to CSS: https://www.w3.org/TR/mathml-core/

import { holdTogether, isSign, LONG, overflow, simplify } from "./containers.mjs";
import { narrow, pad } from "./padding.mjs";
import { layOut, take } from "./tables.mjs";

export const OUTPUT = "output/svg"; // of which the tables of letters are used
export const OPTIONS = { svg: { fontCache: "none" } };

// Characters that the narrowest column holds, a phone's.
const MIN_COLUMN = 30;
const APPLICATION = "\u2061"; // of a function
// The attributes of MathML Core, of all elements and of one; and links.
const GLOBAL = new Set(
  "class id style dir displaystyle href mathbackground mathcolor mathsize scriptlevel".split(" "),
);
const OWN = {
  math: ["display", "alttext"],
  mi: ["mathvariant"],
  mo: "form fence separator stretchy symmetric maxsize minsize largeop movablelimits lspace rspace".split(
    " ",
  ),
  mspace: ["width", "height", "depth"],
  mpadded: ["width", "height", "depth", "lspace", "voffset"],
  mfrac: ["linethickness"],
  munder: ["accentunder"],
  mover: ["accent"],
  munderover: ["accent", "accentunder"],
  mtd: ["columnspan", "rowspan", "columnalign"], // which a table takes from its cells and rows
  mtr: ["columnalign"],
  mlabeledtr: ["columnalign"],
};
const TOKENS = new Set(["mi", "mn", "mo", "ms", "mtext"]);

// Make an element of each formula of `document`, and of long ones one of each piece between which lines may end.
export function typeset(document, startup) {
  const { adaptor } = startup;
  for (const item of document.math) {
    const text = startup
      .toMML(item.root)
      .replace(/\n */g, "")
      .replace(/<!--.*?-->/gs, "");
    const math = adaptor.firstChild(adaptor.body(adaptor.parse(text)));
    const isLong = !item.display && adaptor.textContent(math).length > LONG;
    const pieces = isLong ? cut(math, item.root, adaptor) : [math];
    item.typesetRoot = adaptor.node("mjx-container", item.display ? { display: "true" } : {}, pieces);
    if (pieces.length > 1) adaptor.setAttribute(item.typesetRoot, "breaks", "");
  }
}

// Return `math`, whose tree in MathJax is `root`, in pieces that begin with its outer signs.
function cut(math, root, adaptor) {
  holdTogether(root);
  const [row] = root.childNodes;
  const children = adaptor.childNodes(math).slice();
  if (row.childNodes.length !== children.length) return [math];
  const pieces = [adaptor.node("math")];
  children.forEach((child, at) => {
    const node = row.childNodes[at];
    if (at && isSign(node) && node.coreMO().attributes.get("linebreak") !== "nobreak") {
      if (adaptor.kind(child) === "mo") adaptor.setAttribute(child, "form", "infix"); // also where it comes first
      pieces.push(adaptor.node("mjx-break"), adaptor.node("math"));
    }
    adaptor.append(pieces.at(-1), child);
  });
  return pieces;
}

export function forget() {}

export function partsOf() {
  return {};
}

// Make MathML Core of the MathML of `item`, and return that it needs nothing else.
export function finish(item, parts, { adaptor, output }) {
  const container = item.typesetRoot;
  for (const math of adaptor.tags(container, "math")) toCore(math, adaptor, output.font.constructor);
  if (item.display) overflow(item, adaptor.textContent(container).length > MIN_COLUMN, adaptor);
  simplify(container, adaptor);
  return parts;
}

// Rewrite the tree `math` in place. `font` is a font class of MathJax, which knows where Unicode has which letters.
function toCore(math, adaptor, font) {
  for (const child of adaptor.childNodes(math).slice()) {
    if (!adaptor.kind(child).startsWith("#")) toCore(child, adaptor, font);
  }
  const kind = adaptor.kind(math);
  if (TOKENS.has(kind)) bring(math, adaptor, font);
  if (kind === "mo") space(math, adaptor);
  if (kind === "menclose")
    rename(math, "mrow", `mml-enclose ${take(math, "notation", adaptor) ?? "longdiv"}`, adaptor);
  if (kind === "mtable") layOut(math, adaptor);
  if (kind === "mpadded") pad(math, adaptor);
  if (kind === "mspace") narrow(math, adaptor);
  for (const { name } of adaptor.allAttributes(math)) {
    if (!isOfCore(kind, name)) adaptor.removeAttribute(math, name);
  }
}

function isOfCore(kind, name) {
  return GLOBAL.has(name) || /^(?:data|aria)-/.test(name) || (OWN[kind] ?? []).includes(name);
}

function bring(token, adaptor, font) {
  const variant = take(token, "mathvariant", adaptor);
  const text = adaptor.textContent(token);
  if (!variant) return;
  if (variant === "normal") {
    if (adaptor.kind(token) === "mi" && [...text].length === 1)
      adaptor.setAttribute(token, "mathvariant", "normal");
  } else if (adaptor.kind(token) === "mtext") {
    // words, which stay words
    adaptor.setAttribute(token, "class", `mml-${variant}`);
  } else {
    const letters = [...text].map((letter) => inVariant(letter, variant, font)).join("");
    adaptor.replace(adaptor.text(letters), adaptor.firstChild(token));
    if (letters === text && adaptor.kind(token) === "mi")
      adaptor.setAttribute(token, "mathvariant", "normal");
    if (letters === text) adaptor.setAttribute(token, "class", `mml-${variant}`);
  }
}

// Space as TeX has it where an operator's dictionary says otherwise: none around bars that enclose, some
// behind the name of a function.
function space(sign, adaptor) {
  const within = ["ORD", "OPEN", "CLOSE"].includes(adaptor.getAttribute(sign, "data-mjx-texclass"));
  for (const side of within ? ["lspace", "rspace"] : []) {
    if (!adaptor.hasAttribute(sign, side)) adaptor.setAttribute(sign, side, "0");
  }
  const next = adaptor.textContent(sign) === APPLICATION && adaptor.next(sign);
  if (!next || /^[([{|∥‖\u2061]/.test(adaptor.textContent(next))) return;
  adaptor.replace(adaptor.node("mspace", { width: "0.167em" }), sign);
}

function inVariant(letter, variant, font) {
  const code = letter.codePointAt(0);
  const starts = font.VariantSmp[variant] ?? [];
  for (const [range, first, last] of font.SmpRanges) {
    if (!starts[range]) continue;
    const others = [undefined, undefined, font.SmpRemapGreekU, font.SmpRemapGreekL][range] ?? {};
    const offset = code >= first && code <= last ? code - first : others[code];
    if (offset === undefined) continue;
    const brought = starts[range] + offset;
    return String.fromCodePoint(font.SmpRemap[brought] ?? brought);
  }
  return letter;
}

function rename(node, kind, classes, adaptor) {
  node.kind = kind; // of liteDOM, whose nodes are plain records
  if (classes) adaptor.setAttribute(node, "class", classes);
}
