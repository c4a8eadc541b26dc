// Curves over the angle between prediction and target, from 0° to 90°, with a dot on each where the
// prediction stands.

import { LabelPlaces, needsLine } from "./label_places.js";
import { trimmed } from "./number_text.js";
import { find, linePath, setAttributes, svgElement } from "./svg.js";

const INSET = { left: 42, right: 10, top: 8, bottom: 40 }; // pixels, for numbers and titles
const SAMPLES = 90;
const FAR = 1e5; // pixels: further than any screen, near enough for any renderer
const LETTER = 6.6; // pixels, of a letter of a curve's name
const LINE_HEIGHT = 14; // pixels
const WRITTEN_ANGLES = [0, 30, 60, 90];

let count = 0; // of the charts, for the ids of their clip paths

/**
 * @typedef {object} AngleCurve
 * @property {string} color
 * @property {string} style How else it is drawn, in CSS.
 * @property {(angle: number) => number} at Takes degrees.
 * @property {string} [label] Written beside it, in its colour.
 */

/** @type {(span: number, parts: number) => number} */
export const niceStep = (span, parts) => {
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((one) => one * power >= rough * 0.999) ?? 10;
  return power * factor;
};

/**
 * A range that shows most of what the curves do: what grows without bound leaves the picture.
 * @type {(values: number[]) => [number, number]}
 */
const rangeOf = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return [0, 1];
  const low = Math.min(0, sorted[0]);
  const high = Math.max(low + 1, sorted[Math.floor(0.85 * (sorted.length - 1))]);
  return [low - 0.05 * (high - low), high * 1.05];
};

/** @type {(title: string, id: string) => string} */
const chartMarkup = (title, id) => `
  <h2>${title}</h2>
  <svg class="angle-chart" aria-hidden="true">
    <defs><clipPath id="${id}"><rect/></clipPath></defs>
    <path class="axis"/><g class="numbers"></g>
    <text class="title x-title">angle θ to the target, in degrees</text>
    <g class="curves" clip-path="url(#${id})"></g><g class="curve-names"></g><g class="dots"></g>
  </svg>`;

export class AngleChart {
  #svg;
  #drawn = "";
  #places = new LabelPlaces();
  #range = [0, 1];
  #width = 0;
  #height = 0;

  /**
   * @param {HTMLElement} node
   * @param {string} title
   */
  constructor(node, title) {
    count += 1;
    node.innerHTML = chartMarkup(title, `angle-chart-${count}`);
    this.#svg = find(node, "svg");
  }

  /**
   * @param {AngleCurve[]} curves
   * @param {object} options
   * @param {number} options.greatestAngle Where the curves end.
   * @param {string} options.key Changes when a curve does.
   * @param {[number, number]} [options.range] Of the values; by default what the curves do.
   */
  draw(curves, { greatestAngle, key, range }) {
    const svg = this.#svg;
    const width = svg.clientWidth;
    if (!width || this.#drawn === `${key} ${width}`) return;
    this.#drawn = `${key} ${width}`;
    const angles = Array.from({ length: SAMPLES + 1 }, (_, i) => (greatestAngle * i) / SAMPLES);
    const values = curves.map((curve) => angles.map(curve.at));
    this.#range = range ?? rangeOf(values.flat());
    this.#width = width;
    this.#height = svg.clientHeight;
    this.#drawFrame();
    find(svg, ".curves").innerHTML = curves
      .map(({ color, style }, i) => {
        const points = angles.map((angle, j) => this.#place(angle, values[i][j]));
        return `<path style="stroke:${color};${style}" d="${linePath(points)}"/>`;
      })
      .join("");
    const lines = values.map((own) => angles.map((angle, j) => this.#place(angle, own[j])));
    this.#drawNames(curves, lines);
    find(svg, ".dots").innerHTML = curves
      .map(({ color }) => `<circle r="5" style="fill:${color}"/>`)
      .join("");
  }

  /** @type {(curves: AngleCurve[], lines: number[][][]) => void} */
  #drawNames(curves, lines) {
    const { left, right, top, bottom } = INSET;
    const [width, height] = [this.#width - left - right, this.#height - top - bottom];
    /** @type {(y: number) => number} */
    const within = (y) => Math.max(-height, Math.min(2 * height, y - top));
    const labels = curves.map(({ label = "" }, i) => ({
      id: `${i} ${label}`,
      width: label.length * LETTER,
      height: LINE_HEIGHT,
      points: lines[i].map(([x, y]) => /** @type {[number, number]} */ ([x - left, within(y)])),
    }));
    const named = labels.filter((_, i) => curves[i].label);
    this.#places.arrange(named, { width, height, taken: [] }, () => true);
    const names = named.flatMap(({ id }) => {
      const place = this.#places.places.get(id);
      if (!place) return [];
      const { box, anchor } = place;
      const [x, y] = [left + box.x, top + box.y + LINE_HEIGHT / 2];
      const name = svgElement("g");
      name.style.setProperty("--color", curves[Number.parseInt(id, 10)].color);
      const text = svgElement("text", { x: x.toFixed(1), y: (y + 4.5).toFixed(1) });
      text.textContent = id.slice(id.indexOf(" ") + 1);
      const end = anchor[0] > box.x + box.width / 2 ? x + box.width : x;
      const d = `M${left + anchor[0]} ${top + anchor[1]}L${end} ${y}`;
      name.append(text);
      if (needsLine(place)) name.prepend(svgElement("path", { d }));
      return [name];
    });
    find(this.#svg, ".curve-names").replaceChildren(...names);
  }

  #drawFrame() {
    const svg = this.#svg;
    const right = this.#width - INSET.right;
    const bottom = this.#height - INSET.bottom;
    const left = INSET.left;
    const [low, high] = this.#range;
    const step = niceStep(high - low, 4);
    const first = Math.ceil(low / step);
    const ticks = Array.from(
      { length: Math.floor(high / step) - first + 1 },
      (_, i) => (first + i) * step,
    );
    const levels = ticks.map((value) => {
      const [, y] = this.#place(0, value);
      return `<path class="grid" d="M${left} ${y}H${right}"/>
        <text x="${left - 7}" y="${y + 4}" text-anchor="end">${trimmed(value)}</text>`;
    });
    const angles = WRITTEN_ANGLES.map((angle) => {
      const [x] = this.#place(angle, 0);
      return `<text x="${x}" y="${bottom + 17}" text-anchor="middle">${angle}°</text>`;
    });
    find(svg, ".numbers").innerHTML = [...levels, ...angles].join("");
    find(svg, ".axis").setAttribute("d", `M${left} ${INSET.top}V${bottom}H${right}`);
    setAttributes(find(svg, "clipPath rect"), {
      x: left,
      y: INSET.top - 3,
      width: right - left,
      height: bottom - INSET.top + 3,
    });
    setAttributes(find(svg, ".x-title"), { x: (left + right) / 2, y: this.#height - 6 });
  }

  /** @type {(angle: number, value: number) => [number, number]} */
  #place(angle, value) {
    const [low, high] = this.#range;
    const bottom = this.#height - INSET.bottom;
    const along = (angle / 90) * (this.#width - INSET.right - INSET.left);
    const up = ((value - low) / (high - low)) * (bottom - INSET.top);
    return [INSET.left + along, Math.max(-FAR, Math.min(FAR, bottom - up))];
  }

  /**
   * Puts the dots where the prediction stands; a value that leaves the picture has none.
   * @type {(angle: number | null, values: number[]) => void}
   */
  mark(angle, values) {
    const [low, high] = this.#range;
    [...find(this.#svg, ".dots").children].forEach((dot, i) => {
      const shown = angle !== null && values[i] >= low && values[i] <= high;
      dot.setAttribute("visibility", shown ? "visible" : "hidden");
      if (!shown) return;
      const [x, y] = this.#place(angle, values[i]);
      setAttributes(dot, { cx: x.toFixed(2), cy: y.toFixed(2) });
    });
  }
}
