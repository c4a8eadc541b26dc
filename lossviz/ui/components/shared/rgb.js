// Colours as numbers.

/** @type {CanvasRenderingContext2D | null} */
let probe = null;

/** @type {(color: string) => number[]} Red, green and blue of a CSS colour, 0 to 255. */
export const rgbOf = (color) => {
  probe ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!probe) throw new Error("this browser cannot draw");
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
