// Arithmetic on latents: Float32Arrays of one point, or of several points one after the other.

//: A label that is e times less likely than the likeliest is not named.
const CLOSE = 1;

/** Return the float32 numbers, little-endian, that stand in base64. */
export function floats(base64) {
  return new Float32Array(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)).buffer);
}

/** Return each of `points` times `factor`. */
export const scaled = (points, factor) => points.map((value) => value * factor);

/** Return of `points`, which have `width` numbers each, the first `size` numbers of each. */
export function firstOf(points, width, size) {
  return points.filter((_, i) => i % width < size);
}

/** Return the point at `share` of the straight way from `begin` to `end`. */
export function linear(begin, end, share) {
  return begin.map((value, i) => (1 - share) * value + share * end[i]);
}

/** Return the point at `share` of the way that turns evenly from `begin` to `end` (White 2016, section 2.1). */
export function spherical(begin, end, share) {
  const cosine = dot(begin, end) / Math.max(Math.sqrt(dot(begin, begin) * dot(end, end)), 1e-12);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  // Ends on one line through the origin span no plane to turn in: there the way is straight.
  if (Math.sin(angle) < 1e-6) return linear(begin, end, share);
  const [from, to] = [Math.sin((1 - share) * angle), Math.sin(share * angle)];
  return begin.map((value, i) => (from * value + to * end[i]) / Math.sin(angle));
}

/** Return the value at `place`, 0 to 1, along `values` that stand in the middles of equal segments. */
export function along(values, place) {
  const at = Math.min(Math.max(place * values.length - 0.5, 0), values.length - 1);
  const below = Math.min(Math.floor(at), values.length - 2);
  return values[below] + (at - below) * (values[below + 1] - values[below]);
}

/** Return the place, 0 to 1, of `value` along `values` that rise or fall. */
export function placeOf(values, value) {
  const falls = values.at(-1) < values[0];
  let [low, high] = [0, 1];
  for (let i = 0; i < 30; i += 1) {
    const middle = (low + high) / 2;
    if (along(values, middle) < value === falls) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * Return the labels that a point may well have, the likeliest first. `classes` holds for each label
 * the mean and the variance of its test examples' codes, taken as normal and independent in each dimension.
 */
export function labelsOf(point, classes) {
  const surprise = ({ mean, variance }) =>
    point.reduce((sum, value, i) => sum + (value - mean[i]) ** 2 / variance[i] + Math.log(variance[i]), 0) /
    2;
  const found = classes.map((entry) => ({ label: entry.label, surprise: surprise(entry) }));
  found.sort((a, b) => a.surprise - b.surprise);
  return found.filter((entry) => found[0].surprise - entry.surprise > -CLOSE).map((entry) => entry.label);
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
