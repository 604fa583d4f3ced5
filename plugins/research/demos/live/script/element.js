// <research-demo>: a figure that stands in the page as a still picture, and wakes when it is touched.
import { button, element, toggle } from "./controls.js";
import * as interpolation from "./kinds/interpolation.js";
import * as manifold from "./kinds/manifold.js";
import * as reconstructions from "./kinds/reconstructions.js";
import * as samples from "./kinds/samples.js";
import * as training from "./kinds/training.js";
import { latest } from "./latest.js";
import { floats, likeness, normals, sentence } from "./latents.js";
import { modelAt } from "./model.js";
import { Sheet } from "./sheet.js";
import { Stage } from "./stage.js";

// The pad is a module of its own, which comes when a pad is near. It is handed what it shares with the others.
const shared = { button, floats, latest, likeness, normals, sentence, toggle };
const draw = { start: async (stage) => (await import("./kinds/draw.js")).start(stage, shared) };

const KINDS = {
  compare: samples,
  draw,
  interpolation,
  manifold,
  reconstructions,
  samples,
  training,
  traversals: interpolation,
};

//: How far below or above the window a figure is fetched before anyone asks for it.
const NEAR = "400px";
//: Kilobytes beyond which a figure is fetched only when somebody asks for it.
const LIGHT = 500;

class ResearchDemo extends HTMLElement {
  #stage = null;
  #invited = false;

  connectedCallback() {
    if (this.#invited || !KINDS[this.dataset.kind]) return;
    this.#invited = true;
    if (this.dataset.decoder && !canRun()) {
      this.#panel.firstChild.textContent = "A still picture: this browser does not run WebAssembly.";
      return;
    }
    this.#invite();
    for (const image of this.#images) image.addEventListener("click", () => this.#wake(), { once: true });
    if (this.dataset.kilobytes <= LIGHT && !isThrifty(navigator.connection)) this.#prepareWhenNear();
  }

  /** Put the button that wakes the figure in the place of the line that says it is still. */
  #invite(text = "") {
    const size = this.dataset.kilobytes ? ` (${this.dataset.kilobytes} kB)` : "";
    const line = element("p", { textContent: text, role: "status" });
    const name = text ? "Try again" : `Try it yourself${size}`;
    this.#panel.replaceChildren(button(name, () => this.#wake()), line);
  }

  #prepareWhenNear() {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        this.#prepare().catch(() => {}); // said when somebody asks for it
      },
      { rootMargin: NEAR },
    );
    observer.observe(this);
  }

  /** Make all that the figure shows awake, once, so that a touch has nothing to wait for. */
  #prepare() {
    this.#stage ??= this.#make().catch((error) => {
      this.#stage = null;
      throw error;
    });
    return this.#stage;
  }

  async #make() {
    const { kind, src, decoder = "", encoder, runtime } = this.dataset;
    const url = new URL(src, document.baseURI);
    const resolved = (name) => new URL(name, url).href;
    const model = (name) => modelAt(resolved(name), name.endsWith(".onnx") ? resolved(runtime) : undefined);
    // All at the same time.
    const [figure, decoders] = await Promise.all([
      fetchJson(url),
      Promise.all(decoder.split(" ").filter(Boolean).map(model)),
      ...this.#images.map(seen),
    ]);
    const sheets = figure.sheets.map((form, i) => new Sheet(this.#images[i], form, decoders[i]));
    const stage = new Stage(this.#panel, figure, sheets, () => model(encoder));
    await KINDS[kind].start(stage);
    return stage;
  }

  async #wake() {
    this.#panel.ariaBusy = "true";
    try {
      const stage = await this.#prepare();
      const hadFocus = this.#panel.contains(document.activeElement);
      stage.attach();
      if (hadFocus) this.#panel.querySelector("input, button, select").focus();
      this.dispatchEvent(new CustomEvent("research-demo-awake", { bubbles: true }));
    } catch (error) {
      this.#invite(`The picture stays still: its model could not be loaded (${error.message}).`);
    }
    this.#panel.ariaBusy = null;
  }

  get #images() {
    return [...this.querySelectorAll(".research-demo-sheet img")];
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

/** Wait until `image` can be drawn, wherever in the page it stands. */
function seen(image) {
  image.loading = "eager";
  return image.decode();
}

const canRun = () => "WebAssembly" in globalThis && "Worker" in globalThis;

/** Say whether the reader's line is announced to be slow, or to be spared. */
function isThrifty(connection) {
  return Boolean(connection?.saveData) || /2g/.test(connection?.effectiveType);
}

customElements.define("research-demo", ResearchDemo);
