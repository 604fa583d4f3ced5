// The latent plane: a place on it, by pointer, arrow keys or a slider a dimension, seen large.
import { slider } from "../controls.js";
import { latest } from "../latest.js";
import { along, likeness, sentence } from "../latents.js";

//: Steps of a slider across the plane, which are those of the arrow keys.
const STEPS = 200;

export function start(stage) {
  const { sheet } = stage;
  const { across, up, labels } = stage.figure;
  const { rows, columns } = sheet;
  const place = [0.5, 0.5]; // from the left and from the top, 0 to 1

  const show = latest(async () => {
    const point = Float32Array.of(along(across, place[0]), along(up, place[1]));
    const [picture] = await sheet.decode(point);
    stage.magnify(picture);
    stage.say(sentence(likeness(point, labels), `at (${number(point[0])}, ${number(point[1])})`));
  });
  const dimension = (name, axis, values, flip) =>
    slider(name, { max: STEPS, step: 1, text: (at) => number(along(values, flip(at / STEPS))) }, (at) => {
      move(...place.with(axis, flip(at / STEPS)));
    });
  const rise = (share) => 1 - share;
  const sliders = [
    dimension("Across", 0, across, (share) => share),
    dimension("Up", 1, up, rise),
  ];
  function move(x, y) {
    place.splice(0, 2, Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y)));
    sliders[0].show(place[0] * STEPS);
    sliders[1].show(rise(place[1]) * STEPS);
    const [width, height] = [1 / columns, 1 / rows];
    sheet.mark(clamp(place[0] - width / 2, 1 - width), clamp(place[1] - height / 2, 1 - height), width, height);
    return show();
  }

  stage.addLens("The picture at this place of the latent plane");
  stage.arrange(...sliders.map((each) => [each]), []);
  sheet.follow(move);
  sheet.steer("Latent plane: the arrow keys move across it", (x, y) =>
    move(place[0] + (2 * x) / STEPS, place[1] + (2 * y) / STEPS),
  );
  return move(...place);
}

const clamp = (value, most) => Math.min(Math.max(value, 0), most);

const number = (value) => value.toFixed(2).replace("-", "−");
