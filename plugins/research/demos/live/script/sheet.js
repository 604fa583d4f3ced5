// A sheet of images: the static image, and what is rendered live over it.
import { element } from "./controls.js";
import { follow, inside, steer } from "./gestures.js";
import { cellAt, cellOrigin } from "./pixels.js";

//: Milliseconds of work after which images are shown, and a newer request is looked for.
const SLICE = 25;

export class Sheet {
  /** `form` is what the build says of the static image `image`, and of the model that rendered it. */
  constructor(image, surface, form, decoder) {
    Object.assign(this, form, { image, surface, decoder });
    this.size = form.shape[0] * form.shape[1] * form.shape[2];
    this.condition = form.condition ?? [];
  }

  #active = false;
  #canvas = null;
  #mark = null;
  #name;

  /** Show what has been rendered in the place of the static image. */
  attach() {
    this.#active = true;
    this.#cover();
  }

  /** Return the images, ImageData each, that the decoder makes of `latents`, one after the other. */
  async decode(latents) {
    const { shape, range } = this;
    const asked = {
      size: this.latents + this.condition.length,
      outputs: [this.size],
      image: { shape, range },
    };
    const [bytes] = await this.decoder.run(this.#conditioned(latents), asked);
    const [, height, width] = shape;
    const length = 4 * height * width;
    return Array.from(
      { length: bytes.length / length },
      (_, i) => new ImageData(bytes.subarray(i * length, (i + 1) * length), width),
    );
  }

  /** Return `latents`, each followed by the numbers of the condition. */
  #conditioned(latents) {
    const { latents: size, condition } = this;
    if (!condition.length) return latents;
    const width = size + condition.length;
    const inputs = new Float32Array((latents.length / size) * width);
    for (let at = 0; at * size < latents.length; at += 1) {
      inputs.set(latents.subarray(at * size, (at + 1) * size), at * width);
      inputs.set(condition, at * width + size);
    }
    return inputs;
  }

  /** Decode `latents` a few at a time, and hand each image with its number to `onimage`, until `isStale()`. */
  async decodeEach(latents, isStale, onimage) {
    const count = latents.length / this.latents;
    for (let at = 0, step = 1; at < count && !isStale(); ) {
      const begun = performance.now();
      const images = await this.decode(latents.slice(at * this.latents, (at + step) * this.latents));
      images.forEach((image, i) => onimage(image, at + i));
      at += images.length;
      step = Math.ceil(Math.min(4, SLICE / (performance.now() - begun + 0.1)) * step);
    }
  }

  /** Show an image in the cell at `row` and `column`. */
  draw(image, row, column) {
    const { x, y } = cellOrigin(this, row, column);
    this.#paper().putImageData(image, x, y);
  }

  /** Show the images that the decoder makes of `latents` in all cells, row by row, until `isStale()`. */
  fill(latents, isStale) {
    return this.decodeEach(latents, isStale, (image, i) =>
      this.draw(image, Math.floor(i / this.columns), i % this.columns),
    );
  }

  /** Say to screen readers what the sheet shows now; what the author said, where nothing is given. */
  rename(name = this.image.alt) {
    this.#name = name;
    if (this.#canvas) this.#canvas.ariaLabel = name;
  }

  /** Frame the part that begins at (x, y) and is `width` by `height`, in parts of the whole. */
  mark(x, y, width, height) {
    this.#mark ??= this.surface.appendChild(element("span", { className: "research-demo-mark" }));
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

  /** Return the bytes of the first channel of the cell of the static image at `row` and `column`. */
  read(row, column) {
    const [, height, width] = this.shape;
    const { x, y } = cellOrigin(this, row, column);
    const paper = element("canvas", { width, height }).getContext("2d");
    paper.drawImage(this.image, -x, -y);
    return paper.getImageData(0, 0, width, height).data.filter((_, i) => i % 4 === 0);
  }

  /** Call `onpoint` with the place, in parts of the whole, where a pointer presses or drags on the sheet. */
  follow(onpoint) {
    this.surface.dataset.takes = "drags";
    follow(this.surface, (x, y) => onpoint(inside(x), inside(y)));
  }

  /** Call `onpick` with the row and column of the cell that a pointer presses. */
  pick(onpick) {
    this.follow((x, y) => {
      const { width, height } = this.#whole();
      const { row, column } = cellAt(this, x * width, y * height);
      onpick(row, column);
    });
    this.surface.dataset.takes = "taps";
  }

  /** Let arrow keys on the sheet call `onstep`; `name` it. */
  steer(name, onstep) {
    steer(this.surface, name, onstep);
  }

  /** Return the context of the canvas over the static image, made when it is first drawn on. */
  #paper() {
    if (!this.#canvas) {
      const { alt, className } = this.image;
      this.#canvas = element("canvas", {
        className,
        ...this.#whole(),
        role: "img",
        ariaLabel: this.#name ?? alt,
      });
      this.#canvas.getContext("2d").drawImage(this.image, 0, 0);
      this.#cover();
    }
    return this.#canvas.getContext("2d");
  }

  /** Put the canvas in the place of the static image: a theme may let the paper through images. */
  #cover() {
    if (!this.#active || !this.#canvas) return;
    this.surface.prepend(this.#canvas);
    this.image.style.visibility = "hidden";
  }

  #whole() {
    const { y } = cellOrigin(this, this.rows - 1, 0);
    return { width: this.columns * this.shape[2], height: y + this.shape[1] };
  }
}
