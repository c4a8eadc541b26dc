// One loss: its penalty over the odds of p with the images on it, and below that each bin's share
// of the images and of the gradient.

import { numberText } from "../shared/number_text.js";
import { find, linePath, setAttributes, setText, svgElement } from "../shared/svg.js";

/** @typedef {import("./index.js").Picture} Picture */
/** @typedef {import("./index.js").LossCurve} LossCurve */
/** @typedef {import("./index.js").LossMoment} LossMoment */

const INSET = { left: 46, right: 8 }; // pixels
const CURVE = { top: 16, bottom: 138 };
const BARS = { top: 176, bottom: 268 };
const TITLE_Y = 304;
const GREATEST_R = 15; // of a bead that holds all images
const FEW_TICKS_BELOW = 360; // pixels of width

/** @type {(share: number) => string} */
const percent = (share) => `${Number((100 * share).toPrecision(2))}%`;

/** @type {(value: number, span: number) => string} Of 1.2e-4 in a drawing from 0 to 9 no digit shows. */
const levelText = (value, span) =>
  numberText(Math.abs(value) < Math.min(0.01, 0.001 * span) ? 0 : value);

/** @type {(tag: string, name: string, parent: Element) => SVGElement} */
const add = (tag, name, parent) => {
  const node = svgElement(tag, { class: name });
  parent.append(node);
  return node;
};

const DRAWING = `
  <rect class="wrong"/><path class="guessing"/>
  <path class="axis curve-axis"/><path class="axis bar-axis"/><g class="numbers"></g>
  <path class="curve"/><g class="bars"></g><g class="beads"></g>
  <text class="legend"></text><text class="title" text-anchor="middle"></text>
  <text class="y-title" text-anchor="start" x="0" y="10">penalty f(p), and the images on it</text>`;

export class LossDrawing {
  /** @type {Picture} Set before anything is drawn. */
  #picture = /** @type {any} */ (null);
  /** @type {LossCurve} */
  #curve = /** @type {any} */ (null);
  /** @type {SVGElement[][]} Each bin's bar of images, bar of gradient, and bead. */
  #bins = [];

  constructor() {
    this.figure = document.createElement("figure");
    this.figure.innerHTML = `<figcaption><span class="key"></span><span class="name"></span>
      <small class="seeds"></small></figcaption><svg role="img">${DRAWING}</svg>
      <p class="says"></p>`;
    this.svg = find(this.figure, "svg");
  }

  /**
   * @param {Picture} picture
   * @param {LossCurve} curve
   * @param {string} key Its line as HTML.
   * @param {string} dash SVG's dash array.
   */
  receive(picture, curve, key, dash) {
    this.#picture = picture;
    this.#curve = curve;
    this.figure.dataset.loss = curve.loss;
    this.figure.style.setProperty("--color", curve.color);
    find(this.figure, ".key").innerHTML = key;
    setText(find(this.figure, ".name"), curve.label);
    find(this.svg, ".curve").setAttribute("stroke-dasharray", dash);
    if (this.#bins.length === picture.names.length) return;
    const [bars, beads] = [find(this.svg, ".bars"), find(this.svg, ".beads")];
    bars.replaceChildren();
    beads.replaceChildren();
    this.#bins = picture.names.map(() => {
      const parts = [
        add("rect", "gradient", bars),
        add("rect", "images", bars),
        add("circle", "bead", beads),
      ];
      for (const part of parts) add("title", "", part);
      return parts;
    });
  }

  get width() {
    return this.svg.clientWidth;
  }

  /** @type {(place: number) => number} */
  x(place) {
    const { end } = this.#picture;
    return INSET.left + ((place + end) / (2 * end)) * (this.width - INSET.left - INSET.right);
  }

  /** @type {(penalty: number) => number} */
  y(penalty) {
    const { low, high } = this.#curve;
    return CURVE.bottom - ((penalty - low) / (high - low)) * (CURVE.bottom - CURVE.top - 14);
  }

  /**
   * @param {LossMoment | undefined} moment Undefined where the loss has not come so far.
   * @param {number} greatest Share that the bars' axis shows.
   */
  draw(moment, greatest) {
    if (!this.width) return;
    this.drawFrame(greatest);
    const { seeds } = this.#picture;
    const shown = moment ?? { images: [], gradient: [], seeds: 0, sentence: "Not yet here." };
    setText(
      find(this.figure, ".seeds"),
      shown.seeds === seeds ? "" : `(${shown.seeds} of ${seeds} networks)`,
    );
    setText(find(this.figure, ".says"), shown.sentence);
    this.svg.setAttribute("aria-label", `${this.#curve.label}: ${shown.sentence}`);
    const total = shown.images.reduce((all, count) => all + count, 0);
    this.#bins.forEach((bin, i) =>
      this.drawBin(bin, i, (shown.images[i] ?? 0) / (total || 1), shown, greatest),
    );
  }

  /** @type {(bin: SVGElement[], i: number, share: number, m: LossMoment, g: number) => void} */
  drawBin([gradientBar, imageBar, bead], i, share, { images, gradient }, greatest) {
    const { edges, names } = this.#picture;
    const [left, right] = [this.x(edges[i]), this.x(edges[i + 1])];
    const wide = Math.max(1, right - left);
    const tall = BARS.bottom - BARS.top;
    /** @type {(node: Element, from: number, width: number, value: number) => void} */
    const bar = (node, from, width, value) => {
      const height = (value / greatest) * tall;
      setAttributes(node, {
        x: (left + from * wide).toFixed(1),
        width: (width * wide).toFixed(1),
        y: (BARS.bottom - height).toFixed(1),
        height: height.toFixed(1),
        visibility: value > 0 ? "visible" : "hidden",
      });
    };
    const given = gradient[i] ?? 0;
    bar(imageBar, 0.08, 0.4, share);
    bar(gradientBar, 0.52, 0.4, given);
    const middle = (edges[i] + edges[i + 1]) / 2;
    const height = this.heightAt(middle);
    setAttributes(bead, {
      cx: this.x(middle).toFixed(1),
      cy: this.y(height).toFixed(1),
      r: (GREATEST_R * Math.sqrt(share)).toFixed(2),
      visibility: share > 0 && height <= this.#curve.high ? "visible" : "hidden",
    });
    const text =
      `p from ${names[i]}: ${images[i] ?? 0} images (${percent(share)})` +
      (gradient.length ? `, ${percent(given)} of the gradient` : "");
    for (const part of [gradientBar, imageBar, bead])
      setText(/** @type {Element} */ (part.firstChild), text);
  }

  /** @type {(place: number) => number} The penalty there; infinite where it is not finite. */
  heightAt(place) {
    const { heights } = this.#curve;
    const { end } = this.#picture;
    const along = ((place + end) / (2 * end)) * (heights.length - 1);
    const [below, above] = [heights[Math.floor(along)], heights[Math.ceil(along)]];
    if (below === null || above === null) return Infinity;
    return below + (along % 1) * (above - below);
  }

  /** @param {number} greatest */
  drawFrame(greatest) {
    const picture = this.#picture;
    const { low, high, heights } = this.#curve;
    const { end, hard, guessing } = picture;
    const [left, right] = [INSET.left, this.width - INSET.right];
    const { svg } = this;
    const step = (2 * end) / (heights.length - 1);
    const points = heights
      .map((height, i) => [this.x(-end + i * step), height === null ? NaN : this.y(height), height])
      .map(([x, y, height]) => [Number(x), (height ?? Infinity) > high + 1e-9 ? NaN : Number(y)]);
    find(svg, ".curve").setAttribute("d", linePath(points));
    setAttributes(find(svg, ".wrong"), {
      x: left,
      y: CURVE.top,
      width: this.x(hard) - left,
      height: BARS.bottom - CURVE.top,
    });
    if (guessing !== null)
      find(svg, ".guessing").setAttribute("d", `M${this.x(guessing)} ${CURVE.top}V${BARS.bottom}`);
    const few = this.width < FEW_TICKS_BELOW;
    const ticks = picture.ticks
      .filter((_, i) => !few || i % 2 === 1)
      .map(([place, text]) => {
        const x = this.x(place);
        return `<path class="axis" d="M${x} ${BARS.bottom}v4"/>
          <text x="${x}" y="${BARS.bottom + 17}" text-anchor="middle">${text}</text>`;
      });
    const levels = [
      [this.y(low), levelText(low, high - low)],
      [this.y(high), levelText(high, high - low)],
      [BARS.bottom, "0%"],
      [BARS.top, percent(greatest)],
    ].map(
      ([y, text]) => `<text x="${left - 6}" y="${Number(y) + 4}" text-anchor="end">${text}</text>`,
    );
    find(svg, ".numbers").innerHTML = [...ticks, ...levels].join("");
    find(svg, ".curve-axis").setAttribute("d", `M${left} ${CURVE.top}V${CURVE.bottom}H${right}`);
    find(svg, ".bar-axis").setAttribute("d", `M${left} ${BARS.top}V${BARS.bottom}H${right}`);
    const legend = find(svg, ".legend");
    setAttributes(legend, { x: 0, y: BARS.top - 10 });
    setText(legend, "share of the images (hollow) and of the gradient (filled)");
    const title = find(svg, ".title");
    setAttributes(title, { x: (left + right) / 2, y: TITLE_Y });
    setText(title, "probability p of the true class, by its odds");
  }
}
