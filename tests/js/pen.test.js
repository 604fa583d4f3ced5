import assert from "node:assert/strict";
import { test } from "node:test";
import { centred, stroke } from "../../plugins/research/demos/live/script/pen.js";

const SIDE = 8;
const blank = () => new Float32Array(SIDE * SIDE);
const at = (ink, column, row) => ink[row * SIDE + column];

test("a line is full in its middle, fades beside it, and ends", () => {
  const ink = blank();
  stroke(ink, SIDE, [1.5, 3.5], [5.5, 3.5]);
  for (const column of [1, 3, 5]) assert.equal(at(ink, column, 3), 1);
  assert.ok(at(ink, 3, 2) > 0 && at(ink, 3, 2) < 1);
  assert.equal(at(ink, 3, 4), at(ink, 3, 2));
  assert.equal(at(ink, 3, 6), 0);
  assert.equal(at(ink, 7, 3), 0);
});

test("a point is a line of no length", () => {
  const ink = blank();
  stroke(ink, SIDE, [4.5, 4.5], [4.5, 4.5]);
  assert.equal(at(ink, 4, 4), 1);
  assert.ok(ink.every(Number.isFinite));
});

test("a second line takes nothing away from the first", () => {
  const ink = blank();
  stroke(ink, SIDE, [0.5, 0.5], [7.5, 7.5]);
  const before = ink.slice();
  stroke(ink, SIDE, [0.5, 7.5], [7.5, 0.5]);
  assert.ok(ink.every((value, i) => value >= before[i]));
});

test("a drawing in a corner is moved to the middle", () => {
  const ink = blank();
  ink[0] = ink[1] = ink[SIDE] = ink[SIDE + 1] = 1;
  const moved = centred(ink, SIDE);
  for (const [column, row] of [
    [3, 3],
    [4, 3],
    [3, 4],
    [4, 4],
  ])
    assert.equal(at(moved, column, row), 1);
  assert.equal(
    moved.reduce((sum, value) => sum + value),
    4,
  );
});

test("no ink at all stays where it is", () => {
  assert.deepEqual(centred(blank(), SIDE), blank());
});
