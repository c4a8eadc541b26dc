// The plane of two logits, where the prediction's arrow comes from. Along a diagonal z2 − z1 is the same, and so is the softmax.

import { Handle, handleOf, Parts } from "../shared/drag_handle.js";
import { fixed, short, two } from "../shared/vectors.js";

const REACH = 5,
  LOGIT_STEP = 0.1,
  LOGIT_GAP = 46; // pixels for numbers and titles
const DIAGONALS = [0.1, 0.5, 0.9]; // of p2
const LOGIT_DRAWING = `
  <rect class="unit"/><path class="grid"/><g class="numbers"></g><g class="diagonals"></g>
  <text class="title z1-title">logit z1</text><text class="title z2-title">logit z2</text>
  <rect class="ground" fill="transparent"/>
  <g class="arrows"><path class="prediction-line"/><text class="logit-name"></text></g>
  ${handleOf("logits", "Logits", `aria-roledescription="point"`)}`;

export const ofLogits = ([a, b]) => {
  const first = 1 / (1 + Math.exp(b - a));
  return [first, 1 - first];
};
const logitsOf = ([a, b]) => {
  const half = Math.max(-REACH, Math.min(REACH, Math.log(b / a) / 2));
  return [-half, half];
};
const settleLogits = (point) =>
  point.map(
    (value) => Math.round(Math.max(-REACH, Math.min(REACH, value)) / LOGIT_STEP) / (1 / LOGIT_STEP),
  );

export class LogitPlane {
  // moved(logits): they are elsewhere now. release(moved): the hand is off. target(): the prediction's target.
  constructor(svg, moved, release, target) {
    svg.innerHTML = LOGIT_DRAWING;
    Object.assign(this, { svg, parts: new Parts(svg) });
    this.handle = new Handle(svg.querySelector(".handle"), {
      locate: (event) => {
        const box = svg.getBoundingClientRect();
        return [
          (event.clientX - box.left - LOGIT_GAP) / this.scale - REACH,
          REACH - (event.clientY - box.top - 8) / this.scale,
        ];
      },
      read: () => this.logits,
      move: (point) => moved(settleLogits(point)),
      press: ({ key, shiftKey }) => {
        const [a, b] = this.logits,
          step = shiftKey ? 1 : LOGIT_STEP;
        return {
          ArrowRight: [a + step, b],
          ArrowLeft: [a - step, b],
          ArrowUp: [a, b + step],
          ArrowDown: [a, b - step],
          Home: [0, 0],
          End: logitsOf(target()),
        }[key];
      },
      release,
    });
    svg
      .querySelector(".ground")
      .addEventListener(
        "pointerdown",
        (event) => event.pointerType === "mouse" && this.handle.start(event, false),
      );
  }

  at = ([x, y]) => [LOGIT_GAP + (x + REACH) * this.scale, 8 + (REACH - y) * this.scale];

  layout() {
    const width = this.svg.clientWidth;
    if (!width) return;
    this.scale = (width - LOGIT_GAP - 8) / (2 * REACH);
    const [left, bottom] = this.at([-REACH, -REACH]),
      [right, top] = this.at([REACH, REACH]),
      [x0, y0] = this.at([0, 0]);
    this.svg.style.height = `${bottom + 46}px`;
    const { parts } = this;
    for (const name of [".unit", ".ground"])
      parts.set(name, { x: left, y: top, width: right - left, height: bottom - top });
    parts.set(".grid", { d: `M${left} ${y0}H${right}M${x0} ${top}V${bottom}` });
    parts.get(".numbers").innerHTML = [-4, -2, 0, 2, 4]
      .map((value) =>
        `<text x="${this.at([value, 0])[0]}" y="${bottom + 18}" text-anchor="middle">${short(value)}</text><text x="${left - 8}" y="${this.at([0, value])[1] + 5}" text-anchor="end">${short(value)}</text>`
          .replaceAll("-", "−")
          .replaceAll("text−anchor", "text-anchor"),
      )
      .join("");
    parts.set(".z1-title", { x: (left + right) / 2, y: bottom + 42 });
    parts.set(".z2-title", { transform: `translate(13 ${(top + bottom) / 2}) rotate(-90)` });
    parts.get(".diagonals").innerHTML = DIAGONALS.map((p2) => {
      const gap = Math.log(p2 / (1 - p2)),
        end = gap > 0 ? [REACH - gap, REACH] : [REACH, REACH + gap],
        begin = gap > 0 ? [-REACH, gap - REACH] : [-REACH - gap, -REACH];
      const [x, y] = this.at([end[0] - 1.6, end[1] - 1.6]);
      return `<path d="M${this.at(begin)}L${this.at(end)}"/><text transform="translate(${x} ${y}) rotate(-45) translate(0 -6)">p2 = ${p2}</text>`;
    }).join("");
    if (this.logits) this.draw(this.logits);
  }

  draw(logits) {
    this.logits = logits;
    if (!this.scale) return;
    const [x, y] = this.at(logits),
      [, p2] = ofLogits(logits),
      written = logits.map((value) => fixed(value, 1)).join(", ");
    this.parts.set(".prediction-line", { d: `M${this.at([0, 0])}L${x} ${y}` });
    const above = logits[1] < REACH - 1;
    this.parts.set(".logit-name", {
      x: Math.max(LOGIT_GAP + 40, Math.min(this.at([REACH, 0])[0] - 40, x)),
      y: above ? y - 22 : y + 34,
    });
    this.parts.write(".logit-name", `[${written}]`);
    this.parts.set(".handle", {
      transform: `translate(${x} ${y})`,
      "aria-valuenow": two(p2),
      "aria-valuetext": `z1 ${fixed(logits[0], 1)}, z2 ${fixed(logits[1], 1)}; softmax gives p1 ${two(1 - p2)}, p2 ${two(p2)}`,
    });
  }
}
