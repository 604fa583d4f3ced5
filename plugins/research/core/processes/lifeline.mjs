// The connection of a Node.js process to the process that started it: its standard input. The first line
// is the job. Nothing else is written; when the connection ends, so has the parent, and this process is
// killed, in the middle of whatever JavaScript is at work: a thread of its own watches.
//
//   node --import lifeline.mjs script.mjs                    // at work before the script is loaded
//   import {job} from '../../core/processes/lifeline.mjs';   // in the script
import { once } from "node:events";
import { Socket } from "node:net";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const INTERVAL = 250; // ms from one look at who the parent is to the next

export const job = isMainThread ? JSON.parse(await firstLine()) : watch();

async function firstLine() {
  const watcher = new Worker(new URL(import.meta.url), { execArgv: [] });
  const [line] = await once(watcher, "message");
  watcher.unref();
  return line;
}

function watch() {
  const parent = process.ppid;
  let pieces = [];
  const input = new Socket({ fd: 0, readable: true, writable: false }).setEncoding("utf8");
  input.on("data", (piece) => {
    pieces?.push(piece);
    if (!pieces || !piece.includes("\n")) return;
    parentPort.postMessage(pieces.join(""));
    pieces = undefined;
  });
  input.on("close", end);
  // A fork of the parent may hold its end of the connection open; then its absence shows by our new parent.
  setInterval(() => process.ppid === parent || end(), INTERVAL);
}

function end() {
  process.kill(process.pid, "SIGKILL");
}
