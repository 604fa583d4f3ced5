// Steps of training per second, of the compiled step and of the same step in TensorFlow.js with its wasm backend.
// usage: step.mjs CASES.json FOLDER     FOLDER holds node_modules with TensorFlow.js
import fs from "node:fs";
import { createRequire } from "node:module";

const [, , casesFile, folder] = process.argv;
const ROUNDS = 5;
const MILLISECONDS = 1000;

/** Return milliseconds a step, the least of some rounds that take turns. */
async function timed(runs) {
  const best = runs.map(() => Infinity);
  for (const run of runs) await run(20); // compiled by the engine
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, run] of runs.entries()) {
      const begun = performance.now();
      let steps = 0;
      while (performance.now() - begun < MILLISECONDS) {
        await run(10);
        steps += 10;
      }
      best[i] = Math.min(best[i], (performance.now() - begun) / steps);
    }
  }
  return best;
}

async function compiled({ program, graphs, batch, size }) {
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(program));
  /** @type {any} */
  const { input, memory, run } = instance.exports;
  const names = graphs.step.inputs.map(([name]) => name);
  const write = (name, values) => {
    const i = names.indexOf(name);
    if (i >= 0) new Float32Array(memory.buffer, input(0, i), values.length).set(values);
  };
  const [, [length]] = graphs.step.inputs[names.indexOf("parameters")];
  write("parameters", Array.from({ length }, () => (Math.random() - 0.5) / 5));
  write("x", Array.from({ length: batch * size }, Math.random));
  write("learning_rate", [1e-3]);
  write("beta", [1]);
  let step = 0;
  return (count) => {
    for (let i = 0; i < count; i += 1) {
      write("step", [(step += 1)]);
      run(0);
    }
  };
}

/** Return the same with TensorFlow.js: dense layers with SiLU, both terms of the bound, Adam. */
function tensorflow(tf, { batch, size, encoder, decoder, latents, isPoints }) {
  const variable = (rows, columns) => [
    tf.variable(tf.randomNormal([rows, columns], 0, 0.05)),
    tf.variable(tf.zeros([columns])),
  ];
  const layers = (widths) => widths.slice(1).map((width, i) => variable(widths[i], width));
  const [down, up] = [layers([size, ...encoder, 2 * latents]), layers([latents, ...decoder, size])];
  const logScale = tf.variable(tf.scalar(-1.6));
  const all = [...down, ...up].flat().concat(isPoints ? [logScale] : []);
  const x = tf.randomUniform([batch, size]);
  const adam = tf.train.adam(1e-3, 0.9, 0.99);
  const network = (given, weights) =>
    weights.reduce((values, [w, b], i) => {
      const sum = tf.add(tf.matMul(values, w), b);
      return i < weights.length - 1 ? tf.mul(sum, tf.sigmoid(sum)) : sum;
    }, given);
  const loss = () => {
    const [mean, raw] = tf.split(network(tf.sub(x, 0.5), down), 2, 1);
    const logVariance = tf.neg(tf.softplus(tf.neg(raw)));
    const noise = tf.randomNormal([batch, latents]);
    const z = tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    const made = network(z, up);
    const divergence = tf.mul(
      tf.sum(tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(mean)), tf.exp(logVariance))),
      -0.5 / batch,
    );
    const distance = isPoints
      ? tf.add(
          tf.div(tf.sum(tf.square(tf.sub(x, made))), tf.mul(tf.exp(tf.mul(logScale, 2)), 2 * batch)),
          tf.mul(logScale, size),
        )
      : tf.div(tf.sum(tf.sub(tf.softplus(made), tf.mul(made, x))), batch);
    return tf.add(distance, divergence);
  };
  return async (count) => {
    for (let i = 0; i < count; i += 1) adam.minimize(loss, false, all);
    await all[0].data(); // all has been computed
  };
}

const require = createRequire(`${folder}/package.json`);
let tf = null;
if (fs.existsSync(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm`)) {
  tf = require("@tensorflow/tfjs-core");
  require("@tensorflow/tfjs-layers"); // brings gradients and chained operators
  const { setWasmPaths, setThreadsCount } = require("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  setThreadsCount?.(1);
  await tf.setBackend("wasm");
  await tf.ready();
}
for (const each of JSON.parse(fs.readFileSync(casesFile, "utf8"))) {
  const runs = [await compiled(each), ...(tf ? [tensorflow(tf, each)] : [])];
  const milliseconds = await timed(runs);
  console.log(JSON.stringify({ name: each.name, milliseconds }));
}
