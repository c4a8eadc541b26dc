// The colours of the classes. They lie far apart for eyes that lack one kind of cone too, and stand
// out from both backgrounds; a test holds that.

/** @type {[number, number, number][]} Red, green, blue, 0 to 255. */
export const CLASS_COLORS = [
  [29, 99, 199],
  [246, 102, 28],
  [46, 165, 127],
  [182, 30, 132],
  [132, 91, 37],
];

/** @type {(k: number) => string} In CSS. */
export const classColor = (k) => `rgb(${CLASS_COLORS[k].join(" ")})`;
