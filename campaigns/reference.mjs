// Says of formulas whether MathJax in a page typesets them, with the packages that it loads by itself.
//
//   stdin   [{"tex": "x^2", "display": true}, …]
//   stdout  for each, a line: "" or why not
import { text } from "node:stream/consumers";
import MathJax from "mathjax";

const formulas = JSON.parse(await text(process.stdin));
let failure = "";
await MathJax.init({
  loader: { load: ["input/tex", "output/svg", "adaptors/liteDOM"] },
  tex: {
    packages: { "[-]": ["noundefined", "noerrors"] }, // which show errors as text
    formatError: (jax, error) => {
      failure = error.message;
      return jax.formatError(error);
    },
  },
  startup: { typeset: false },
});
await MathJax.startup.promise;
for (const { tex, display } of formulas) {
  failure = "";
  try {
    MathJax.texReset();
    await MathJax.tex2svgPromise(tex, { display });
  } catch (error) {
    failure = String(error.message ?? error) || "error";
  }
  process.stdout.write(`${failure.replaceAll("\n", " ")}\n`);
}
