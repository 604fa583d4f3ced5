// A pen on a grid of grey values from 0 to 1, row by row: 1 is ink.

//: Pixels from the middle of a line to where it begins to fade, which takes one pixel more.
const RADIUS = 0.7;

/** Ink the line between two points [x, y] on the grid, which is `width` wide; what lies beside it is lost. */
export function stroke(ink, width, from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  ink.forEach((value, i) => {
    const [x, y] = [(i % width) + 0.5 - from[0], Math.floor(i / width) + 0.5 - from[1]];
    const along = Math.min(1, Math.max(0, (x * dx + y * dy) / (dx * dx + dy * dy || 1)));
    const distance = Math.hypot(x - along * dx, y - along * dy);
    ink[i] = Math.max(value, Math.min(1, RADIUS + 1 - distance));
  });
}

/** Return `ink` moved by whole pixels so that its centre of mass is in the middle, as MNIST's is. */
export function centred(ink, width) {
  let [mass, right, down] = [0, 0, 0];
  ink.forEach((value, i) => {
    mass += value;
    right += value * ((i % width) + 0.5);
    down += value * (Math.floor(i / width) + 0.5);
  });
  if (!mass) return ink;
  const height = ink.length / width;
  const [x, y] = [Math.round(right / mass - width / 2), Math.round(down / mass - height / 2)];
  return ink.map((_, i) => {
    const [column, row] = [(i % width) + x, Math.floor(i / width) + y];
    return column >= 0 && column < width ? (ink[row * width + column] ?? 0) : 0;
  });
}
