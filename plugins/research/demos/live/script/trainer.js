// Trains a model beside the page, by the step that the build compiled and checked. The first message brings the
// program, the examples and what the build says of them; further ones bring settings, a seed to begin again from,
// how many steps to take, or how often to show what has been reached.
import { normals, uniforms } from "./normals.js";
import { rgba } from "./rgba.js";

//: Milliseconds of steps after which messages are read.
const SLICE = 12;
//: The same as in chance.py and views.py.
const STRIDE = 0x9e3779b1;
const OFFSET = 0x85ebca77;
const EXTENT = 4;
const REACH = 0.9;
const BUCKETS = 100;

class Trainer {
  #exports;
  #graphs;
  #form;
  #examples;
  #settings = {};
  #seed = 1;
  #step = 0;
  #curve;

  constructor({ exports }, examples, form) {
    this.#exports = exports;
    this.#form = form;
    this.#graphs = Object.entries(form.graphs);
    const [low, high] = form.range;
    this.#examples = Float32Array.from(examples, (byte) => byte * ((high - low) / 255) + low);
  }

  get step() {
    return this.#step;
  }

  set(settings) {
    Object.assign(this.#settings, settings);
  }

  /** Return the numbers of an input or output of a graph; undefined where it has none of that name. */
  #numbers(graph, side, name) {
    const g = this.#graphs.findIndex(([each]) => each === graph);
    const values = this.#graphs[g]?.[1][side] ?? [];
    const i = values.findIndex(([each]) => each === name);
    if (i < 0) return undefined;
    const at = this.#exports[side === "inputs" ? "input" : "output"](g, i);
    const size = values[i][1].reduce((product, length) => product * length, 1);
    return new Float32Array(this.#exports.memory.buffer, at, size);
  }

  #write(name, values) {
    this.#numbers("step", "inputs", name)?.set(values);
  }

  /** Begin from the initial parameters of a seed. */
  reset(seed) {
    const { segments, graphs } = this.#form;
    this.#seed = seed;
    this.#step = 0;
    this.#curve = { span: 1, terms: [], sum: [0, 0], count: 0 };
    for (const [name] of graphs.step.outputs) {
      if (name.startsWith("next_")) this.#numbers("step", "inputs", name.slice(5)).fill(0);
    }
    const parameters = this.#numbers("step", "inputs", "parameters");
    const noise = normals(seed, parameters.length);
    let at = 0;
    for (const [count, mean, deviation] of segments) {
      const [m, d] = [Math.fround(mean), Math.fround(deviation)];
      for (const end = at + count; at < end; at += 1) parameters[at] = m + d * noise[at];
    }
  }

  /** Take a step. */
  advance() {
    const { count, size, capacity } = this.#form;
    const { batch, rate, beta, warmUp } = this.#settings;
    this.#step += 1;
    const seed = (this.#seed + Math.imul(STRIDE, this.#step)) >>> 0;
    const uniform = uniforms(seed + OFFSET);
    const x = this.#numbers("step", "inputs", "x");
    for (let i = 0; i < batch; i += 1) {
      const from = size * Math.floor(uniform(i) * count);
      x.set(this.#examples.subarray(from, from + size), i * size);
    }
    const noise = this.#numbers("step", "inputs", "noise");
    const width = noise ? noise.length / capacity : 0;
    noise?.set(normals(seed, batch * width));
    // A smaller batch stands in the larger several times, which has the same mean.
    for (let at = batch; at < capacity; at += batch) {
      x.copyWithin(at * size, 0, batch * size);
      noise?.copyWithin(at * width, 0, batch * width);
    }
    const weight = beta * (warmUp ? Math.min(1, this.#step / warmUp) : 1);
    this.#write("step", [this.#step]);
    this.#write("learning_rate", [rate]);
    this.#write("beta", [weight]);
    this.#exports.run(0);
    this.#note(["likelihood", "divergence"].map((name) => this.#numbers("step", "outputs", name)[0]));
  }

  /** Put the terms of a step into the curve: the means of some steps, of twice as many where it gets long. */
  #note(terms) {
    const curve = this.#curve;
    curve.sum = curve.sum.map((sum, i) => sum + terms[i]);
    curve.count += 1;
    if (curve.count < curve.span) return;
    curve.terms.push(curve.sum.map((sum) => sum / curve.span));
    [curve.sum, curve.count] = [[0, 0], 0];
    if (curve.terms.length <= BUCKETS) return;
    const halves = [];
    for (let i = 0; i + 1 < curve.terms.length; i += 2) {
      halves.push(curve.terms[i].map((value, k) => (value + curve.terms[i + 1][k]) / 2));
    }
    const rest = curve.terms.length % 2 ? curve.terms.at(-1) : null;
    if (rest) [curve.sum, curve.count] = [rest.map((value) => value * curve.span), curve.span];
    curve.terms = halves;
    curve.span *= 2;
  }

  /** Return what has been reached: the step, the curve, and the bytes of the images to show. */
  reached() {
    const { span, terms } = this.#curve;
    const last = terms.slice(-5);
    const mean = last.length
      ? last.reduce((sum, each) => sum.map((value, i) => value + each[i] / last.length), [0, 0])
      : null;
    return { step: this.#step, span, terms, mean, images: this.#images() };
  }

  /** Return what a graph of the parameters makes of `inputs`, each of `size` numbers. */
  #apply(graph, input, inputs, size, output) {
    const g = this.#graphs.findIndex(([each]) => each === graph);
    const [given, made] = [this.#numbers(graph, "inputs", input), this.#numbers(graph, "outputs", output)];
    const batch = given.length / size;
    const width = made.length / batch;
    const count = inputs.length / size;
    const found = new Float32Array(count * width);
    for (let at = 0; at < count; at += batch) {
      const part = Math.min(batch, count - at);
      given.set(inputs.subarray(at * size, (at + part) * size));
      this.#exports.run(g);
      found.set(made.subarray(0, part * width), at * width);
    }
    return found;
  }

  #images() {
    const { show, plane, latents, shape, size, shown } = this.#form;
    if (show === "points") return this.#points();
    const decoded = (codes) => rgba(this.#apply("decoder", "z", codes, latents, "x"), shape, [0, 1]);
    if (show === "plane") return decoded(plane);
    const values = this.#examples.subarray(0, shown * size);
    return decoded(this.#apply("encoder", "x", values, size, "mean"));
  }

  /** Return three images: the data, the density of the model, and the codes of the data. */
  #points() {
    const { side, points, samples, latents, range } = this.#form;
    const images = new Uint8ClampedArray(3 * 4 * side * side);
    const image = (i) => {
      const part = images.subarray(i * 4 * side * side, (i + 1) * 4 * side * side);
      for (let at = 3; at < part.length; at += 4) part[at] = 255;
      return part;
    };
    const values = this.#examples.subarray(0, points * 2);
    dots(image(0), side, values, 2, range);
    const means = this.#apply("decoder", "z", normals(0, samples * latents), latents, "x");
    const scale = this.#numbers("decoder", "outputs", "scale");
    if (scale) density(image(1), side, means, scale[0], range);
    else dots(image(1), side, means, 2, range);
    const codes = this.#apply("encoder", "x", values, 2, "mean");
    dots(image(2), side, codes, latents, [-EXTENT * REACH, EXTENT * REACH]);
    return images;
  }
}

/** Return where a coordinate lies, in pixels, from the left or from the top. */
const pixel = (value, side, [low, high], turn) =>
  (((value - (low + high) / 2) / ((high - low) / 2 / REACH)) * turn + 1) * (side / 2);

/** Put a dot into an image for each of `points`, which have `width` numbers each. */
function dots(image, side, points, width, range) {
  for (let i = 0; i < points.length; i += width) {
    const x = Math.floor(pixel(points[i], side, range, 1));
    const y = Math.floor(pixel(width > 1 ? points[i + 1] : 0, side, range, -1));
    if (x >= 0 && x < side && y >= 0 && y < side) image.fill(255, 4 * (y * side + x), 4 * (y * side + x) + 3);
  }
}

/** Draw the square root of the mixture of normal distributions around `means`. */
function density(image, side, means, scale, range) {
  const [low, high] = range;
  const deviation = Math.max((scale * side * REACH) / (high - low), 0.3);
  const found = new Float64Array(side * side);
  const [columns, rows] = [new Float64Array(side), new Float64Array(side)];
  for (let k = 0; k < means.length; k += 2) {
    const x = pixel(means[k], side, range, 1);
    const y = pixel(means[k + 1], side, range, -1);
    for (let i = 0; i < side; i += 1) {
      columns[i] = Math.exp(-(((i + 0.5 - x) / deviation) ** 2) / 2);
      rows[i] = Math.exp(-(((i + 0.5 - y) / deviation) ** 2) / 2);
    }
    for (let row = 0; row < side; row += 1) {
      const height = rows[row];
      if (height < 1e-9) continue;
      for (let i = 0, at = row * side; i < side; i += 1, at += 1) found[at] += height * columns[i];
    }
  }
  const most = found.reduce((a, b) => Math.max(a, b), 1e-300);
  found.forEach((value, i) => image.fill(Math.round(255 * Math.sqrt(value / most)), 4 * i, 4 * i + 3));
}

let trainer;
let [goal, pace, shownAt, isWaiting] = [0, 33, 0, false];
const channel = new MessageChannel();

/** Show what has been reached, unless the page has not drawn the last yet. */
function show(isLast) {
  if (isWaiting && !isLast) return;
  isWaiting = true;
  shownAt = performance.now();
  const reached = trainer.reached();
  const isBroken = reached.mean?.some((value) => !Number.isFinite(value));
  if (isBroken) goal = 0;
  self.postMessage({ ...reached, isBroken, isLast: isLast || isBroken }, [reached.images.buffer]);
}

function work() {
  try {
    const begun = performance.now();
    while (trainer.step < goal && performance.now() - begun < SLICE) trainer.advance();
    const isLast = trainer.step >= goal;
    if (isLast || performance.now() - shownAt >= pace) show(isLast);
    if (!isLast && trainer.step < goal) channel.port2.postMessage(0);
    else goal = 0;
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  const isMemory = error instanceof RangeError || /memory|allocat/i.test(error);
  self.postMessage({ error: isMemory ? "memory" : "broken" });
}

channel.port1.onmessage = () => goal && work();

self.onmessage = async ({ data }) => {
  try {
    if (data.program) {
      const { instance } = await WebAssembly.instantiate(data.program);
      trainer = new Trainer(instance, new Uint8Array(data.examples), data.form);
    }
    if (data.settings) trainer.set(data.settings);
    if ("seed" in data) trainer.reset(data.seed);
    if (data.pace) pace = data.pace;
    if (data.isDrawn) isWaiting = false;
    if (data.more) data.goal = trainer.step + data.more;
    if ("goal" in data) {
      const wasRunning = goal > 0;
      goal = data.goal;
      if (data.show) show(true);
      else if (goal && !wasRunning) work();
    }
    if (data.program) self.postMessage({ isReady: true });
  } catch (error) {
    fail(error);
  }
};
