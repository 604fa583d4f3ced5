// A formula as text of one line, for places where no markup can stand: the name of a window, a feed's titles.

const RAISED = {
  ...digits("⁰¹²³⁴⁵⁶⁷⁸⁹"),
  "+": "⁺",
  "−": "⁻",
  "=": "⁼",
  "(": "⁽",
  ")": "⁾",
  n: "ⁿ",
  i: "ⁱ",
  "′": "′",
  "″": "″",
  "‴": "‴",
  "∗": "*",
};
const LOWERED = {
  ...digits("₀₁₂₃₄₅₆₇₈₉"),
  "+": "₊",
  "−": "₋",
  "=": "₌",
  "(": "₍",
  ")": "₎",
  a: "ₐ",
  e: "ₑ",
  i: "ᵢ",
  j: "ⱼ",
  k: "ₖ",
  m: "ₘ",
  n: "ₙ",
  o: "ₒ",
  p: "ₚ",
  r: "ᵣ",
  s: "ₛ",
  t: "ₜ",
  u: "ᵤ",
  v: "ᵥ",
  x: "ₓ",
  β: "ᵦ",
  γ: "ᵧ",
  ρ: "ᵨ",
  φ: "ᵩ",
  χ: "ᵪ",
};
// What stands over a letter, as the character that Unicode combines with it.
const COMBINING = {
  "^": "\u0302",
  ˆ: "\u0302",
  "~": "\u0303",
  "˜": "\u0303",
  "¯": "\u0304",
  "―": "\u0304",
  "‾": "\u0304",
  "˙": "\u0307",
  "¨": "\u0308",
  "→": "\u20d7",
  "\u20d7": "\u20d7",
};
const DOUBLE_STRUCK = { C: "ℂ", H: "ℍ", N: "ℕ", P: "ℙ", Q: "ℚ", R: "ℝ", Z: "ℤ", E: "𝔼", 1: "𝟙" };
const SPACED = /^(?:[=<>≤≥≠≈∼≃≅≡∝∈∉⊂⊆⊃⊇→←↦⇒⇔⟶⟹∣|∥+−±×÷⋅∘⊙⊗⊕∪∩∧∨]|:=|\p{L}{2,})$/u;
const SIGN = /^ [+−±] $/;
const BEFORE_SIGN = /[(=<>≤≥,]\s*$/;
const WORD = /^[\p{L}\p{N}\p{M}]*$/u;
const NAME = /^\p{L}{2,}/u;
const LARGE = /^[∑∏∫∬∮⋃⋂]/;

// Return the text of `math`, a tree of MathML that `adaptor` reads.
export function plain(math, adaptor) {
  return textOf(math, adaptor)
    .replace(/[\u2061-\u2064]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function textOf(node, adaptor) {
  const kind = adaptor.kind(node);
  if (kind === "#text") return adaptor.value(node);
  const parts = adaptor.childNodes(node).map((child) => textOf(child, adaptor));
  const [base = "", first = "", second = ""] = parts;
  const attribute = (name) => adaptor.getAttribute(node, name);
  switch (kind) {
    case "mfrac":
      return parseFloat(attribute("linethickness")) === 0
        ? `${base}, ${first}` // of a binomial
        : `${enclosed(base)}/${enclosed(first)}`;
    case "msqrt":
      return `√${enclosed(parts.join(""))}`;
    case "mroot":
      return `${script(RAISED, first, "")}√${enclosed(base)}`;
    case "msup":
      return base + script(RAISED, first, "^");
    case "msub":
      return base + script(LOWERED, first, "_");
    case "msubsup":
      return base + script(LOWERED, first, "_") + script(RAISED, second, "^");
    case "munder":
    case "munderover": {
      const limits = script(LOWERED, first, "_") + script(RAISED, second, "^");
      return NAME.test(base.trim()) ? `${base.trim()}${limits} ` : base + limits;
    }
    case "mover":
      return accented(base, first.trim());
    case "mi":
      return (attribute("mathvariant") === "double-struck" && DOUBLE_STRUCK[base]) || parts.join("");
    case "mo":
      return operator(parts.join(""), attribute("lspace") === "0" || attribute("rspace") === "0");
    case "mspace":
      return parseFloat(attribute("width")) > 0.1 ? " " : "";
    case "mlabeledtr":
      return parts.slice(base ? 0 : 1).join(", ");
    case "mtr":
      return parts.join(", ");
    case "mtable":
      return parts.join("; ");
    case "mphantom":
      return "";
    default:
      return sequence(parts);
  }
}

// A sign of a number has no space behind it; the name of a function stands apart from what is around it.
function sequence(parts) {
  const shown = parts.filter((part) => part);
  return shown.reduce((text, part) => {
    if (SIGN.test(part) && (!text || BEFORE_SIGN.test(text))) return text + part.trim();
    const name = /\p{L}{2,}\S*$/u.test(text) && NAME.test(text.split(/[\s(]/).at(-1));
    const apart =
      /^[\p{L}\p{Nd}√]/u.test(part) && (name || (NAME.test(part) && /[\p{L}\p{Nd}\p{M}]$/u.test(text)));
    const large = LARGE.test(text.split(" ").at(-1)) && /^[^\s,)]/.test(part);
    return apart || large ? `${text} ${part}` : text + part;
  }, "");
}

function operator(sign, tight) {
  if (sign === "," || sign === ";") return `${sign} `;
  return SPACED.test(sign) && !tight ? ` ${sign} ` : sign;
}

function accented(base, accent) {
  if (accent in COMBINING) return [...base].length === 1 ? base + COMBINING[accent] : base;
  return /^[\p{L}\p{N}]/u.test(accent) ? base + script(RAISED, accent, "^") : base;
}

function digits(characters) {
  return Object.fromEntries([...characters].map((character, value) => [value, character]));
}

// `text` in the characters that Unicode has raised or lowered, or behind `mark` where it lacks one.
function script(table, text, mark) {
  const dense = [...text.replaceAll(" ", "")];
  if (dense.length > 1 && mark === "^" && WORD.test(text)) text = `(${text})`;
  if (dense.every((character) => character in table))
    return dense.map((character) => table[character]).join("");
  return mark + enclosed(text);
}

function enclosed(text) {
  const bare = text.trim();
  return WORD.test(bare) || [...bare].length === 1 || /^\([^()]*\)$/.test(bare) ? bare : `(${bare})`;
}
