// What the maps of all cards share in drawing: colours, the pictures of points, the test points.

import { drawTestPoints } from "../points/point_layer.js";
import { PointSprites } from "../points/point_sprites.js";
import { CellColors } from "./map_picture.js";

/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("../../data/problem.js").Problem} Problem */
/** @typedef {import("../points/marks.js").Context} Context */
/** @typedef {import("../points/point_layer.js").Sheet} Sheet */

export class Paint {
  #ratio = 1;
  #colors = new CellColors();
  #sprites = new PointSprites({ text: "", background: "", border: "" }, 0);
  /** @type {ImageBitmap | null} */
  #test = null;
  /** @type {unknown[]} What the picture of the test points was made from. */
  #testOf = [];

  /** @type {(theme: Theme, ratio: number) => void} */
  prepare(theme, ratio) {
    this.#ratio = ratio;
    if (!this.#sprites.fit(theme, ratio)) this.#sprites = new PointSprites(theme, ratio);
    this.theme = theme;
  }

  /** @type {Theme} */
  theme = { text: "", background: "", border: "" };

  /** @type {(classes: number) => Uint32Array} */
  cellColors(classes) {
    return this.#colors.get(this.theme.background, classes);
  }

  /** @type {(context: Context, size: number) => Sheet} */
  sheet(context, size) {
    return { context, size, ratio: this.#ratio, sprites: this.#sprites };
  }

  /** @type {(size: number, problem: Problem) => ImageBitmap} All test points, drawn once. */
  testPoints(size, { test }) {
    const made = [size, test, this.#sprites];
    if (this.#test && made.every((value, i) => value === this.#testOf[i])) return this.#test;
    this.#testOf = made;
    const pixels = Math.max(1, Math.round(size * this.#ratio));
    const canvas = new OffscreenCanvas(pixels, pixels);
    const context = canvas.getContext("2d");
    if (context) drawTestPoints(this.sheet(context, size), test);
    this.#test = canvas.transferToImageBitmap();
    return this.#test;
  }
}
