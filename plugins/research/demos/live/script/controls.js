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
 * Return a slider in its label. `text(value)` says what a value means: to eyes beside the slider, and to screen
 * readers in `aria-valuetext` alone. `show(value)` moves the slider without calling `oninput`, and `set(value)` with.
 *
 * @param {string} name
 * @param {{ min?: number, max?: number, step?: number, value?: number, text?: (value: number) => string }} options
 * @param {(value: number) => void} oninput
 */
export function slider(name, { min = 0, max = 1, step = 0.01, value = min, text = String }, oninput) {
  const input = element("input", { type: "range", min, max, step });
  const shown = element("span", { ariaHidden: "true" });
  const show = (now) => {
    input.value = now;
    shown.textContent = text(Number(input.value));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  const get = () => Number(input.value);
  const set = (now) => {
    show(now);
    oninput(get());
  };
  input.oninput = () => set(input.value);
  show(value);
  return Object.assign(element("label", {}, element("span", { textContent: name }), input, shown), {
    get,
    set,
    show,
  });
}

/** Return a button that is on or off; `set(on)` is as pressing it; `onchange` gets which. */
export function toggle(text, on, onchange) {
  const set = (now) => {
    made.ariaPressed = String(now);
    onchange(now);
  };
  const made = button(text, () => set(made.ariaPressed !== "true"));
  made.ariaPressed = String(on);
  return Object.assign(made, { set });
}
