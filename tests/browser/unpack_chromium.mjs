// Unpacks the Chromium of the npm package @sparticuz/chromium, with the libraries and fonts that a
// bare machine lacks, into the folder that TMPDIR names.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

const packed = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "bin");
for (const archive of ["chromium.br", "al2023.tar.br", "fonts.tar.br"]) {
  await inflate(join(packed, archive));
}
