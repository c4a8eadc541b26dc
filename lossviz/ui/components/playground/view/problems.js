// What a link, a hand or the settings ask for and cannot have, sentence by sentence.

import { combinationProblems } from "../state/combinations.js";

/** @typedef {import("../model.js").Model} Model */

export class Problems {
  #root;
  #text = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Model} model */
  draw({ problems, state, problem }) {
    const sentences = [...problems, ...combinationProblems(state, problem)];
    const text = sentences.join("\n");
    if (text === this.#text) return;
    this.#text = text;
    this.#root.replaceChildren(
      ...sentences.map((sentence) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = sentence;
        return paragraph;
      }),
    );
  }
}
