// From one image to another, at any position between them, straight or turning evenly; or through one latent
// dimension, all others held, which is a traversal.
import { slider, toggle } from "../controls.js";
import { inside } from "../gestures.js";
import { floats, linear, spherical } from "../latents.js";
import { normals } from "../normals.js";

export function start(stage) {
  const { figure, sheet } = stage;
  const { dimensions } = figure;
  const { latents: size, rows: count, columns } = sheet;
  const ends = figure.ends ? floats(figure.ends) : normals(figure.seed, 2 * count * size); // begins, then ends
  const [begins, goals] = [ends.subarray(0, count * size), ends.subarray(count * size)];
  const cut = (values, row) => values.subarray(row * size, (row + 1) * size);
  let [path, row, share] = [figure.path === "linear" ? linear : spherical, 0, 0.5];

  const position = (at) =>
    dimensions ? stage.number(figure.reach * (2 * at - 1)) : `${Math.round(100 * at)} %`;
  const point = (at, share) => path(cut(begins, at), cut(goals, at), share);
  const name = (number) => String(dimensions ? dimensions[number - 1] : number);
  const show = stage.task(async () => {
    const latents = point(row, share);
    await stage.magnify(latents);
    sheet.markCell(row, Math.round(share * (columns - 1)));
    const where = stage.word("place", { row: name(row + 1), position: position(share) });
    stage.say([where, stage.likeliest(latents)]);
  });
  const redraw = stage.task(async (isStale) => {
    const all = new Float32Array(count * columns * size);
    for (let i = 0; i < count * columns; i += 1) {
      all.set(point(Math.floor(i / columns), (i % columns) / (columns - 1)), i * size);
    }
    show();
    await sheet.fill(all, isStale);
  });
  const way = slider(stage.word("position"), { value: share, text: position }, (value) => {
    share = value;
    show();
  });
  const go = (toRow, toShare) => {
    row = inside(toRow, count - 1);
    share = inside(toShare);
    way.show(share);
    rows.show(row + 1);
    return show();
  };
  const rows = slider(stage.word("row"), { min: 1, max: count, step: 1, text: name }, (value) =>
    go(value - 1, share),
  );
  stage.state = { row: rows, position: way };
  const straight = dimensions
    ? []
    : [
        toggle(stage.word("straight"), path === linear, (on) => {
          path = on ? linear : spherical;
          const isStatic = on === (figure.path === "linear");
          sheet.rename(isStatic ? undefined : stage.word(on ? "along_lines" : "along_arcs"));
          redraw();
        }),
      ];

  stage.addLens("");
  stage.arrange(straight, [way, rows], redraw);
  sheet.pick((toRow, column) => go(toRow, column / (columns - 1)));
  sheet.steer(stage.word("surface"), (x, y) => go(row + y, share + x / 50));
  return show();
}
