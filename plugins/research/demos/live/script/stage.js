// What a kind of figure works with: its sheets, a lens that shows one image large, controls, words, and a line that
// is shown, and spoken once it rests. All of it is made before it is seen.
import { button, element, rewrite, slider } from "./controls.js";
import { labelsOf } from "./latents.js";
import { latest } from "./latest.js";
import { paced } from "./paced.js";
import { cellOrigin } from "./pixels.js";
import { fill, sentence } from "./words.js";

//: Milliseconds of rest before a change is spoken, so that a drag is not.
const REST = 400;

export class Stage {
  /**
   * `host` is the figure's element, `panel` where its controls go, `speak(text)` what screen readers hear, `figure`
   * the description that the build wrote, `words` its sentences, `sheets` what it describes, `models` what runs in it; `encoder()` fetches the
   * encoder, where the figure has one, `extra` is the module of controls for its decoder's further inputs, where it
   * has any, and `explain(error, words)` says what failed.
   */
  constructor(parts) {
    Object.assign(this, parts);
    [this.sheet] = this.sheets;
    this.#again = button(this.words.retry, () =>
      [...this.#failed].forEach(([run, values]) => run(...values)),
    );
  }

  /**
   * What links can set, by name: `get()` returns it, a number, several, or one of the `words`; `set()` takes texts.
   *
   * @type {Record<string, { get: () => any, set: (...texts: string[]) => void, words?: string[] }>}
   */
  state = {};
  #line = element("span");
  #show = paced((text) => rewrite(this.#line, text));
  #actions = element("div", {});
  #children = [];
  #lens = null;
  #speaking = 0;
  #failed = new Map();
  #again;

  /** Put it into the page out of sight: to find fonts, shape words and make controls takes a browser longest. */
  warm() {
    this.panel.append(element("div", { inert: true }, ...this.#children));
  }

  /** Put all that has been made into the page. The hint stands in the line until something else is said. */
  attach() {
    this.sheets.forEach((sheet) => sheet.attach());
    this.panel.replaceChildren(...this.#children);
    this.#show(this.words.hint);
    this.speak(this.words.hint);
    this.onattach();
  }

  /** What a kind does when the figure is activated. */
  onattach() {}

  /** Have buttons, and below them sliders; where the decoder has a condition, its controls call `redraw()`. */
  arrange(buttons, sliders = [], redraw = null) {
    this.#actions.append(...buttons);
    const status = element("p", { className: "research-demo-status", ariaHidden: "true" }, this.#line);
    const head = element("div", { className: "research-demo-head" }, status, this.#actions);
    const extra = redraw && this.extra ? this.extra.controls(this, { element, slider }, redraw) : [];
    this.#children = [...(this.#lens ? [this.#lens] : []), head, ...sliders, ...extra];
  }

  /** Have a lens before the controls; `name` says to screen readers what it shows. */
  addLens(name) {
    const [, height, width] = this.sheet.shape;
    const className = `research-demo-lens ${this.sheet.image.className}`;
    this.#lens = element("canvas", { className, width, height, role: "img", ariaLabel: name });
  }

  /** Show in the lens the image that the decoder makes of a latent. */
  async magnify(latent) {
    this.enlarge((await this.sheet.decode(latent))[0]);
  }

  /** Show an image in the lens. */
  enlarge(image) {
    this.#lens.getContext("2d").putImageData(image, 0, 0);
  }

  /** Show in the lens what stands in the cell of the static image at `row` and `column`. */
  magnifyCell(row, column) {
    const { width, height } = this.#lens;
    const { x, y } = cellOrigin(this.sheet, row, column);
    this.#lens.getContext("2d").drawImage(this.sheet.image, x, y, width, height, 0, 0, width, height);
  }

  /** Return the sentence `name` of the words, filled with `values`. */
  word(name, values) {
    return fill(this.words[name], values);
  }

  /** Return `value` as the language of the words writes it. To load what a browser knows of numbers takes too long. */
  number(value, digits = 2) {
    return value.toFixed(digits).replace(".", this.words.decimal).replace("-", "−");
  }

  /** Return which labels a latent is likeliest to have, "" where nothing tells. */
  likeliest(latent) {
    const { labels } = this.figure;
    return labels ? this.word("likeliest", { labels: labelsOf(latent, labels).join(", ") }) : "";
  }

  /**
   * Show `words`, a text or several to make a sentence of, at once, name the lens by it, and let it be spoken when it
   * has rested; not where `isSilent`.
   */
  say(words, isSilent = false) {
    const text = sentence(words);
    if (this.#lens) this.#lens.ariaLabel = text;
    if (!this.#line.isConnected) return;
    this.#show(text);
    clearTimeout(this.#speaking);
    if (!isSilent) this.#speaking = setTimeout(() => this.speak(text), REST);
  }

  /** Return `work` as `latest` has it. Where it fails, the line says why, and a button tries again all that failed. */
  task(work) {
    const made = latest(work);
    const run = async (...values) => {
      try {
        await made(...values);
        this.#failed.delete(run);
      } catch (error) {
        if (!this.#line.isConnected) throw error;
        this.#failed.set(run, values);
        this.say(this.explain(error, this.words));
      }
      if (this.#failed.size) return this.#actions.append(this.#again);
      const hadFocus = this.#again === document.activeElement;
      this.#again.remove();
      if (hadFocus) this.focus();
    };
    return run;
  }

  /** Give the focus to the first control. */
  focus() {
    const [control] = /** @type {NodeListOf<HTMLElement>} */ (this.panel.querySelectorAll("button, input"));
    control.focus();
  }
}
