import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../../plugins/research/demos/live/script/latest.js";

const rest = () => new Promise((resolve) => setTimeout(resolve));

test("of calls that come while one is under way only the newest is made", async () => {
  const made = [];
  const call = latest(async (_isStale, value) => {
    made.push(value);
    await rest();
  });
  const first = call(1);
  call(2);
  call(3);
  await first;
  assert.deepEqual(made, [1, 3]);
  await call(4);
  assert.deepEqual(made, [1, 3, 4]);
});

test("after a failure it works on", async () => {
  const call = latest(async (_isStale, value) => {
    if (value === 1) throw new Error("no");
    return value;
  });
  await assert.rejects(call(1), /no/);
  await call(2);
});

test("work is informed when a newer call waits", async () => {
  const seen = [];
  const call = latest(async (isStale, value) => {
    await rest();
    seen.push([value, isStale()]);
  });
  const first = call(1);
  call(2);
  await first;
  assert.deepEqual(seen, [
    [1, true],
    [2, false],
  ]);
});
