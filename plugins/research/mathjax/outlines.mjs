// Outlines of glyphs in relative coordinates, which are smaller numbers: a page is sent a quarter less of them.

// How many numbers each command of a path takes (SVG 2, section 9.3). MathJax's fonts have no others.
const COUNT = {M: 2, L: 2, C: 6, Z: 0};
const known = new Map();

// Return the path `outline`, whose coordinates are absolute, as the same path with relative ones.
export function relative(outline) {
  if (!known.has(outline)) known.set(outline, /[^MLCZ\d\s.,-]/.test(outline) ? outline : rewrite(outline));
  return known.get(outline);
}

function rewrite(outline) {
  let [text, last, here, start] = ['', '', [0, 0], [0, 0]];
  for (const [, command, rest] of outline.matchAll(/([MLCZ])([^MLCZ]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    if (command === 'Z') [text, last, here] = [`${text}z`, 'z', start];
    for (let at = 0; at < numbers.length; at += COUNT[command]) {
      const points = numbers.slice(at, at + COUNT[command]);
      const steps = joined(points.map((number, axis) => +(number - here[axis % 2]).toFixed(3)));
      const repeated = command === last && command !== 'M';
      text += repeated ? (steps.startsWith('-') ? steps : ` ${steps}`) : command.toLowerCase() + steps;
      [last, here] = [command, points.slice(-2)];
      if (command === 'M') start = here;
    }
  }
  return text;
}

function joined(numbers) {
  return numbers.join(' ').replaceAll(' -', '-');
}
