// <research-demo>: a figure that stands in the page as a still picture, and wakes when it is touched.
import { button, element } from "./controls.js";
import * as draw from "./kinds/draw.js";
import * as interpolation from "./kinds/interpolation.js";
import * as manifold from "./kinds/manifold.js";
import * as reconstructions from "./kinds/reconstructions.js";
import * as samples from "./kinds/samples.js";
import * as training from "./kinds/training.js";
import { modelAt } from "./model.js";
import { Stage } from "./stage.js";

const KINDS = { draw, interpolation, manifold, reconstructions, samples, training, traversals: interpolation };

//: How far below or above the window a figure is fetched before anyone asks for it.
const NEAR = "400px";

class ResearchDemo extends HTMLElement {
  #parts = null;

  connectedCallback() {
    if (this.#parts || !KINDS[this.dataset.kind]) return;
    this.#invite();
    this.querySelector(".research-demo-sheet img").addEventListener("click", () => this.#wake(), { once: true });
    if (!isThrifty(navigator.connection)) this.#prefetchWhenNear();
  }

  /** Put the button that wakes the figure in the place of the line that says it is still. */
  #invite(text = "") {
    const size = this.dataset.kilobytes ? ` (${this.dataset.kilobytes} kB)` : "";
    const line = element("p", { textContent: text, role: "status" });
    const name = text ? "Try again" : `Try it yourself${size}`;
    this.#panel.replaceChildren(button(name, () => this.#wake()), line);
  }

  #prefetchWhenNear() {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        this.#load().catch(() => {}); // said when somebody asks for it
      },
      { rootMargin: NEAR },
    );
    observer.observe(this);
  }

  /** Fetch the description of the figure and its model, once, and at the same time. */
  #load() {
    this.#parts ??= this.#fetch().catch((error) => {
      this.#parts = null;
      throw error;
    });
    return this.#parts;
  }

  async #fetch() {
    const { src, decoder, encoder, runtime: folder } = this.dataset;
    const [latent, picture] = [Number(this.dataset.input), Number(this.dataset.output)];
    const url = new URL(src, document.baseURI);
    const runtime = folder && new URL(folder, url).href;
    const model = (name, input, outputs) => name && modelAt(new URL(name, url).href, { input, outputs, runtime });
    return Promise.all([
      fetchJson(url),
      model(decoder, latent, [picture]),
      model(encoder, picture, [latent, latent]),
    ]);
  }

  async #wake() {
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#panel.ariaBusy = "true";
    try {
      await KINDS[this.dataset.kind].start(new Stage(this, ...(await this.#load())));
      if (hadFocus) this.#panel.querySelector("input, button, select").focus();
      this.dispatchEvent(new CustomEvent("research-demo-awake", { bubbles: true }));
    } catch (error) {
      this.#invite(`The picture stays still: its model could not be loaded (${error.message}).`);
    }
    this.#panel.ariaBusy = null;
  }

  get #panel() {
    return this.querySelector(".research-demo-panel");
  }
}

async function fetchJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

/** Say whether the reader's line is announced to be slow, or to be spared. */
function isThrifty(connection) {
  return Boolean(connection?.saveData) || /2g/.test(connection?.effectiveType);
}

if ("WebAssembly" in globalThis && "Worker" in globalThis) customElements.define("research-demo", ResearchDemo);
