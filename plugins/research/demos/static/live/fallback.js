// Runs an ONNX graph by onnxruntime-web, where it cannot be compiled ahead of time. The messages are
// those of worker.js; the first one also says where the runtime lies.
let ort;
let session;
let size;

async function start({ bytes, input, runtime }) {
  ort = await import(`${runtime}ort.wasm.min.mjs`);
  // Fetched as data, since the server may not know its type.
  const binary = await (await fetch(`${runtime}ort-wasm-simd-threaded.wasm`)).arrayBuffer();
  Object.assign(ort.env.wasm, { wasmPaths: runtime, wasmBinary: binary, numThreads: 1 });
  session = await ort.InferenceSession.create(new Uint8Array(bytes));
  size = input;
}

async function run(inputs) {
  const tensor = new ort.Tensor("float32", inputs, [inputs.length / size, size]);
  const results = await session.run({ [session.inputNames[0]]: tensor });
  return [results[session.outputNames[0]].data];
}

self.onmessage = async ({ data: { id, program, inputs } }) => {
  try {
    const results = program ? await start(program) : await run(inputs);
    self.postMessage({ id, results });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
