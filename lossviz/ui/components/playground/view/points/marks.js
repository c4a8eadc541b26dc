// The shapes of the classes, so that colour is never the only mark: outlines of area 1.

/** @typedef {[x: number, y: number][]} Outline Its corners, y downwards. */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context */

/** @type {(corners: number, turn: number) => Outline} A regular polygon. */
const polygon = (corners, turn) => {
  const angle = (2 * Math.PI) / corners;
  const radius = Math.sqrt(2 / (corners * Math.sin(angle)));
  return Array.from({ length: corners }, (_, i) => [
    radius * Math.cos(turn + i * angle),
    radius * Math.sin(turn + i * angle),
  ]);
};

const ARM = Math.sqrt(1 / 5) / 2; // half of the width of a plus sign's arms, which are thrice as long

/** @type {Outline} */
const plus = [
  [-ARM, -3 * ARM],
  [ARM, -3 * ARM],
  [ARM, -ARM],
  [3 * ARM, -ARM],
  [3 * ARM, ARM],
  [ARM, ARM],
  [ARM, 3 * ARM],
  [-ARM, 3 * ARM],
  [-ARM, ARM],
  [-3 * ARM, ARM],
  [-3 * ARM, -ARM],
  [-ARM, -ARM],
];

/** @type {{ name: string, outline: Outline }[]} One for each class. */
export const MARKS = [
  { name: "circle", outline: polygon(32, 0) },
  { name: "square", outline: polygon(4, Math.PI / 4) },
  { name: "triangle", outline: polygon(3, -Math.PI / 2) },
  { name: "diamond", outline: polygon(4, 0) },
  { name: "plus sign", outline: plus },
];

/** How far each mark reaches from its middle, where its area is 1. */
export const REACHES = MARKS.map(({ outline }) =>
  Math.max(...outline.map(([x, y]) => Math.hypot(x, y))),
);

/**
 * Begins a path around a class's mark.
 * @type {(context: Context, k: number, x: number, y: number, area: number) => void}
 */
export const traceMark = (context, k, x, y, area) => {
  const size = Math.sqrt(area);
  context.beginPath();
  for (const [dx, dy] of MARKS[k].outline) context.lineTo(x + size * dx, y + size * dy);
  context.closePath();
};

/** @type {(k: number, area: number) => string} The same as the `d` of an SVG path around 0, 0. */
export const markPath = (k, area) => {
  const size = Math.sqrt(area);
  const corners = MARKS[k].outline.map(
    ([x, y]) => `${(size * x).toFixed(2)},${(size * y).toFixed(2)}`,
  );
  return `M${corners.join("L")}Z`;
};
