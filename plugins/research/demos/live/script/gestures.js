// Where a pointer points on an element, without taking the page's scrolling away from a finger.

//: Pixels that a finger may waver, and milliseconds after which one that rests takes hold.
const SLOP = 8;
const HOLD = 350;

/**
 * Call `onpoint` with the place, in parts of `target`, where a pointer presses or drags, with whether it goes on
 * from the place before, and with the event. A mouse or a pen acts at once; a finger by a tap, by a drag sideways, or by any drag after
 * it has rested: else the page scrolls. Where `ready()` says so, a finger acts at once too.
 */
export function follow(target, onpoint, ready = () => false) {
  let box; // measured once a drag: to ask for it is to wait for the layout of the page
  let start = null;
  let holding = 0;
  let state = "idle"; // then undecided, held or left (to the page)
  const point = (event, goesOn = true) => {
    box ??= target.getBoundingClientRect();
    onpoint((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, goesOn, event);
  };
  const hold = () => {
    state = "held";
    point(start, false);
  };
  const end = () => {
    clearTimeout(holding);
    state = "idle";
  };
  target.onpointerdown = (event) => {
    if (event.button || !event.isPrimary) return;
    box = null;
    start = event;
    target.setPointerCapture(event.pointerId);
    if (event.pointerType !== "touch" || ready()) return hold();
    state = "undecided";
    holding = setTimeout(hold, HOLD);
  };
  target.onpointermove = (event) => {
    if (!target.hasPointerCapture(event.pointerId) || state === "left") return;
    if (state === "undecided") {
      const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY].map(Math.abs);
      if (Math.max(x, y) < SLOP) return;
      clearTimeout(holding);
      if (y > x) return void (state = "left");
      hold();
    }
    point(event);
  };
  target.onpointerup = () => {
    if (state === "undecided") hold();
    end();
  };
  target.onpointercancel = end;
  target.addEventListener(
    "touchmove",
    (event) => state === "held" && event.cancelable && event.preventDefault(),
    {
      passive: false,
    },
  );
  addEventListener("scroll", () => (box = null), { passive: true, capture: true });
}

/** Let arrow keys on `target` call `onstep` with (1, 0) for right, (0, -1) for up and so on; `name` it. */
export function steer(target, name, onstep) {
  const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  Object.assign(target, { tabIndex: 0, role: "application", ariaLabel: name });
  target.onkeydown = (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onstep(...step);
  };
}

/** Return `value`, but at least 0 and at most `most`. */
export const inside = (value, most = 1) => Math.min(most, Math.max(0, value));
