// Writes modules with the shortest names: JSON of texts by name in, JSON out. The argument is the folder of UglifyJS.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { minify } = createRequire(import.meta.url)(process.argv[2]);

//: A private name; our modules have no text that looks like one.
const PRIVATE = /#([a-z_]\w*)/gi;

/** Return `module` with short private names, which UglifyJS leaves as they are. */
function withShortPrivates(module) {
  const names = new Map();
  return module.replace(PRIVATE, (_, name) => {
    if (!names.has(name)) names.set(name, `#${names.size.toString(36).replace(/^\d/, "_$&")}`);
    return names.get(name);
  });
}

function shortened(module) {
  const { code, error } = minify(withShortPrivates(module), {
    module: true,
    toplevel: true,
    compress: { passes: 2 },
  });
  if (error) throw error;
  return code;
}

const texts = Object.entries(JSON.parse(await text(process.stdin)));
process.stdout.write(
  JSON.stringify(Object.fromEntries(texts.map(([name, module]) => [name, shortened(module)]))),
);
