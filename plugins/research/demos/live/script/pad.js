// A pad in the first cell of a sheet of one row: readers draw on it, or give an image of their own.
import { ownImage } from "./own.js";
import { centred, stroke } from "./pen.js";

//: Drawings to go back to.
const PAST = 50;

/**
 * Return a pad that begins with `example`, grey values from 0 to 1 row by row, and calls `onchange()` when there is
 * something else on it. Its `buttons` are for the figure to arrange.
 */
export function pad(stage, shared, example, onchange) {
  const { button, element, follow, inside, steer, toggle } = shared;
  const { host, sheet } = stage;
  const { columns, surface } = sheet;
  const [, height, width] = sheet.shape;
  const past = [];
  let [ink, pen, isOnPad, isPhoto] = [example, [width / 2, height / 2], true, false];

  const cell = element("span", { className: "research-demo-pad" });
  const large = element("canvas", {
    className: `research-demo-large ${sheet.image.className}`,
    width,
    height,
  });
  large.ariaHidden = "true"; // the sheet says the same

  const image = (values) => {
    const bytes = new Uint8ClampedArray(4 * values.length).fill(255);
    values.forEach((value, i) => bytes.fill(255 * value, 4 * i, 4 * i + 3));
    return new ImageData(bytes, width);
  };
  const show = () => {
    sheet.draw(image(ink), 0, 0);
    large.getContext("2d").putImageData(image(ink), 0, 0);
    return onchange();
  };
  const keep = () => past.push(ink) > PAST && past.shift();
  const take = (values, photo = false) => {
    keep();
    ink = values;
    isPhoto = photo;
    return show();
  };
  const move = (to, inks) => {
    if (inks) {
      ink = ink.slice();
      stroke(ink, width, pen, to);
      show();
    }
    pen = to;
    sheet.mark((pen[0] - 1) / width / columns, (pen[1] - 1) / height, 2 / width / columns, 2 / height);
  };
  /** Draw from where the pointer was; a finger only with the pen down, which it puts down itself. */
  const draw = (x, y, goesOn, { pointerType }) => {
    if (!goesOn) {
      isOnPad = x <= 1 && y <= 1;
      if (!isOnPad) return;
      pen = [x * width, y * height];
      if (pointerType === "touch" && !isDown()) return down.set(true);
      keep();
    }
    if (isOnPad) move([x * width, y * height], true);
  };

  const down = toggle(stage.word("pen"), false, (on) => {
    cell.toggleAttribute("data-down", on);
    stage.say(stage.word(on ? "pen_down" : "pen_up"));
    if (on && matchMedia("(max-width: 40rem) and (pointer: coarse)").matches) enlarge();
    else if (!on && dialog.open) dialog.close();
  });
  const isDown = () => down.ariaPressed === "true";
  const undo = button(stage.word("undo"), () => {
    if (!past.length) return;
    ink = past.pop();
    show();
  });
  const clear = button(stage.word("clear"), () => take(new Float32Array(width * height)));
  const back = button(stage.word("back"), () => take(example));
  const own = ownImage(stage, shared, (values) => take(values, true));

  // On a small phone the pad has the whole screen, and all of the figure with it.
  const done = button(stage.word("done"), () => dialog.close());
  const dialog = element(
    "dialog",
    { className: "research-demo-full", ariaLabel: stage.word("surface") },
    done,
    large,
  );
  const enlarge = () => {
    const children = [...host.children];
    host.style.blockSize = `${host.offsetHeight}px`;
    host.append(dialog);
    dialog.append(...children);
    dialog.showModal();
    dialog.onclose = () => {
      host.replaceChildren(...children);
      host.style.blockSize = "";
      if (isDown()) down.set(false);
      down.focus({ preventScroll: true });
    };
  };

  surface.append(cell);
  follow(surface, (x, y, ...others) => draw(columns * x, y, ...others), isDown);
  follow(large, draw, () => true);
  steer(surface, stage.word("surface"), (x, y) => {
    if (isDown()) keep();
    move([inside(pen[0] + x, width), inside(pen[1] + y, height)], isDown());
  });
  surface.addEventListener("keydown", ({ key }) => key === "Escape" && isDown() && down.set(false));

  return {
    buttons: [down, undo, clear, back, own],
    image,
    show,
    /** What is on the pad. */
    ink: () => ink,
    isEmpty: () => !ink.some(Boolean),
    isExample: () => ink === example,
    /** What an encoder sees: drawings are centred, as the examples are; images are left where they are. */
    seen: () => (ink === example || isPhoto ? ink : centred(ink, width)),
    /** Begin with another example. */
    begin: (values) => {
      example = ink = values;
      past.length = 0;
      isPhoto = false;
      return show();
    },
  };
}
