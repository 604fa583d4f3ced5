// A model that runs in a worker; figures that show the same one share it.

const models = new Map();

/**
 * Return the model whose program lies at `url`. `about` says how many floats an input and its outputs
 * have, and for a graph that is not compiled where the `runtime` lies.
 */
export function modelAt(url, about) {
  if (!models.has(url)) {
    const model = Model.load(url, about);
    models.set(url, model);
    model.catch(() => models.delete(url)); // the next touch tries again
  }
  return models.get(url);
}

class Model {
  static async load(url, about) {
    const name = about.runtime ? "fallback.js" : "worker.js";
    const model = new Model(new Worker(new URL(name, import.meta.url), { type: "module" }));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const bytes = await response.arrayBuffer();
    await model.#ask({ program: { bytes, ...about } }, [bytes]);
    return model;
  }

  #worker;
  #pending = new Map();
  #count = 0;

  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#answer(data);
    worker.onerror = (event) => {
      for (const id of this.#pending.keys()) this.#answer({ id, error: event.message || "the worker stopped" });
    };
  }

  /** Return the outputs, a Float32Array each, for `inputs`, those of several items one after the other. */
  run(inputs) {
    return this.#ask({ inputs });
  }

  #ask(message, transfer = []) {
    this.#count += 1;
    const id = this.#count;
    this.#worker.postMessage({ id, ...message }, transfer);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #answer({ id, results, error }) {
    const { resolve, reject } = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) reject(new Error(error));
    else resolve(results);
  }
}
