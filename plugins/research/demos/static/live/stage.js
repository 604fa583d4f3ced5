// What a kind of figure works with: the sheet, a lens that shows one picture large, rows of controls,
// and a line that is spoken as well as shown.
import { element } from "./controls.js";
import { cellAt, cellOrigin, rgba } from "./pixels.js";

//: Milliseconds of rest before a change is spoken, so that a drag is not.
const REST = 400;

export class Stage {
  /** `host` is the upgraded element, `figure` the description that the build wrote for it. */
  constructor(host, figure, decoder, encoder) {
    Object.assign(this, { figure, decoder, encoder });
    this.image = host.querySelector(".research-demo-sheet img");
    this.sheet = { ...figure.sheet, shape: figure.shape };
    this.#frame = element("div", { className: "research-demo-over" });
    this.image.after(this.#frame);
    this.#panel = host.querySelector(".research-demo-panel");
    this.#status = element("output", { className: "research-demo-status" });
  }

  #frame;
  #panel;
  #status;
  #canvas = null;
  #lens = null;
  #mark = null;
  #speaking = 0;

  /** Return the pictures, RGBA bytes each, that the decoder draws from `latents`, one after the other. */
  async decode(latents) {
    const [values] = await this.decoder.run(latents);
    const { shape, range } = this.figure;
    const size = shape[0] * shape[1] * shape[2];
    return Array.from({ length: values.length / size }, (_, i) =>
      rgba(values.subarray(i * size, (i + 1) * size), shape, range),
    );
  }

  /** Show `rows` of controls in place of what the panel held, with the lens before them if there is one. */
  arrange(...rows) {
    const made = rows.map((controls) => element("div", {}, ...controls));
    const last = made.at(-1);
    last.prepend(this.#status);
    this.#panel.replaceChildren(...(this.#lens ? [this.#lens] : []), ...made);
  }

  /** Make the lens; `name` says to screen readers what it shows. */
  addLens(name) {
    const [, height, width] = this.figure.shape;
    const className = `research-demo-lens ${this.image.className}`;
    this.#lens = element("canvas", { className, width, height, role: "img", ariaLabel: name });
  }

  /** Show a picture, RGBA bytes, in the lens. */
  magnify(bytes) {
    this.#lens.getContext("2d").putImageData(new ImageData(bytes, this.#lens.width), 0, 0);
  }

  /** Show in the lens what stands in the cell of the still picture at `row` and `column`. */
  magnifyCell(row, column) {
    const { width, height } = this.#lens;
    const { x, y } = cellOrigin(this.sheet, row, column);
    this.#lens.getContext("2d").drawImage(this.image, x, y, width, height, 0, 0, width, height);
  }

  /** Show a picture, RGBA bytes, in the cell of the sheet at `row` and `column`. */
  draw(bytes, row, column) {
    const { x, y } = cellOrigin(this.sheet, row, column);
    this.#paper().putImageData(new ImageData(bytes, this.sheet.shape[2]), x, y);
  }

  /** Frame the stretch of the sheet that begins at (x, y) and is `width` by `height`, in parts of the whole. */
  mark(x, y, width, height) {
    this.#mark ??= this.#frame.appendChild(element("span", { className: "research-demo-mark" }));
    const { style } = this.#mark;
    style.width = `${100 * width}%`;
    style.height = `${100 * height}%`;
    // In parts of its own size: a translation needs no layout, so a drag costs little.
    style.translate = `${(100 * x) / width}% ${(100 * y) / height}%`;
  }

  /** Frame the cell at `row` and `column`, or as many `columns` from it. */
  markCell(row, column, columns = 1) {
    const { x, y } = cellOrigin(this.sheet, row, column);
    const [, height, width] = this.figure.shape;
    const whole = this.#size();
    this.mark(x / whole.width, y / whole.height, (columns * width) / whole.width, height / whole.height);
  }

  /** Return the bytes of the first channel of the cell of the still picture at `row` and `column`. */
  read(row, column) {
    const [, height, width] = this.figure.shape;
    const { x, y } = cellOrigin(this.sheet, row, column);
    const paper = element("canvas", { width, height }).getContext("2d");
    paper.drawImage(this.image, -x, -y);
    return paper.getImageData(0, 0, width, height).data.filter((_, i) => i % 4 === 0);
  }

  /**
   * Call `onpoint` with the place, in parts of the whole, where a pointer presses or drags on the sheet,
   * and with whether it goes on from the place before.
   */
  follow(onpoint) {
    const place = ({ clientX, clientY, type }) => {
      const box = this.#frame.getBoundingClientRect();
      const part = (value) => Math.min(1, Math.max(0, value));
      onpoint(part((clientX - box.left) / box.width), part((clientY - box.top) / box.height), type === "pointermove");
    };
    this.#frame.onpointerdown = (event) => {
      this.#frame.setPointerCapture(event.pointerId);
      place(event);
    };
    this.#frame.onpointermove = (event) => {
      if (this.#frame.hasPointerCapture(event.pointerId)) place(event);
    };
  }

  /** Call `onpick` with the row and column of the cell that a pointer presses. */
  pick(onpick) {
    this.follow((x, y) => {
      const { width, height } = this.#size();
      const { row, column } = cellAt(this.sheet, x * width, y * height);
      onpick(row, column);
    });
  }

  /** Let arrow keys on the sheet call `onstep` with (1, 0) for right, (0, -1) for up and so on; `name` it. */
  steer(name, onstep) {
    const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    Object.assign(this.#frame, { tabIndex: 0, role: "application", ariaLabel: name });
    this.#frame.onkeydown = (event) => {
      const step = steps[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      onstep(...step);
    };
  }

  /** Show `text` at once, and let it be spoken when it has stood for a moment. */
  say(text) {
    this.#status.ariaLive = "off";
    this.#status.textContent = text;
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      this.#status.ariaLive = "polite";
      this.#status.textContent = "";
      this.#status.textContent = text;
    }, REST);
  }

  /** Return the context of the canvas over the still picture, made when it is first drawn on. */
  #paper() {
    if (!this.#canvas) {
      const { alt, className } = this.image;
      this.#canvas = element("canvas", { className, ...this.#size(), role: "img", ariaLabel: alt });
      this.#frame.prepend(this.#canvas);
      this.#canvas.getContext("2d").drawImage(this.image, 0, 0);
      this.image.style.visibility = "hidden"; // a theme may let the paper through pictures
    }
    return this.#canvas.getContext("2d");
  }

  #size() {
    const { rows, columns, shape } = this.sheet;
    const { y } = cellOrigin(this.sheet, rows - 1, 0);
    return { width: columns * shape[2], height: y + shape[1] };
  }
}
