// The charts as SVG markup. Pure: what was measured and a size in, markup out.

import { numberText } from "../../../shared/number_text.js";
import { linePath } from "../../../shared/svg.js";
import { linear, scaleFor, ticksAround } from "./chart_scale.js";

/** @typedef {import("../../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("./history.js").Moment} Moment */
/** @typedef {import("./history.js").Measured} Measured */
/** @typedef {import("./chart_scale.js").Scale} Scale */

/**
 * All that the charts show.
 * @typedef {object} Charted
 * @property {LossData[]} losses
 * @property {Moment[]} moments Not empty.
 * @property {number[][]} bins Of each loss, the share of training points in each of BINS.
 * @property {number} wrongLabels Their share of the training points.
 */

/** @typedef {{ width: number, height: number }} Size In pixels. */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box In pixels. */

/**
 * @typedef {object} Panel
 * @property {string} name
 * @property {string} title
 * @property {(charted: Charted) => boolean} isShown
 * @property {(charted: Charted, size: Size) => string} draw
 * @property {(measured: Measured, charted: Charted, slot: number) => string} say What it shows of a
 *   loss now, in words.
 */

export const BINS = 10; // from 0 to 1

const THIN = 1.2; // a line of training points
const THICK = 2.4; // a line of test points, or the only one of a loss
const INSET = { left: 45, right: 8, top: 8, bottom: 20 }; // room for what is written

/** @type {(share: number) => string} */
const percent = (share) => (Number.isNaN(share) ? "none" : `${(100 * share).toFixed(1)}%`);

/** @type {(value: number) => string} Short: there is room for seven signs. */
const axisText = (value) =>
  numberText(Math.abs(value) < 0.1 ? Number(value.toPrecision(2)) : value);

/** @type {(size: Size) => Box} */
const plotIn = ({ width, height }) => ({
  left: INSET.left,
  right: width - INSET.right,
  top: INSET.top,
  bottom: height - INSET.bottom,
});

/** @type {(scale: Scale, from: number, to: number) => (value: number) => number} */
const pixels = (scale, from, to) => (value) => from + scale.at(value) * (to - from);

/** @type {(d: string, loss: LossData, width: number) => string} */
const line = (d, { color, dash }, width) =>
  `<path class="line" d="${d}" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dash || "none"}"/>`;

/** @type {(x: number, y: number, loss: LossData) => string} How it stands now. */
const dot = (x, y, { color }) =>
  Number.isFinite(y)
    ? `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" fill="${color}"/>`
    : "";

/** @type {(x: number, y: number, text: string, anchor?: string) => string} */
const label = (x, y, text, anchor = "middle") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;

/** @type {(box: Box, title: string, least: string, most: string) => string} All on one line. */
const xAxis = ({ left, right, bottom }, title, least, most) =>
  [
    `<path class="axis" d="M${left} ${bottom}H${right}"/>`,
    label(left, bottom + 15, least, "start"),
    label((left + right) / 2, bottom + 15, title),
    label(right, bottom + 15, most, "end"),
  ].join("");

/** @type {(box: Box, steps: number) => { x: (steps: number) => number, axis: string }} */
const stepAxis = (box, steps) => ({
  x: pixels(linear(0, Math.max(steps, 1)), box.left, box.right),
  axis: xAxis(box, "training steps", "0", Math.max(steps, 1).toLocaleString("en")),
});

/** @type {(box: Box, most: number) => { y: (share: number) => number, axis: string }} */
const shareAxis = ({ left, right, top, bottom }, most) => {
  const written = ticksAround(most, 3);
  const y = pixels(linear(0, written[written.length - 1]), bottom, top);
  const axis = written
    .map((share) => {
      const height = y(share).toFixed(1);
      const rule = share > 0 ? `<path class="grid" d="M${left} ${height}H${right}"/>` : "";
      return `${rule}${label(left - 5, y(share) + 4, `${numberText(100 * share)}%`, "end")}`;
    })
    .join("");
  return { y, axis };
};

/** @type {(values: number[], least: number) => number} The largest, at least so much and at most 1. */
const largest = (values, least) =>
  Math.min(
    1,
    values.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), least),
  );

/**
 * Shares over steps.
 * @type {(charted: Charted, size: Size, lines: [keyof Measured, number][], reference?: number) => string}
 */
const sharesOverSteps = ({ losses, moments }, size, lines, reference = 0) => {
  const box = plotIn(size);
  const last = moments[moments.length - 1];
  const all = lines.flatMap(([name]) =>
    moments.flatMap(({ networks }) => networks.map((measured) => measured[name])),
  );
  const { x, axis } = stepAxis(box, last.steps);
  const { y, axis: shares } = shareAxis(box, largest([...all, 1.1 * reference], 0.05));
  const drawn = losses.map((loss, slot) => {
    const paths = lines.map(([name, width]) => {
      const points = moments.map(({ steps, networks }) => [x(steps), y(networks[slot][name])]);
      return line(linePath(points), loss, width);
    });
    return paths.join("") + dot(x(last.steps), y(last.networks[slot][lines[0][0]]), loss);
  });
  const rule = reference
    ? `<path class="reference" d="M${box.left} ${y(reference).toFixed(1)}H${box.right}"/>`
    : "";
  return axis + shares + rule + drawn.join("");
};

/** @type {Panel["draw"]} Each loss in a row of its own, as each has a scale of its own. */
const penaltiesOverSteps = ({ losses, moments }, size) => {
  const box = plotIn(size);
  const last = moments[moments.length - 1];
  const { x, axis } = stepAxis(box, last.steps);
  const height = (box.bottom - box.top) / losses.length;
  const rows = losses.map((loss, slot) => {
    const top = box.top + slot * height + 3;
    const bottom = top + height - 7;
    const scale = scaleFor(
      moments.flatMap(({ networks }) => [networks[slot].trainPenalty, networks[slot].testPenalty]),
    );
    if (scale.least > scale.most) return label(box.left + 5, bottom, "no finite number", "start");
    const y = pixels(scale, bottom, top);
    /** @type {(name: "trainPenalty" | "testPenalty", width: number) => string} */
    const path = (name, width) =>
      line(
        linePath(moments.map(({ steps, networks }) => [x(steps), y(networks[slot][name])])),
        loss,
        width,
      );
    const rule = slot ? `<path class="grid" d="M0 ${top - 3}H${box.right}"/>` : "";
    const least =
      scale.least < scale.most ? label(box.left - 5, bottom + 2, axisText(scale.least), "end") : "";
    return [
      rule,
      label(box.left - 5, top + 8, axisText(scale.most), "end"),
      least,
      path("trainPenalty", THIN),
      path("testPenalty", THICK),
      dot(x(last.steps), y(last.networks[slot].testPenalty), loss),
    ].join("");
  });
  return axis + rows.join("");
};

/** @type {Panel["draw"]} */
const histogram = ({ losses, bins }, size) => {
  const box = plotIn(size);
  const x = pixels(linear(0, 1), box.left, box.right);
  const { y, axis } = shareAxis(box, largest(bins.flat(), 0.1));
  const outlines = losses.map((loss, slot) => {
    const corners = bins[slot].flatMap((share, bin) => [
      [x(bin / BINS), y(share)],
      [x((bin + 1) / BINS), y(share)],
    ]);
    return line(linePath(corners), loss, THICK);
  });
  return axis + xAxis(box, "p of its label", "0", "1") + outlines.join("");
};

/** @type {Panel[]} */
export const PANELS = [
  {
    name: "error",
    title: "Points misclassified",
    isShown: () => true,
    draw: (charted, size) =>
      sharesOverSteps(charted, size, [
        ["testError", THICK],
        ["trainError", THIN],
      ]),
    say: ({ testError, trainError }) =>
      `${percent(testError)} of the test points, ${percent(trainError)} of the training points`,
  },
  {
    name: "penalty",
    title: "Mean loss, each on its own scale",
    isShown: () => true,
    draw: penaltiesOverSteps,
    say: ({ testPenalty, trainPenalty }) =>
      `${numberText(testPenalty)} on the test points, ${numberText(trainPenalty)} on the training points`,
  },
  {
    name: "histogram",
    title: "Training points by p",
    isShown: () => true,
    draw: histogram,
    say: (_, { bins }, slot) =>
      `p is at least 0.9 for ${percent(bins[slot][BINS - 1])} of the training points, and below 0.1 for ${percent(bins[slot][0])}`,
  },
  {
    name: "wrong-labels",
    title: "Gradient from wrong labels",
    isShown: ({ wrongLabels }) => wrongLabels > 0,
    draw: (charted, size) =>
      sharesOverSteps(charted, size, [["wrongShare", THICK]], charted.wrongLabels),
    say: ({ wrongShare }) => percent(wrongShare),
  },
];
