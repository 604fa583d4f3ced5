// A model that runs in a worker; figures that show the same one share it.

const models = new Map();

/**
 * Return the model whose program lies at `url`. `runtime` is the folder of what runs it, where it is
 * not compiled but ONNX.
 */
export function modelAt(url, runtime) {
  if (!models.has(url)) {
    const model = Model.load(url, runtime);
    models.set(url, model);
    model.catch(() => models.delete(url)); // the next touch tries again
  }
  return models.get(url);
}

class Model {
  static async load(url, runtime) {
    const model = new Model(new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const bytes = await response.arrayBuffer();
    await model.#ask({ program: { bytes, runtime } }, [bytes]);
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

  /** Return the outputs for `inputs`, those of several items one after the other: see worker.js for `asked`. */
  run(inputs, asked) {
    return this.#ask({ inputs, ...asked });
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
