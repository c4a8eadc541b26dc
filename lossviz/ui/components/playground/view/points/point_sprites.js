// Points as small pictures, made once each: to copy one takes a tenth of the time of drawing it.

import { classColor } from "../maps/class_colors.js";
import { MARKS, REACHES, traceMark } from "./marks.js";

/** @typedef {import("../../../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./marks.js").Context} Context */

/** @typedef {"train" | "outlier" | "test"} Role */

/**
 * How a point looks, apart from its area.
 * @typedef {object} Look
 * @property {number} label
 * @property {number} truth Has a ring in its colour where it is another class than the label.
 * @property {Role} role Outliers have a dotted ring, test points are hollow.
 */

/** @type {Role[]} */
const ROLES = ["train", "outlier", "test"];
const STEPS = 4; // radii of a pixel that are told apart
const MOST_STEPS = 512;
// pixels of CSS
const HALO = 1; // between a point and what is behind it
const RING = { gap: 1.5, width: 1.5 };
const HOLLOW = 1.3; // the line of a hollow point

/** @type {(context: Context, width: number, color: string, background: string, halo?: number) => void} */
const strokeWithHalo = (context, width, color, background, halo = HALO) => {
  context.lineJoin = "round";
  context.lineWidth = width + 2 * halo;
  context.strokeStyle = background;
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
};

/** @type {(context: Context, theme: Theme, look: Look, middle: number, area: number) => void} */
const drawPoint = (context, theme, { label, truth, role }, middle, area) => {
  const reach = REACHES[label] * Math.sqrt(area) + RING.gap + RING.width / 2;
  if (truth !== label || role === "outlier") {
    context.beginPath();
    context.arc(middle, middle, reach, 0, 2 * Math.PI);
    if (role === "outlier") context.setLineDash([2, 2]);
    const color = truth === label ? theme.text : classColor(truth);
    strokeWithHalo(context, RING.width, color, theme.background);
    context.setLineDash([]);
  }
  traceMark(context, label, middle, middle, area);
  if (role === "test") {
    strokeWithHalo(context, HOLLOW, classColor(label), theme.background, 0);
    context.fillStyle = theme.background;
  } else {
    strokeWithHalo(context, 0.01, theme.background, theme.background);
    context.fillStyle = classColor(label);
  }
  context.fill();
};

export class PointSprites {
  /** @type {Map<number, ImageBitmap>} */
  #made = new Map();
  #theme;
  #ratio;

  /**
   * @param {Theme} theme
   * @param {number} ratio Pixels of the screen for one of CSS.
   */
  constructor(theme, ratio) {
    this.#theme = theme;
    this.#ratio = ratio;
  }

  /** @type {(theme: Theme, ratio: number) => boolean} */
  fit({ text, background }, ratio) {
    return (
      ratio === this.#ratio && text === this.#theme.text && background === this.#theme.background
    );
  }

  /**
   * Copies a point to a place.
   * @param {Context} context
   * @param {Look} look
   * @param {number} area In square pixels of CSS, as drawn to a quarter of a pixel of its radius.
   * @param {number} x In pixels of the screen.
   * @param {number} y
   */
  draw(context, look, area, x, y) {
    const step = Math.round(STEPS * Math.sqrt(area / Math.PI));
    const role = ROLES.indexOf(look.role);
    const key =
      ((look.label * MARKS.length + look.truth) * ROLES.length + role) * MOST_STEPS + step;
    let picture = this.#made.get(key);
    if (!picture) {
      picture = this.#make(look, Math.PI * (step / STEPS) ** 2);
      this.#made.set(key, picture);
    }
    const corner = picture.width / 2;
    context.drawImage(picture, Math.round(x - corner), Math.round(y - corner));
  }

  /** @type {(look: Look, area: number) => ImageBitmap} */
  #make(look, area) {
    const reach = REACHES[look.label] * Math.sqrt(area) + RING.gap + RING.width + HALO + 1;
    const size = 2 * Math.ceil(reach * this.#ratio);
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser cannot draw");
    context.scale(this.#ratio, this.#ratio);
    drawPoint(context, this.#theme, look, size / 2 / this.#ratio, area);
    return canvas.transferToImageBitmap();
  }
}
