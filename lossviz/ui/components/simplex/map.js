// The triangle of all predictions over three classes, with a loss's expected value as colour and lines, and its descent as arrows.
// Class 1 is at the top, class 2 at the left, class 3 at the right.

import { niceStep } from "../shared/angle_chart.js";
import { handleOf, Parts } from "../shared/drag_handle.js";
import { numberText } from "../shared/format.js";
import { expectedLoss, logsOf, lossAt } from "../shared/loss_evaluation.js";
import { sumOf } from "../shared/vectors.js";

const SIDE = 60; // small triangles along a side
const RASTER = 170; // pixels of the coloured picture, which is smooth enough to be stretched
const EDGE = 1e-6; // the probability that stands for 0 at the edges, where many losses are infinite
const ARROWS = 9; // along a side
const OFF_NODES = 2e-3; // of the distance of two lines: a line exactly through the nodes of a row would break at its ends
const ROOT3 = Math.sqrt(3);
const MARGIN = { side: 26, top: 42, bottom: 30 }; // pixels
const CLEAR = 0.9; // of all predictions are told apart by colour; the rest costs as much, or more

// Nodes by how many sixtieths each class has. F1 is the loss where class 1 is true; the others follow by symmetry.
const nodeAt = (a, c) => ((SIDE - a) * (SIDE - a + 1)) / 2 + c;
const NODES = Array.from({ length: SIDE + 1 }, (_, row) =>
  Array.from({ length: row + 1 }, (_, c) => [SIDE - row, row - c, c]),
).flat();
const SECOND = NODES.map(([a, b, c]) => nodeAt(b, c)),
  THIRD = NODES.map(([a, b, c]) => nodeAt(c, b));
export const PLACES = NODES.map((counts) => counts.map((count) => count / SIDE));
const TRIANGLES = NODES.flatMap(([a, b, c]) => [
  ...(a > 0 ? [[nodeAt(a, c), nodeAt(a - 1, c), nodeAt(a - 1, c + 1)]] : []),
  ...(a > 0 && b > 0 ? [[nodeAt(a, c), nodeAt(a, c + 1), nodeAt(a - 1, c + 1)]] : []),
]);
export const inside = (p) => {
  const kept = p.map((value) => Math.max(value, EDGE)),
    total = sumOf(kept);
  return kept.map((value) => value / total);
};

// Each pixel of the raster that lies in the triangle: its place, its three nodes and their shares.
const PIXELS = (() => {
  const found = [],
    height = Math.round((RASTER * ROOT3) / 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < RASTER; x++) {
      const first = 1 - (y + 0.5) / height,
        third = (x + 0.5) / RASTER - first / 2,
        a = first * SIDE,
        c = third * SIDE,
        b = SIDE - a - c;
      const slack = SIDE / RASTER; // the border's pixels too, so that the clipped edge is coloured
      if (b < -slack || c < -slack) continue;
      const [i, k] = [
          Math.min(SIDE - 1, Math.floor(a)),
          Math.max(0, Math.min(SIDE - 1, Math.floor(c))),
        ],
        u = a - i,
        v = c - k;
      const j = SIDE - i - k - 1; // counts (i, j, k) and one more to share out
      if (j < 0) continue;
      if (u + v <= 1 || j < 1)
        found.push([
          y * RASTER + x,
          nodeAt(i, k),
          nodeAt(i + 1, k),
          nodeAt(i, k + 1),
          1 - u - v,
          u,
          v,
        ]);
      else
        found.push([
          y * RASTER + x,
          nodeAt(i + 1, k + 1),
          nodeAt(i + 1, k),
          nodeAt(i, k + 1),
          u + v - 1,
          1 - v,
          1 - u,
        ]);
    }
  return { height, found };
})();

// A loss where class 1 is true, at every node.
export const basisOf = (field) => PLACES.map((p) => lossAt(field, logsOf(inside(p)), 0));
export const expectedAll = (basis, [t1, t2, t3]) =>
  basis.map(
    (value, i) => (t1 && t1 * value) + (t2 && t2 * basis[SECOND[i]]) + (t3 && t3 * basis[THIRD[i]]),
  );

// The prediction of least expected loss: the best node, and the truth, each improved by ever smaller steps around it.
const DIRECTIONS = Array.from({ length: 12 }, (_, i) => {
  const [c, s] = [
    Math.cos((i * Math.PI) / 6) / Math.SQRT2,
    Math.sin((i * Math.PI) / 6) / Math.sqrt(6),
  ];
  return [c + s, s - c, -2 * s];
});
const GAIN = 1e-7; // of the usual difference from the truth's own loss: less is rounding. As in lossviz/losses/analysis/properness.py
export const bestAnswer = (field, values, truth) => {
  const costOf = (p) => {
    const cost = expectedLoss(field, logsOf(p), truth);
    return Number.isNaN(cost) ? Infinity : cost;
  };
  const improve = (p) => {
    let best = p,
      cost = costOf(p),
      step = 1 / SIDE;
    for (let round = 0; round < 22; round++) {
      let found = null;
      for (const direction of DIRECTIONS) {
        const next = best.map((value, j) => value + step * direction[j]);
        if (next.some((value) => value < 0)) continue;
        const there = costOf(next);
        if (there < cost) [found, cost] = [next, there];
      }
      if (found) best = found;
      else step /= 2;
    }
    return { p: best, cost };
  };
  let least = -1;
  values.forEach((value, i) => value < (values[least] ?? Infinity) && (least = i));
  const atTruth = costOf(truth);
  const candidates = [
    improve(truth),
    ...(least < 0
      ? []
      : [{ p: PLACES[least], cost: costOf(PLACES[least]) }, improve(inside(PLACES[least]))]),
  ];
  const best = candidates.reduce((a, b) => (b.cost < a.cost ? b : a));
  const differences = values
    .map((value) => Math.abs(value - atTruth))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const scale = (differences[differences.length >> 1] ?? 0) + 1e-12;
  const honest = !((atTruth - best.cost) / scale > GAIN);
  return { p: honest ? truth : best.p, cost: honest ? atTruth : best.cost, honest };
};

const MAP = `
  <figure class="map">
    <figcaption class="name"></figcaption>
    <div class="stage"><canvas></canvas><svg class="over" role="group">
      <g class="corners" aria-hidden="true"></g><path class="outline"/><path class="descent" aria-hidden="true"/><g class="trails" aria-hidden="true"></g>
      <rect class="ground" fill="transparent"/>
      <path class="best" aria-hidden="true"/><g class="runners" aria-hidden="true"></g><circle class="cursor" r="6" aria-hidden="true"/>
      ${handleOf("truth", "Truth")}${handleOf("start", "Prediction")}
    </svg></div>
    <p class="scale"><span class="low"></span><i class="ramp"></i><span class="high"></span> <span class="step"></span></p>
    <p class="here"></p>
    <p class="verdict"></p>
  </figure>`;

export class SimplexMap {
  // wire(handles' element, place of a pointer event): makes it live.
  constructor(holder, wire) {
    const box = document.createElement("div");
    box.innerHTML = MAP;
    this.node = holder.appendChild(box.firstElementChild);
    Object.assign(this, {
      canvas: this.node.querySelector("canvas"),
      svg: this.node.querySelector(".over"),
      parts: new Parts(this.node),
    });
    this.raster = Object.assign(document.createElement("canvas"), {
      width: RASTER,
      height: PIXELS.height,
    });
    wire(this);
  }

  layout() {
    const width = this.svg.clientWidth;
    if (!width) return false;
    this.side = width - 2 * MARGIN.side;
    const tall = (this.side * ROOT3) / 2,
      [left, right, bottom] = [MARGIN.side, width - MARGIN.side, MARGIN.top + tall];
    this.corners = [
      [width / 2, MARGIN.top],
      [left, bottom],
      [right, bottom],
    ];
    const height = bottom + MARGIN.bottom,
      ratio = Math.min(2, devicePixelRatio);
    this.svg.style.height = this.canvas.style.height = `${height}px`;
    if (this.canvas.width !== Math.round(width * ratio))
      Object.assign(this.canvas, {
        width: Math.round(width * ratio),
        height: Math.round(height * ratio),
      });
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pixels = PLACES.map((p) => this.at(p));
    this.parts.set(".outline", { d: `M${this.corners.join("L")}Z` });
    this.parts.set(".ground", { x: 0, y: 0, width, height });
    this.parts.get(".corners").innerHTML =
      `<text x="${width / 2}" y="${MARGIN.top - 24}">class 1</text><text x="${left - 20}" y="${bottom + 20}" class="begin">class 2</text><text x="${right + 20}" y="${bottom + 20}" class="end">class 3</text>`;
    return true;
  }

  at = (p) => [0, 1].map((axis) => sumOf(p.map((share, k) => share * this.corners[k][axis])));

  // The prediction under a pointer; outside the triangle some of it is negative.
  from = (event) => {
    const box = this.svg.getBoundingClientRect(),
      [[, top], [left, bottom], [right]] = this.corners;
    const first = (bottom - (event.clientY - box.top)) / (bottom - top),
      third = (event.clientX - box.left - left) / (right - left) - first / 2;
    return [first, 1 - first - third, third];
  };

  // values: the expected loss at every node. color: of the loss. theme: of the page.
  paint(values, color, theme) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b),
      low = sorted[0] ?? 0;
    const high = Math.max(
      sorted[Math.floor(CLEAR * (sorted.length - 1))] ?? 1,
      low + 1e-9 * (1 + Math.abs(low)),
    );
    const shares = values.map((value) =>
      Number.isNaN(value) ? 1 : Math.max(0, Math.min(1, (value - low) / (high - low))),
    );
    const [from, to] = [rgbOf(theme.background), rgbOf(color)];
    const context = this.raster.getContext("2d"),
      picture = context.createImageData(RASTER, PIXELS.height),
      { data } = picture;
    for (const [pixel, i, j, k, a, b, c] of PIXELS.found) {
      const share =
        0.04 + 0.86 * Math.max(0, Math.min(1, a * shares[i] + b * shares[j] + c * shares[k]));
      for (let channel = 0; channel < 3; channel++)
        data[4 * pixel + channel] = from[channel] + share * (to[channel] - from[channel]);
      data[4 * pixel + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
    const { pen } = this,
      [[, top], [left, bottom], [right]] = this.corners;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.save();
    pen.beginPath();
    this.corners.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.clip();
    pen.drawImage(this.raster, left, top, right - left, bottom - top);
    const step = niceStep(high - low, 10);
    pen.strokeStyle = theme.text;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1;
    pen.beginPath();
    for (const corners of TRIANGLES) this.cross(corners, values, low, high, step);
    pen.stroke();
    pen.restore();
    this.parts.write(".low", numberText(Math.abs(low) < 1e-3 * (high - low) ? 0 : low));
    this.parts.write(".high", `${numberText(high)} and more`);
    this.parts.write(".step", `a line every ${numberText(step)}`);
    this.parts.get(".ramp").style.background =
      `linear-gradient(to right, color-mix(in srgb, ${color} 4%, var(--st-background-color)), color-mix(in srgb, ${color} 90%, var(--st-background-color)))`;
  }

  // The lines of equal loss through one small triangle.
  cross(corners, values, low, high, step) {
    const [a, b, c] = corners.map((node) => values[node]);
    const least = Math.max(low, Math.min(a, b, c)),
      most = Math.min(high, Math.max(a, b, c));
    if (!(least < most)) return;
    for (let level = (Math.ceil(least / step) + OFF_NODES) * step; level < most; level += step) {
      const ends = [];
      for (const [i, j] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ]) {
        const [from, to] = [values[corners[i]], values[corners[j]]];
        if (from < level === to < level || !Number.isFinite(from) || !Number.isFinite(to)) continue;
        const share = (level - from) / (to - from),
          [x, y] = this.pixels[corners[i]],
          [u, v] = this.pixels[corners[j]];
        ends.push([x + share * (u - x), y + share * (v - y)]);
      }
      if (ends.length !== 2) continue;
      this.pen.moveTo(...ends[0]);
      this.pen.lineTo(...ends[1]);
    }
  }

  // The descent as arrows: long where it is strong, by the square root, so that the weak ones are still seen.
  point(descent) {
    const found = [];
    for (let a = 0; a < ARROWS; a++)
      for (let c = 0; c + a < ARROWS; c++) {
        const p = [a + 1 / 3, ARROWS - a - c - 2 / 3, c + 1 / 3].map((value) => value / ARROWS),
          rate = descent(p);
        const [dx, dy] = [0, 1].map((axis) =>
          sumOf(rate.map((value, k) => value * this.corners[k][axis])),
        );
        if (Number.isFinite(dx) && Number.isFinite(dy))
          found.push({ at: this.at(p), dx, dy, size: Math.hypot(dx, dy) });
      }
    const sizes = found.map(({ size }) => size).sort((a, b) => a - b),
      usual = sizes[Math.floor(0.9 * (sizes.length - 1))] ?? 1;
    const longest = (0.8 * this.side) / ARROWS;
    const route = found
      .filter(({ size }) => size > 1e-9 * usual)
      .map(({ at: [x, y], dx, dy, size }) => {
        const long = Math.max(5, longest * Math.min(1, Math.sqrt(size / usual))),
          [c, s] = [dx / size, dy / size],
          head = Math.min(5, long / 2);
        const [tx, ty] = [x + (c * long) / 2, y + (s * long) / 2],
          [bx, by] = [tx - c * head, ty - s * head];
        return `M${(x - (c * long) / 2).toFixed(1)} ${(y - (s * long) / 2).toFixed(1)}L${tx.toFixed(1)} ${ty.toFixed(1)}L${(bx - s * head * 0.6).toFixed(1)} ${(by + c * head * 0.6).toFixed(1)}M${tx.toFixed(1)} ${ty.toFixed(1)}L${(bx + s * head * 0.6).toFixed(1)} ${(by - c * head * 0.6).toFixed(1)}`;
      });
    this.parts.set(".descent", { d: route.join("") });
  }
}

const rgbOf = (color) => {
  const pen = (rgbOf.pen ??= Object.assign(document.createElement("canvas"), {
    width: 1,
    height: 1,
  }).getContext("2d", { willReadFrequently: true }));
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
