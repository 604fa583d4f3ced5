// The way from one picture to another, any point of it, straight or turning evenly; or the way of
// one latent dimension after another, all others held, which is a traversal.
import { slider, toggle } from "../controls.js";
import { latest } from "../latest.js";
import { floats, likeness, linear, sentence, spherical } from "../latents.js";

export function start(stage) {
  const { figure, sheet } = stage;
  const { dimensions } = figure;
  const { latents: size } = sheet;
  const cut = (values, row) => values.subarray(row * size, (row + 1) * size);
  const [begins, ends] = [floats(figure.begins), floats(figure.ends)];
  let [path, row, share] = [figure.path === "linear" ? linear : spherical, 0, 0.5];

  const place = (at) => (dimensions ? (figure.reach * (2 * at - 1)).toFixed(2) : `${Math.round(100 * at)} %`);
  const point = (at, share) => path(cut(begins, at), cut(ends, at), share);
  const show = latest(async () => {
    const latents = point(row, share);
    const [picture] = await sheet.decode(latents);
    stage.magnify(picture);
    sheet.markCell(row, Math.round(share * (sheet.columns - 1)));
    const where = dimensions ? `dimension ${dimensions[row]} at ${place(share)}` : `${place(share)} of the way`;
    stage.say(sentence(where, likeness(latents, figure.labels)));
  });
  const redraw = latest(async () => {
    const shares = Array.from({ length: sheet.columns }, (_, i) => i / (sheet.columns - 1));
    for (let at = 0; at < sheet.rows; at += 1) {
      const latents = new Float32Array(size * sheet.columns);
      shares.forEach((each, i) => latents.set(point(at, each), i * size));
      const pictures = await sheet.decode(latents);
      pictures.forEach((picture, column) => sheet.draw(picture, at, column));
    }
    await show();
  });
  const way = slider(dimensions ? "Value" : "Way", { value: share, text: place }, (value) => {
    share = value;
    show();
  });
  const go = (toRow, toShare) => {
    row = Math.min(Math.max(toRow, 0), sheet.rows - 1);
    share = Math.min(Math.max(toShare, 0), 1);
    way.show(share);
    rows.show(row + 1);
    return show();
  };
  const name = (number) => String(dimensions ? dimensions[number - 1] : number);
  const rows = slider(dimensions ? "Dimension" : "Row", { min: 1, max: sheet.rows, step: 1, text: name }, (value) =>
    go(value - 1, share),
  );
  const straight = toggle("Straight", path === linear, (on) => {
    path = on ? linear : spherical;
    redraw();
  });

  stage.addLens("The picture at this point of the way");
  stage.arrange([way], [rows], dimensions ? [] : [straight]);
  sheet.pick((toRow, column) => go(toRow, column / (sheet.columns - 1)));
  sheet.steer("Ways between pictures: left and right along the way, up and down between rows", (x, y) =>
    go(row + y, share + x / 50),
  );
  return show();
}
