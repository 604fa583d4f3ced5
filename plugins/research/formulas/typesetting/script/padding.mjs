// Spaces of MathML 3 → of MathML Core, where a length is no increment and no part of the content's, and a space is not
// negative (https://www.w3.org/TR/mathml-core/, sections 3.2.6 and 3.3.6).
import { take } from "./tables.mjs";

const LENGTH = /^([-+]?)(\d*\.?\d+)(em|ex|px|pt|pc|in|cm|mm)?$/;
// Content that overlaps what is before it, by how much of its width.
const BACK = { "-1width": "mml-back", "-.5width": "mml-half-back" };

// Rewrite the `mpadded` in place.
export function pad(node, adaptor) {
  const before = take(node, "lspace", adaptor);
  const back = BACK[before];
  if (back) wrap(node, back, adaptor);
  else if (before) widen(node, lengthOf(before), adaptor);
  grow(node, adaptor);
  const offset = lengthOf(take(node, "voffset", adaptor));
  if (offset) adaptor.setAttribute(node, "voffset", `${offset.value}${offset.unit}`);
}

// Rewrite the `mspace` in place.
export function narrow(node, adaptor) {
  const width = adaptor.getAttribute(node, "width");
  if (!width?.startsWith("-")) return;
  adaptor.removeAttribute(node, "width");
  adaptor.setAttribute(node, "style", `margin-left: ${width}`);
}

function wrap(node, name, adaptor) {
  const children = adaptor.childNodes(node).slice();
  for (const child of children) adaptor.remove(child);
  adaptor.append(node, adaptor.node("mrow", { class: name }, children));
}

// Put the space `before` in front of the content, and behind it what is left of an increment of the width.
function widen(node, before, adaptor) {
  const width = lengthOf(adaptor.getAttribute(node, "width"));
  if (!before || (width && !width.sign && width.value)) return;
  const first = adaptor.firstChild(node);
  const space = (value) => adaptor.node("mspace", { width: `${+value.toFixed(3)}${before.unit}` });
  if (before.value > 0 && first) adaptor.insert(space(before.value), first);
  const rest = width?.sign && width.unit === before.unit ? width.value - before.value : 0;
  if (rest > 0) adaptor.append(node, space(rest));
  if (width?.sign) adaptor.removeAttribute(node, "width");
}

// Make increments that are left padding, as far as they are that.
function grow(node, adaptor) {
  const sides = { height: "top", depth: "bottom", width: "right" };
  const moves = adaptor.hasAttribute(node, "voffset");
  for (const [name, side] of Object.entries(sides)) {
    const length = lengthOf(adaptor.getAttribute(node, name));
    if (length && !length.sign) continue;
    adaptor.removeAttribute(node, name);
    if (length && length.value > 0 && !moves)
      adaptor.setStyle(node, `padding-${side}`, `${length.value}${length.unit}`);
  }
}

function lengthOf(text) {
  const [, sign, number, unit = ""] = LENGTH.exec(text ?? "") ?? [];
  return number === undefined ? undefined : { sign, value: sign === "-" ? -number : +number, unit };
}
