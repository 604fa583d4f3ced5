// The last look at what a page is to hold of a formula: nothing that a browser fetches without being asked.
//
// safety.js refuses TeX that says such a thing; this refuses whatever has come through by another way.
import { isElement } from "./containers.mjs";

const ELEMENT =
  /^(?:mjx-[\w-]+|svg|g|path|use|rect|line|polygon|ellipse|circle|text|a|span|math|semantics|m[a-z]+|none)$/;
const NEVER = new Set(["mglyph", "maction", "marquee", "meta", "main", "map", "mark", "menu", "meter"]);
const ATTRIBUTE = /^(?:src|srcset|data|poster|background|action|formaction|ping|xlink:href|on.*)$/i;
// Functions and rules of CSS that bring a file, and what could hide one of them: escapes and comments.
const FETCH = /url|image|src\s*\(|@|expression|\\|\/\*/i;
// Attributes that are text to programs, or names.
const TEXTS = /^(?:data-.*|aria-.*|alttext|title|lquote|rquote|open|close|separators|id|class)$/;

// Return why `node` or something in it may not be published; nothing where it may.
export function refusal(node, adaptor) {
  const kind = adaptor.kind(node);
  if (!ELEMENT.test(kind) || NEVER.has(kind)) return `a formula cannot hold the element ${kind}`;
  for (const { name, value } of adaptor.allAttributes(node)) {
    if (!isSafe(kind, name, String(value))) return `a formula cannot have this value of ${name}`;
  }
  for (const child of adaptor.childNodes(node)) {
    const found = isElement(child, adaptor) ? refusal(child, adaptor) : "";
    if (found) return found;
  }
  return "";
}

// Return why the `rules` of CSS may not be published. Those that bring MathJax's fonts are its own.
export function refusalOfRules(rules) {
  const own = rules.filter((rule) => !rule.startsWith("@font-face"));
  const isSafe = own.every((rule) => !FETCH.test(rule.replace(/"[^"]*"/g, '""')));
  return isSafe ? "" : "a formula cannot have this style";
}

function isSafe(kind, name, value) {
  if (ATTRIBUTE.test(name)) return false;
  if (name === "href") return kind !== "use" || value.startsWith("#"); // elsewhere it is a link, to be followed by a click
  return TEXTS.test(name) || !FETCH.test(value);
}
