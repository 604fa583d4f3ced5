// How the model learned: through the epochs, one latent at a time. All there is to see is in the still picture.
import { button, slider } from "../controls.js";

//: Milliseconds for which each epoch is shown.
const PACE = 500;

export function start(stage) {
  const { figure, sheet } = stage;
  let [row, column, playing] = [sheet.rows - 1, 0, 0];

  const show = (toRow, toColumn) => {
    row = Math.min(Math.max(toRow, 0), sheet.rows - 1);
    column = Math.min(Math.max(toColumn, 0), sheet.columns - 1);
    stage.magnifyCell(row, column);
    sheet.markCell(row, column);
    epochs.show(row);
    latents.show(column + 1);
    stage.say(`Latent ${column + 1} after epoch ${figure.epochs[row]}`);
  };
  const stop = () => clearTimeout(playing);
  const step = (at) => {
    show(at, column);
    if (at < sheet.rows - 1) playing = setTimeout(step, PACE, at + 1);
  };
  const go = (toRow, toColumn) => {
    stop();
    show(toRow, toColumn);
  };
  const text = (at) => String(figure.epochs[at]);
  const epochs = slider("Epoch", { max: sheet.rows - 1, step: 1, text }, (value) => go(value, column));
  const latents = slider("Latent", { min: 1, max: sheet.columns, step: 1 }, (value) => go(row, value - 1));
  const play = () => {
    stop();
    step(0);
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  stage.addLens("What the model draws from this latent after this epoch");
  stage.arrange([epochs], [latents], still ? [] : [button("Play", play)]);
  sheet.pick(go);
  sheet.steer("Epochs: up and down through time, left and right between latents", (x, y) => go(row + y, column + x));
  show(row, column);
}
