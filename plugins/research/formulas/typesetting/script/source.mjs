// What is changed in the TeX of authors before MathJax reads it.

// Names of packages in MathJax 2 that are in others now.
const FORMER = { AMSmath: "ams", AMSsymbols: "ams", mediawiki: "base" };
const REQUIRE = /\\require\s*\{([^{}]*)\}/g;
// What must stand behind the lines that it numbers.
const NUMBERING = /\\(?:tag\*?|label)\s*\{|\\(?:notag|nonumber)(?![a-zA-Z])/y;

// Return `formula` with blanks in the place of each \require of one of the `packages`, all of which are loaded.
export function withoutRequire(formula, packages) {
  return formula.replace(REQUIRE, (all, name) => {
    const bare = name.trim().replace(/\.js$|^\[tex\]\//g, "");
    return packages.includes(FORMER[bare] ?? bare) ? " ".repeat(all.length) : all;
  });
}

// Return `formula` with its multlined environments without numbers, which are those of what they stand in.
export function unnumbered(formula) {
  return formula.replace(/\\end\s*\{multlined\}/g, "\\notag$&");
}

// Return `formula`, in an environment if \\ ends a line of it outside of all: MathJax gives such lines the width of
// its container, which nobody knows here. Its tag and its label stay outside.
export function stacked(formula) {
  let depth = 0;
  let stacks = false;
  const numbering = [];
  for (const { 0: token, index } of formula.matchAll(
    /\\begin\b|\\end\b|\\newline\b|\\[a-zA-Z]+|\\.|[{}]/gs,
  )) {
    if (token === "{" || token === "\\begin") depth++;
    else if (token === "}" || token === "\\end") depth--;
    else if (!depth && /^\\(?:\\|newline)$/.test(token)) stacks = true;
    else if (!depth) numbering.push(...spanOf(formula, index));
  }
  if (!stacks) return formula;
  const lines = numbering.reduceRight(
    (text, [start, end]) => text.slice(0, start) + text.slice(end),
    formula,
  );
  const numbers = numbering.map(([start, end]) => formula.slice(start, end)).join(" ");
  return `\\begin{gathered}${lines}\\end{gathered}${numbers}`;
}

// Return from where to where a command for numbering stands that begins at `start`; nothing if none does.
function spanOf(formula, start) {
  NUMBERING.lastIndex = start;
  const [found] = NUMBERING.exec(formula) ?? [];
  if (!found) return [];
  let end = start + found.length;
  for (let depth = found.endsWith("{") ? 1 : 0; depth && end < formula.length; end++) {
    if (formula[end] === "\\") end++;
    else if (formula[end] === "{") depth++;
    else if (formula[end] === "}") depth--;
  }
  return [[start, end]];
}
