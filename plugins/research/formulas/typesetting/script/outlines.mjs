// Outlines of glyphs in as few characters as a path can say them: coordinates are even and relative, which makes for few
// and small numbers, and lines along an axis and smooth curves have commands that leave out what is known (SVG 2,
// section 9.3).

// How many numbers each command of a path takes. MathJax's fonts have no others.
const COUNT = { M: 2, L: 2, C: 6, Z: 0 };
const GRID = 2; // of the 1000 units of an em: at 20 px, no point moves by more than 0.02 px
const known = new Map();

// Return the path `outline`, whose coordinates are absolute, on the grid and in fewer characters.
export function relative(outline) {
  if (!known.has(outline)) known.set(outline, /[^MLCZ\d\s.,-]/.test(outline) ? outline : rewrite(outline));
  return known.get(outline);
}

function rewrite(outline) {
  let [text, last, here, start, bend] = ["", "", [0, 0], [0, 0], [0, 0]];
  const say = (command, numbers) => {
    const steps = numbers.join(" ").replaceAll(" -", "-");
    text +=
      command !== last || command === "m" ? command + steps : steps.startsWith("-") ? steps : ` ${steps}`;
    last = command;
  };
  for (const [command, points] of onGrid(commands(outline))) {
    const steps = points.map((number, axis) => number - here[axis % 2]);
    if (command === "Z") say("z", []);
    else say(...shortest(command.toLowerCase(), steps, bend));
    if (command === "M") start = points;
    bend = bendOf(command, points);
    here = command === "Z" ? start : points.slice(-2);
  }
  return text;
}

// Round all points; a curve that was smooth stays so.
function* onGrid(commands) {
  let [here, bend, roundedHere, roundedBend] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  for (const [command, points] of commands) {
    const rounded = points.map((number) => GRID * Math.round(number / GRID));
    if (command === "C" && points.slice(0, 2).every((number, axis) => number - here[axis] === bend[axis])) {
      for (const axis of [0, 1]) rounded[axis] = roundedHere[axis] + roundedBend[axis];
    }
    [here, bend] = [points.slice(-2), bendOf(command, points)];
    [roundedHere, roundedBend] = [rounded.slice(-2), bendOf(command, rounded)];
    yield [command, rounded];
  }
}

// How the last control point of a curve leads to its end.
function bendOf(command, points) {
  return command === "C" ? [points[4] - points[2], points[5] - points[3]] : [0, 0];
}

function* commands(outline) {
  for (const [, command, rest] of outline.matchAll(/([MLCZ])([^MLCZ]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    if (command === "Z") yield [command, []];
    for (let at = 0; at < numbers.length; at += COUNT[command]) {
      yield [command, numbers.slice(at, at + COUNT[command])];
    }
  }
}

// A curve is smooth if its first control point goes on from the last one of the curve before, as `bend` says.
function shortest(command, steps, bend) {
  const [x, y] = steps;
  if (command === "l" && !y) return ["h", [x]];
  if (command === "l" && !x) return ["v", [y]];
  if (command === "c" && x === bend[0] && y === bend[1]) return ["s", steps.slice(2)];
  return [command, steps];
}
