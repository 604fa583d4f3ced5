// Writes modules with the shortest names: JSON of texts by name in, JSON out. The argument is the folder of UglifyJS.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { minify } = createRequire(import.meta.url)(process.argv[2]);

function shortened(module) {
  const { code, error } = minify(module, { module: true, toplevel: true, compress: { passes: 2 } });
  if (error) throw error;
  return code;
}

const texts = Object.entries(JSON.parse(await text(process.stdin)));
process.stdout.write(
  JSON.stringify(Object.fromEntries(texts.map(([name, module]) => [name, shortened(module)]))),
);
