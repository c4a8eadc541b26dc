// What is drawn on the maps, said once for all of them.

import { numberText } from "../../shared/number_text.js";
import { setText, svgElement } from "../../shared/svg.js";
import { wrongCount } from "../engine/shares.js";
import { areasOn } from "./point_areas.js";

/** @typedef {import("../data/problem.js").Problem} Problem */

/** @type {(rings: { r: number, fill?: string, dash?: string, width?: number }[]) => SVGElement} */
const circles = (rings) => {
  const size = Math.ceil(2 * Math.max(...rings.map(({ r }) => r)) + 3);
  const picture = svgElement("svg", {
    viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`,
    width: size,
    height: size,
    "aria-hidden": "true",
  });
  for (const { r, fill = "none", dash = "none", width = 0 } of rings)
    picture.append(
      svgElement("circle", {
        r,
        fill,
        stroke: width ? "currentColor" : "none",
        "stroke-width": width,
        "stroke-dasharray": dash,
      }),
    );
  return picture;
};

/** @type {(area: number) => number} */
const radiusOf = (area) => Math.sqrt(area / Math.PI);

export class Legend {
  node = document.createElement("p");
  #area = document.createElement("span");
  #bounds = document.createElement("span");
  #wrong = document.createElement("span");
  #drawn = "";

  constructor() {
    this.node.className = "legend";
    this.#wrong.append(
      circles([
        { r: 3, fill: "currentColor" },
        { r: 6, width: 1.5 },
      ]),
      "wrong label, ring in the colour of the true class",
    );
    const test = document.createElement("span");
    test.append(circles([{ r: 2.5, width: 1.3 }]), "test point");
    this.node.append(this.#area, this.#bounds, test, this.#wrong);
  }

  /** @type {(problem: Problem, size: number) => void} */
  draw({ train }, size) {
    const count = train.labels.length;
    this.#wrong.hidden = wrongCount(train) === 0;
    const key = `${size} ${count}`;
    if (!size || !count || key === this.#drawn) return;
    this.#drawn = key;
    const { mean, least, most } = areasOn(size, count);
    const sizes = [mean, 4 * mean].map((area) =>
      circles([{ r: radiusOf(area), fill: "currentColor" }]),
    );
    this.#area.replaceChildren(sizes[0], "mean share of the gradient", sizes[1], "4 times as much");
    setText(
      this.#bounds,
      `drawn no smaller than ${numberText(least / mean)} and no larger than ${numberText(most / mean)} times the mean`,
    );
  }
}
