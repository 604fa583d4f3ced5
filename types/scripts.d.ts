// What the scripts that readers are sent assign at run time, or browsers have beyond TypeScript's own types.
import type {} from "../plugins/research/demos/live/script/sheet.js";
import type {} from "../plugins/research/demos/live/script/stage.js";

declare module "../plugins/research/demos/live/script/sheet.js" {
  /** What the build says of a sheet of images (`Sheet.constructor`). */
  interface Sheet {
    image: HTMLImageElement;
    surface: HTMLElement;
    decoder: { run(inputs: Float32Array, asked: object): Promise<Uint8ClampedArray<ArrayBuffer>[]> };
    rows: number;
    columns: number;
    gap: number;
    group: number;
    /** Channels, height, width. */
    shape: [number, number, number];
    /** The least and the greatest value of a pixel. */
    range: [number, number];
    /** How many latent variables an image has. */
    latents: number;
  }
}

declare module "../plugins/research/demos/live/script/stage.js" {
  /** What a figure hands to its stage (`Stage.constructor`). */
  interface Stage {
    host: HTMLElement;
    panel: HTMLElement;
    figure: Record<string, any>;
    words: Record<string, string>;
    sheet: import("../plugins/research/demos/live/script/sheet.js").Sheet;
    sheets: import("../plugins/research/demos/live/script/sheet.js").Sheet[];
    /** The module of controls for a decoder's further inputs, where it has any. */
    extra?: typeof import("../plugins/research/demos/live/script/conditions.js");
    encoder(attempt: number): Promise<any>;
    speak(text: string): void;
    explain(error: Error, words: Record<string, string>): string;
  }
}

declare global {
  interface Window {
    MathJax: any;
    FormulaSafety: { postFilters: unknown };
  }
  interface Navigator {
    /** Network Information API, in Chromium. */
    connection?: { saveData: boolean; effectiveType: string };
  }
  /** Sentences by language, which the build puts into disk.js. */
  const SENTENCES: Record<string, string>;
  /** In a worker. */
  function postMessage(message: unknown, transfer: Transferable[]): void;
}
