// The triangle of all predictions over three classes, with a loss's expected value as colour and
// lines, and its descent as arrows. Class 1 is at the top, class 2 at the left, class 3 at the right.

import { niceStep } from "../shared/angle_chart.js";
import { handleMarkup } from "../shared/drag_handle.js";
import { plainText, two } from "../shared/number_text.js";
import { rgbOf } from "../shared/rgb.js";
import { find, Parts } from "../shared/svg.js";
import { sumOf } from "../shared/vectors.js";
import { NODES, nodeAt, SIDE, TRIANGLES } from "./grid.js";

/** @typedef {import("../shared/plot_theme.js").Theme} Theme */

const RASTER = 170; // pixels of the coloured picture, which is smooth enough to be stretched
const ARROWS = 9; // along a side
const OFF_NODES = 2e-3; // of a line's distance to the next: through nodes it would break at its ends
const ROOT3 = Math.sqrt(3);
const MARGIN = { side: 26, top: 42, bottom: 30 }; // pixels
const WIDE_SIDE = 58; // pixels: where numbers stand beside the triangle
const CLEAR = 0.9; // of all predictions are told apart by colour; the rest costs as much, or more
/** @type {[number, number, string][]} Where a height's number stands, from its foot. */
const HEIGHT_NAMES = [
  [0, 18, "middle"],
  [10, -2, "start"],
  [-10, -2, "end"],
];
const SIDES = [
  [0, 1],
  [1, 2],
  [2, 0],
];

/**
 * A pixel of the raster that lies in the triangle: its three nodes and their shares.
 * @typedef {{ pixel: number, nodes: number[], shares: number[] }} Pixel
 */

const RASTER_HEIGHT = Math.round((RASTER * ROOT3) / 2);

/** @type {(x: number, y: number) => Pixel | null} */
const pixelAt = (x, y) => {
  const first = 1 - (y + 0.5) / RASTER_HEIGHT;
  const third = (x + 0.5) / RASTER - first / 2;
  const a = first * SIDE;
  const c = third * SIDE;
  const b = SIDE - a - c;
  const slack = SIDE / RASTER; // the border's pixels too, so that the clipped edge is coloured
  if (b < -slack || c < -slack) return null;
  const i = Math.min(SIDE - 1, Math.floor(a));
  const k = Math.max(0, Math.min(SIDE - 1, Math.floor(c)));
  const u = a - i;
  const v = c - k;
  const j = SIDE - i - k - 1; // counts (i, j, k) and one more to share out
  if (j < 0) return null;
  const pixel = y * RASTER + x;
  if (u + v <= 1 || j < 1)
    return {
      pixel,
      nodes: [nodeAt(i, k), nodeAt(i + 1, k), nodeAt(i, k + 1)],
      shares: [1 - u - v, u, v],
    };
  return {
    pixel,
    nodes: [nodeAt(i + 1, k + 1), nodeAt(i + 1, k), nodeAt(i, k + 1)],
    shares: [u + v - 1, 1 - v, 1 - u],
  };
};

/** @type {Pixel[]} */
const PIXELS = [];
for (let y = 0; y < RASTER_HEIGHT; y++)
  for (let x = 0; x < RASTER; x++) {
    const pixel = pixelAt(x, y);
    if (pixel) PIXELS.push(pixel);
  }

const MAP = `
  <figure class="map">
    <figcaption class="name"></figcaption>
    <div class="stage"><canvas></canvas><svg class="over" role="group">
      <g class="corners" aria-hidden="true"></g><path class="outline"/>
      <g class="heights" aria-hidden="true"></g>
      <path class="descent" aria-hidden="true"/><g class="trails" aria-hidden="true"></g>
      <rect class="ground" fill="transparent"/>
      <path class="best" aria-hidden="true"/><g class="runners" aria-hidden="true"></g>
      <circle class="cursor" r="6" aria-hidden="true"/>
      <text class="truth-name" aria-hidden="true">truth</text>
      <text class="start-name" aria-hidden="true">prediction</text>
      ${handleMarkup("truth", "Truth")}${handleMarkup("start", "Prediction")}
    </svg></div>
    <p class="scale"><span class="low"></span><i class="ramp"></i><span class="high"></span>
      <span class="step"></span></p>
    <p class="here"></p>
    <p class="verdict"></p>
  </figure>`;

/** @type {(width: number, height: number) => CanvasRenderingContext2D} */
const newCanvas = (width, height) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
};

/** @type {(text: string, x: number, y: number, name: string) => string} */
const cornerMarkup = (text, x, y, name) => `<text x="${x}" y="${y}" class="${name}">${text}</text>`;

/**
 * Arrows by their middle, long where they are strong, by the square root, so that the weak ones are
 * still seen.
 * @type {(arrows: { at: number[], dx: number, dy: number, size: number }[], longest: number) => string}
 */
const arrowPaths = (arrows, longest) => {
  const sizes = arrows.map(({ size }) => size).sort((a, b) => a - b);
  const usual = sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 1;
  return arrows
    .filter(({ size }) => size > 1e-9 * usual)
    .map(({ at: [x, y], dx, dy, size }) => {
      const length = Math.max(5, longest * Math.min(1, Math.sqrt(size / usual)));
      const c = dx / size;
      const s = dy / size;
      const head = Math.min(5, length / 2);
      const tip = [x + (c * length) / 2, y + (s * length) / 2];
      const tail = [x - (c * length) / 2, y - (s * length) / 2];
      const [u, v] = [tip[0] - c * head, tip[1] - s * head];
      const left = [u - s * head * 0.6, v + c * head * 0.6];
      const right = [u + s * head * 0.6, v - c * head * 0.6];
      /** @param {number[]} point */
      const write = (point) => point.map((value) => value.toFixed(1)).join(" ");
      return `M${write(tail)}L${write(tip)}L${write(left)}M${write(tip)}L${write(right)}`;
    })
    .join("");
};

export class SimplexMap {
  #corners = [
    [0, 0],
    [0, 0],
    [0, 0],
  ];
  /** @type {number[][]} Where the nodes are. */
  #places = [];
  #side = 0; // pixels
  #raster = newCanvas(RASTER, RASTER_HEIGHT);
  #canvas;
  #pen;

  /** @param {HTMLElement} holder */
  constructor(holder) {
    const box = document.createElement("div");
    box.innerHTML = MAP;
    this.node = find(box, ".map");
    holder.append(this.node);
    this.svg = find(this.node, ".over");
    this.parts = new Parts(this.node);
    /** @type {HTMLCanvasElement} */
    this.#canvas = find(this.node, "canvas");
    this.#pen = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
  }

  /**
   * Draws what changes only with the size.
   * @param {{ wide: boolean }} options Whether numbers stand beside the triangle.
   * @returns {boolean} Whether there is room.
   */
  layout({ wide }) {
    const width = this.svg.clientWidth;
    if (!width) return false;
    const left = wide ? WIDE_SIDE : MARGIN.side;
    const right = width - left;
    this.#side = right - left;
    const bottom = MARGIN.top + (this.#side * ROOT3) / 2;
    const height = bottom + MARGIN.bottom;
    this.#corners = [
      [width / 2, MARGIN.top],
      [left, bottom],
      [right, bottom],
    ];
    this.#sizeCanvas(width, height);
    this.#places = NODES.map((p) => this.at(p));
    this.parts.set(".outline", { d: `M${this.#corners.join("L")}Z` });
    this.parts.set(".ground", { x: 0, y: 0, width, height });
    this.parts.get(".corners").innerHTML = [
      cornerMarkup("class 1", width / 2, MARGIN.top - 24, ""),
      cornerMarkup("class 2", left - 20, bottom + 20, "begin"),
      cornerMarkup("class 3", right + 20, bottom + 20, "end"),
    ].join("");
    return true;
  }

  /** @type {(width: number, height: number) => void} */
  #sizeCanvas(width, height) {
    const ratio = Math.min(2, devicePixelRatio);
    this.svg.style.height = this.#canvas.style.height = `${height}px`;
    if (this.#canvas.width !== Math.round(width * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    this.#pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** @type {(p: number[]) => number[]} Where a prediction is, in pixels. */
  at = (p) => [0, 1].map((axis) => sumOf(p.map((share, k) => share * this.#corners[k][axis])));

  /**
   * The prediction under a pointer; outside the triangle some of it is negative.
   * @type {(event: PointerEvent) => number[]}
   */
  locate = (event) => {
    const box = this.svg.getBoundingClientRect();
    const [[, top], [left, bottom], [right]] = this.#corners;
    const first = (bottom - (event.clientY - box.top)) / (bottom - top);
    const third = (event.clientX - box.left - left) / (right - left) - first / 2;
    return [first, 1 - first - third, third];
  };

  /**
   * @param {number[]} values The expected loss at every node.
   * @param {string} color Of the loss.
   * @param {Theme} theme
   */
  paint(values, color, theme) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    const low = sorted[0] ?? 0;
    const clear = sorted[Math.floor(CLEAR * (sorted.length - 1))] ?? 1;
    const high = Math.max(clear, low + 1e-9 * (1 + Math.abs(low)));
    const shares = values.map((value) => {
      const share = Math.max(0, Math.min(1, (value - low) / (high - low)));
      return Number.isNaN(value) ? 1 : share;
    });
    this.#paintRaster(shares, rgbOf(theme.background), rgbOf(color));
    const step = niceStep(high - low, 10);
    const pen = this.#pen;
    const [[, top], [left, bottom], [right]] = this.#corners;
    pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    pen.save();
    pen.beginPath();
    for (const [x, y] of this.#corners) pen.lineTo(x, y);
    pen.clip();
    pen.drawImage(this.#raster.canvas, left, top, right - left, bottom - top);
    pen.strokeStyle = theme.text;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const nodes of TRIANGLES) this.#drawLines(nodes, values, { low, high, step });
    pen.stroke();
    pen.restore();
    this.#drawScale(color, { low, high, step });
  }

  /** Leaves the triangle without a loss. */
  clear() {
    this.#pen.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.parts.set(".descent", { d: "" });
  }

  /**
   * The prediction's three heights, each over the side opposite its class.
   * @param {number[]} p
   */
  drawHeights(p) {
    const [x, y] = this.at(p);
    this.parts.get(".heights").innerHTML = p
      .map((height, k) => {
        // the foot of the perpendicular: what class k has goes to the two others alike
        const foot = p.map((value, j) => (j === k ? 0 : value + height / 2));
        const [u, v] = this.at(foot);
        const [dx, dy, anchor] = HEIGHT_NAMES[k];
        return `<path d="M${x} ${y}L${u} ${v}"/><text x="${u + dx}" y="${v + dy}"
          text-anchor="${anchor}">p${k + 1} = ${two(height)}</text>`;
      })
      .join("");
  }

  /**
   * Names the rings beside them, the prediction's only where it does not stand on the truth.
   * @param {Record<"truth" | "start", number[]>} places
   */
  nameHandles({ truth, start }) {
    const [a, b] = [this.at(truth), this.at(start)];
    this.#nameBeside("truth", a, 52);
    this.#nameBeside("start", b, 76);
    const apart = Math.abs(a[1] - b[1]) > 22 || Math.abs(a[0] - b[0]) > 110;
    this.parts.get(".start-name").style.opacity = apart ? 1 : 0;
  }

  /** @type {(name: string, place: number[], room: number) => void} */
  #nameBeside(name, [x, y], room) {
    const right = this.#corners[2][0] + MARGIN.side;
    const outside = x + 20 + room > right;
    this.parts.set(`.${name}-name`, {
      x: outside ? x - 20 : x + 20,
      y: y + 5,
      "text-anchor": outside ? "end" : "start",
    });
  }

  /** @type {(color: string, scale: { low: number, high: number, step: number }) => void} */
  #drawScale(color, { low, high, step }) {
    const { parts } = this;
    const least = Math.abs(low) < 1e-3 * (high - low) ? 0 : low;
    const [lowText, highText, every] = [least, high, step].map(plainText);
    parts.write(".low", lowText);
    parts.write(".high", `${highText} and more`);
    parts.write(".step", `a line every ${every}`);
    const [from, to] = [4, 90].map(
      (percent) => `color-mix(in srgb, ${color} ${percent}%, var(--st-background-color))`,
    );
    parts.get(".ramp").style.background = `linear-gradient(to right, ${from}, ${to})`;
  }

  /** @type {(shares: number[], from: number[], to: number[]) => void} */
  #paintRaster(shares, from, to) {
    const picture = this.#raster.createImageData(RASTER, RASTER_HEIGHT);
    const { data } = picture;
    for (const { pixel, nodes, shares: parts } of PIXELS) {
      const [i, j, k] = nodes;
      const [a, b, c] = parts;
      const mixed = a * shares[i] + b * shares[j] + c * shares[k];
      const share = 0.04 + 0.86 * Math.max(0, Math.min(1, mixed));
      for (let channel = 0; channel < 3; channel++)
        data[4 * pixel + channel] = from[channel] + share * (to[channel] - from[channel]);
      data[4 * pixel + 3] = 255;
    }
    this.#raster.putImageData(picture, 0, 0);
  }

  /**
   * The lines of equal loss through one small triangle.
   * @type {(nodes: number[], values: number[], scale: { low: number, high: number, step: number }) => void}
   */
  #drawLines(nodes, values, { low, high, step }) {
    const [a, b, c] = nodes.map((node) => values[node]);
    const least = Math.max(low, Math.min(a, b, c));
    const most = Math.min(high, Math.max(a, b, c));
    if (!(least < most)) return;
    for (let level = (Math.ceil(least / step) + OFF_NODES) * step; level < most; level += step) {
      const ends = [];
      for (const [i, j] of SIDES) {
        const from = values[nodes[i]];
        const to = values[nodes[j]];
        if (from < level === to < level || !Number.isFinite(from) || !Number.isFinite(to)) continue;
        const share = (level - from) / (to - from);
        const [x, y] = this.#places[nodes[i]];
        const [u, v] = this.#places[nodes[j]];
        ends.push([x + share * (u - x), y + share * (v - y)]);
      }
      if (ends.length !== 2) continue;
      this.#pen.moveTo(ends[0][0], ends[0][1]);
      this.#pen.lineTo(ends[1][0], ends[1][1]);
    }
  }

  /** @param {(p: number[]) => number[]} descent dp/dτ at a prediction, drawn as arrows. */
  drawDescent(descent) {
    const found = [];
    for (let a = 0; a < ARROWS; a++)
      for (let c = 0; c + a < ARROWS; c++) {
        const p = [a + 1 / 3, ARROWS - a - c - 2 / 3, c + 1 / 3].map((value) => value / ARROWS);
        const rate = descent(p);
        const [dx, dy] = [0, 1].map((axis) =>
          sumOf(rate.map((value, k) => value * this.#corners[k][axis])),
        );
        if (Number.isFinite(dx) && Number.isFinite(dy))
          found.push({ at: this.at(p), dx, dy, size: Math.hypot(dx, dy) });
      }
    this.parts.set(".descent", { d: arrowPaths(found, (0.8 * this.#side) / ARROWS) });
  }
}
