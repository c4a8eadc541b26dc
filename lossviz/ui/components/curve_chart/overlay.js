// What lies over a plot: the cursor with a dot on each curve, the mark where training starts, and
// the curve of a formula that is being typed.

import { find, setAttributes, setText } from "../shared/svg.js";

const SVG = "http://www.w3.org/2000/svg";
const LABEL_ROOM = 84; // pixels
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

/** @type {(line: Element, x: number, height: number) => void} */
const setVertical = (line, x, height) => {
  const shown = orOutside(x);
  setAttributes(line, { x1: shown, x2: shown, y1: 0, y2: height });
};

export class Overlay {
  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.svg = svg;
    svg.innerHTML = `
      <path class="preview"/><line class="start"/><text class="start" y="14"></text>
      <line class="cursor"/><g class="dots"></g>`;
    this.preview = find(svg, ".preview");
    this.startLine = find(svg, "line.start");
    this.startText = find(svg, "text.start");
    this.cursor = find(svg, ".cursor");
    this.dots = find(svg, ".dots");
  }

  /** @param {OverlayContent} content */
  draw({ box, start, cursor, preview }) {
    /** @type {any} */
    const style = this.svg.style;
    for (const [side, length] of Object.entries(box))
      if (style[side] !== `${length}px`) style[side] = `${length}px`;
    setVertical(this.startLine, start.x, box.height);
    setVertical(this.cursor, cursor.x, box.height);
    const hasRoom = start.x + LABEL_ROOM < box.width;
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
    while (this.dots.childElementCount < dots.length)
      this.dots.append(document.createElementNS(SVG, "circle"));
    while (this.dots.childElementCount > dots.length) this.dots.lastElementChild.remove();
    dots.forEach(({ y, color }, i) => {
      setAttributes(this.dots.children[i], { cx: x, cy: orOutside(y), r: 4.5, fill: color });
    });
  }
}
