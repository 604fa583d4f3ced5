import assert from "node:assert/strict";
import { test } from "node:test";

import { relative } from "../../plugins/research/formulas/typesetting/script/outlines.mjs";

test("an outline keeps its points in relative coordinates", () => {
  assert.equal(
    relative("M148 138L200 138C210 100 -5 90 0.5 80ZM10 20L0 0"),
    "m148 138h52c10-38-205-48-199.5-58zm-138-118l-10-20",
  );
  assert.equal(relative("M1 2L3 4L6 2L7 7Z"), "m1 2l2 2 3-2 1 5z");
});

test("what is known of a line along an axis and of a smooth curve is left out", () => {
  assert.equal(relative("M0 0L0 5L-3 5L-3 9L1 9"), "m0 0v5h-3v4h4");
  assert.equal(relative("M0 0C0 0 1 2 3 4C5 6 7 8 9 9C9 9 1 1 0 0Z"), "m0 0s1 2 3 4 4 4 6 5c0 0-8-8-9-9z");
});

test("an outline with other commands stays as it is", () => {
  assert.equal(relative("M1 2Q3 4 5 6Z"), "M1 2Q3 4 5 6Z");
});
