// Numbers and sliders yield to images: to show them, a browser lays out the page, for which a slow one misses frames.

//: Milliseconds from a frame to the next where none is missed, and for which numbers rest where one is.
const IN_TIME = 20;
const REST = 120;

let resumes = 0;
let isWatching = false;
const waiting = new Map();

/** Return `work`, which shows the values that it gets, as a function that calls it at once or, with the last values, later. */
export function paced(work) {
  return (...values) => {
    const now = performance.now();
    if (now >= resumes) {
      waiting.delete(work);
      work(...values);
      return watch();
    }
    if (!waiting.size) setTimeout(showAll, resumes - now);
    waiting.set(work, values);
  };
}

function showAll() {
  for (const [work, values] of waiting) work(...values);
  waiting.clear();
  watch();
}

/** Let numbers rest if the frame that shows them keeps the next one from coming in time. */
function watch() {
  if (isWatching) return;
  isWatching = true;
  requestAnimationFrame((shown) =>
    requestAnimationFrame((next) => {
      isWatching = false;
      if (next - shown > IN_TIME) resumes = performance.now() + REST;
    }),
  );
}
