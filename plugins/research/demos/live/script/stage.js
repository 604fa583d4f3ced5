// What a kind of figure works with: its sheets, a lens that shows one picture large, rows of controls,
// and a line that is spoken as well as shown. All of it is made before it is seen.
import { element } from "./controls.js";
import { cellOrigin } from "./pixels.js";

//: Milliseconds of rest before a change is spoken, so that a drag is not.
const REST = 400;

export class Stage {
  /**
   * `panel` is where controls go, `figure` the description that the build wrote, `sheets` what it
   * describes; `encoder()` fetches the encoder, where the figure has one.
   */
  constructor(panel, figure, sheets, encoder) {
    Object.assign(this, { figure, sheets, encoder });
    [this.sheet] = sheets;
    this.#panel = panel;
    this.#status = element("output", { className: "research-demo-status" });
  }

  #panel;
  #status;
  #rows = [];
  #lens = null;
  #speaking = 0;

  /** Put all that has been made into the page. */
  attach() {
    this.sheets.forEach((sheet) => sheet.attach());
    this.#panel.replaceChildren(...(this.#lens ? [this.#lens] : []), ...this.#rows);
    this.say(this.#status.textContent);
    this.onattach();
  }

  /** What a kind does when the figure wakes. */
  onattach() {}

  /** Have `rows` of controls. */
  arrange(...rows) {
    this.#rows = rows.map((controls) => element("div", {}, ...controls));
    this.#rows.at(-1).prepend(this.#status);
  }

  /** Have a lens before the controls; `name` says to screen readers what it shows. */
  addLens(name) {
    const [, height, width] = this.sheet.shape;
    const className = `research-demo-lens ${this.sheet.image.className}`;
    this.#lens = element("canvas", { className, width, height, role: "img", ariaLabel: name });
  }

  /** Show a picture in the lens. */
  magnify(picture) {
    this.#lens.getContext("2d").putImageData(picture, 0, 0);
  }

  /** Show in the lens what stands in the cell of the still picture at `row` and `column`. */
  magnifyCell(row, column) {
    const { width, height } = this.#lens;
    const { x, y } = cellOrigin(this.sheet, row, column);
    this.#lens.getContext("2d").drawImage(this.sheet.image, x, y, width, height, 0, 0, width, height);
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
}
