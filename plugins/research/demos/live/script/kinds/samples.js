// Samples from the prior: sample again, and hold the same samples nearer to or farther from the mean. Where
// two models are compared, both decode the same normal draws.
import { button, slider } from "../controls.js";
import { firstOf, scaled } from "../latents.js";
import { anySeed, normals } from "../normals.js";

export function start(stage) {
  const { figure, sheets } = stage;
  const [{ rows, columns }] = sheets;
  const width = Math.max(...sheets.map(({ latents }) => latents));
  let { seed, temperature } = figure;
  let noise = normals(seed, rows * columns * width);

  const say = () => {
    const values = { n: rows * columns, temperature: stage.number(temperature) };
    const text = stage.word(seed === figure.seed ? "first_samples" : "new_samples", values);
    const isStatic = seed === figure.seed && temperature === figure.temperature;
    for (const sheet of sheets) {
      const name = sheet.image.alt.split(":")[0].trim(); // of several models, that of this one
      sheet.rename(isStatic ? undefined : sheets.length > 1 ? `${name}: ${text}` : text);
    }
    stage.say(text);
  };
  const draw = stage.task(async (isStale) => {
    say();
    await Promise.all(
      sheets.map((sheet) => sheet.fill(scaled(firstOf(noise, width, sheet.latents), temperature), isStale)),
    );
  });
  const sample = (from) => {
    seed = from;
    noise = normals(seed, noise.length);
    draw();
  };
  const text = (value) => stage.number(value);
  const warmth = slider(
    stage.word("temperature"),
    { max: 2, step: 0.05, value: temperature, text },
    (value) => {
      temperature = value;
      draw();
    },
  );
  stage.state = { seed: { get: () => seed, set: (text) => sample(Number(text)) }, temperature: warmth };
  const again = button(stage.word("sample_again"), () => sample(anySeed()));
  stage.arrange([again, button(stage.word("first"), () => sample(figure.seed))], [warmth], draw);
  say();
}
