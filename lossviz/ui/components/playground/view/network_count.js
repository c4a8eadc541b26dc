// How many networks there are, and the button for one more.

import { setText } from "../../shared/svg.js";
import { MOST_LOSSES } from "../state/properties.js";

/** @typedef {import("../model.js").Model} Model */

export class NetworkCount {
  #add = document.createElement("button");
  #root;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#root = root;
    this.#add.type = "button";
    this.#add.className = "add-network";
    setText(this.#add, "Add a network");
    this.#add.addEventListener("click", () => addNetwork(model));
    root.replaceChildren(this.#add);
  }

  /** @param {Model} model */
  draw({ losses }) {
    const isFull = losses.length >= MOST_LOSSES;
    this.#add.disabled = isFull;
    this.#add.title = isFull
      ? `${MOST_LOSSES} networks at most. Remove one to make room for another.`
      : "It trains with another loss beside the others; all begin anew.";
    this.#root.classList.toggle("full", isFull);
  }
}

/** @param {Model} model One more, with the first loss that none has. */
const addNetwork = (model) => {
  const { losses, offer } = model;
  const free = offer.all.find(({ id }) => losses.every((loss) => loss.id !== id));
  if (free) model.setLosses(offer.styled([...losses, free]));
};
