// A classifier: what it makes of a test example, or of what a reader draws on it.
import { centred, stroke } from "../pen.js";

//: Classes that are shown in their order: of more, the likeliest.
const MOST = 12;

export function start(stage, { element, button, follow, inside, slider, steer, toggle }) {
  const { figure, host, sheet } = stage;
  const [model] = stage.models;
  const { surface, shape, range } = sheet;
  const [channels, height, width] = shape;
  const { labels } = figure;
  const size = channels * height * width;
  const all = Uint8Array.from(atob(figure.examples), (byte) => byte.charCodeAt(0));
  const count = all.length / size;
  const isGrey = channels === 1;
  const rows = [...host.querySelectorAll(".research-demo-bars li")];
  const cut = (at) => Float32Array.from(all.subarray(at * size, (at + 1) * size), (byte) => byte / 255);
  let [example, values, pen] = [figure.first, cut(figure.first), [width / 2, height / 2]];

  const image = () => {
    const bytes = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i += 1) {
      for (let c = 0; c < Math.max(3, channels); c += 1) {
        bytes[4 * i + c] = 255 * values[isGrey ? i : c * width * height + i];
      }
    }
    return new ImageData(bytes, width);
  };
  const probabilities = (output) => {
    if (!figure.is_logits) return [...output];
    const most = Math.max(...output);
    const powers = [...output].map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((value) => value / sum);
  };
  const percent = (share) => `${stage.number(100 * share, 1)} %`;
  const show = stage.task(async () => {
    const isDrawn = example < 0;
    if (isDrawn && !values.some(Boolean)) return stage.say(stage.word("empty"));
    const seen = (isDrawn ? centred(values, width) : values).map(
      (value) => range[0] + (range[1] - range[0]) * value,
    );
    const [output] = await model.run(seen, { size, shape, outputs: [labels.length] });
    const shares = probabilities(output);
    const falling = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
    const shown = labels.length > MOST ? falling : shares.map((_, i) => i);
    rows.forEach(({ children: [label, bar, number] }, i) => {
      label.textContent = labels[shown[i]];
      /** @type {HTMLProgressElement} */ (bar).value = shares[shown[i]];
      number.textContent = percent(shares[shown[i]]);
    });
    const what = isDrawn ? stage.word("of_drawing") : stage.word("of_example", { example: example + 1 });
    const [first, second] = falling.map((at) =>
      stage.word("class", { label: labels[at], share: percent(shares[at]) }),
    );
    sheet.rename(example === figure.first ? undefined : what);
    stage.say([what, first, second]);
  });
  const draw = () => {
    sheet.draw(image(), 0, 0);
    return show();
  };
  const take = (at) => {
    example = inside(at, count - 1);
    values = cut(example);
    examples.show(example + 1);
    return draw();
  };
  const of = (value) => stage.word("of", { example: value, count });
  const examples = slider(
    stage.word("example"),
    { min: 1, max: count, step: 1, value: example + 1, text: of },
    (value) => take(value - 1),
  );

  stage.state = { example: examples };
  if (!isGrey) {
    surface.dataset.takes = "taps";
    steer(surface, stage.word("examples"), (x, y) => take(example + x + y));
    follow(surface, () => take((example + 1) % count));
    stage.arrange([], [examples]);
    return draw();
  }
  surface.dataset.takes = "drags";
  const mark = () => sheet.mark((pen[0] - 1) / width, (pen[1] - 1) / height, 2 / width, 2 / height);
  const ink = (to) => {
    example = -1;
    values = values.slice();
    stroke(values, width, pen, to);
    pen = to;
    mark();
    return draw();
  };
  const pad = surface.appendChild(element("span", { className: "research-demo-pad" }));
  const down = toggle(stage.word("pen"), false, (on) => {
    pad.toggleAttribute("data-down", on);
    stage.say(stage.word(on ? "pen_down" : "pen_up"));
  });
  const isDown = () => down.ariaPressed === "true";
  const clear = button(stage.word("clear"), () => {
    example = -1;
    values = new Float32Array(size);
    return draw();
  });
  follow(
    surface,
    (x, y, goesOn, { pointerType }) => {
      const to = [inside(x) * width, inside(y) * height];
      if (!goesOn) pen = to;
      if (!goesOn && pointerType === "touch" && !isDown()) return down.set(true);
      ink(to);
    },
    isDown,
  );
  steer(surface, stage.word("surface"), (x, y) => {
    const to = [inside(pen[0] + x, width), inside(pen[1] + y, height)];
    if (isDown()) return ink(to);
    pen = to;
    mark();
  });
  surface.addEventListener("keydown", ({ key }) => key === "Escape" && isDown() && down.set(false));
  stage.arrange([down, clear, button(stage.word("back"), () => take(figure.first))], [examples]);
  return draw();
}
