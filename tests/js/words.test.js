import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, sentence } from "../../plugins/research/demos/live/script/words.js";

test("names in a sentence are filled in", () => {
  assert.equal(fill("{n} of {count}, {n}", { n: 2, count: 10 }), "2 of 10, 2");
  assert.equal(fill("no names"), "no names");
});

test("a sentence begins with a capital and leaves out what is empty", () => {
  assert.equal(sentence(["", "at (0, 0)"]), "At (0, 0)");
  assert.equal(sentence(["likeliest classes: 3", false, "at 1"]), "Likeliest classes: 3, at 1");
  assert.equal(sentence("σ"), "Σ");
  assert.equal(sentence(""), "");
});
