// A classifier: what it makes of a test example, or of what a reader draws on it.
import { ownImage } from "../own.js";
import { pad } from "../pad.js";

//: Classes that are shown in their order: of more, the likeliest.
const MOST = 12;

export function start(stage, shared) {
  const { follow, inside, rewrite, slider, steer } = shared;
  const { figure, host, sheet } = stage;
  const [model] = stage.models;
  const { surface, shape, range } = sheet;
  const [channels, height, width] = shape;
  const { labels } = figure;
  const size = channels * height * width;
  const all = Uint8Array.from(atob(figure.examples), (byte) => byte.charCodeAt(0));
  const count = all.length / size;
  const rows = [...host.querySelectorAll(".research-demo-bars li")];
  const cut = (at) => Float32Array.from(all.subarray(at * size, (at + 1) * size), (byte) => byte / 255);
  let example = figure.first;

  const probabilities = (output) => {
    if (!figure.is_logits) return [...output];
    const most = Math.max(...output);
    const powers = [...output].map((value) => Math.exp(value - most));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((value) => value / sum);
  };
  const percent = (share) => `${stage.number(100 * share, 1)} %`;
  const show = stage.task(async () => {
    if (shown.isEmpty()) return stage.say(stage.word("empty"));
    const seen = shown.seen().map((value) => range[0] + (range[1] - range[0]) * value);
    const [output] = await model.run(seen, { size, shape, outputs: [labels.length] });
    const shares = probabilities(output);
    const falling = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
    const listed = labels.length > MOST ? falling : shares.map((_, i) => i);
    rows.forEach(({ children: [label, bar, number] }, i) => {
      rewrite(label, labels[listed[i]]);
      /** @type {HTMLProgressElement} */ (bar).value = shares[listed[i]];
      rewrite(number, percent(shares[listed[i]]));
    });
    const isExample = shown.isExample();
    const what = isExample ? stage.word("of_example", { example: example + 1 }) : stage.word("of_drawing");
    const [first, second] = falling.map((at) =>
      stage.word("class", { label: labels[at], share: percent(shares[at]) }),
    );
    sheet.rename(isExample && example === figure.first ? undefined : what);
    stage.say([what, first, second]);
  });
  const shown = (channels === 1 ? pad : picture)(stage, shared, cut(example), show);
  const take = (at) => {
    example = inside(at, count - 1);
    examples.show(example + 1);
    return shown.begin(cut(example));
  };
  const of = (value) => stage.word("of", { example: value, count });
  const examples = slider(
    stage.word("example"),
    { min: 1, max: count, step: 1, value: example + 1, text: of },
    (value) => take(value - 1),
  );
  stage.state = { example: examples };
  if (channels > 1) {
    surface.dataset.takes = "taps";
    steer(surface, stage.word("examples"), (x, y) => take(example + x + y));
    follow(surface, () => take((example + 1) % count));
  }
  stage.arrange(shown.buttons, [examples]);
  return shown.show();
}

/** Return what shows an image in colours, an example or the reader's own, as a pad shows grey ones. */
function picture(stage, shared, example, onchange) {
  const { button } = shared;
  const { sheet } = stage;
  const [channels, height, width] = sheet.shape;
  let values = example;

  const image = () => {
    const bytes = new Uint8ClampedArray(4 * width * height).fill(255);
    for (let i = 0; i < width * height; i += 1) {
      for (let c = 0; c < channels; c += 1) bytes[4 * i + c] = 255 * values[c * width * height + i];
    }
    return new ImageData(bytes, width);
  };
  const take = (other) => {
    values = other;
    sheet.draw(image(), 0, 0);
    return onchange();
  };
  const back = button(stage.word("back"), () => take(example));
  return {
    buttons: channels === 3 ? [back, ownImage(stage, shared, take)] : [back],
    show: () => take(values),
    isEmpty: () => false,
    isExample: () => values === example,
    seen: () => values,
    begin: (other) => take((example = other)),
  };
}
