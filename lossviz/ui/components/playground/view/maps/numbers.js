// Numbers with their names, on a card.

import { setText } from "../../../shared/svg.js";

/** A list of numbers, each in its fixed place. */
export class Numbers {
  node = document.createElement("dl");
  /** @type {Map<string, HTMLElement>} */
  #values = new Map();

  /**
   * @param {string} name
   * @param {[key: string, label: string][]} rows
   */
  constructor(name, rows) {
    this.node.className = name;
    for (const [key, label] of rows) {
      const row = document.createElement("div");
      row.className = key;
      const [term, value] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = label;
      value.textContent = "–";
      row.append(term, value);
      this.node.append(row);
      this.#values.set(key, value);
    }
  }

  /** @param {Record<string, string>} values */
  write(values) {
    for (const [key, node] of this.#values) setText(node, values[key]);
  }

  /** @type {(key: string, shown: boolean) => void} */
  show(key, shown) {
    const row = this.#values.get(key)?.parentElement;
    if (row) row.hidden = !shown;
  }
}
