// From what a decoder returns to what a canvas shows.

/** Return the RGBA bytes of images, whose `values` are (N, C, H, W) and lie in a range; C is 1, 3 or 4. */
export function rgba(values, [channels, height, width], [least, most]) {
  const area = height * width;
  const count = values.length / (channels * area);
  const bytes = new Uint8ClampedArray(4 * area * count).fill(255);
  for (let at = 0; at < area * count; at += 1) {
    const first = (channels - 1) * Math.floor(at / area) * area + at;
    for (let c = 0; c < Math.max(3, channels); c += 1) {
      const value = (values[channels === 1 ? at : first + c * area] - least) / (most - least);
      bytes[4 * at + c] = 255 * value; // rounded, and out of range clamped
    }
  }
  return bytes;
}
