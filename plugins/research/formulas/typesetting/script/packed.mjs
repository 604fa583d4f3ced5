// Loads what a wheel holds compressed: outlines of glyphs, as .js.br in the place of .js.
//
//   import "./packed.mjs"; // before MathJax, which then loads its files by this

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";
import { brotliDecompressSync } from "node:zlib";

const require = createRequire(import.meta.url);

globalThis.MathJax = { loader: { require: load } };

function load(file) {
  const packed = find(`${file}.br`);
  if (!packed) return require(file);
  return runInThisContext(brotliDecompressSync(readFileSync(packed)).toString(), { filename: packed });
}

function find(file) {
  try {
    return require.resolve(file);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
