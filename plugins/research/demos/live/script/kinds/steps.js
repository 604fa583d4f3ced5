// A graph applied again and again: a step by a slider, all steps played, and other noise.
import { dots } from "../dots.js";
import { rgba } from "../rgba.js";

//: Milliseconds for which each state is shown, and what lies between the seeds of the noise of two steps.
const PACE = 80;
const APART = 7919;

export function start(stage, { anySeed, button, floats, inside, normals, slider }) {
  const { figure, sheet } = stage;
  const { size, inputs, count, steps, frames } = figure;
  const { shape, range, columns } = sheet;
  const [model] = stage.models;
  const total = inputs.reduce((sum, input) => sum + input.size, size);
  let [seed, at, playing, states] = [figure.seed, steps, 0, [begun(figure.seed)]];

  function begun(from) {
    return figure.state ? floats(figure.state) : normals(from, count * size);
  }
  /** Return the numbers of all inputs for a step from a state. */
  const numbers = (state, step) => {
    const noises = inputs.map((input) => input.kind === "noise" && noise(step, input.size));
    const rows = new Float32Array(count * total);
    for (let i = 0; i < count; i += 1) {
      rows.set(state.subarray(i * size, (i + 1) * size), i * total);
      let place = i * total + size;
      inputs.forEach((input, n) => {
        if (noises[n]) rows.set(noises[n].subarray(i * input.size, (i + 1) * input.size), place);
        else rows.fill(step, place, place + input.size);
        place += input.size;
      });
    }
    return rows;
  };
  const noise = (step, width) => normals((seed + APART * (step + 1)) % 2 ** 32, count * width);
  /** Return the state after so many steps, unless the noise has changed meanwhile. */
  const stateAt = async (step) => {
    const known = states;
    while (known.length <= step) {
      const from = known.length - 1;
      const [next] = await model.run(numbers(known[from], from), { size: total, outputs: [size] });
      if (known.length === from + 1) known.push(next);
    }
    return known === states ? known[step] : null;
  };
  const image = (state) => {
    const [, height, width] = shape;
    const extent = Math.max(...range.map(Math.abs));
    const bytes = figure.is_points
      ? rgba(dots(state, extent, width), [1, height, width], [0, 1])
      : rgba(state, shape, range);
    return new ImageData(bytes, width);
  };
  const cell = (frame) => [Math.floor(frame / columns), frame % columns];
  const nearest = () =>
    frames.reduce((best, step, i) => (Math.abs(step - at) < Math.abs(frames[best] - at) ? i : best), 0);
  const show = stage.task(async (_, isSilent) => {
    const wanted = at;
    sheet.markCell(...cell(nearest()));
    const state = await stateAt(wanted);
    if (!state) return;
    stage.enlarge(image(state));
    const isOver = isSilent === "ended";
    stage.say(stage.word(isOver ? "ended" : "at", { step: wanted, steps }), isSilent === true);
  });
  const stop = () => {
    clearTimeout(playing);
    playing = 0;
    play.textContent = stage.word("play");
  };
  const go = (to) => {
    stop();
    at = inside(to, steps);
    choice.show(at);
    return show();
  };
  const play = button(stage.word("play"), () => {
    if (playing) return go(at);
    play.textContent = stage.word("stop");
    at = -1;
    const next = async () => {
      at += 1;
      choice.show(at);
      if (at === steps) {
        stop();
        return show("ended");
      }
      playing = setTimeout(next, PACE);
      await show(true);
    };
    playing = setTimeout(next);
  });
  const redraw = stage.task(async (isStale) => {
    for (let frame = 0; frame < frames.length && !isStale(); frame += 1) {
      const state = await stateAt(frames[frame]);
      if (state) sheet.draw(image(state), ...cell(frame));
    }
  });
  const begin = (from) => {
    stop();
    seed = from;
    states = [begun(seed)];
    sheet.rename(seed === figure.seed ? undefined : stage.word("other"));
    redraw();
    return show();
  };
  const again = button(stage.word("again"), () => begin(anySeed()));
  const choice = slider(stage.word("step"), { max: steps, step: 1, value: at }, go);
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

  const noises = { get: () => seed, set: (text) => begin(Number(text)) };
  stage.state = { ...(figure.state ? {} : { seed: noises }), step: choice };
  stage.addLens("");
  stage.arrange([...(isStill ? [] : [play]), ...(figure.state ? [] : [again])], [choice]);
  sheet.pick((row, column) => go(frames[row * columns + column]));
  sheet.steer(stage.word("surface"), (x, y) => go(at + x + 5 * y));
  sheet.markCell(...cell(nearest()));
  stage.magnifyCell(...cell(nearest()));
  stage.say(stage.word("at", { step: at, steps }));
}
