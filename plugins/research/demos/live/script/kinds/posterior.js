// An example, a drawing or an image → μ, σ → ε → z → p(x | z), and the terms of the bound.
import { pad } from "../pad.js";
import { divergence, logLikelihood, logPosterior } from "../terms.js";

//: Standard deviations that ε reaches on its slider.
const MOST = 3;
//: Of the plot of intervals: the width from its middle, in parts of the whole, and what lies there.
const INTERVALS = { reach: 208 / 480, extent: 4, row: 18, top: 6 };
//: The width from the middle of the plane to `extent`, in parts of the whole.
const REACH = 220 / 480;
//: The plane of ε in the corner: how far its middle is from there, and the length of a standard deviation.
const INSET = { middle: 66, unit: 18 };
const STEPS = 4;

export function start(stage, shared) {
  const { anySeed, button, floats, follow, inside, normals, paced, rewrite, slider } = shared;
  const { figure, host, sheet } = stage;
  const { latents: size } = sheet;
  const [, height, width] = sheet.shape;
  const [least, most] = figure.encoder_range;
  const area = height * width;
  const bytes = Uint8Array.from(atob(figure.images), (each) => each.charCodeAt(0));
  const images = Array.from({ length: bytes.length / area }, (_, i) =>
    Float32Array.from(bytes.subarray(i * area, (i + 1) * area), (byte) => byte / 255),
  );
  const [means, logVariances] = [floats(figure.means), floats(figure.log_variances)];
  /** @returns {any} */
  const posteriorOf = (i) => [means, logVariances].map((all) => all.slice(i * size, (i + 1) * size));
  const asked = { size: area, shape: [1, height, width], outputs: [size, size] };
  const made = { size, outputs: figure.learnt ? [area, size] : [area] };
  const dimensions = figure.order.length ? figure.order : [0, 1];
  const isPlane = !figure.order.length;

  let [encoder, example, at, step, isSampled] = [null, 0, 0, STEPS, true];
  let seed = figure.seed;
  let noise = normals(seed, size);
  let posterior = posteriorOf(0);
  let read = null; // what has been drawn or given, and its posterior
  let mean = null; // of the bound over draws: for which image, and what

  /** Return mean and log variance of what is on the pad. @returns {Promise<any>} */
  const infer = async () => {
    if (drawing.isExample()) return posteriorOf(example);
    const seen = drawing.seen();
    if (read?.ink === drawing.ink()) return read.posterior;
    if (!encoder) stage.say([stage.word("encoder"), `${host.dataset.kilobytesLater} kB`], true);
    encoder ??= await stage.encoder();
    const found = await encoder.run(
      seen.map((value) => least + (most - least) * value),
      asked,
    );
    read = { ink: drawing.ink(), posterior: found };
    return found;
  };
  /** @returns {Float32Array} */
  const sampleOf = ([mu, logVariance], epsilon) =>
    mu.map((value, i) => value + Math.exp(logVariance[i] / 2) * epsilon[i]);
  const probabilities = (values) =>
    figure.likelihood.kind === "bernoulli"
      ? values.map((logit) => 1 / (1 + Math.exp(-logit)))
      : values.map(
          (value) =>
            (value - figure.likelihood.range[0]) / (figure.likelihood.range[1] - figure.likelihood.range[0]),
        );
  /** Return the terms of the bound for each of several ε, whose z decode to `values`. */
  const termsOf = (x, [mu, logVariance], epsilons, [values, logPriors]) =>
    epsilons.map((epsilon, k) => {
      const reached = logLikelihood(x, values.subarray(k * area, (k + 1) * area), figure.likelihood);
      const prior = logPriors?.subarray(k * size, (k + 1) * size).reduce((sum, value) => sum + value, 0);
      const spread = logPriors ? logPosterior(logVariance, epsilon) - prior : divergence(mu, logVariance);
      return { reached, spread, bound: reached - spread };
    });

  const [row, ...others] = host.querySelectorAll(".research-demo-terms tr");
  const rows = [row, ...others].map((each) => ({
    bar: each.querySelector("rect"),
    whole: Number(each.querySelector("svg").dataset.whole),
    text: each.lastElementChild,
  }));
  const signed = (value) => stage.number(value);
  const write = (number, value, text) => {
    const { bar, whole } = rows[number];
    bar.setAttribute("width", String(Math.min(100, (100 * Math.abs(value)) / whole)));
    rewrite(rows[number].text, text);
  };

  const plot = host.querySelector(".research-demo-plane");
  const svg = plot.firstElementChild;
  const groups = svg.querySelectorAll(".research-demo-posterior");
  const place = ([x, y]) => {
    const { width: all } = svg.viewBox.baseVal;
    const scale = (all * REACH) / figure.extent;
    return [all / 2 + scale * x, all / 2 - scale * y];
  };
  const set = (node, values) => {
    for (const [name, value] of Object.entries(values)) node.setAttribute(name, value.toFixed(1));
  };
  /** Move the ellipse, or the intervals, to a posterior, and the sample to z. */
  const draw = ([mu, logVariance], z) => {
    const sigma = logVariance.map((value) => Math.exp(value / 2));
    if (isPlane) {
      const [group] = groups;
      const [[x, y], [toX, toY]] = [place(mu), place(z)];
      const scale = (svg.viewBox.baseVal.width * REACH) / figure.extent;
      group.querySelectorAll("ellipse").forEach((ring, i) => {
        set(ring, { cx: x, cy: y, rx: (i + 1) * scale * sigma[0], ry: (i + 1) * scale * sigma[1] });
      });
      group.querySelector("path").setAttribute("d", `M${x} ${y}L${toX} ${toY}`);
      set(group.querySelector("circle"), { cx: toX, cy: toY });
      const [e1, e2] = [0, 1].map((i) => (z[i] - mu[i]) / sigma[i]);
      set(svg.querySelector(".research-demo-sample"), {
        cx: INSET.middle + INSET.unit * e1,
        cy: svg.viewBox.baseVal.height - INSET.middle - INSET.unit * e2,
      });
      return;
    }
    const { reach, extent, top, row: tall } = INTERVALS;
    const { width: all } = svg.viewBox.baseVal;
    const across = (value) => all * (0.5 + (reach * Math.min(extent, Math.max(-extent, value))) / extent);
    dimensions.forEach((dimension, i) => {
      const y = top + tall * i + tall / 2;
      const [low, middle, high] = [-1, 0, 1].map((side) => across(mu[dimension] + side * sigma[dimension]));
      groups[i].querySelector("path").setAttribute("d", `M${low} ${y}H${high}M${middle} ${y - 5}v10`);
      set(groups[i].querySelector("circle"), { cx: across(z[dimension]), cy: y });
    });
  };

  const show = paced((found, z, now) => {
    draw(found, z);
    write(0, now.reached, signed(now.reached));
    write(1, now.spread, signed(-now.spread));
    write(2, now.bound, signed(now.bound));
  });
  const showMean = paced((average, error) =>
    write(3, average, `${signed(average)} ± ${stage.number(error)} nats`),
  );

  const answer = stage.task(async (isStale) => {
    if (drawing.isEmpty()) {
      for (const column of [1, 2]) sheet.draw(drawing.image(drawing.ink()), 0, column);
      sheet.rename(stage.word("empty"));
      return stage.say(stage.word("empty"));
    }
    const x = drawing.seen();
    const ink = drawing.ink();
    const isExample = drawing.isExample();
    const epsilon = noise;
    posterior = await infer();
    const z = sampleOf(posterior, epsilon);
    const found = await sheet.decoder.run(Float32Array.of(...posterior[0], ...z), made);
    if (drawing.isEmpty()) return; // cleared meanwhile
    [0, 1].forEach((i) => {
      const values = probabilities(found[0].subarray(i * area, (i + 1) * area));
      sheet.draw(drawing.image(step < STEPS ? new Float32Array(area) : values), 0, i + 1);
    });
    const ofMean = new Float32Array(size);
    const [, now] = termsOf(x, posterior, [ofMean, epsilon], found);
    show(posterior, z, now);
    const values = {
      bound: stage.number(now.bound, 1),
      reached: stage.number(now.reached, 1),
      spread: stage.number(now.spread, 1),
    };
    const isStatic = isExample && !example && isSampled;
    sheet.rename(isStatic ? undefined : stage.word("named"));
    stage.say(
      step < STEPS
        ? stage.word(`step_${step}`)
        : [stage.word("terms", values), stage.likeliest(posterior[0])],
    );
    if (mean?.ink === ink || isStale()) return;
    // The mean over draws takes longer, and changes with the image alone.
    const all = normals(figure.seed, figure.draws * size);
    const epsilons = Array.from({ length: figure.draws }, (_, k) => all.subarray(k * size, (k + 1) * size));
    const zs = Float32Array.from(epsilons.flatMap((each) => [...sampleOf(posterior, each)]));
    const bounds = termsOf(x, posterior, epsilons, await sheet.decoder.run(zs, made)).map(
      ({ bound }) => bound,
    );
    const average = bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length;
    const squares = bounds.reduce((sum, bound) => sum + (bound - average) ** 2, 0);
    const error = Math.sqrt(squares / (bounds.length - 1) / bounds.length);
    mean = { ink };
    showMean(average, error);
  });
  const drawing = pad(stage, shared, images[0], answer);

  const value = (i) => stage.number(i);
  const change = (dimension, to) => {
    noise = noise.slice();
    noise[dimension] = to;
    isSampled = false;
    follows();
    return answer();
  };
  const epsilonOf = (name, dimension) =>
    slider(name, { min: -MOST, max: MOST, step: 0.05, value: noise[dimension()], text: value }, (to) =>
      change(dimension(), to),
    );
  const sliders = isPlane
    ? [epsilonOf("ε₁", () => 0), epsilonOf("ε₂", () => 1)]
    : [epsilonOf("ε", () => dimensions[at])];
  const follows = () =>
    sliders.forEach((each, i) =>
      each.show(inside(noise[isPlane ? i : dimensions[at]] + MOST, 2 * MOST) - MOST),
    );
  const chosen = isPlane
    ? []
    : [
        slider(
          stage.word("dimension"),
          { min: 1, max: dimensions.length, step: 1, value: 1, text: (i) => String(dimensions[i - 1] + 1) },
          (to) => {
            at = to - 1;
            follows();
            stage.say(
              stage.word("of_dimension", {
                dimension: dimensions[at] + 1,
                epsilon: value(noise[dimensions[at]]),
              }),
            );
          },
        ),
      ];
  const of = (i) => stage.word("of", { example: i, count: images.length });
  const examples = slider(stage.word("example"), { min: 1, max: images.length, step: 1, text: of }, (to) => {
    example = to - 1;
    drawing.begin(images[example]);
  });

  const renew = (epsilon, sampled) => {
    noise = epsilon;
    isSampled = sampled;
    follows();
    return answer();
  };
  const sample = (from) => {
    seed = from;
    return renew(normals(seed, size), false);
  };
  const again = button(stage.word("again"), () => sample(anySeed()));
  const zero = button(stage.word("zero"), () => renew(new Float32Array(size), false));
  /** Show what is known after so many steps; after the last, all. */
  const upTo = (to) => {
    step = to;
    host.dataset.step = String(step);
    next.textContent = stage.word(step < STEPS ? "next" : "steps");
    return answer();
  };
  const next = button(stage.word("steps"), () => upTo(step < STEPS ? step + 1 : 1));

  const surface = svg.nextElementSibling;
  surface.dataset.takes = "drags";
  let isInset = false;
  follow(surface, (x, y, goesOn) => {
    const [mu, logVariance] = posterior;
    const epsilon = (dimension, z) =>
      inside((z - mu[dimension]) / Math.exp(logVariance[dimension] / 2) + MOST, 2 * MOST) - MOST;
    if (isPlane) {
      // A drag that began in the corner stays there.
      const { width: all } = svg.viewBox.baseVal;
      const [e1, e2] = [x * all - INSET.middle, (1 - y) * all - INSET.middle].map((way) => way / INSET.unit);
      isInset = goesOn ? isInset : Math.hypot(e1, e2) < MOST + 0.5;
      if (isInset) {
        return renew(
          Float32Array.of(inside(e1 + MOST, 2 * MOST) - MOST, inside(e2 + MOST, 2 * MOST) - MOST),
          false,
        );
      }
      const [z1, z2] = [x - 0.5, 0.5 - y].map((share) => (share / REACH) * figure.extent);
      return renew(Float32Array.of(epsilon(0, z1), epsilon(1, z2)), false);
    }
    const { reach, extent, row: tall, top } = INTERVALS;
    const { height: all } = svg.viewBox.baseVal;
    at = inside(Math.floor((y * all - top) / tall), dimensions.length - 1);
    chosen[0].show(at + 1);
    return change(dimensions[at], epsilon(dimensions[at], ((x - 0.5) / reach) * extent));
  });
  const epsilon = {
    get: () => [...noise],
    set: (...texts) => renew(Float32Array.from(texts, Number), false),
  };
  stage.state = {
    example: examples,
    ...(isPlane ? { epsilon } : { seed: { get: () => seed, set: (text) => sample(Number(text)) } }),
  };
  stage.arrange([next, again, zero, ...drawing.buttons], [examples, ...chosen, ...sliders]);
  // Its encoder is large, and needed by those who draw: it is fetched when the figure has been activated.
  stage.onattach = () => stage.encoder().catch(() => {}); // said when somebody draws
  host.dataset.step = String(step);
  return drawing.show();
}
