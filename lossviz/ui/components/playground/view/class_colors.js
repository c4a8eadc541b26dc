// The colours of the classes, which are none of the losses' colours.

/** @type {[number, number, number][]} Red, green, blue, 0 to 255. */
export const CLASS_COLORS = [
  [0, 119, 187],
  [238, 119, 51],
  [0, 153, 136],
  [170, 51, 119],
  [187, 187, 51],
];
