import assert from "node:assert/strict";
import { test } from "node:test";
import { cellAt, cellOrigin } from "../../plugins/research/demos/live/script/pixels.js";

const sheet = { rows: 4, columns: 3, group: 2, gap: 7, shape: [1, 28, 20] };

test("a gap stands between groups of rows", () => {
  assert.deepEqual(cellOrigin(sheet, 1, 2), { x: 40, y: 28 });
  assert.deepEqual(cellOrigin(sheet, 2, 0), { x: 0, y: 63 });
  assert.deepEqual(cellOrigin({ ...sheet, group: 0 }, 2, 0), { x: 0, y: 56 });
});

test("every pixel of a cell leads to it", () => {
  for (const group of [0, 2]) {
    for (let row = 0; row < 4; row += 1) {
      const { x, y } = cellOrigin({ ...sheet, group }, row, 1);
      for (const [right, down] of [
        [0, 0],
        [19, 27],
        [10, 14],
      ]) {
        assert.deepEqual(cellAt({ ...sheet, group }, x + right, y + down), { row, column: 1 });
      }
    }
  }
});

test("a gap belongs to the row above it, and the edge to the last cell", () => {
  assert.deepEqual(cellAt(sheet, 0, 60), { row: 1, column: 0 });
  assert.deepEqual(cellAt(sheet, 60, 119), { row: 3, column: 2 });
});
