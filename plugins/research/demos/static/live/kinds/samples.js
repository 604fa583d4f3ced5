// Draws from the prior: draw again, and hold the same draws nearer to or farther from the middle.
import { button, slider } from "../controls.js";
import { latest } from "../latest.js";
import { floats, normals, scaled } from "../latents.js";

export function start(stage) {
  const { rows, columns } = stage.sheet;
  const first = floats(stage.figure.noise);
  let noise = first;
  let temperature = stage.figure.temperature;

  const draw = latest(async () => {
    const pictures = await stage.decode(scaled(noise, temperature));
    pictures.forEach((bytes, i) => stage.draw(bytes, Math.floor(i / columns), i % columns));
    say();
  });
  const say = () => {
    const which = noise === first ? "The first draws" : `${rows * columns} new draws`;
    stage.say(`${which}, temperature ${temperature.toFixed(2)}`);
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
