// Points of a hand as text for an address: four characters a point, six for a change of a generated
// one. None of the characters is changed by URL encoding.

/**
 * @typedef {object} DrawnPoint
 * @property {number} x A whole hundredth from -6 to 6; y too.
 * @property {number} y
 * @property {number} k Its class.
 */

/**
 * What a hand did to one of the generated training points.
 * @typedef {object} Change
 * @property {number} index Of the point, among those that the settings generate.
 * @property {[number, number] | null} place Where it lies now; null where it was not moved.
 * @property {number | null} k Its label now; null where it was not changed.
 * @property {boolean} removed
 */

export const MOST_DRAWN = 500;
export const MOST_CHANGES = 200; // generated points that are moved, relabelled or removed
export const MOST_CLASSES = 5;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const POINT = 4; // characters
const INDEX = 2;
const PLACES = 1201; // hundredths from -6 to 6
const UNMOVED = PLACES; // stands where a coordinate would
const SIDE = PLACES + 1;
const UNCHANGED = MOST_CLASSES; // stands where a class would
const REMOVED = MOST_CLASSES + 1;
const LABELS = MOST_CLASSES + 2;

/** @type {(value: number, length: number) => string} */
const toText = (value, length) => {
  let text = "";
  for (let rest = value, i = 0; i < length; i++, rest = Math.floor(rest / DIGITS.length))
    text = DIGITS[rest % DIGITS.length] + text;
  return text;
};

/** @type {(text: string) => number} NaN where a character is none of these. */
const toValue = (text) => {
  let value = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value = digit < 0 ? Number.NaN : value * DIGITS.length + digit;
  }
  return value;
};

/** @type {(coordinate: number) => number} */
const toStep = (coordinate) => Math.round(100 * coordinate) + 600;

/** @type {(step: number) => number} */
const toCoordinate = (step) => (step - 600) / 100;

/** @type {(column: number, row: number, label: number) => string} */
const pack = (column, row, label) => toText((column * SIDE + row) * LABELS + label, POINT);

/** @type {(text: string) => { column: number, row: number, label: number }} */
const unpack = (text) => {
  const value = toValue(text);
  const place = Math.floor(value / LABELS);
  return { column: Math.floor(place / SIDE), row: place % SIDE, label: value % LABELS };
};

/** @type {(text: string, length: number) => string[]} */
const pieces = (text, length) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, i) =>
    text.slice(i * length, (i + 1) * length),
  );

/** @type {(points: DrawnPoint[]) => string} */
export const printPoints = (points) =>
  points.map(({ x, y, k }) => pack(toStep(x), toStep(y), k)).join("");

/** @type {(text: string) => DrawnPoint[] | undefined} Undefined where it is no such text. */
export const parsePoints = (text) => {
  const read = pieces(text, POINT).map(unpack);
  const isPoints =
    text.length % POINT === 0 &&
    read.every(({ column, row, label }) => column < PLACES && row < PLACES && label < UNCHANGED);
  if (!isPoints) return undefined;
  return read.map(({ column, row, label }) => ({
    x: toCoordinate(column),
    y: toCoordinate(row),
    k: label,
  }));
};

/** @type {(change: Change) => number} */
const labelOf = ({ k, removed }) => (removed ? REMOVED : (k ?? UNCHANGED));

/** @type {(changes: Change[]) => string} */
export const printChanges = (changes) =>
  changes
    .map((change) => {
      const [column, row] = change.place?.map(toStep) ?? [UNMOVED, UNMOVED];
      return toText(change.index, INDEX) + pack(column, row, labelOf(change));
    })
    .join("");

/** @type {(text: string) => Change[] | undefined} Undefined where it is no such text. */
export const parseChanges = (text) => {
  const length = INDEX + POINT;
  const read = pieces(text, length).map((piece) => ({
    index: toValue(piece.slice(0, INDEX)),
    ...unpack(piece.slice(INDEX)),
  }));
  const isChanges =
    text.length % length === 0 &&
    read.every(
      ({ index, column, row }) =>
        Number.isFinite(index) && column <= UNMOVED && (column === UNMOVED) === (row === UNMOVED),
    );
  if (!isChanges) return undefined;
  return read.map(({ index, column, row, label }) => ({
    index,
    place: column === UNMOVED ? null : [toCoordinate(column), toCoordinate(row)],
    k: label < UNCHANGED ? label : null,
    removed: label === REMOVED,
  }));
};
