// Test items: pick one, and draw from the posterior that the encoder found for it.
import { button, slider } from "../controls.js";
import { latest } from "../latest.js";
import { floats, likeness, normals, sentence } from "../latents.js";

export async function start(stage) {
  const { figure, sheet } = stage;
  const [means, deviations] = [floats(figure.means), floats(figure.deviations)];
  const count = means.length / sheet.latents;
  let noise = new Float32Array(means.length);
  let spread = 1;
  let item = 0;

  const place = (index) => ({ row: 2 * Math.floor(index / sheet.columns) + 1, column: index % sheet.columns });
  const isMean = () => spread === 0 || noise.every((value) => value === 0);
  const latents = () => means.map((mean, i) => mean + spread * deviations[i] * noise[i]);
  const draw = latest(async () => {
    const pictures = await sheet.decode(latents());
    pictures.forEach((picture, index) => {
      const { row, column } = place(index);
      sheet.draw(picture, row, column);
    });
    show(pictures[item]);
  });
  const show = (picture) => {
    const { row, column } = place(item);
    stage.magnify(picture);
    sheet.markCell(row, column);
    const point = latents().subarray(item * sheet.latents, (item + 1) * sheet.latents);
    const which = `item ${item + 1}: ${isMean() ? "the mean of its posterior" : "a draw from its posterior"}`;
    stage.say(sentence(which, likeness(point, figure.labels)));
  };
  const sample = () => {
    noise = normals(means.length);
    return draw();
  };
  const items = slider("Item", { min: 1, max: count, step: 1, text: (value) => `${value} of ${count}` }, (value) => {
    item = value - 1;
    draw();
  });
  const go = (index) => {
    item = Math.min(Math.max(index, 0), count - 1);
    items.show(item + 1);
    return draw();
  };
  const width = slider("Spread", { max: 3, step: 0.1, value: spread, text: (value) => `${value.toFixed(1)} σ` }, (value) => {
    spread = value;
    draw();
  });

  stage.addLens("The reconstruction of the chosen item");
  stage.arrange([items], [width], [button("Draw", sample)]);
  sheet.pick((row, column) => go(Math.floor(row / 2) * sheet.columns + column));
  sheet.steer("Test items: the arrow keys choose one", (x, y) => go(item + x + y * sheet.columns));
  const [picture] = await sheet.decode(means.subarray(0, sheet.latents));
  show(picture);
}
