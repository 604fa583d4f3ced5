import assert from "node:assert/strict";
import { test } from "node:test";
import { rgba } from "../../plugins/research/demos/live/script/rgba.js";

test("one channel becomes an opaque grey", () => {
  assert.deepEqual(
    [...rgba([0, 1, 0.5, 2], [1, 2, 2], [0, 1])],
    [0, 0, 0, 255, 255, 255, 255, 255, 128, 128, 128, 255, 255, 255, 255, 255],
  );
});

test("three channels lie one after the other, in the range that the model has", () => {
  assert.deepEqual([...rgba([-1, 1, 0, 0, 1, -1], [3, 1, 2], [-1, 1])], [0, 128, 255, 255, 255, 128, 0, 255]);
});

test("images lie one after the other", () => {
  const one = [-1, 1, 0, 0, 1, -1];
  const other = [1, 1, -1, -1, 0, 0];
  assert.deepEqual(
    [...rgba([...one, ...other], [3, 1, 2], [-1, 1])],
    [one, other].flatMap((values) => [...rgba(values, [3, 1, 2], [-1, 1])]),
  );
});
