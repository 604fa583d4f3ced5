// <research-demo>: a figure that stands in the page as a static image, and becomes interactive when it is activated.

import { button, element, rewrite, slider, toggle } from "./controls.js";
import { follow, inside, steer } from "./gestures.js";
import * as interpolation from "./kinds/interpolation.js";
import * as manifold from "./kinds/manifold.js";
import * as reconstructions from "./kinds/reconstructions.js";
import * as samples from "./kinds/samples.js";
import { floats } from "./latents.js";
import { broken, bytesAt, cancel, Failure, progress } from "./load.js";
import { modelAt, scriptUrl } from "./model.js";
import { anySeed, normals } from "./normals.js";
import { paced } from "./paced.js";
import { Sheet } from "./sheet.js";
import { Stage } from "./stage.js";
import { fill, sentence } from "./words.js";

/** Return a module that comes when it is needed. A browser remembers one that failed by its address. */
const late = (path, attempt) =>
  import(`${path}?${attempt}`).catch(() => {
    throw new Failure("script");
  });

// A kind that is not here comes when it is needed, and is handed what it shares with the others.
const shared = {
  anySeed,
  button,
  element,
  floats,
  follow,
  inside,
  normals,
  paced,
  rewrite,
  sentence,
  slider,
  steer,
  toggle,
};

const KINDS = {
  compare: samples,
  interpolation,
  manifold,
  reconstructions,
  samples,
  traversals: interpolation,
};

//: Kilobytes of a figure, and of all on the page, that are fetched before anyone asks for them.
const LIGHT = 100;
const BUDGET = 50;
//: Kilobytes of what describes a figure whose model is here.
const DESCRIPTION = 3;
//: Milliseconds that a reader rests with a figure before it is fetched, and before loading is announced.
const STAY = 800;
const LOADING_DELAY = 150;

const fetched = new Set();
let spent = 0;

class ResearchDemo extends HTMLElement {
  #words = null;
  #images = [];
  #panel;
  #region = element("span", { className: "research-demo-spoken", role: "status" });
  #line = element("p");
  #progress = element("progress", { hidden: true });
  #button = button();
  #isOffered = false;
  #isLoaded = false;
  #attempt = 0;
  #job = null;
  #stage = null;

  connectedCallback() {
    if (this.#words) return;
    this.#words = JSON.parse(this.dataset.words);
    this.#panel = this.querySelector(".research-demo-panel");
    if ((this.dataset.decoder || this.dataset.step) && !globalThis.WebAssembly) {
      this.#panel.firstChild.textContent = this.#words.unsupported;
      return;
    }
    this.#images = [...this.querySelectorAll(".research-demo-sheet img")];
    for (const shown of [...this.#images, ...this.querySelectorAll(".research-demo-plane > svg")]) {
      shown.after(element("div", { className: "research-demo-over" }));
      shown.addEventListener("click", () => this.#isOffered && this.#activate());
    }
    this.append(this.#region); // there before it has anything to say
    this.#panel.replaceChildren(this.#line, this.#progress, this.#button);
    this.#offer();
    this.#watch();
    if (location.search && decodeURIComponent(location.hash.slice(1)) === this.closest("figure")?.id)
      this.show(location.search);
  }

  /** Activate the figure, and set it as `state` says, as in the query of an address: see state.js. */
  show(state) {
    this.dataset.state = state;
    if (this.#isOffered) this.#activate();
    else this.onstate?.();
  }

  /** What an active figure does when it is to show another state. */
  onstate = null;

  /** Offer to activate the figure. */
  #offer(line = this.#words.hint, name = this.#words.try) {
    const size = this.#isLoaded
      ? this.#words.loaded
      : this.dataset.kilobytes && `${this.dataset.kilobytes} kB`;
    this.#isOffered = true;
    this.#show(line, size ? `${name} (${size})` : name, () => this.#activate());
  }

  /** Show a line and a button: always the same, so that it keeps the focus. */
  #show(line, name, onclick, isLoading = false) {
    this.#line.textContent = line;
    this.#progress.hidden = !isLoading;
    Object.assign(this.#button, { textContent: name, onclick });
  }

  /** Fetch the figure when a reader stays with it, or points at it, unless that asks too much of the connection. */
  #watch() {
    let resting;
    let isSeen = false;
    const rest = () => {
      clearTimeout(resting);
      if (isSeen) resting = setTimeout(() => this.#prefetch(BUDGET), STAY);
    };
    const observer = new IntersectionObserver(
      ([{ isIntersecting }]) => {
        isSeen = isIntersecting;
        if (isSeen) this.dataset.seen = "";
        rest();
      },
      { threshold: 0.3 },
    );
    observer.observe(this);
    addEventListener("scroll", rest, { passive: true });
    // A page that is scrolled below a pointer that rests, or by a finger, asks for nothing.
    this.addEventListener("pointermove", ({ movementX, movementY, pointerType }) => {
      if (pointerType !== "touch" && (movementX || movementY)) this.#approach();
    });
    this.addEventListener("focusin", () => this.#approach());
    // A finger that comes down on the button presses it, a tenth of a second later.
    this.#button.onpointerdown = () => this.#approach();
  }

  /** Fetch the figure for a reader who is at it, and needs no demonstration: a press would wait for its next frame. */
  #approach() {
    this.dataset.near = "";
    this.#prefetch(Infinity);
  }

  #prefetch(budget) {
    const { decoder = "", kilobytes } = this.dataset;
    const cost = fetched.has(decoder) ? DESCRIPTION : Number(kilobytes);
    if (this.#stage || Number(kilobytes) > LIGHT || spent + cost > budget || isThrifty(navigator.connection))
      return;
    spent += cost;
    fetched.add(decoder);
    this.#prepare().then(
      (stage) => {
        if (!this.#isOffered) return;
        this.#offer();
        stage.warm();
      },
      () => {}, // said when somebody asks for it
    );
  }

  /** Make all that the active figure shows, once, so that a touch has nothing to wait for. */
  #prepare() {
    if (!this.#stage) {
      const job = { attempt: this.#attempt, files: [] };
      this.#job = job;
      this.#stage = this.#make(job).then(
        (stage) => {
          this.#isLoaded = true;
          return stage;
        },
        (error) => {
          if (job === this.#job) this.#forget();
          throw error;
        },
      );
    }
    return this.#stage;
  }

  /** Begin from the beginning the next time. */
  #forget() {
    this.#attempt += 1;
    this.#stage = this.#job = null;
  }

  async #make(job) {
    const { kind, src, decoder = "", encoder, runtime } = this.dataset;
    const { href } = new URL(src, document.baseURI);
    const resolved = (name) => new URL(name, href).href;
    const model = (name, job) =>
      modelAt(resolved(name), name.endsWith(".onnx") ? resolved(runtime) : undefined).load(job);
    // All at the same time.
    const [figure, { start }, decoders] = await Promise.all([
      jsonAt(href, job),
      KINDS[kind] ?? late(`./kinds/${kind}.js`, job.attempt),
      Promise.all(
        decoder
          .split(" ")
          .filter(Boolean)
          .map((name) => model(name, job)),
      ),
      ...this.#images.map(seen),
    ]);
    const extra = figure.sheets[0]?.conditions && (await late("./conditions.js", job.attempt));
    const surfaces = this.querySelectorAll(".research-demo-sheet > .research-demo-over");
    const stage = new Stage({
      host: this,
      panel: this.#panel,
      figure,
      words: { ...this.#words, ...figure.words },
      sheets: figure.sheets.map((form, i) => new Sheet(this.#images[i], surfaces[i], form, decoders[i])),
      models: decoders,
      encoder: (attempt) => model(encoder, { attempt, files: [] }),
      speak: (text) => this.#speak(text),
      extra,
      explain,
      bytes: (name) => bytesAt(resolved(name), job),
      worker: (name) => new Worker(scriptUrl(name), { type: "module" }),
      failure: (...why) => new Failure(...why),
    });
    await start(stage, shared);
    return stage;
  }

  async #activate() {
    this.#isOffered = false;
    this.dataset.near = "";
    const prepared = this.#prepare();
    const job = this.#job;
    const waiting = setTimeout(() => this.#wait(job), LOADING_DELAY);
    try {
      const stage = await prepared;
      if (job !== this.#job) return;
      const hadFocus = this.#panel.contains(document.activeElement);
      this.dataset.active = "";
      stage.attach();
      if (hadFocus) stage.focus();
      this.dispatchEvent(new CustomEvent("research-demo-active", { bubbles: true }));
      // After the first frame; without it all works but links.
      requestAnimationFrame(() => {
        late("./state.js", job.attempt).then(
          ({ begin }) => begin(this, stage, shared),
          () => {},
        );
      });
    } catch (error) {
      if (job.isCancelled) return;
      const line = fill(this.#words.failed, { reason: explain(error, this.#words) });
      this.#offer(line, this.#words.retry);
      this.#speak(line);
    } finally {
      clearTimeout(waiting);
    }
  }

  /** Show how much has come, and let the reader give it up. */
  #wait(job) {
    const { loading, cancel: name } = this.#words;
    const max = Number(this.dataset.bytes);
    Object.assign(this.#progress, { max, ariaLabel: loading });
    const timer = setInterval(() => {
      if (job !== this.#job || !this.#progress.isConnected) clearInterval(timer);
      this.#progress.value = Math.min(progress(job), max);
    }, 100);
    const giveUp = () => {
      job.isCancelled = true;
      this.#forget();
      cancel(job);
      this.#offer();
    };
    this.#show(loading, name, giveUp, true);
    this.#speak(loading);
  }

  #speak(text) {
    this.#region.textContent = text;
  }
}

/** Return in `words` why something failed. */
function explain({ code, values }, words) {
  return fill(words[code] ?? words.unknown, values);
}

async function jsonAt(url, job) {
  const bytes = await bytesAt(url, job);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw broken(url);
  }
}

/** Wait until `image` can be drawn, wherever in the page it stands; one that failed is fetched again. */
async function seen(image) {
  image.loading = "eager";
  if (image.complete && !image.naturalWidth) image.src = `${image.src.split("?")[0]}?${Date.now()}`;
  try {
    await image.decode();
  } catch {
    throw new Failure(navigator.onLine ? "image" : "offline");
  }
}

/** Return whether the reader's connection is announced to be slow, or to be spared. */
function isThrifty(connection) {
  return Boolean(connection?.saveData) || /2g/.test(connection?.effectiveType);
}

customElements.define("research-demo", ResearchDemo);
