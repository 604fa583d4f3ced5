import assert from "node:assert/strict";
import { test } from "node:test";

import { relative } from "../../plugins/research/formulas/typesetting/script/outlines.mjs";

test("an outline keeps its points, on a grid of two units, in relative coordinates", () => {
  assert.equal(
    relative("M148 138L200 138C210 100 -5 90 0.5 80ZM10 20L0 0"),
    "m148 138h52c10-38-204-48-200-58zm-138-118l-10-20",
  );
  assert.equal(relative("M1 2L3 4L6 2L7 7Z"), "m2 2l2 2 2-2 2 6z");
});

test("what is known of a line along an axis and of a smooth curve is left out", () => {
  assert.equal(relative("M0 0L0 5L-3 5L-3 9L1 9"), "m0 0v6h-2v4h4");
  assert.equal(relative("M0 0C0 0 1 2 3 4C5 6 7 8 9 9C9 9 1 1 0 0Z"), "m0 0s2 2 4 4 4 4 6 6c0 0-8-8-10-10z");
});

test("a curve that goes on smoothly does so on the grid", () => {
  assert.equal(relative("M0 0C1 3 5 7 8 8C11 9 13 11 15 15Z"), "m0 0c2 4 6 8 8 8s6 4 8 8z");
});

test("an outline with other commands stays as it is", () => {
  assert.equal(relative("M1 2Q3 4 5 6Z"), "M1 2Q3 4 5 6Z");
});
