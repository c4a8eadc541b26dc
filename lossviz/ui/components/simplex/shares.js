// The prediction's three probabilities as bars, beside the triangle.

import { two } from "../shared/number_text.js";
import { find, setText } from "../shared/svg.js";

const ROW = `<div class="share"><span class="class"></span><i><b></b></i><output></output></div>`;

export class Shares {
  #node;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
    node.innerHTML = `<h2>The prediction</h2>${ROW.repeat(3)}`;
    node.querySelectorAll(".class").forEach((name, i) => {
      setText(name, `class ${i + 1}`);
    });
  }

  /** @param {number[]} p */
  draw(p) {
    this.#node.querySelectorAll(".share").forEach((row, i) => {
      find(row, "b").style.width = `${100 * p[i]}%`;
      setText(find(row, "output"), `p${i + 1} = ${two(p[i])}`);
    });
  }
}
