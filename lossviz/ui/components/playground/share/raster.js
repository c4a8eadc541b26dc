// A drawing in pixels.

/** @typedef {import("./picture_svg.js").Drawing} Drawing */

/**
 * @param {Drawing} drawing
 * @param {number} scale Pixels for each of its units.
 * @returns {HTMLCanvasElement} Empty, and large enough for it.
 */
export const canvasFor = ({ width, height }, scale) => {
  const canvas = document.createElement("canvas");
  // encoders of video want even numbers
  canvas.width = 2 * Math.ceil((width * scale) / 2);
  canvas.height = 2 * Math.ceil((height * scale) / 2);
  return canvas;
};

/** @type {(drawing: Drawing, canvas: HTMLCanvasElement) => Promise<void>} Fills the canvas with it. */
export const paint = async ({ text }, canvas) => {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
};

/** @type {(drawing: Drawing) => Promise<Blob>} A PNG, two pixels for each unit. */
export const pngOf = async (drawing) => {
  const canvas = canvasFor(drawing, 2);
  await paint(drawing, canvas);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no memory for a PNG")))),
  );
};
