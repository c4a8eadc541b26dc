// The curves of one plot as they stand on the screen: their paths, in plotly's own elements, and
// their names beside them.

import { curveLabel, SCALES, VIEWS } from "../shared/curves.js";
import { LabelPlaces } from "../shared/label_places.js";
import { sampleCurve } from "../shared/sampling.js";
import { linePath } from "../shared/svg.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").Scale} Scale */
/** @typedef {import("../shared/curves.js").ViewName} ViewName */
/** @typedef {import("../shared/sampling.js").Point} Point */
/** @typedef {import("./overlay.js").CurveName} CurveName */

const FAR = 1e5; // pixels: further than any screen, near enough for any renderer
const BESIDE_END = 1e-6; // pixels: where p or the odds are 0 no curve has a value
const FONT_SIZE = 12; // pixels; style.css
const LINE_HEIGHT = 15;
const MOST_LETTERS = 32; // of a name
const MOST_WIDTH = 0.6; // of the plot, for a name

/**
 * Where a plotly axis draws a value, in pixels; NaN where a logarithmic one cannot.
 * @type {(axis: any, value: number, sign?: number) => number}
 */
const pixelOf = (axis, value, sign = 1) => {
  const shown = axis.type === "log" ? Math.log10(sign * value) : value;
  return Number.isFinite(shown) ? Math.max(-FAR, Math.min(FAR, axis.l2p(shown))) : NaN;
};

/** @type {(axis: any, pixel: number) => number} The value that a plotly axis has there. */
export const valueAt = (axis, pixel) =>
  axis.type === "log" ? 10 ** axis.p2l(pixel) : axis.p2l(pixel);

/**
 * A text's width in pixels; the fonts' own measures, without a layout of the page.
 * @type {(text: string, node: Element) => number}
 */
const widthOf = (text, node) => {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return text.length * FONT_SIZE;
  canvas.font = `600 ${FONT_SIZE}px ${getComputedStyle(node).fontFamily}`;
  return canvas.measureText(text).width;
};
/** @type {CanvasRenderingContext2D | null | undefined} */
let canvas;

/** @type {(text: string) => string} */
const shortened = (text) =>
  text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text;

export class DrawnCurves {
  /** @type {Map<string, Point[]>} By the curve's id. */
  #points = new Map();
  #places = new LabelPlaces();
  #node;
  #scale = SCALES.p;
  /** @type {ViewName} */
  #view = "penalty";
  #sign = 1;

  /** @param {any} node plotly's. */
  constructor(node) {
    this.#node = node;
  }

  /**
   * @param {object} plot What it shows from now on.
   * @param {Scale} plot.scale
   * @param {ViewName} plot.view
   * @param {number} plot.sign By which values are multiplied on a logarithmic axis.
   */
  receive({ scale, view, sign }) {
    if (scale !== this.#scale || view !== this.#view) this.#places = new LabelPlaces();
    this.#scale = scale;
    this.#view = view;
    this.#sign = sign;
    this.#points.clear();
  }

  /** @type {(l: number) => number} */
  placeOf(l) {
    return pixelOf(this.#node._fullLayout.xaxis, this.#scale.of(l));
  }

  /** @type {(curve: Curve, l: number) => number} */
  heightOf(curve, l) {
    const { yaxis } = this.#node._fullLayout;
    return pixelOf(yaxis, VIEWS[this.#view](curve, l), this.#sign);
  }

  /** @type {(curve: Curve) => Point[]} Where the formula says that its curve runs. */
  sample(curve) {
    const { xaxis, yaxis } = this.#node._fullLayout;
    const [least, most] = this.#scale.ends;
    const from = Number.isFinite(least) ? pixelOf(xaxis, least) + BESIDE_END : -Infinity;
    const to = Number.isFinite(most) ? pixelOf(xaxis, most) : Infinity;
    /** @type {(x: number) => number} Exactly at p = 1 too: a limit can differ from what is near. */
    const logAt = (x) => (x < to ? Math.min(0, this.#scale.toLog(valueAt(xaxis, x))) : 0);
    /** @type {(x: number) => number} */
    const heightAt = (x) => this.heightOf(curve, logAt(x));
    return sampleCurve(heightAt, {
      width: xaxis._length,
      height: yaxis._length,
      from: Number.isNaN(from) ? -Infinity : from,
      to,
    });
  }

  /**
   * Puts a curve where its formula says; false if plotly has none, as the reader has hidden it.
   * @type {(curve: Curve) => boolean}
   */
  draw(curve) {
    const points = this.sample(curve);
    this.#points.set(curve.id, points);
    const paths = this.#node.querySelectorAll(`.scatterlayer .trace${curve.uid} path.js-line`);
    // plotly has one path for each part where a curve is interrupted, here the first has them all
    paths.forEach((/** @type {Element} */ path, /** @type {number} */ i) => {
      path.setAttribute("d", i === 0 ? linePath(points) : "M0,0");
    });
    return paths.length > 0;
  }

  /**
   * A curve's points as plotly's data, for a picture.
   * @type {(curve: Curve) => { x: number[], y: (number | null)[] }}
   */
  dataOf(curve) {
    const { xaxis, yaxis } = this.#node._fullLayout;
    const points = this.sample(curve);
    return {
      x: points.map(([x]) => valueAt(xaxis, x)),
      y: points.map(([, y]) => (Number.isFinite(y) ? valueAt(yaxis, y) : null)),
    };
  }

  /**
   * The names of curves in the plot, each where there is room for it.
   * @param {Curve[]} curves Those in sight.
   * @param {import("../shared/label_places.js").Box[]} taken Where something else is written.
   * @param {(id: string) => boolean} moves Whether a curve has moved.
   * @returns {CurveName[]}
   */
  names(curves, taken, moves) {
    const { xaxis, yaxis } = this.#node._fullLayout;
    const [width, height] = [xaxis._length, yaxis._length];
    const texts = new Map(curves.map((curve) => [curve.id, this.#textOf(curve, width)]));
    const labels = curves.map((curve) => {
      const { id } = curve;
      if (!this.#points.has(id)) this.#points.set(id, this.sample(curve));
      const points = /** @type {Point[]} */ (this.#points.get(id));
      const text = texts.get(id) ?? "";
      return { id, points, width: widthOf(text, this.#node), height: LINE_HEIGHT };
    });
    this.#places.arrange(labels, { width, height, taken }, moves);
    return curves.flatMap(({ id, text_color: color }) => {
      const place = this.#places.places.get(id);
      return place ? [{ id, text: texts.get(id) ?? "", color, place }] : [];
    });
  }

  /** Takes the curves as they would run if drawn now, while plotly moves what it has drawn. */
  sampleAll(/** @type {Curve[]} */ curves) {
    for (const curve of curves) this.#points.set(curve.id, this.sample(curve));
  }

  /** @type {(curve: Curve, width: number) => string} */
  #textOf(curve, width) {
    const name = shortened(curve.name);
    const whole = curveLabel({ ...curve, name });
    return widthOf(whole, this.#node) <= MOST_WIDTH * width ? whole : name;
  }
}
