// Says where the page's address cannot lead to the run as it stands.

import { setText } from "../../shared/svg.js";
import { linkNote } from "../state/link.js";

/** @typedef {import("../model.js").Model} Model */

export class LinkNote {
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Model} model */
  draw(model) {
    setText(this.#root, linkNote(model));
  }
}
