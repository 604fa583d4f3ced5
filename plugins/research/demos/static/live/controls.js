// The controls of a figure: native elements, each with its name beside it.

/** Return a new element with `properties` and `children`. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Return a button. */
export const button = (text, onclick) => element("button", { type: "button", textContent: text, onclick });

/**
 * Return a slider in its label. `text(value)` says what a value means, to eyes and to screen readers;
 * `show(value)` moves the slider without calling `oninput`.
 */
export function slider(name, { min = 0, max = 1, step = 0.01, value = min, text = String }, oninput) {
  const input = element("input", { type: "range", min, max, step });
  const output = element("output");
  const show = (shown) => {
    input.value = shown;
    output.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.oninput = () => {
    show(input.value);
    oninput(Number(input.value));
  };
  show(value);
  return Object.assign(element("label", {}, element("span", { textContent: name }), input, output), { show });
}

/** Return a list in its label, of which one entry is chosen; `onchange` gets its index. */
export function choice(name, entries, onchange) {
  const select = element("select", {}, ...entries.map((text) => element("option", { textContent: text })));
  select.onchange = () => onchange(select.selectedIndex);
  const show = (index) => {
    select.selectedIndex = index;
  };
  return Object.assign(element("label", {}, element("span", { textContent: name }), select), { show });
}
