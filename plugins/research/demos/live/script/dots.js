// Points of the plane as dots on black, the same as dots.py draws.

//: Pixels from the middle of a dot to where it begins to fade, which takes one pixel more.
const RADIUS = 0.7;

/** Return `points`, [x, y] one after the other, as an image from -`extent` to `extent`, y upwards. */
export function dots(points, extent, side) {
  const values = new Float32Array(side * side);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [(side / 2) * (1 + points[i] / extent), (side / 2) * (1 - points[i + 1] / extent)];
    for (let row = Math.floor(y) - 2; row <= Math.floor(y) + 2; row += 1) {
      for (let column = Math.floor(x) - 2; column <= Math.floor(x) + 2; column += 1) {
        if (row < 0 || row >= side || column < 0 || column >= side) continue;
        const shade = Math.min(1, RADIUS + 1 - Math.hypot(column + 0.5 - x, row + 0.5 - y));
        values[row * side + column] = Math.max(values[row * side + column], shade);
      }
    }
  }
  return values;
}
