// A pad to draw on: what the encoder makes of the drawing, and the decoder of that.
import { centred, stroke } from "../pen.js";

//: Drawings to go back to.
const PAST = 50;

export function start(stage, shared) {
  const { anySeed, button, element, floats, follow, inside, normals, sentence, steer, toggle } = shared;
  const { figure, host, sheet } = stage;
  const { latents, surface } = sheet;
  const [, height, width] = sheet.shape;
  const [least, most] = figure.encoder_range;
  const example = Float32Array.from(sheet.read(0, 0), (byte) => byte / 255);
  const posterior = [floats(figure.mean), floats(figure.log_variance)]; // of the example
  const asked = { size: width * height, shape: [1, height, width], outputs: [latents, latents] };
  const past = [];
  let [encoder, ink, seed, pen, isOnPad] = [null, example, figure.seed, [width / 2, height / 2], true];

  const pad = element("span", { className: "research-demo-pad" });
  const large = element("canvas", {
    className: `research-demo-large ${sheet.image.className}`,
    width,
    height,
  });
  large.ariaHidden = "true"; // the sheet says the same

  /** Return mean and log variance of what is on the pad. */
  const read = async () => {
    if (ink === example) return posterior;
    const seen = centred(ink, width).map((value) => least + (most - least) * value);
    if (!encoder) stage.say(stage.word("encoder"), true);
    encoder ??= await stage.encoder();
    return encoder.run(seen, asked);
  };
  const image = (values) => {
    const bytes = new Uint8ClampedArray(4 * values.length).fill(255);
    values.forEach((value, i) => bytes.fill(255 * value, 4 * i, 4 * i + 3));
    return new ImageData(bytes, width);
  };
  const describe = (text, isStatic) => {
    sheet.rename(isStatic ? undefined : text);
    stage.say(text);
  };
  const answer = stage.task(async () => {
    if (!ink.some(Boolean)) {
      for (const column of [1, 2]) sheet.draw(image(ink), 0, column);
      return describe(stage.word("empty"));
    }
    const shown = ink;
    const [mean, logVariance] = await read();
    const noise = normals(seed, latents);
    const sampled = mean.map((value, i) => value + Math.exp(logVariance[i] / 2) * noise[i]);
    const images = await sheet.decode(Float32Array.of(...mean, ...sampled));
    if (!ink.some(Boolean)) return; // cleared meanwhile
    images.forEach((each, i) => sheet.draw(each, 0, i + 1));
    const [x, y] = [...mean].map((value) => stage.number(value, 1));
    const what = stage.word(shown === example ? "of_example" : "of_drawing");
    describe(
      sentence([what, stage.likeliest(mean), latents === 2 && stage.word("point", { x, y })]),
      shown === example && seed === figure.seed,
    );
  });
  const show = () => {
    sheet.draw(image(ink), 0, 0);
    large.getContext("2d").putImageData(image(ink), 0, 0);
    return answer();
  };
  const keep = () => past.push(ink) > PAST && past.shift();
  const take = (drawn) => {
    keep();
    ink = drawn;
    show();
  };
  const move = (to, inks) => {
    if (inks) {
      ink = ink.slice();
      stroke(ink, width, pen, to);
      show();
    }
    pen = to;
    sheet.mark((pen[0] - 1) / width / 3, (pen[1] - 1) / height, 2 / width / 3, 2 / height);
  };
  /** Draw from where the pointer was; a finger only with the pen down, which it puts down itself. */
  const draw = (x, y, goesOn, { pointerType }) => {
    if (!goesOn) {
      isOnPad = x < 1 && y < 1;
      if (!isOnPad) return;
      pen = [x * width, y * height];
      if (pointerType === "touch" && !isDown()) return down.set(true);
      keep();
    }
    if (isOnPad) move([x * width, y * height], true);
  };

  const down = toggle(stage.word("pen"), false, (on) => {
    pad.toggleAttribute("data-down", on);
    stage.say(stage.word(on ? "pen_down" : "pen_up"));
    if (on && matchMedia("(max-width: 40rem) and (pointer: coarse)").matches) enlarge();
    else if (!on && dialog.open) dialog.close();
  });
  const isDown = () => down.ariaPressed === "true";
  const undo = button(stage.word("undo"), () => {
    if (!past.length) return;
    ink = past.pop();
    show();
  });
  const clear = button(stage.word("clear"), () => take(new Float32Array(width * height)));
  const back = button(stage.word("back"), () => take(example));
  const again = button(stage.word("sample"), () => {
    seed = anySeed();
    answer();
  });

  // On a small phone the pad has the whole screen, and all of the figure with it.
  const done = button(stage.word("done"), () => dialog.close());
  const dialog = element(
    "dialog",
    { className: "research-demo-full", ariaLabel: stage.word("surface") },
    done,
    large,
  );
  const enlarge = () => {
    const children = [...host.children];
    host.style.blockSize = `${host.offsetHeight}px`;
    host.append(dialog);
    dialog.append(...children);
    dialog.showModal();
    dialog.onclose = () => {
      host.replaceChildren(...children);
      host.style.blockSize = "";
      if (isDown()) down.set(false);
      down.focus({ preventScroll: true });
    };
  };

  surface.append(pad);
  follow(surface, (x, y, ...others) => draw(3 * x, y, ...others), isDown);
  follow(large, draw, () => true);
  steer(surface, stage.word("surface"), (x, y) => {
    if (isDown()) keep();
    move([inside(pen[0] + x, width), inside(pen[1] + y, height)], isDown());
  });
  surface.addEventListener("keydown", ({ key }) => key === "Escape" && isDown() && down.set(false));
  stage.arrange([down, undo, clear, back, again], [], answer);
  // Its encoder is large, and needed by those who draw: it is fetched when the figure has been activated.
  stage.onattach = () => stage.encoder().catch(() => {}); // said when somebody draws
  return show();
}
