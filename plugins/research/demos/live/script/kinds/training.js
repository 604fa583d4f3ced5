// How the model learned: through the epochs, one latent at a time. All there is to see is in the static image.

//: Milliseconds for which each epoch is shown.
const PACE = 500;

export function start(stage, { button, inside, slider }) {
  const { figure, sheet } = stage;
  let [row, column, playing] = [sheet.rows - 1, 0, 0];

  const show = (toRow, toColumn, isSilent) => {
    row = inside(toRow, sheet.rows - 1);
    column = inside(toColumn, sheet.columns - 1);
    stage.magnifyCell(row, column);
    sheet.markCell(row, column);
    epochs.show(row);
    latents.show(column + 1);
    stage.say(stage.word("shown", { latent: column + 1, epoch: figure.epochs[row] }), isSilent);
  };
  const stop = () => {
    clearTimeout(playing);
    playing = 0;
    play.textContent = stage.word("play");
  };
  const step = (at) => {
    show(at, column, true);
    if (at < sheet.rows - 1) playing = setTimeout(step, PACE, at + 1);
    else {
      stop();
      stage.say(stage.word("ended", { latent: column + 1, epoch: figure.epochs[row] }));
    }
  };
  const go = (toRow, toColumn) => {
    stop();
    show(toRow, toColumn);
  };
  const text = (at) => String(figure.epochs[at]);
  const epochs = slider(stage.word("epoch"), { max: sheet.rows - 1, step: 1, text }, (value) =>
    go(value, column),
  );
  const latents = slider(stage.word("latent"), { min: 1, max: sheet.columns, step: 1 }, (value) =>
    go(row, value - 1),
  );
  const play = button(stage.word("play"), () => {
    if (playing) return go(row, column);
    play.textContent = stage.word("stop");
    step(0);
  });
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const setEpoch = (text) => go(figure.epochs.indexOf(text), column);
  stage.state = {
    epoch: { get: () => figure.epochs[row], set: setEpoch, words: figure.epochs },
    latent: latents,
  };
  stage.addLens("");
  stage.arrange(isStill ? [] : [play], [epochs, latents]);
  sheet.pick(go);
  sheet.steer(stage.word("surface"), (x, y) => go(row + y, column + x));
  show(row, column);
}
