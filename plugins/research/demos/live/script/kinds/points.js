// Points of the plane: a latent and the point that it becomes, codes of the data, and samples.

//: Steps of a slider across the plane of latents, which are those of the arrow keys.
const STEPS = 200;
//: The width of the ring around a place, in parts of a plane, where it stands for no deviation.
const RING = 0.05;

export function start(stage, { anySeed, button, element, follow, inside, normals, slider, steer }) {
  const { figure, host } = stage;
  const { latents, extents, reach, scale, deviations = [] } = figure;
  const [model] = stage.models;
  const planes = [...host.querySelectorAll(".research-demo-plane")].map((plot, i) => {
    const svg = plot.querySelector("svg");
    const over = plot.querySelector(".research-demo-over");
    const ring = over.appendChild(element("span", { className: "research-demo-ring" }));
    const paths = [...svg.querySelectorAll("path[marker-mid]")];
    over.dataset.takes = "drags";
    return { over, ring, paths, extent: extents[i], size: svg.viewBox.baseVal.width };
  });
  const [plane, codes] = planes;
  const items = [...host.querySelectorAll(".research-demo-legend li")];
  const count = Math.min(latents, 2);
  const share = (value, { extent }) => 0.5 + (value * reach) / extent;
  const value = (at, { extent }) => ((at - 0.5) / reach) * extent;
  const reached = codes ?? { extent: 3 };
  const examples = codes ? plane.paths.slice(0, -1).flatMap(pointsOf) : [];
  const places = codes ? codes.paths.flatMap(pointsOf) : [];
  const latent = new Float32Array(latents);
  let [chosen, seed] = [-1, figure.seed];

  /** Put the ring of a plane at shares of its width and height; it is `across` and `up` of them wide and high. */
  const put = ({ ring }, x, y, across = RING, up = across) => {
    Object.assign(ring.style, { inlineSize: `${100 * across}%`, blockSize: `${100 * up}%` });
    ring.style.translate = `${100 * (x / across - 0.5)}% ${100 * (y / up - 0.5)}%`;
  };
  const decode = async (inputs) =>
    (await model.run(inputs, { size: latents, outputs: [2], shape: [latents] }))[0];
  const text = (number) => stage.number(number);
  /** @param {number[]} point */
  const pair = ([x, y]) => (y === undefined ? text(x) : `(${text(x)}, ${text(y)})`);
  const show = stage.task(async () => {
    const shown = latent.slice();
    const [x, y] = await decode(shown);
    const width = scale ? (4 * scale * reach) / plane.extent : RING;
    put(plane, share(x, plane), 1 - share(y, plane), width);
    const example = chosen >= 0 && stage.word("posterior", { example: chosen + 1 });
    stage.say([example, stage.word("becomes", { z: pair([...shown].slice(0, count)), x: pair([x, y]) })]);
  });
  const sliders = ["z₁", "z₂"].slice(0, count).map((name, i) => {
    const most = reached.extent;
    const options = { min: -most, max: most, step: (2 * most) / STEPS, value: 0, text };
    return slider(name, options, (now) => move(Object.assign([...latent], { [i]: now })));
  });
  /** Take a latent; `example` is the one whose posterior it is the mean of. */
  function move(to, example = -1) {
    chosen = example;
    const most = reached.extent;
    sliders.forEach((each, i) => each.show((latent[i] = inside(to[i] + most, 2 * most) - most)));
    if (codes) {
      const widths = chosen < 0 ? [] : [0, 1].map((i) => (4 * deviations[2 * chosen + i] * reach) / most);
      put(codes, share(latent[0], codes), 1 - share(latent[1], codes), ...widths);
    }
    return show();
  }
  const of = (now) => stage.word("of", { example: now, count: examples.length });
  const pick = slider(
    stage.word("example"),
    { min: 1, max: examples.length || 1, step: 1, text: of },
    (now) => choose(now - 1),
  );
  function choose(example) {
    pick.show(example + 1);
    const [x, y] = places[example];
    return move([value(x / codes.size, codes), value(1 - y / codes.size, codes)], example);
  }
  const nearest = (x, y) => {
    const away = examples.map(([a, b]) => Math.hypot(a - x * plane.size, b - y * plane.size));
    return away.indexOf(Math.min(...away));
  };

  const draw = stage.task(async () => {
    const width = latents + 2;
    const drawn = normals(seed, figure.count * width);
    const means = await decode(drawn.filter((_, i) => i % width < latents));
    const at = [];
    for (let i = 0; i < figure.count; i += 1) {
      const [x, y] = [0, 1].map((axis) => means[2 * i + axis] + scale * drawn[i * width + latents + axis]);
      const corner = [share(x, plane), 1 - share(y, plane)].map((each) => Math.round(each * plane.size));
      if (corner.every((each) => each > 0 && each < plane.size)) at.push(corner.join(" "));
    }
    plane.paths.at(-1).setAttribute("d", at.length ? `M${at.join("L")}` : "M0 0");
    stage.say(stage.word(seed === figure.seed ? "first_samples" : "new_samples", { n: figure.count }));
  });
  const sample = (from) => {
    seed = from;
    return draw();
  };
  const again = button(stage.word("sample_again"), () => sample(anySeed()));

  /** Make a button of an item of the legend, which shows or hides a class in both planes. */
  const switchable = (item, i) => {
    const made = element("button", { type: "button", ariaPressed: "true" }, ...item.childNodes);
    made.onclick = () => {
      const isShown = made.ariaPressed !== "true";
      made.ariaPressed = String(isShown);
      for (const { paths } of planes) if (paths[i]) paths[i].style.display = isShown ? "" : "none";
      stage.say([item.textContent, stage.word(isShown ? "shown" : "hidden")].join(": "));
    };
    item.append(made);
  };
  stage.state = {
    seed: { get: () => seed, set: (text) => Number(text) !== seed && sample(Number(text)) },
    z: { get: () => [...latent].slice(0, count), set: (...texts) => move(texts.map(Number)) },
  };
  stage.onattach = () => items.forEach(switchable);

  const arrows = (x, y) =>
    move([latent[0] + (2 * x * reached.extent) / STEPS, latent[1] - (2 * y * reached.extent) / STEPS]);
  const { over } = codes ?? plane;
  steer(over, stage.word("surface"), arrows);
  if (codes) follow(codes.over, (x, y) => move([value(inside(x), codes), value(1 - inside(y), codes)]));
  follow(plane.over, (x, y) => (codes ? choose(nearest(x, y)) : show()));
  stage.arrange([again], codes ? [...sliders, pick] : sliders);
  return move([...latent]);
}

/** Return the corners [x, y] of a path that begins at one and then tells the steps to the next. */
function pointsOf(path) {
  const numbers = path.getAttribute("d").match(/-?\d+/g)?.map(Number) ?? [];
  let [x, y] = [0, 0];
  return Array.from({ length: numbers.length / 2 }, (_, i) => [
    (x += numbers[2 * i]),
    (y += numbers[2 * i + 1]),
  ]);
}
