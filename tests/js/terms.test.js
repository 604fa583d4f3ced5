import assert from "node:assert/strict";
import { test } from "node:test";
import { asInk } from "../../plugins/research/demos/live/script/own.js";
import { divergence, logLikelihood, logPosterior } from "../../plugins/research/demos/live/script/terms.js";

const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("the likelihood of Bernoulli pixels is that of their probabilities, also far from zero", () => {
  const form = { kind: "bernoulli", range: [0, 1] };
  const p = 1 / (1 + Math.exp(-0.7));
  close(logLikelihood([1, 0, 0.25], [0.7, 0.7, 0.7], form), 1.25 * Math.log(p) + 1.75 * Math.log(1 - p));
  close(logLikelihood([0], [80], form), -80);
  close(logLikelihood([1], [-800], form), -800);
  close(logLikelihood([1], [800], form), 0);
});

test("the likelihood of normal pixels has their scale and the range of images", () => {
  const form = { kind: "normal", scale: 0.5, range: [-1, 1] };
  const density = (z) => -(z ** 2) / 2 - Math.log(0.5 * Math.sqrt(2 * Math.PI));
  close(logLikelihood([0, 1], [-0.75, 1.5], form), density(0.5) + density(1));
});

test("the divergence is the mean over z of what it is in closed form", () => {
  const [mean, logVariance] = [
    [0.5, -1],
    [Math.log(0.25), 0],
  ];
  close(divergence(mean, logVariance), (0.25 + 0.25 - 1 - Math.log(0.25)) / 2 + 0.5);
  const logPrior = (z) => z.reduce((sum, value) => sum - (value ** 2 + Math.log(2 * Math.PI)) / 2, 0);
  // Four corners of ε have the mean and the variance of a standard normal one, which is all that matters here.
  const corners = [-1, 1].flatMap((a) => [-1, 1].map((b) => [a, b]));
  const each = corners.map((noise) => {
    const z = mean.map((value, i) => value + Math.exp(logVariance[i] / 2) * noise[i]);
    return logPosterior(logVariance, noise) - logPrior(z);
  });
  close(each.reduce((sum, value) => sum + value, 0) / 4, divergence(mean, logVariance));
});

test("dark strokes on light paper become ink, and light ones on dark paper stay", () => {
  const light = Float32Array.of(0.75, 0.75, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75, 0.75);
  const ink = Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0);
  assert.deepEqual(asInk(light, 3), ink);
  assert.deepEqual(
    asInk(
      light.map((value) => 1 - value),
      3,
    ),
    ink,
  );
});
