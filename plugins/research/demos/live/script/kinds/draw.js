// A pad to draw on: what the encoder makes of the drawing, and the decoder of that.
import { pad } from "../pad.js";

export function start(stage, shared) {
  const { anySeed, button, floats, normals, sentence } = shared;
  const { figure, sheet } = stage;
  const { latents } = sheet;
  const [, height, width] = sheet.shape;
  const [least, most] = figure.encoder_range;
  const example = Float32Array.from(sheet.read(0, 0), (byte) => byte / 255);
  const posterior = [floats(figure.mean), floats(figure.log_variance)]; // of the example
  const asked = { size: width * height, shape: [1, height, width], outputs: [latents, latents] };
  let [encoder, seed] = [null, figure.seed];

  /** Return mean and log variance of what is on the pad. */
  const read = async () => {
    if (drawing.isExample()) return posterior;
    const seen = drawing.seen().map((value) => least + (most - least) * value);
    if (!encoder) stage.say(stage.word("encoder"), true);
    encoder ??= await stage.encoder();
    return encoder.run(seen, asked);
  };
  const describe = (text, isStatic) => {
    sheet.rename(isStatic ? undefined : text);
    stage.say(text);
  };
  const answer = stage.task(async () => {
    if (drawing.isEmpty()) {
      for (const column of [1, 2]) sheet.draw(drawing.image(drawing.ink()), 0, column);
      return describe(stage.word("empty"));
    }
    const isExample = drawing.isExample();
    const [mean, logVariance] = await read();
    const noise = normals(seed, latents);
    const sampled = mean.map((value, i) => value + Math.exp(logVariance[i] / 2) * noise[i]);
    const images = await sheet.decode(Float32Array.of(...mean, ...sampled));
    if (drawing.isEmpty()) return; // cleared meanwhile
    images.forEach((each, i) => sheet.draw(each, 0, i + 1));
    const [x, y] = [...mean].map((value) => stage.number(value, 1));
    const what = stage.word(isExample ? "of_example" : "of_drawing");
    describe(
      sentence([what, stage.likeliest(mean), latents === 2 && stage.word("point", { x, y })]),
      isExample && seed === figure.seed,
    );
  });
  const drawing = pad(stage, shared, example, answer);
  const again = button(stage.word("sample"), () => {
    seed = anySeed();
    answer();
  });

  const setSeed = (text) => {
    seed = Number(text);
    answer();
  };
  stage.state.seed = { get: () => seed, set: setSeed };

  stage.arrange([...drawing.buttons, again], [], answer);
  // Its encoder is large, and needed by those who draw: it is fetched when the figure has been activated.
  stage.onattach = () => stage.encoder().catch(() => {}); // said when somebody draws
  return drawing.show();
}
