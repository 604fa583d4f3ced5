// A sheet of pictures: the still picture, what is drawn live over it, and hands that touch it.
import { element } from "./controls.js";
import { cellAt, cellOrigin } from "./pixels.js";

export class Sheet {
  /** `form` is what the build says of the still picture `image`, and of the model that drew it. */
  constructor(image, form, decoder) {
    Object.assign(this, form, { image, decoder });
    this.size = form.shape[0] * form.shape[1] * form.shape[2];
    this.#frame = element("div", { className: "research-demo-over" });
  }

  #frame;
  #awake = false;
  #canvas = null;
  #mark = null;

  /** Lay what has been drawn over the still picture. */
  attach() {
    this.#awake = true;
    this.image.after(this.#frame);
    this.#cover();
  }

  /** Return the pictures, ImageData each, that the decoder draws from `latents`, one after the other. */
  async decode(latents) {
    const { latents: size, shape, range } = this;
    const [bytes] = await this.decoder.run(latents, { size, outputs: [this.size], picture: { shape, range } });
    const [, height, width] = shape;
    const length = 4 * height * width;
    return Array.from(
      { length: bytes.length / length },
      (_, i) => new ImageData(bytes.subarray(i * length, (i + 1) * length), width),
    );
  }

  /** Show a picture in the cell at `row` and `column`. */
  draw(picture, row, column) {
    const { x, y } = cellOrigin(this, row, column);
    this.#paper().putImageData(picture, x, y);
  }

  /** Show `pictures` in all cells, row by row. */
  fill(pictures) {
    pictures.forEach((picture, i) => this.draw(picture, Math.floor(i / this.columns), i % this.columns));
  }

  /** Frame the stretch that begins at (x, y) and is `width` by `height`, in parts of the whole. */
  mark(x, y, width, height) {
    this.#mark ??= this.#frame.appendChild(element("span", { className: "research-demo-mark" }));
    const { style } = this.#mark;
    style.width = `${100 * width}%`;
    style.height = `${100 * height}%`;
    // In parts of its own size: a translation needs no layout, so a drag costs little.
    style.translate = `${(100 * x) / width}% ${(100 * y) / height}%`;
  }

  /** Frame the cell at `row` and `column`. */
  markCell(row, column) {
    const { x, y } = cellOrigin(this, row, column);
    const [, height, width] = this.shape;
    const whole = this.#whole();
    this.mark(x / whole.width, y / whole.height, width / whole.width, height / whole.height);
  }

  /** Return the bytes of the first channel of the cell of the still picture at `row` and `column`. */
  read(row, column) {
    const [, height, width] = this.shape;
    const { x, y } = cellOrigin(this, row, column);
    const paper = element("canvas", { width, height }).getContext("2d");
    paper.drawImage(this.image, -x, -y);
    return paper.getImageData(0, 0, width, height).data.filter((_, i) => i % 4 === 0);
  }

  /**
   * Call `onpoint` with the place, in parts of the whole, where a pointer presses or drags on the sheet,
   * and with whether it goes on from the place before.
   */
  follow(onpoint) {
    let box; // measured once a drag: to ask for it is to wait for the layout of the page
    const part = (value) => Math.min(1, Math.max(0, value));
    const place = ({ clientX, clientY, type }) => {
      box ??= this.#frame.getBoundingClientRect();
      onpoint(part((clientX - box.left) / box.width), part((clientY - box.top) / box.height), type === "pointermove");
    };
    this.#frame.onpointerdown = (event) => {
      box = null;
      this.#frame.setPointerCapture(event.pointerId);
      place(event);
    };
    this.#frame.onpointermove = (event) => {
      if (this.#frame.hasPointerCapture(event.pointerId)) place(event);
    };
    addEventListener("scroll", () => (box = null), { passive: true, capture: true });
  }

  /** Call `onpick` with the row and column of the cell that a pointer presses. */
  pick(onpick) {
    this.follow((x, y) => {
      const { width, height } = this.#whole();
      const { row, column } = cellAt(this, x * width, y * height);
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

  /** Return the context of the canvas over the still picture, made when it is first drawn on. */
  #paper() {
    if (!this.#canvas) {
      const { alt, className } = this.image;
      this.#canvas = element("canvas", { className, ...this.#whole(), role: "img", ariaLabel: alt });
      this.#frame.prepend(this.#canvas);
      this.#canvas.getContext("2d").drawImage(this.image, 0, 0);
      this.#cover();
    }
    return this.#canvas.getContext("2d");
  }

  /** Hide the still picture where another lies on it: a theme may let the paper through pictures. */
  #cover() {
    if (this.#awake && this.#canvas) this.image.style.visibility = "hidden";
  }

  #whole() {
    const { y } = cellOrigin(this, this.rows - 1, 0);
    return { width: this.columns * this.shape[2], height: y + this.shape[1] };
  }
}
