// Where the build had no Node.js: MathJax typesets the formulas in the page, from the blog's own files,
// which lie beside this one. safety.js is loaded before it.
const { src, dataset } = /** @type {HTMLScriptElement} */ (document.currentScript);
const here = new URL(".", src).href;

window.MathJax = {
  loader: {
    load: [
      "input/tex-base",
      "output/chtml",
      "a11y/assistive-mml",
      "ui/safe",
      ...dataset.packages
        .split(" ")
        .filter((name) => name !== "base")
        .map((name) => `[tex]/${name}`),
    ],
    paths: { mathjax: `${here}mathjax`, fonts: `${here}@mathjax` },
  },
  tex: {
    packages: dataset.packages.split(" "),
    tags: dataset.tags,
    // as in typeset.mjs
    macros: {
      bm: ["\\boldsymbol{#1}", 1],
      mathbbm: ["\\mathbb{#1}", 1],
      mathds: ["\\mathbb{#1}", 1],
    },
    postFilters: window.FormulaSafety.postFilters,
  },
  startup: {
    elements: [".math-client"],
    pageReady() {
      // Macros are known from where they stand to where there are none.
      for (const mark of document.querySelectorAll("[data-macros]")) {
        const { macros } = /** @type {HTMLElement} */ (mark).dataset;
        mark.textContent = macros ? `\\(\\begingroup ${macros}\\)` : "\\(\\endgroup\\)";
      }
      return window.MathJax.startup.defaultPageReady();
    },
  },
};
