// Controls of a decoder's further inputs: a list of classes, or a slider for each number of a vector.
import { choice, slider } from "./controls.js";

/**
 * Return controls for the conditions of `sheets`, which have the same; each change is written into their
 * `condition`, and `onchange()` is called.
 */
export function conditionControls(sheets, number, onchange) {
  const [{ conditions = [] }] = sheets;
  const controls = [];
  const set = (at, values) => {
    for (const sheet of sheets) sheet.condition = sheet.condition.with(at, values[0]);
    if (values.length > 1) set(at + 1, values.slice(1));
    else onchange();
  };
  let begin = 0;
  for (const { name, size, labels, range } of conditions) {
    const at = begin;
    const value = sheets[0].condition.slice(at, at + size);
    if (labels) {
      const oneHot = (index) => Array.from({ length: size }, (_, i) => Number(i === index));
      const chosen = size > 1 ? value.indexOf(1) : value[0];
      controls.push(choice(name, labels, chosen, (index) => set(at, size > 1 ? oneHot(index) : [index])));
    } else {
      const [min, max] = range;
      const step = (max - min) / 100;
      value.forEach((start, i) => {
        const title = size > 1 ? `${name} ${i + 1}` : name;
        controls.push(
          slider(title, { min, max, step, value: start, text: number }, (now) => set(at + i, [now])),
        );
      });
    }
    begin += size;
  }
  return controls;
}
