// Samples of a model with labels: a row a label, and in each column the same latent.

export function start(stage, { anySeed, button, inside, normals, slider }) {
  const { figure, sheet } = stage;
  const { columns, latents: size } = sheet;
  const { names, rows } = figure;
  // Each row has a condition of its own, so latents go to the decoder with theirs behind them.
  sheet.latents = size + sheet.condition.length;
  sheet.condition = [];
  let { seed, temperature } = figure;
  let [row, column] = [0, 0];
  /** Return the inputs of the decoder for a row, from one column on. */
  const inputs = (row, begin, end) => {
    const latents = normals(seed, columns * size).map((value) => value * temperature);
    const columnsOf = Array.from({ length: end - begin }, (_, i) => begin + i);
    return Float32Array.from(
      columnsOf.flatMap((at) => [...latents.subarray(at * size, (at + 1) * size), ...rows[row]]),
    );
  };

  const show = stage.task(async () => {
    await stage.magnify(inputs(row, column, column + 1));
    sheet.markCell(row, column);
    stage.say(stage.word("shown", { label: names[row], column: column + 1 }));
  });
  const redraw = stage.task(async (isStale) => {
    const isStatic = seed === figure.seed && temperature === figure.temperature;
    sheet.rename(isStatic ? undefined : stage.word("redrawn", { temperature: stage.number(temperature) }));
    show();
    for (let at = 0; at < rows.length && !isStale(); at += 1) {
      await sheet.decodeEach(inputs(at, 0, columns), isStale, (image, i) => sheet.draw(image, at, i));
    }
  });
  const sample = (from) => {
    seed = from;
    redraw();
  };
  const go = (toRow, toColumn) => {
    row = inside(toRow, rows.length - 1);
    column = inside(toColumn, columns - 1);
    return show();
  };
  const text = (value) => stage.number(value);
  const warmth = slider(
    stage.word("temperature"),
    { max: 2, step: 0.05, value: temperature, text },
    (value) => {
      temperature = value;
      redraw();
    },
  );

  stage.state = { seed: { get: () => seed, set: (text) => sample(Number(text)) }, temperature: warmth };
  stage.addLens("");
  const again = button(stage.word("sample_again"), () => sample(anySeed()));
  stage.arrange([again, button(stage.word("first"), () => sample(figure.seed))], [warmth]);
  sheet.pick(go);
  sheet.steer(stage.word("surface"), (x, y) => go(row + y, column + x));
  return show();
}
