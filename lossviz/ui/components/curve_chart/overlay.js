// What lies over a plot: the names of the curves, the cursor with a dot on each, the mark where
// training starts, and the curve of a formula that is being typed.

import { needsLine } from "../shared/label_places.js";
import { find, setAttributes, setText, svgElement } from "../shared/svg.js";

const START_ROOM = { width: 84, height: 20 }; // pixels, of the words where training starts
const OUTSIDE = -100; // pixels: where what has no place is not seen

/** @type {(value: number) => number} */
const orOutside = (value) => (Number.isFinite(value) ? value : OUTSIDE);

/**
 * Everything in pixels.
 * @typedef {object} OverlayContent
 * @property {{ left: number, top: number, width: number, height: number }} box Of the plot.
 * @property {{ x: number, text: string }} start Where training starts.
 * @property {{ x: number, dots: { y: number, color: string }[] }} cursor
 * @property {string | null} preview The `d` of the curve that is being typed.
 */

/**
 * The name of a curve.
 * @typedef {object} CurveName
 * @property {string} id The loss's.
 * @property {string} text
 * @property {string} color In CSS.
 * @property {import("../shared/label_places.js").Place} place
 */

/**
 * Where the words stand that say where training starts: right of the mark, or left of it.
 * @type {(x: number, width: number) => import("../shared/label_places.js").Box}
 */
export const startBox = (x, width) => {
  const shown = orOutside(x);
  const hasRoom = shown + START_ROOM.width < width;
  return { x: hasRoom ? shown : shown - START_ROOM.width, y: 0, ...START_ROOM };
};

/** @type {(line: Element, x: number, height: number) => void} */
const setVertical = (line, x, height) => {
  const shown = orOutside(x);
  setAttributes(line, { x1: shown, x2: shown, y1: 0, y2: height });
};

/** @type {(box: import("../shared/label_places.js").Box, x: number, y: number) => { x: number, y: number }} */
const nearestPoint = (box, x, y) => ({
  x: Math.max(box.x, Math.min(box.x + box.width, x)),
  y: Math.max(box.y, Math.min(box.y + box.height, y)),
});

export class Overlay {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    svg.innerHTML = `
      <path class="preview"/><line class="start"/><text class="start" y="14"></text>
      <line class="cursor"/><g class="dots"></g><g class="labels"></g>`;
    this.preview = find(svg, ".preview");
    this.startLine = find(svg, "line.start");
    this.startText = find(svg, "text.start");
    this.cursor = find(svg, ".cursor");
    this.dots = find(svg, ".dots");
    this.labels = find(svg, ".labels");
  }

  /** @param {OverlayContent} content */
  draw({ box, start, cursor, preview }) {
    /** @type {any} */
    const style = this.svg.style;
    for (const [side, length] of Object.entries(box))
      if (style[side] !== `${length}px`) style[side] = `${length}px`;
    setVertical(this.startLine, start.x, box.height);
    setVertical(this.cursor, cursor.x, box.height);
    const hasRoom = startBox(start.x, box.width).x >= start.x;
    setAttributes(this.startText, {
      x: start.x + (hasRoom ? 5 : -5),
      "text-anchor": hasRoom ? "start" : "end",
    });
    setText(this.startText, start.text);
    setAttributes(this.preview, { d: preview ?? "M0,0" });
    this.drawDots(cursor);
  }

  /** @param {OverlayContent["cursor"]} cursor */
  drawDots({ x, dots }) {
    while (this.dots.childElementCount < dots.length) this.dots.append(svgElement("circle"));
    while (this.dots.childElementCount > dots.length) this.dots.lastElementChild.remove();
    dots.forEach(({ y, color }, i) => {
      setAttributes(this.dots.children[i], { cx: x, cy: orOutside(y), r: 4.5, fill: color });
    });
  }
  /** @param {CurveName[]} names */
  drawNames(names) {
    while (this.labels.childElementCount < names.length) {
      const label = svgElement("g");
      label.append(svgElement("line"), svgElement("text"));
      this.labels.append(label);
    }
    while (this.labels.childElementCount > names.length) this.labels.lastElementChild.remove();
    names.forEach(({ id, text, color, place }, i) => {
      const { box, anchor } = place;
      const label = this.labels.children[i];
      const [line, name] = label.children;
      label.dataset.loss = id;
      label.style.color = color;
      setText(name, text);
      setAttributes(name, { x: box.x, y: box.y + box.height / 2 });
      const [x, y] = anchor;
      const end = needsLine(place) ? nearestPoint(box, x, y) : { x, y };
      setAttributes(line, { x1: x, y1: y, x2: end.x, y2: end.y });
    });
  }
}
