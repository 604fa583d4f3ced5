// The latent plane: a point of it, by pointer, arrow keys or a slider a dimension, decoded and seen large.
import { slider } from "../controls.js";
import { inside } from "../gestures.js";
import { along, placeOf } from "../latents.js";

//: Steps of a slider across the plane, which are those of the arrow keys.
const STEPS = 200;

export function start(stage) {
  const { sheet } = stage;
  const { z1, z2 } = stage.figure;
  const { rows, columns } = sheet;
  const place = [0.5, 0.5]; // from the left and from the top, 0 to 1
  const text = (value) => stage.number(value);

  const show = stage.task(async () => {
    const point = Float32Array.of(along(z1, place[0]), along(z2, place[1]));
    await stage.magnify(point);
    const where = stage.word("point", { x: text(point[0]), y: text(point[1]) });
    stage.say([stage.likeliest(point), where]);
  });
  const dimension = (name, axis, values, flip) =>
    slider(name, { max: STEPS, step: 1, text: (at) => text(along(values, flip(at / STEPS))) }, (at) => {
      move(...place.with(axis, flip(at / STEPS)));
    });
  const rise = (share) => 1 - share;
  const sliders = [dimension("z₁", 0, z1, (share) => share), dimension("z₂", 1, z2, rise)];
  function move(x, y) {
    place.splice(0, 2, inside(x), inside(y));
    sliders[0].show(place[0] * STEPS);
    sliders[1].show(rise(place[1]) * STEPS);
    const [width, height] = [1 / columns, 1 / rows];
    sheet.mark(
      inside(place[0] - width / 2, 1 - width),
      inside(place[1] - height / 2, 1 - height),
      width,
      height,
    );
    return show();
  }

  stage.state.z = {
    get: () => [along(z1, place[0]), along(z2, place[1])],
    set: (x, y) => move(placeOf(z1, x), placeOf(z2, y)),
  };

  // With another condition the plane is another one.
  const redraw = stage.task(async (isStale) => {
    const all = z2.flatMap((second) => z1.flatMap((first) => [first, second]));
    show();
    await sheet.fill(Float32Array.from(all), isStale);
  });

  stage.addLens("");
  stage.arrange([], sliders, redraw);
  sheet.follow(move);
  sheet.steer(stage.word("surface"), (x, y) => move(place[0] + (2 * x) / STEPS, place[1] + (2 * y) / STEPS));
  return move(...place);
}
