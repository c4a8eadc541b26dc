// The button for one more network; none where there are as many as can be.

import { setText } from "../../../shared/svg.js";
import { MOST_LOSSES } from "../../state/properties.js";

/** @typedef {import("../../model.js").Model} Model */

export class NetworkCount {
  #root;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#root = root;
    const add = document.createElement("button");
    add.type = "button";
    add.className = "add-network";
    add.title = "It trains with another loss beside the others; all begin anew.";
    setText(add, "Add a network");
    add.addEventListener("click", () => addNetwork(model));
    root.replaceChildren(add);
  }

  /** @param {Model} model */
  draw({ losses }) {
    this.#root.classList.toggle("full", losses.length >= MOST_LOSSES);
  }
}

/** @param {Model} model One more, with the first loss that none has. */
const addNetwork = (model) => {
  const { losses, offer } = model;
  const free = offer.all.find(({ id }) => losses.every((loss) => loss.id !== id));
  if (free) model.setLosses(offer.styled([...losses, free]));
};
