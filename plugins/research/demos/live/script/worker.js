// Runs a model beside the page. The first message brings its program: compiled to WebAssembly, or ONNX
// with the folder and the binary of the onnxruntime-web that is to run it. Each further one brings `inputs` of examples
// with `size` floats each, and says how many each of the `outputs` has for one example, and the `shape` of an input
// that is not one number after the other.
import { rgba } from "./rgba.js";

let run;

async function compiled({ bytes }) {
  const { instance } = await WebAssembly.instantiate(bytes);
  /** @type {Record<string, any>} */
  const exports = instance.exports;
  const { init, input, output, memory, run: step } = exports;
  const floats = (at, length) => new Float32Array(memory.buffer, at, length);
  init();
  return ({ inputs, size, outputs }) => {
    const count = inputs.length / size;
    const results = outputs.map((length) => new Float32Array(count * length));
    for (let example = 0; example < count; example += 1) {
      floats(input(0), size).set(inputs.subarray(example * size, (example + 1) * size));
      step();
      results.forEach((result, n) => result.set(floats(output(n), outputs[n]), example * outputs[n]));
    }
    return results;
  };
}

async function interpreted({ bytes, runtime, wasmBinary }) {
  const ort = await import(`${runtime}ort.wasm.min.mjs`);
  Object.assign(ort.env.wasm, { wasmPaths: runtime, wasmBinary, numThreads: 1 });
  const session = await ort.InferenceSession.create(new Uint8Array(bytes));
  const [name] = session.inputNames;
  return async ({ inputs, size, shape, outputs }) => {
    const count = inputs.length / size;
    const results = outputs.map((length) => new Float32Array(count * length));
    for (let example = 0; example < count; example += 1) {
      const values = inputs.slice(example * size, (example + 1) * size);
      const made = await session.run({
        [name]: new ort.Tensor("float32", values, [1, ...(shape ?? [size])]),
      });
      results.forEach((result, n) => result.set(made[session.outputNames[n]].data, example * outputs[n]));
    }
    return results;
  };
}

/** Answer a message; where it gives the shape and range of a `image`, by the bytes of images. */
self.onmessage = async ({ data: { id, program, image, ...asked } }) => {
  try {
    let results = [];
    if (program) run = await (program.runtime ? interpreted : compiled)(program);
    else results = await run(asked);
    if (image) results = [rgba(results[0], image.shape, image.range)];
    self.postMessage(
      { id, results },
      results.map(({ buffer }) => buffer),
    );
  } catch (error) {
    const isMemory = error instanceof RangeError || /memory|allocat/i.test(error);
    self.postMessage({ id, error: isMemory ? "memory" : "broken" });
  }
};
