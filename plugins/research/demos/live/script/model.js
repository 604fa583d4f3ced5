// Models that run in workers. Figures that show the same one share it. A worker that fails, or has nothing to do,
// ends; the next request starts another from the bytes that the page has.
import { broken, bytesAt, Failure } from "./load.js";

//: Workers that run at the same time, and milliseconds after which one without work ends.
const MOST = 4;
const IDLE = 60_000;

const models = new Map();
const running = new Set(); // the one that worked last comes last
let count = 0;
let policy;

/** Return the model whose program lies at `url`; `runtime` is the folder of what runs it, where it is ONNX. */
export function modelAt(url, runtime) {
  if (!models.has(url)) models.set(url, new Model(url, runtime));
  return models.get(url);
}

class Model {
  #url;
  #runtime;
  #program;
  #worker;
  #started;
  #isReady = false;
  #pending = new Map();
  #idle;

  constructor(url, runtime) {
    this.#url = url;
    this.#runtime = runtime;
  }

  /** Bring the program here for a job, start it, and return the model. */
  async load(job) {
    // One that was given up while it started may never have come further.
    if (job.attempt && !this.#isReady) this.stop(new Failure("worker"));
    this.#program = this.#fetch(job);
    // The worker's script comes at the same time.
    await Promise.all([this.#program, this.#start()]);
    return this;
  }

  async #fetch(job) {
    const runtime = this.#runtime;
    const urls = [this.#url, runtime && `${runtime}ort-wasm-simd-threaded.wasm`];
    const [bytes, wasmBinary] = await Promise.all(urls.map((url) => url && bytesAt(url, job)));
    return { bytes, runtime, wasmBinary };
  }

  /** Return the outputs for `inputs`, those of several examples one after the other: see worker.js for `asked`. */
  async run(inputs, asked) {
    await this.#start();
    return this.#ask({ inputs, ...asked });
  }

  /** End the worker; who still waits for it gets `error`. */
  stop(error) {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = this.#started = null;
    this.#isReady = false;
    running.delete(this);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #start() {
    return (this.#started ??= this.#open());
  }

  async #open() {
    let worker;
    try {
      worker = new Worker(scriptUrl("worker.js"), { type: "module" });
    } catch {
      this.#started = null;
      throw new Failure("worker");
    }
    worker.onmessage = ({ data }) => this.#answer(data);
    worker.onerror = () => this.stop(new Failure("worker"));
    this.#worker = worker;
    let program;
    try {
      program = await this.#program;
    } catch (error) {
      if (worker === this.#worker) this.stop(error);
      throw error;
    }
    // It may have failed, or been ended, while the program came.
    if (worker !== this.#worker) throw new Failure("worker");
    await this.#ask({ program });
    this.#isReady = true;
  }

  #ask(message) {
    count += 1;
    const id = count;
    running.delete(this);
    running.add(this);
    for (const other of running) if (running.size > MOST && !other.#pending.size) other.stop();
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...message });
    });
  }

  #answer({ id, results, error }) {
    // What is left in the memory of a program that failed may be anything.
    if (error) return this.stop(error === "broken" ? broken(this.#url) : new Failure(error));
    this.#pending.get(id).resolve(results);
    this.#pending.delete(id);
    clearTimeout(this.#idle);
    if (!this.#pending.size) this.#idle = setTimeout(() => this.stop(), IDLE);
  }
}

/** Return the address of a worker's script, which a page with Trusted Types must vouch for. */
export function scriptUrl(name) {
  policy ??= globalThis.trustedTypes?.createPolicy("research-demo", { createScriptURL: (url) => url });
  const { href } = new URL(name, import.meta.url);
  return policy?.createScriptURL(href) ?? href;
}
