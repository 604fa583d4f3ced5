// Runs a compiled model beside the page. The first message brings the program and the numbers of
// floats that go in and come out for one item; each further one the inputs of some items.
let program;
let sizes;

async function start({ bytes, input, outputs }) {
  const { instance } = await WebAssembly.instantiate(bytes);
  instance.exports.init();
  program = instance.exports;
  sizes = { input, outputs };
}

function run(inputs) {
  const count = inputs.length / sizes.input;
  const results = sizes.outputs.map((size) => new Float32Array(count * size));
  const floats = (at, length) => new Float32Array(program.memory.buffer, at, length);
  for (let item = 0; item < count; item += 1) {
    floats(program.input(0), sizes.input).set(inputs.subarray(item * sizes.input, (item + 1) * sizes.input));
    program.run();
    results.forEach((result, n) => result.set(floats(program.output(n), sizes.outputs[n]), item * sizes.outputs[n]));
  }
  return results;
}

self.onmessage = async ({ data: { id, program: given, inputs } }) => {
  try {
    const results = given ? await start(given) : run(inputs);
    self.postMessage({ id, results });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
