// What svg and chtml have in common: elements that MathJax made, fitted for a page that has no MathJax.

// In ex or characters, about half of a phone's column: inline formulas that are longer may break between lines.
export const LONG = 16;
// Tokens between parentheses that stay on one line.
const SHORT = 12;
const [BINARY, RELATION, OPEN, CLOSE] = [2, 3, 4, 5]; // MathJax's TEXCLASS
const COMPILED = 20; // MathJax's STATE.COMPILED: TeX has been read, nothing is set

// Set again those inline formulas of `document` that are long by `width`, now in pieces between which lines may end.
export function allowBreaks(document, output, width) {
  for (const item of document.math) {
    if (item.display || item.mayBreak || !(width(item) > LONG)) continue;
    item.mayBreak = true;
    item.state(COMPILED);
    holdTogether(item.root);
    output.options.linebreaks.inline = true;
    try {
      item.typeset(document);
    } finally {
      output.options.linebreaks.inline = false;
    }
  }
}

// Keep lines from ending in short parentheses: p(x | z) stays whole. `root` is MathJax's tree of a formula.
export function holdTogether(root) {
  root.setTeXclass(null);
  const tokens = [];
  root.walkTree((node) => node.isToken && tokens.push(node));
  const open = [];
  tokens.forEach((token, at) => {
    if (token.texClass === OPEN) open.push(at);
    const start = token.texClass === CLOSE ? open.pop() : undefined;
    if (start === undefined || at - start > SHORT) return;
    for (const inner of tokens
      .slice(start, at)
      .filter((node) => node.isKind("mo") || node.isKind("mspace"))) {
      inner.attributes.set("linebreak", "nobreak");
    }
  });
}

// Whether a line may end before `node`: it is a relation, or an operation.
export function isSign(node) {
  return node.isEmbellished && (node.texClass === BINARY || node.texClass === RELATION);
}

// Let keys reach the box of a displayed `item` that may scroll. Beyond one that does not, content is seen that is larger
// than it says, such as that of \smash.
export function overflow(item, scrolls, adaptor) {
  if (scrolls) adaptor.setAttribute(item.typesetRoot, "tabindex", "0");
  else if (spills(item.root)) adaptor.setAttribute(item.typesetRoot, "spills", "");
}

function spills(root) {
  let found = false;
  root.walkTree((node) => {
    const sizes = node.isKind("mpadded") ? node.attributes.getAllAttributes() : {};
    found ||= ["height", "depth", "width"].some((name) => /^0(?!\.)/.test(sizes[name] ?? ""));
  });
  return found;
}

// Let pointers reach the links in `container`, which the TeX to be copied would cover, and keys pass them by: for
// assistive technology links are hidden.
export function forPointers(container, adaptor) {
  const links = adaptor.tags(container, "a");
  for (const link of links) adaptor.setAttribute(link, "tabindex", "-1");
  if (links.length) adaptor.setAttribute(container, "links", "");
}

// Take out of `node` and all in it what only MathJax in a page would read.
export function simplify(node, adaptor) {
  for (const { name } of adaptor.allAttributes(node).filter(superfluous)) adaptor.removeAttribute(node, name);
  for (const child of adaptor.childNodes(node).filter((child) => isElement(child, adaptor)))
    simplify(child, adaptor);
}

// Take out of MathML that is read to readers, and not drawn, what is of style, and elements that group a single one.
export function leanAssistive(container, adaptor) {
  for (const mathml of adaptor.tags(container, "mjx-assistive-mml")) {
    adaptor.removeAttribute(mathml, "display");
    for (const styled of ["mstyle", "mpadded"].flatMap((kind) => adaptor.tags(mathml, kind))) {
      adaptor.removeAttribute(styled, "style");
    }
    for (const row of adaptor.tags(mathml, "mrow")) {
      const children = adaptor.childNodes(row);
      if (children.length === 1 && !adaptor.allAttributes(row).length) adaptor.replace(children[0], row);
    }
  }
}

export function isElement(node, adaptor) {
  return !adaptor.kind(node).startsWith("#");
}

function superfluous({ name }) {
  return /^(?:data-(?!line$|frame$)|xmlns|focusable$|role$|unselectable$|semantics$|texclass$)/.test(name);
}
