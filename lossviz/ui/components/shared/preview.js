// The formula that is being typed, as formula_preview shares it with the charts.

import { previewChanges } from "./channel.js";

/** @typedef {import("./curves.js").Curve} Curve */

export const PREVIEW = "preview"; // its id where a chart lists it among the curves

/** @type {Curve | null} */
let preview = null;

/** @param {Curve | null} curve */
export const setPreview = (curve) => {
  preview = curve;
  previewChanges.send(null);
};

/** @type {(classes: number) => Curve | null} For a number of classes; null where there is none. */
export const previewCurve = (classes) => {
  if (preview) preview.values.K = classes;
  return preview;
};
