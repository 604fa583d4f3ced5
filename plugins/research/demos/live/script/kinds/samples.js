// Draws from the prior: draw again, and hold the same draws nearer to or farther from the middle. Where
// two models are compared, both draw from the same numbers.
import { button, slider } from "../controls.js";
import { latest } from "../latest.js";
import { firstOf, floats, normals, scaled } from "../latents.js";

export function start(stage) {
  const { figure, sheets } = stage;
  const [{ rows, columns }] = sheets;
  const width = Math.max(...sheets.map(({ latents }) => latents));
  const first = floats(figure.noise); // (rows · columns, width)
  let noise = first;
  let temperature = figure.temperature;

  const draw = latest(async () => {
    const latents = sheets.map((sheet) => scaled(firstOf(noise, width, sheet.latents), temperature));
    const drawn = await Promise.all(sheets.map((sheet, i) => sheet.decode(latents[i])));
    sheets.forEach((sheet, i) => sheet.fill(drawn[i]));
    say();
  });
  const say = () => {
    const which = noise === first ? "The first draws" : `${rows * columns} new draws`;
    const whose = sheets.length > 1 ? ", the same for both models" : "";
    stage.say(`${which}${whose}, temperature ${temperature.toFixed(2)}`);
  };
  const redraw = (drawn) => {
    noise = drawn;
    return draw();
  };
  const warmth = slider(
    "Temperature",
    { max: 2, step: 0.05, value: temperature, text: (value) => value.toFixed(2) },
    (value) => {
      temperature = value;
      draw();
    },
  );
  stage.arrange(
    [button("Draw again", () => redraw(normals(first.length))), button("First draws", () => redraw(first))],
    [warmth],
    [],
  );
  say();
}
