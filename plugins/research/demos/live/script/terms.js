// The terms of the evidence lower bound, in nats (Kingma and Welling 2013, eq. 10).

const HALF_LOG_TAU = Math.log(2 * Math.PI) / 2;

/** Return log p(x | z) for pixels from 0 to 1: `made` are logits, or means of normal pixels in a range. */
export function logLikelihood(x, made, { kind, scale, range: [least, most] }) {
  let sum = 0;
  if (kind === "bernoulli") {
    x.forEach((value, i) => {
      const logit = made[i];
      sum += value * logit - Math.max(logit, 0) - Math.log1p(Math.exp(-Math.abs(logit)));
    });
    return sum;
  }
  x.forEach((value, i) => {
    sum -= ((least + (most - least) * value - made[i]) / scale) ** 2 / 2;
  });
  return sum - x.length * (HALF_LOG_TAU + Math.log(scale));
}

/** Return D_KL(N(mean, exp(logVariance)) ‖ N(0, I)) (appendix B). */
export function divergence(mean, logVariance) {
  return (
    mean.reduce((sum, value, i) => sum + value ** 2 + Math.exp(logVariance[i]) - 1 - logVariance[i], 0) / 2
  );
}

/** Return log q(z | x) of z = mean + σ · noise. */
export function logPosterior(logVariance, noise) {
  return -noise.reduce((sum, value, i) => sum + HALF_LOG_TAU + (logVariance[i] + value ** 2) / 2, 0);
}
