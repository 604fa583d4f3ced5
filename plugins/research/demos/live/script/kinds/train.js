// The reader trains the model: starts, pauses, takes single steps, and sets what training depends on.
import { bucketsOf, curves } from "../curves.js";

//: Milliseconds between images while a model trains; where the reader wants little motion.
const [PACE, SLOW] = [33, 1000];
//: Places of sliders for a factor of ten, for a factor of two, and for all steps of the static image.
const TENTHS = 4;
const HALVES = 2;
const PARTS = 20;

export async function start(stage, { button, floats, slider }) {
  const { figure, host, sheet } = stage;
  const { capacity, steps } = figure;
  const plot = host.querySelector(".research-demo-plot");
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let settings = {
    batch: figure.batch_size,
    rate: figure.learning_rate,
    beta: figure.beta,
    warmUp: figure.warm_up,
  };
  let [seed, isRunning, isSeen, isAsked, goal] = [figure.seed, false, true, false, steps];
  let [worker, opened, reached, isSaid] = [null, null, null, false];

  const form = {
    ...figure,
    latents: sheet.latents,
    shape: sheet.shape,
    plane: figure.plane && floats(figure.plane),
    shown: figure.show === "reconstructions" ? (sheet.rows / 2) * sheet.columns : 0,
    words: undefined,
    sheets: undefined,
  };
  // They come with the figure, so that it starts at once.
  const files = () => Promise.all([host.dataset.step, host.dataset.examples].map(stage.bytes));
  await files();

  /** Return the worker, which is started when it is first needed, and again when it has failed. */
  const open = () => {
    opened ??= (async () => {
      const [program, examples] = await files();
      const made = stage.worker("trainer.js");
      await new Promise((/** @type {(value?: any) => void} */ resolve, reject) => {
        made.onerror = () => reject(stage.failure("worker"));
        made.onmessage = ({ data }) => (data.error ? reject(broken(data.error)) : resolve());
        made.postMessage({ program, examples, form, settings, seed, pace: isStill ? SLOW : PACE });
      });
      made.onmessage = ({ data }) => receive(data);
      made.onerror = () => stop("worker");
      return made;
    })();
    opened.then(
      (made) => {
        worker = made;
        made.postMessage({ settings }); // which may have changed while it started
      },
      () => (opened = null),
    );
    return opened;
  };
  const stop = (code) => {
    worker?.terminate();
    [worker, opened, isRunning, isAsked] = [null, null, false, false];
    label();
    fail(code);
  };
  const broken = (code) => stage.failure(code, { file: host.dataset.step });
  const fail = stage.task(async (_, code) => {
    if (code) throw broken(code);
  });

  const receive = (data) => {
    if (data.error) return stop(data.error);
    reached = data;
    draw(data);
    worker.postMessage({ isDrawn: true });
    if (!data.isLast) return say(true);
    if (isRunning) pause(data.isBroken ? "diverged" : "reached");
    else if (!isSaid) say(false);
    isSaid = false;
  };
  const draw = ({ images, step, span, terms }) => {
    const [, height, width] = sheet.shape;
    const length = 4 * height * width;
    const isPaired = figure.show === "reconstructions";
    for (let i = 0; i * length < images.length; i += 1) {
      const image = new ImageData(images.subarray(i * length, (i + 1) * length), width);
      const row = Math.floor(i / sheet.columns);
      sheet.draw(image, isPaired ? 2 * row + 1 : row, i % sheet.columns);
    }
    curves(plot, bucketsOf(terms, span), step, stage);
  };
  const say = (isSilent, what = "at_step") => {
    const [likelihood, divergence] = reached?.mean ?? [];
    const number = (value) => stage.number(value, 2);
    const text = reached?.mean
      ? stage.word(what, {
          step: reached.step,
          elbo: number(likelihood - divergence),
          likelihood: number(likelihood),
          divergence: number(divergence),
        })
      : stage.word("begun", { seed });
    sheet.rename(text);
    stage.say(text, isSilent);
  };
  const label = () => (toggle.textContent = stage.word(isAsked ? "pause" : "start"));
  const pause = (what) => {
    [isRunning, isAsked] = [false, false];
    label();
    if (what) say(false, what);
    else worker?.postMessage({ goal: 0, show: true }); // its answer is said
  };
  const run = stage.task(async () => {
    const made = await open();
    if (!isAsked || !isSeen) return;
    isRunning = true;
    made.postMessage({ goal });
  });
  const toggle = button(stage.word("start"), () => {
    if (isAsked) return pause();
    isAsked = true;
    // Once it is where the static image is, it goes on as far again.
    if ((reached?.step ?? 0) >= goal) goal = Infinity;
    label();
    stage.say(stage.word("training"));
    return run();
  });
  const step = button(stage.word("step"), () => {
    if (isAsked) pause();
    return one();
  });
  const one = stage.task(async () => (await open()).postMessage({ more: 1 }));
  const reset = button(stage.word("reset"), () => restart(seed));
  const restart = stage.task(async (_, from) => {
    seed = from;
    [isRunning, isAsked, goal] = [false, false, steps];
    reached = { step: 0 };
    label();
    say(false);
    isSaid = true; // what the worker answers shows no more than that
    (await open()).postMessage({ seed, goal: 0, show: true });
  });
  /** Change settings, which training takes from its next step on, and say them. */
  const set = (changed, name, value) => {
    settings = { ...settings, ...changed };
    worker?.postMessage({ settings });
    stage.say(`${name}: ${value}`);
  };

  const digits = (value) => String(Number(value.toPrecision(2)));
  const sizes = Array.from({ length: capacity }, (_, i) => i + 1).filter((size) => capacity % size === 0);
  const placeOfSize = (size) => sizes.filter((each) => each <= size).length - 1;
  /** Return a slider for a setting, which has the value `of(at)` at the place `at`, and stands at `placeOf(value)`. */
  const setting = (key, name, of, placeOf, range) => {
    const text = (at) => digits(of(at));
    const options = { step: 1, ...range, value: Math.round(placeOf(settings[key])), text };
    const made = slider(name, options, (at) => set({ [key]: of(at) }, name, text(at)));
    const setPlace = (place) => place !== made.get() && made.set(place);
    const setTo = (text) => setPlace(Math.round(placeOf(Number(text))));
    return Object.assign(made, { state: { get: () => settings[key], set: setTo } });
  };
  const rate = setting(
    "rate",
    stage.word("rate"),
    (at) => 10 ** (at / TENTHS),
    (value) => TENTHS * Math.log10(value),
    { min: -4 * TENTHS, max: -TENTHS / 2 },
  );
  const beta = setting(
    "beta",
    "β",
    (at) => 2 ** (at / HALVES),
    (value) => HALVES * Math.log2(Math.max(value, 2 ** -6)),
    { min: -6 * HALVES, max: 6 * HALVES },
  );
  const warmUp = setting(
    "warmUp",
    stage.word("warm_up"),
    (at) => Math.round((at * steps) / PARTS),
    (value) => (PARTS * value) / steps,
    { max: PARTS },
  );
  const batch = setting("batch", stage.word("batch"), (at) => sizes[at], placeOfSize, {
    max: sizes.length - 1,
  });
  const seeds = slider(stage.word("seed"), { max: 99, step: 1, value: seed }, (value) => restart(value));
  stage.state = {
    learning_rate: rate.state,
    beta: beta.state,
    warm_up: warmUp.state,
    batch_size: batch.state,
    seed: { get: () => seed, set: (text) => Number(text) !== seed && seeds.set(text) },
  };
  const sliders = [rate, beta, warmUp, batch, seeds];
  stage.arrange([toggle, step, reset], sliders);

  // Out of sight nothing trains; what was asked for goes on when the figure is seen again.
  const look = () => {
    const goes = isAsked && isSeen;
    if (goes === isRunning) return;
    isRunning = goes;
    if (goes) run();
    else worker?.postMessage({ goal: 0 });
  };
  let isOnScreen = true;
  const see = () => {
    isSeen = isOnScreen && document.visibilityState === "visible";
    look();
  };
  new IntersectionObserver(([entry]) => {
    isOnScreen = entry.isIntersecting;
    see();
  }).observe(host);
  document.addEventListener("visibilitychange", see);
}
