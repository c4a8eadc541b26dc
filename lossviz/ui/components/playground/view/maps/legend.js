// What is drawn on the maps, said once for all of them.

import { numberText } from "../../../shared/number_text.js";
import { svgElement } from "../../../shared/svg.js";
import { wrongCount } from "../../engine/shares.js";
import { areasOn } from "../points/point_areas.js";

/** @typedef {import("../../data/problem.js").Problem} Problem */

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

/** @type {(name: string, picture: SVGElement, text: string) => HTMLElement} */
const entry = (name, picture, text) => {
  const node = document.createElement("span");
  node.className = name;
  node.append(picture, text);
  return node;
};

/** @type {(area: number) => SVGElement} */
const disc = (area) => circles([{ r: Math.sqrt(area / Math.PI), fill: "currentColor" }]);

const POINT = { r: 3, fill: "currentColor" };
const MEAN = "mean share of the gradient";

/** @type {{ node: HTMLElement, isShown: (problem: Problem) => boolean }[]} */
const OTHERS = [
  {
    node: entry("test", circles([{ r: 2.5, width: 1.3 }]), "test point"),
    isShown: () => true,
  },
  {
    node: entry(
      "wrong",
      circles([POINT, { r: 6, width: 1.5 }]),
      "wrong label, in a ring of the true class’s colour",
    ),
    isShown: ({ train }) => wrongCount(train) > 0,
  },
  {
    node: entry("outlier", circles([POINT, { r: 6, width: 1.5, dash: "2 2" }]), "outlier"),
    isShown: ({ outliers }) => outliers > 0,
  },
];

export class Legend {
  node = document.createElement("p");
  #areas = document.createElement("span");
  #others = OTHERS.map(({ node, isShown }) => ({
    node: /** @type {HTMLElement} */ (node.cloneNode(true)),
    isShown,
  }));
  #drawn = "";

  constructor() {
    this.node.className = "legend";
    this.#areas.className = "areas";
    this.node.append(this.#areas, ...this.#others.map(({ node }) => node));
  }

  /** @type {(problem: Problem, size: number) => void} */
  draw(problem, size) {
    for (const { node, isShown } of this.#others) node.hidden = !isShown(problem);
    const count = problem.train.labels.length;
    const key = `${size} ${count}`;
    if (!size || !count || key === this.#drawn) return;
    this.#drawn = key;
    const { mean, least, most } = areasOn(size, count);
    const bounds = [least, most].map((area) => numberText(Number((area / mean).toPrecision(2))));
    this.#areas.replaceChildren(
      entry("mean", disc(mean), MEAN),
      entry(
        "more",
        disc(4 * mean),
        `4 times as much; drawn as ${bounds[0]} times the mean at least, ${bounds[1]} times at most`,
      ),
    );
  }
}
