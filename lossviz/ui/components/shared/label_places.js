// Where the names of curves stand in a plot: each beside its own curve, where the others leave room,
// none on another and none outside.

/** @typedef {import("./sampling.js").Point} Point */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box In pixels. */

/**
 * @typedef {object} Place
 * @property {Box} box Of the label.
 * @property {Point} anchor The point of the curve that the label stands beside.
 */

/**
 * @typedef {object} Label
 * @property {string} id
 * @property {number} width
 * @property {number} height
 * @property {Point[]} points Of its curve.
 */

const CELL = 8; // pixels of the plot that count as one place
const APART = 8; // pixels between two labels side by side
const ANCHOR_STEP = 14; // pixels between the points of a curve that are tried
const GAP = 5; // pixels between a curve and its label
const WIDE_GAP = 24; // the same where a line leads from one to the other
const AROUND = 10; // pixels around a label where another curve could be taken for its own

// What a place costs: curves under the label, by cell; and what makes it harder to see whose it is.
const COST = { other: 6, own: 3, near: 0.8, wide: 14, inside: 6, moved: 20 };

/** @type {(one: Box, other: Box) => boolean} */
const overlap = (one, other) =>
  one.x < other.x + other.width + APART &&
  other.x < one.x + one.width + APART &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

/** Where in a plot one curve runs, for fast questions about boxes. */
class Course {
  /** @type {number} */
  #columns;
  /** @type {number} */
  #rows;
  /** @type {Uint32Array} How many cells above and left of each it runs through. */
  #sums;

  /**
   * @param {Point[]} points
   * @param {number} width Of the plot.
   * @param {number} height
   */
  constructor(points, width, height) {
    this.#columns = Math.ceil(width / CELL);
    this.#rows = Math.ceil(height / CELL);
    const stride = this.#columns + 1;
    this.#sums = new Uint32Array(stride * (this.#rows + 1));
    for (const [x, y] of alongCurve(points, width, height, CELL / 2))
      this.#sums[(Math.floor(y / CELL) + 1) * stride + Math.floor(x / CELL) + 1] = 1;
    for (let row = 1; row <= this.#rows; row++) {
      let sum = 0;
      for (let column = 1; column <= this.#columns; column++) {
        const i = row * stride + column;
        sum += this.#sums[i];
        this.#sums[i] = sum + this.#sums[i - stride];
      }
    }
  }

  /** @type {(box: Box) => number} How many cells of a box it runs through. */
  within({ x, y, width, height }) {
    const stride = this.#columns + 1;
    /** @type {(value: number, most: number) => number} */
    const cell = (value, most) => Math.max(0, Math.min(most, value));
    const left = cell(Math.floor(x / CELL), this.#columns);
    const right = cell(Math.ceil((x + width) / CELL), this.#columns);
    const top = cell(Math.floor(y / CELL), this.#rows) * stride;
    const bottom = cell(Math.ceil((y + height) / CELL), this.#rows) * stride;
    const sums = this.#sums;
    return sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left];
  }
}

/**
 * Points at most a step apart along the part of a curve that lies in the plot.
 * @param {Point[]} points
 * @param {number} width
 * @param {number} height
 * @param {number} step
 * @returns {Generator<Point>}
 */
function* alongCurve(points, width, height, step) {
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (x1 < 0 || x0 >= width || !(Math.min(y0, y1) < height && Math.max(y0, y1) >= 0)) continue;
    const count = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / step);
    for (let j = 1; j <= count; j++) {
      const x = x0 + ((x1 - x0) * j) / count;
      const y = y0 + ((y1 - y0) * j) / count;
      if (x >= 0 && x < width && y >= 0 && y < height) yield [x, y];
    }
  }
}

/** @type {(points: Point[], least: number) => Point[]} Of points those that are so far apart. */
const thinned = (points, least) => {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= least) kept.push(point);
  }
  return kept;
};

/** @type {(points: Point[], x: number, y: number) => Point | undefined} */
const nearest = (points, x, y) => {
  let found;
  let least = Infinity;
  for (const point of points) {
    const distance = Math.hypot(point[0] - x, point[1] - y);
    if (distance < least) [found, least] = [point, distance];
  }
  return found;
};

/** @type {(anchor: Point, label: Label, gap: number) => Box[]} Boxes around a point of a curve. */
const around = ([x, y], { width, height }, gap) => {
  const [left, middle, right] = [x - gap - width, x - width / 2, x + gap];
  const [above, level, below] = [y - gap - height, y - height / 2, y + gap];
  return [
    [right, above],
    [right, below],
    [left, above],
    [left, below],
    [right + gap, level],
    [left - gap, level],
    [middle, above],
    [middle, below],
  ].map(([boxX, boxY]) => ({ x: boxX, y: boxY, width, height }));
};

/** @type {(box: Box, by: number) => Box} */
const grown = ({ x, y, width, height }, by) => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

/** @type {(place: Place) => boolean} Whether a label stands so far off that a line must lead to it. */
export const needsLine = ({ box, anchor: [x, y] }) =>
  Math.hypot(
    Math.max(box.x - x, 0, x - box.x - box.width),
    Math.max(box.y - y, 0, y - box.y - box.height),
  ) >
  2.5 * GAP;

export class LabelPlaces {
  /** @type {Map<string, Place>} By the curve's id. */
  places = new Map();
  /** @type {Map<string, { points: Point[], seen: Point[], course: Course }>} */
  #curves = new Map();
  #size = "";

  /**
   * Finds a place for each label; one that can stay beside the same part of its curve stays.
   * @param {Label[]} labels Of all curves in sight.
   * @param {object} plot
   * @param {number} plot.width
   * @param {number} plot.height
   * @param {Box[]} plot.taken Where something else is written.
   * @param {(id: string) => boolean} moves Whether a curve has moved: its label may, and those that
   *   it runs through.
   */
  arrange(labels, plot, moves) {
    const { width, height, taken } = plot;
    const size = `${width} ${height}`;
    if (size !== this.#size) this.#curves.clear();
    this.#size = size;
    for (const id of this.places.keys())
      if (!labels.some((label) => label.id === id)) this.places.delete(id);
    for (const id of this.#curves.keys())
      if (!labels.some((label) => label.id === id)) this.#curves.delete(id);
    for (const { id, points } of labels) {
      if (this.#curves.get(id)?.points === points) continue;
      const seen = [...alongCurve(points, width, height, 2)];
      this.#curves.set(id, { points, seen, course: new Course(points, width, height) });
    }
    const moving = labels.filter(
      ({ id }) => moves(id) || !this.places.has(id) || this.#isCrossed(id, moves),
    );
    const isNew = moving.some(({ id }) => !this.places.has(id));
    // once more where places are new: the first were found before the others had theirs
    for (const round of isNew ? [1, 2] : [1])
      for (const label of moving) {
        const others = [...this.places].filter(([id]) => id !== label.id);
        const boxes = [...taken, ...others.map(([, { box }]) => box)];
        const place = this.#find(label, plot, boxes, round > 1);
        if (place) this.places.set(label.id, place);
        else this.places.delete(label.id);
      }
  }

  /** @type {(id: string, moves: (id: string) => boolean) => boolean} */
  #isCrossed(id, moves) {
    const place = this.places.get(id);
    return [...this.#curves].some(
      ([other, { course }]) =>
        other !== id && moves(other) && place !== undefined && course.within(place.box) > 0,
    );
  }

  /** @type {(label: Label, plot: { width: number, height: number }, taken: Box[], again: boolean) => Place | null} */
  #find(label, plot, taken, again) {
    const { seen } = /** @type {{ seen: Point[] }} */ (this.#curves.get(label.id));
    if (!seen.length) return null;
    /** @type {(box: Box) => boolean} */
    const isFree = (box) =>
      box.x >= 2 &&
      box.y >= 1 &&
      box.x + box.width <= plot.width - 2 &&
      box.y + box.height <= plot.height - 1 &&
      !taken.some((other) => overlap(box, other));
    /** @type {{ cost: number, place: Place | null }} */
    let best = { cost: Infinity, place: null };
    const anchors = thinned(seen, ANCHOR_STEP);
    anchors.forEach((anchor, i) => {
      const inside = Math.min(i, anchors.length - 1 - i) / anchors.length;
      for (const gap of [GAP, WIDE_GAP])
        for (const box of around(anchor, label, gap)) {
          if (!isFree(box)) continue;
          const wide = gap === GAP ? 0 : COST.wide;
          const cost = wide + COST.inside * inside + this.#costOf(label.id, box);
          if (cost < best.cost) best = { cost, place: { box, anchor } };
        }
    });
    const kept = this.#kept(label, seen, isFree);
    if (kept && !again && this.#costOf(label.id, kept.box) <= best.cost + COST.moved) return kept;
    return best.place ?? this.#anywhere(label, plot, seen, isFree);
  }

  /** @type {(label: Label, seen: Point[], isFree: (box: Box) => boolean) => Place | null} */
  #kept(label, seen, isFree) {
    const before = this.places.get(label.id);
    if (!before) return null;
    const anchor = nearest(seen, ...before.anchor);
    if (!anchor) return null;
    const { width, height } = label;
    const x = anchor[0] + before.box.x - before.anchor[0];
    const y = anchor[1] + before.box.y - before.anchor[1];
    const box = { x, y, width, height };
    return isFree(box) ? { box, anchor } : null;
  }

  /** @type {(id: string, box: Box) => number} */
  #costOf(id, box) {
    let cost = 0;
    const near = grown(box, AROUND);
    for (const [other, { course }] of this.#curves)
      cost +=
        other === id
          ? COST.own * course.within(box)
          : COST.other * course.within(box) + COST.near * course.within(near);
    return cost;
  }

  /**
   * The free place nearest to the curve, for a plot that is full.
   * @type {(label: Label, plot: { width: number, height: number }, seen: Point[], isFree: (box: Box) => boolean) => Place | null}
   */
  #anywhere({ id, width, height }, plot, seen, isFree) {
    const thin = thinned(seen, 2 * ANCHOR_STEP);
    /** @type {{ cost: number, place: Place | null }} */
    let best = { cost: Infinity, place: null };
    for (let y = 1; y + height < plot.height; y += CELL)
      for (let x = 2; x + width < plot.width; x += CELL) {
        const box = { x, y, width, height };
        if (!isFree(box)) continue;
        const anchor = nearest(thin, x + width / 2, y + height / 2);
        if (!anchor) continue;
        const away = Math.hypot(anchor[0] - x - width / 2, anchor[1] - y - height / 2);
        const cost = away + this.#costOf(id, box);
        if (cost < best.cost) best = { cost, place: { box, anchor } };
      }
    return best.place;
  }
}
