// Normal draws from a seed, the same as those of normals.py: what was drawn need not be sent.

/** Return a number of 32 bits that looks like chance for each `value` (Appleby's finalizer, Wellons' constants). */
function mixed(value) {
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
  return (value ^ (value >>> 15)) >>> 0;
}

/** Return `count` draws from the standard normal distribution for a seed of 32 bits (Box and Muller 1958). */
export function normals(seed, count) {
  const key = mixed(seed + 0x9e3779b9);
  const uniform = (i) => (mixed(mixed(i) ^ key) + 0.5) / 2 ** 32;
  return Float32Array.from({ length: count }, (_, i) => {
    const angle = 2 * Math.PI * uniform(i | 1);
    return Math.sqrt(-2 * Math.log(uniform(i & ~1))) * (i % 2 ? Math.sin(angle) : Math.cos(angle));
  });
}

/** Return a seed that nobody knows. */
export const anySeed = () => Math.floor(Math.random() * 2 ** 32);
