// Test examples: choose one, and sample from the posterior that the encoder found for it.
import { button, slider } from "../controls.js";
import { inside } from "../gestures.js";
import { floats } from "../latents.js";
import { anySeed, normals } from "../normals.js";

export async function start(stage) {
  const { figure, sheet } = stage;
  const { latents: size, columns } = sheet;
  const [means, deviations] = [floats(figure.means), floats(figure.deviations)];
  const count = means.length / size;
  let seed = anySeed();
  let noise = normals(seed, means.length);
  let multiplier = 0; // the static image shows means
  let example = 0;

  const place = (index) => [2 * Math.floor(index / columns) + 1, index % columns];
  const latents = () => means.map((mean, i) => mean + multiplier * deviations[i] * noise[i]);
  const chosen = (all) => all.slice(example * size, (example + 1) * size);
  const show = stage.task(async () => {
    const point = chosen(latents());
    await stage.magnify(point);
    sheet.markCell(...place(example));
    const which = stage.word(multiplier ? "posterior_sample" : "posterior_mean", { example: example + 1 });
    stage.say([which, stage.likeliest(point)]);
  });
  const redraw = stage.task(async (isStale) => {
    show();
    sheet.rename(multiplier ? stage.word("sampled") : undefined);
    await sheet.decodeEach(latents(), isStale, (image, index) => sheet.draw(image, ...place(index)));
  });
  const sample = (from) => {
    seed = from;
    noise = normals(seed, means.length);
    if (!multiplier) width.show((multiplier = 1));
    redraw();
  };
  const of = (value) => stage.word("of", { example: value, count });
  const examples = slider(stage.word("example"), { min: 1, max: count, step: 1, text: of }, (value) =>
    go(value - 1),
  );
  const go = (index) => {
    example = inside(index, count - 1);
    examples.show(example + 1);
    return show();
  };
  const text = (value) => `${stage.number(value, 1)} σ`;
  const width = slider(stage.word("multiplier"), { max: 3, step: 0.1, value: 0, text }, (value) => {
    multiplier = value;
    redraw();
  });

  stage.state = {
    seed: { get: () => seed, set: (text) => sample(Number(text)) },
    example: examples,
    sigma: width,
  };
  stage.addLens("");
  stage.arrange([button(stage.word("sample"), () => sample(anySeed()))], [examples, width], redraw);
  sheet.pick((row, column) => go(Math.floor(row / 2) * columns + column));
  sheet.steer(stage.word("surface"), (x, y) => go(example + x + y * columns));
  return show();
}
