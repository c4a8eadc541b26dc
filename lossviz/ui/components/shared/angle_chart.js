// Curves over the angle between prediction and target, from 0° to 90°, with a dot on each where the prediction stands.

import { routeOf } from "./format.js";
import { measure, trimmed } from "./vectors.js";

const INSET = { left: 42, right: 10, top: 8, bottom: 40 }; // pixels, for numbers and titles
const SAMPLES = 90;
const FAR = 1e5; // pixels: further than any screen, near enough for any renderer

export const niceStep = (span, parts) => {
  const rough = span / parts,
    power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
};

// A range that shows most of what the curves do: what grows without bound leaves the picture.
const rangeOf = (values) => {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (!sorted.length) return [0, 1];
  const low = Math.min(0, sorted[0]),
    high = Math.max(low + 1, sorted[Math.floor(0.85 * (sorted.length - 1))]);
  return [low - 0.05 * (high - low), high * 1.05];
};

class AngleChart {
  constructor(node, title) {
    node.innerHTML = `<h2>${title}</h2><svg class="angle-chart" aria-hidden="true"><defs><clipPath><rect/></clipPath></defs><path class="axis"/><g class="numbers"></g><text class="title x-title">angle θ to the target, in degrees</text><g class="curves"></g><g class="dots"></g></svg>`;
    Object.assign(this, { svg: node.querySelector("svg"), drawn: "" });
    this.id = AngleChart.count = (AngleChart.count ?? 0) + 1;
    this.svg.querySelector("clipPath").id = `angle-chart-${this.id}`;
    this.svg.querySelector(".curves").setAttribute("clip-path", `url(#angle-chart-${this.id})`);
  }

  // lines: [{ style, at(angle) }]; most: the greatest angle there is; key: changes when a curve does; range: by what the curves do if it is not given.
  draw(lines, most, key, range) {
    const { svg } = this,
      width = svg.clientWidth,
      height = svg.clientHeight;
    if (!width || this.drawn === `${key} ${width}`) return;
    this.drawn = `${key} ${width}`;
    const angles = Array.from({ length: SAMPLES + 1 }, (_, i) => (most * i) / SAMPLES);
    const values = lines.map((line) => angles.map(line.at));
    const [low, high] = range ?? rangeOf(values.flat());
    const right = width - INSET.right,
      bottom = height - INSET.bottom;
    this.place = (angle, value) => [
      INSET.left + (angle / 90) * (right - INSET.left),
      Math.max(-FAR, Math.min(FAR, bottom - ((value - low) / (high - low)) * (bottom - INSET.top))),
    ];
    this.inside = (value) => value >= low && value <= high;
    const [left] = this.place(0, 0),
      step = niceStep(high - low, 4);
    const ticks = Array.from(
      { length: Math.floor(high / step) - Math.ceil(low / step) + 1 },
      (_, i) => (Math.ceil(low / step) + i) * step,
    );
    const level = (value) => this.place(0, value)[1];
    svg.querySelector(".numbers").innerHTML =
      ticks
        .map(
          (value) =>
            `<path class="grid" d="M${left} ${level(value)}H${right}"/><text x="${left - 7}" y="${level(value) + 4}" text-anchor="end">${trimmed(value)}</text>`,
        )
        .join("") +
      [0, 30, 60, 90]
        .map(
          (angle) =>
            `<text x="${this.place(angle, 0)[0]}" y="${bottom + 17}" text-anchor="middle">${angle}°</text>`,
        )
        .join("");
    svg.querySelector(".axis").setAttribute("d", `M${left} ${INSET.top}V${bottom}H${right}`);
    const rect = svg.querySelector("clipPath rect");
    for (const [name, value] of Object.entries({
      x: left,
      y: INSET.top - 3,
      width: right - left,
      height: bottom - INSET.top + 3,
    }))
      rect.setAttribute(name, value);
    const title = svg.querySelector(".x-title");
    title.setAttribute("x", (left + right) / 2);
    title.setAttribute("y", height - 6);
    svg.querySelector(".curves").innerHTML = lines
      .map(
        ({ style }, i) =>
          `<path style="${style}" d="${routeOf(angles.map((angle, j) => this.place(angle, values[i][j])))}"/>`,
      )
      .join("");
    svg.querySelector(".dots").innerHTML = lines
      .map(({ style }) => `<circle r="5" style="${style}"/>`)
      .join("");
  }

  // Where the prediction stands; a value that leaves the picture has no dot.
  mark(angle, values) {
    [...this.svg.querySelector(".dots").children].forEach((dot, i) => {
      const shown = angle !== null && this.inside?.(values[i]);
      dot.setAttribute("visibility", shown ? "visible" : "hidden");
      if (!shown) return;
      const [x, y] = this.place(angle, values[i]);
      dot.setAttribute("cx", x.toFixed(2));
      dot.setAttribute("cy", y.toFixed(2));
    });
  }
}

// The two charts beside the arrows: the measures, and what the losses charge.
const CURVES = [
  { key: "cosine", style: "stroke:var(--cosine);fill:var(--cosine)" },
  {
    key: "projection",
    style: "stroke:var(--dot_product);fill:var(--dot_product);stroke-width:9;stroke-opacity:.3",
  },
  { key: "dot", style: "stroke:var(--dot_product);fill:var(--dot_product);stroke-dasharray:9 6" },
  { key: "distance", style: "stroke:currentColor;fill:currentColor;stroke-dasharray:2 4" },
];
export const SURE = [-0.05, 1.5],
  ANYWHERE = [-0.05, 2.1]; // of probabilities, and of any arrows in the unit square
export const lossStyle = ({ color, dash }) =>
  `stroke:${color};fill:${color};stroke-dasharray:${dash || "none"}`;

export class AngleCharts {
  constructor(node) {
    node.innerHTML = '<section class="alike"></section><section class="costs"></section>';
    this.alike = new AngleChart(node.firstChild, "How near they point");
    this.costs = new AngleChart(node.lastChild, "What that costs");
    this.section = node.lastChild;
  }

  // along(angle): the prediction at that angle. charge(field, p): a loss there. fields: none where nothing is charged. m: where it stands.
  draw({ along, target, most, key, m, fields, charge, range = SURE }) {
    const read = (angle) => measure(along(angle), target);
    this.alike.draw(
      CURVES.map(({ key: name, style }) => ({ style, at: (angle) => read(angle)[name] })),
      most,
      key,
      range,
    );
    this.alike.mark(
      m.directed ? m.angle : null,
      CURVES.map(({ key: name }) => m[name]),
    );
    this.section.hidden = !fields.length;
    if (!fields.length) return;
    this.costs.draw(
      fields.map((field) => ({
        style: lossStyle(field),
        at: (angle) => charge(field, along(angle)),
      })),
      most,
      `${key} ${fields.map(({ id, values }) => id + JSON.stringify(values))}`,
    );
    this.costs.mark(
      m.angle,
      fields.map((field) => charge(field, m.p)),
    );
  }
}
