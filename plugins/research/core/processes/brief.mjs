// For processes that end soon: V8 optimizes only what has run for long. What optimizing costs in processor time, a few
// hundred formulas do not give back, and thousands do.
//
//   import "../../core/processes/brief.mjs"; // before the work is loaded
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--interrupt-budget=400000");
