// The tools of a hand on the maps: move points, draw points of a class, erase them.

import { svgElement } from "../../../shared/svg.js";
import { classColor } from "../maps/class_colors.js";
import { markPath } from "./marks.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("./hand.js").Hand} Hand */
/** @typedef {import("./hand.js").Tool} Tool */

const MARK_AREA = 90; // square pixels

/** @type {(k: number, area: number) => SVGElement} A class's mark, as wide as its area needs. */
export const markPicture = (k, area) => {
  const size = Math.ceil(2 * Math.sqrt(area));
  const picture = svgElement("svg", {
    viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`,
    width: size,
    height: size,
    "aria-hidden": "true",
  });
  picture.append(svgElement("path", { d: markPath(k, area), fill: classColor(k) }));
  return picture;
};

export class PointTools {
  node = document.createElement("div");
  #hand;
  #classes = 0;
  /** @type {{ button: HTMLButtonElement, tool: Tool, k: number }[]} */
  #buttons = [];
  #test = document.createElement("input");
  #undo = document.createElement("button");

  /**
   * @param {Hand} hand
   * @param {Model} model
   */
  constructor(hand, model) {
    this.#hand = hand;
    this.#undo.type = "button";
    this.#undo.textContent = "Undo all by hand";
    this.#undo.addEventListener("click", () => model.clearHand());
    this.node.className = "point-tools";
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", "What a click on a map does");
    this.#test.type = "checkbox";
    this.#test.addEventListener("change", () => hand.set({ showsTest: this.#test.checked }));
  }

  /** @param {Model} model */
  draw({ problem: { classes }, state: { drawn, moved } }) {
    if (classes !== this.#classes) this.#build(classes);
    this.#undo.disabled = drawn === "" && moved === "";
    const { tool, k, showsTest } = this.#hand;
    for (const one of this.#buttons) {
      const pressed = one.tool === tool && (tool !== "draw" || one.k === k);
      one.button.setAttribute("aria-pressed", String(pressed));
    }
    this.#test.checked = showsTest;
  }

  /** @param {number} classes */
  #build(classes) {
    this.#classes = classes;
    this.#buttons = [];
    const move = this.#button("move", "Move");
    const draw = Array.from({ length: classes }, (_, k) => {
      const button = this.#button("draw", `${k + 1}`, k);
      button.setAttribute("aria-label", `Draw class ${k + 1}`);
      button.prepend(markPicture(k, MARK_AREA));
      return button;
    });
    const erase = this.#button("erase", "Erase");
    const test = document.createElement("label");
    test.append(this.#test, "Test points");
    const caption = document.createElement("span");
    caption.textContent = "Draw";
    const group = document.createElement("span");
    group.className = "classes";
    group.append(caption, ...draw);
    this.node.replaceChildren(move, group, erase, this.#undo, test);
  }

  /** @type {(tool: Tool, label: string, k?: number) => HTMLButtonElement} */
  #button(tool, label, k = 0) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(label);
    button.addEventListener("click", () => this.#hand.set({ tool, k }));
    this.#buttons.push({ button, tool, k });
    return button;
  }
}
