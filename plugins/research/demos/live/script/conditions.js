// Controls of a decoder's further inputs: a list of classes, or a slider for each number of a vector.
// The module comes when a figure has such inputs.

/**
 * Return controls for the conditions of the sheets of `stage`, which have the same; each change is written into
 * their `condition`, and `onchange()` is called.
 */
export function controls(stage, { element, slider }, onchange) {
  const { sheets } = stage;
  const number = (value) => stage.number(value);
  const [{ conditions }] = sheets;
  const made = [];
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
      const list = choice(element, labels, chosen, (index) => set(at, size > 1 ? oneHot(index) : [index]));
      made.push(element("label", {}, element("span", { textContent: name }), list));
      stage.state[name] = stateOf(list, labels);
    } else {
      const [min, max] = range;
      const step = (max - min) / 100;
      const sliders = [...value].map((start, i) => {
        const title = size > 1 ? `${name} ${i + 1}` : name;
        return slider(title, { min, max, step, value: start, text: number }, (now) => set(at + i, [now]));
      });
      made.push(...sliders);
      stage.state[name] = {
        get: () => sliders.map((each) => each.get()),
        set: (...texts) => sliders.forEach((each, i) => each.set(texts[i])),
      };
    }
    begin += size;
  }
  return made;
}

/** Return what links can set of a `list` of `labels`. */
function stateOf(list, labels) {
  const set = (label) => {
    list.selectedIndex = labels.indexOf(label);
    list.onchange();
  };
  return { get: () => labels[list.selectedIndex], set, words: labels };
}

/** Return a list of `labels`, of which the one numbered `value` is chosen; `onchange` gets the number. */
function choice(element, labels, value, onchange) {
  const list = element("select", {}, ...labels.map((text) => element("option", { textContent: text })));
  list.selectedIndex = value;
  list.onchange = () => onchange(list.selectedIndex);
  return list;
}
