/**
 * Return a function that calls the asynchronous `work`, one call at a time, with a function that tells whether a
 * newer call waits, and then with what it was given itself. Of calls that come while one is under way only the
 * newest is made: a pen that moves faster than the model is not queued.
 */
export function latest(work) {
  let running = false;
  let waiting = null;
  return async (...given) => {
    waiting = given;
    if (running) return;
    running = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await work(() => waiting !== null, ...next);
      }
    } finally {
      running = false;
    }
  };
}
