// Signs in \text{…} that LaTeX refuses there, and MathJax without the package textmacros shows.

const SIGNS = ["_", "^", "&", "#"];

// Let text show them. `modules` are those of MathJax's TeX input.
export function literalSigns({ MapHandler: { MapHandler }, Token: { Macro } }) {
  const map = MapHandler.getMap("text-special");
  for (const sign of SIGNS) map.add(sign, new Macro(sign, show, []));
}

function show(parser, sign) {
  parser.text += sign;
}
