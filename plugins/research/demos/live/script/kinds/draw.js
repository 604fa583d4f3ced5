// A pad to draw on: what the encoder makes of the drawing, and the decoder of that.
import { centred, stroke } from "../pen.js";

export function start(stage, { button, floats, latest, likeness, normals, sentence, toggle }) {
  const { figure, sheet } = stage;
  const [, height, width] = sheet.shape;
  const [least, most] = figure.encoder_range;
  const item = Float32Array.from(sheet.read(0, 0), (byte) => byte / 255);
  const posterior = [floats(figure.mean), floats(figure.log_variance)]; // of the item
  const asked = { size: width * height, outputs: [sheet.latents, sheet.latents] };
  let encoder = null;
  let ink = item;
  let noise = floats(figure.noise);
  let pen = [width / 2, height / 2];

  /** Return mean and log variance of what is on the pad. */
  const read = async () => {
    if (ink === item) return posterior;
    const seen = centred(ink, width).map((value) => least + (most - least) * value);
    if (!encoder) stage.say("The network that reads drawings is on its way");
    encoder ??= await stage.encoder();
    return encoder.run(seen, asked);
  };
  const answer = latest(async () => {
    try {
      const [mean, logVariance] = await read();
      const drawn = mean.map((value, i) => value + Math.exp(logVariance[i] / 2) * noise[i]);
      const pictures = await sheet.decode(Float32Array.of(...mean, ...drawn));
      pictures.forEach((picture, i) => sheet.draw(picture, 0, i + 1));
      const at = [...mean].map((value) => value.toFixed(1)).join(", ");
      const like = likeness(mean, figure.labels) || "Drawn";
      stage.say(sentence(like, mean.length === 2 && `at (${at})`));
    } catch (error) {
      stage.say(`The drawing cannot be read: its model could not be loaded (${error.message})`);
    }
  });
  const show = () => {
    const bytes = new Uint8ClampedArray(4 * ink.length).fill(255);
    ink.forEach((value, i) => bytes.fill(255 * value, 4 * i, 4 * i + 3));
    sheet.draw(new ImageData(bytes, width), 0, 0);
    return answer();
  };
  const move = (to, inks) => {
    if (inks) {
      ink = ink.slice();
      stroke(ink, width, pen, to);
    }
    pen = to;
    sheet.mark((pen[0] - 1) / width / 3, (pen[1] - 1) / height, 2 / width / 3, 2 / height);
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
  sheet.follow((x, y, goesOn) => {
    const to = [Math.min(3 * x, 1) * width, y * height];
    if (!goesOn) pen = to;
    move(to, true);
  });
  sheet.steer("Pad: the arrow keys move the pen, which draws while it is down", (x, y) =>
    move([Math.min(width, Math.max(0, pen[0] + x)), Math.min(height, Math.max(0, pen[1] + y))], down.ariaPressed === "true"),
  );
  // Its encoder is large, and needed by those who draw: it is fetched when the figure has been woken.
  stage.onattach = () => stage.encoder().catch(() => {}); // said when somebody draws
  return show();
}
