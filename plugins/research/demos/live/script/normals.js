// Normal draws from a seed, the same as those of normals.py: what was drawn need not be sent.

/** Return a number of 32 bits that looks like chance for each `value` (Appleby's finalizer, Wellons' constants). */
function mixed(value) {
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return (value ^ (value >>> 15)) >>> 0;
}

/** Return a function from i to draw i of the uniform distribution on (0, 1) for a seed of 32 bits. */
export function uniforms(seed) {
  const key = mixed(seed + 0x9e3779b9);
  return (i) => (mixed(mixed(i) ^ key) + 0.5) / 2 ** 32;
}

/** Return `count` draws from the standard normal distribution for a seed of 32 bits (Box and Muller 1958). */
export function normals(seed, count) {
  const uniform = uniforms(seed);
  const drawn = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform(i)));
    const angle = 2 * Math.PI * uniform(i + 1);
    drawn[i] = radius * Math.cos(angle);
    drawn[i + 1] = radius * Math.sin(angle); // beyond the end it goes nowhere
  }
  return drawn;
}

/** Return a seed that nobody knows. */
export const anySeed = () => Math.floor(Math.random() * 2 ** 32);
