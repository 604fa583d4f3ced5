// A pad to draw on: what the encoder makes of the drawing, and the decoder of that.
import { button, toggle } from "../controls.js";
import { latest } from "../latest.js";
import { floats, labelsOf, normals } from "../latents.js";
import { centred, stroke } from "../pen.js";
import { rgba } from "../pixels.js";

export function start(stage) {
  const { figure } = stage;
  const [, height, width] = figure.shape;
  const [least, most] = figure.encoder_range;
  const item = Float32Array.from(stage.read(0, 0), (byte) => byte / 255);
  let ink = item.slice();
  let noise = floats(figure.noise);
  let pen = [width / 2, height / 2];

  const show = latest(async () => {
    stage.draw(rgba(ink, [1, height, width], [0, 1]), 0, 0);
    const seen = ink.some((value, i) => value !== item[i]) ? centred(ink, width) : ink;
    const [mean, logVariance] = await stage.encoder.run(seen.map((value) => least + (most - least) * value));
    const drawn = mean.map((value, i) => value + Math.exp(logVariance[i] / 2) * noise[i]);
    const pictures = await stage.decode(Float32Array.of(...mean, ...drawn));
    pictures.forEach((bytes, i) => stage.draw(bytes, 0, i + 1));
    const where = mean.length === 2 ? `, at (${[...mean].map((value) => value.toFixed(1)).join(", ")})` : "";
    const like = figure.labels ? `Most like a ${labelsOf(mean, figure.labels).join(" or a ")}` : "Drawn";
    stage.say(`${like}${where}`);
  });
  const move = (to, inks) => {
    if (inks) stroke(ink, width, pen, to);
    pen = to;
    stage.mark((pen[0] - 1) / width / 3, (pen[1] - 1) / height, 2 / width / 3, 2 / height);
    return inks && show();
  };
  const down = toggle("Pen down", false, (on) => on && move(pen, true));
  const clear = button("Clear", () => {
    ink = new Float32Array(width * height);
    show();
  });
  const again = button("Draw from the posterior", () => {
    noise = normals(noise.length);
    show();
  });

  stage.arrange([clear, down], [again], []);
  stage.follow((x, y, goesOn) => {
    const to = [Math.min(3 * x, 1) * width, y * height];
    if (!goesOn) pen = to;
    move(to, true);
  });
  stage.steer("Pad: the arrow keys move the pen, which draws while it is down", (x, y) =>
    move([Math.min(width, Math.max(0, pen[0] + x)), Math.min(height, Math.max(0, pen[1] + y))], down.ariaPressed === "true"),
  );
  return show();
}
