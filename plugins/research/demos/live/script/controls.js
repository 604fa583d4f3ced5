// The controls of a figure: native elements, each with its name beside it.

import { paced } from "./paced.js";

/** Return a new element with `properties` and `children`. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Let `shown`, an element without children, show `text`. That its node stays spares the browser rules of style. */
export function rewrite(shown, text) {
  const [node] = shown.childNodes;
  if (!node) shown.append(text);
  else if (node.data !== text) node.data = text;
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
export function slider(name, { min = 0, max = 1, step = 0.01, value: start = min, text = String }, oninput) {
  const input = element("input", { type: "range", min, max, step });
  const shown = element("span");
  const exact = input.cloneNode(); // has the value at once, out of the page
  const display = () => {
    const says = text(get());
    input.value = exact.value;
    rewrite(shown, says);
    input.setAttribute("aria-valuetext", says);
  };
  const soon = paced(display);
  const show = (now) => {
    exact.value = now;
    soon();
  };
  const get = () => Number(exact.value);
  const set = (now) => {
    show(now);
    oninput(get());
  };
  // Who moves the slider itself hears its value at once.
  input.oninput = () => {
    exact.value = input.value;
    display();
    oninput(get());
  };
  exact.value = start;
  display();
  // Each in a box of its own, of a size that does not depend on it: what moves lets nothing else be laid out again.
  const range = element("span", { className: "research-demo-range" }, input);
  const value = element("span", { className: "research-demo-value", ariaHidden: "true" }, shown);
  const longest = Math.max(...[min, start, max].map((each) => text(each).length));
  value.style.inlineSize = `${longest}ch`; // and not less than any in the panel
  return Object.assign(element("label", {}, element("span", { textContent: name }), range, value), {
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
