// The codes of test examples as points in a plane, of which every place can be decoded.

//: Steps of a slider across the plane, which are those of the arrow keys.
const STEPS = 200;
//: Test examples that are named.
const NEAREST = 3;
//: The width of the ring around the place, in parts of the plane.
const RING = 0.05;

export function start(stage, { element, floats, follow, inside, slider, steer }) {
  const { figure, host, sheet } = stage;
  const { extent, reach } = figure;
  const plot = host.querySelector(".research-demo-plane");
  const [svg, surface, ...items] = [...plot.children].slice(0, 2).concat(...plot.querySelectorAll("li"));
  const groups = [...svg.querySelectorAll("path[marker-mid]")].map((path, i) => ({
    path,
    label: items[i]?.textContent ?? "",
    points: pointsOf(path),
    isShown: true,
  }));
  const [base, axes] = [figure.base, figure.axes].map((each) => each && floats(each));
  const middles = floats(figure.middles);
  /** From the left and from the top, 0 to 1. @type {[number, number]} */
  const place = [0.5, 0.5];
  const ring = element("span", { className: "research-demo-ring" });
  surface.append(ring);
  surface.dataset.takes = "drags";

  /** Return the coordinate of a share of the way across the plane, and the share of a coordinate. */
  const coordinate = (share) => ((share - 0.5) / reach) * extent;
  const share = (value) => 0.5 + (value * reach) / extent;
  /** @returns {[number, number]} */
  const point = () => [coordinate(place[0]), coordinate(1 - place[1])];
  const latent = ([a, b]) =>
    axes ? base.map((value, i) => value + a * axes[i] + b * axes[base.length + i]) : Float32Array.of(a, b);
  const nearest = () => {
    const { width } = svg.viewBox.baseVal;
    const [x, y] = place.map((value) => value * width);
    const all = groups.flatMap(({ isShown, label, points }) =>
      isShown ? points.map((at) => [Math.hypot(at[0] - x, at[1] - y), label]) : [],
    );
    all.sort(([a], [b]) => a - b);
    return all
      .slice(0, NEAREST)
      .map(([, label]) => label)
      .join(", ");
  };
  const show = stage.task(async () => {
    const at = point();
    await stage.magnify(latent(at));
    const [x, y] = at.map((value) => stage.number(value, 1));
    const labels = nearest();
    stage.say([labels && stage.word("nearest", { labels }), stage.word("point", { x, y })]);
  });
  const text = (at) => stage.number(coordinate(at / STEPS));
  const [first, second] = svg.querySelectorAll("text:nth-last-of-type(-n + 2)");
  const sliders = [first, second].map((name, i) =>
    slider(name.textContent, { max: STEPS, step: 1, text }, (at) =>
      i ? move(place[0], 1 - at / STEPS) : move(at / STEPS, place[1]),
    ),
  );
  function move(x, y) {
    place.splice(0, 2, inside(x), inside(y));
    sliders[0].show(place[0] * STEPS);
    sliders[1].show((1 - place[1]) * STEPS);
    ring.style.translate = place.map((value) => `${(100 * (value - RING / 2)) / RING}%`).join(" ");
    return show();
  }

  stage.state.z = { get: point, set: (a, b) => move(share(Number(a)), 1 - share(Number(b))) };

  /** Make a button of an item of the legend, which shows or hides a class. */
  const switchable = (item, i) => {
    const button = element("button", { type: "button", ariaPressed: "true" }, ...item.childNodes);
    button.onclick = () => {
      const group = groups[i];
      group.isShown = !group.isShown;
      button.ariaPressed = String(group.isShown);
      group.path.style.display = group.isShown ? "" : "none";
      show();
    };
    item.append(button);
  };
  stage.onattach = () => items.forEach(switchable);

  follow(surface, move);
  steer(surface, stage.word("surface"), (x, y) => move(place[0] + x / STEPS, place[1] + y / STEPS));
  sheet.pick((_, column) => move(share(middles[2 * column]), 1 - share(middles[2 * column + 1])));
  stage.addLens("");
  stage.arrange([], sliders, show);
  return move(place[0], place[1]);
}

/** Return the corners [x, y] of a path that begins at one and then tells the steps to the next. */
function pointsOf(path) {
  const numbers = path.getAttribute("d").match(/-?\d+/g).map(Number);
  let [x, y] = [0, 0];
  return Array.from({ length: numbers.length / 2 }, (_, i) => [
    (x += numbers[2 * i]),
    (y += numbers[2 * i + 1]),
  ]);
}
