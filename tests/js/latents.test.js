import assert from "node:assert/strict";
import { test } from "node:test";
import {
  along,
  firstOf,
  floats,
  labelsOf,
  linear,
  scaled,
  spherical,
} from "../../plugins/research/demos/live/script/latents.js";

const near = (found, expected, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

test("floats are read from base64, little-endian", () => {
  assert.deepEqual([...floats("AACAPwAAAMAAAAA+")], [1, -2, 0.125]);
});

test("interpolation begins at the one end and ends at the other", () => {
  const [begin, end] = [Float32Array.of(1, 2, -1), Float32Array.of(0, -1, 3)];
  for (const path of [linear, spherical]) {
    path(begin, end, 0).forEach((value, i) => near(value, begin[i]));
    path(begin, end, 1).forEach((value, i) => near(value, end[i]));
  }
  assert.deepEqual([...linear(begin, end, 0.5)], [0.5, 0.5, 1]);
});

test("spherical interpolation keeps the distance from the middle", () => {
  const halfway = spherical(Float32Array.of(1, 0), Float32Array.of(0, 1), 0.5);
  halfway.forEach((value) => near(value, Math.SQRT1_2));
});

test("spherical interpolation between opposite points is straight", () => {
  spherical(Float32Array.of(1, 0), Float32Array.of(-1, 0), 0.5).forEach((value) => near(value, 0, 1e-6));
});

test("spherical interpolation between the same points stays there", () => {
  const point = Float32Array.of(1, 2);
  spherical(point, point, 0.3).forEach((value, i) => near(value, point[i], 1e-3));
});

test("values along a line stand in the middles of equal stretches", () => {
  const values = [-2, 0, 1, 5];
  values.forEach((value, i) => near(along(values, (i + 0.5) / 4), value));
  near(along(values, 0.5), 0.5);
  assert.deepEqual([along(values, 0), along(values, 1)], [-2, 5]);
});

test("scaling leaves what was given alone", () => {
  const point = Float32Array.of(1, -2);
  assert.deepEqual([...scaled(point, 2)], [2, -4]);
  assert.deepEqual([...point], [1, -2]);
});

test("a point has the labels whose codes it is least surprising among", () => {
  const classes = [
    { label: 3, mean: [0, 0], variance: [1, 1] },
    { label: 8, mean: [2, 0], variance: [0.1, 0.1] },
  ];
  assert.deepEqual(labelsOf([1.8, 0.1], classes), [8]);
  assert.deepEqual(labelsOf([0, 1], classes), [3]);
  const between = [
    { label: 4, mean: [0], variance: [1] },
    { label: 9, mean: [1], variance: [1] },
  ];
  assert.deepEqual(labelsOf([0.4], between), [4, 9]);
  assert.deepEqual(labelsOf([0.6], between), [9, 4]);
});

test("models with fewer latents get the first numbers of each draw", () => {
  assert.deepEqual([...firstOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2)], [1, 2, 4, 5]);
  assert.deepEqual([...firstOf(Float32Array.of(1, 2), 2, 2)], [1, 2]);
});
