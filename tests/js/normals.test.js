import assert from "node:assert/strict";
import { test } from "node:test";
import { anySeed, normals } from "../../plugins/research/demos/live/script/normals.js";

const near = (found, expected, tolerance) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("draws have the moments of the standard normal distribution", () => {
  for (const seed of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    const drawn = normals(seed, 40000);
    assert.ok(drawn.every(Number.isFinite));
    [0, 1, 0, 3].forEach((moment, i) => near(mean(drawn.map((value) => value ** (i + 1))), moment, 0.15));
    near(mean(drawn.slice(1).map((value, i) => value * drawn[i])), 0, 0.03); // neighbours
  }
});

test("a draw depends on seed and number alone", () => {
  assert.deepEqual(normals(5, 7), normals(5, 100).slice(0, 7));
  assert.notDeepEqual(normals(5, 7), normals(6, 7));
});

test("seeds of chance differ", () => {
  const seeds = new Set(Array.from({ length: 20 }, anySeed));
  assert.ok(seeds.size > 18);
  for (const seed of seeds) assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
});
