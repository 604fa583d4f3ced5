// The package mhchem has arrows and bonds in a font of its own, at places that Unicode leaves free. Where other
// programs read a formula they get the nearest characters of Unicode.

const CHARACTERS = {
  "\ue408": "⇌",
  "\ue409": "⇌",
  "\ue40a": "⇋",
  "\ue428": "⟵",
  "\ue429": "⟶",
  "\ue42a": "⟷",
  "\ue42b": "⇄",
  "\ue42c": "←",
  "\ue42d": "→",
  "\ue42e": "↔",
  "\ue410": "┄",
  "\ue411": "═",
  "\ue412": "≡",
  "\ue413": "≡",
};

// Rewrite the text of `math`, a tree of MathML.
export function inUnicode(math, adaptor) {
  for (const sign of adaptor.tags(math, "mo")) {
    const character = CHARACTERS[adaptor.textContent(sign)];
    if (character) adaptor.replace(adaptor.text(character), adaptor.firstChild(sign));
  }
}
