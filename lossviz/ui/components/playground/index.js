// The playground: networks that learn in front of the reader, each with another loss.

import { themeOf } from "../shared/plot_theme.js";
import { find } from "../shared/svg.js";
import { Model } from "./model.js";
import { readState } from "./state/codec.js";
import { PlayAddress } from "./state/play_address.js";
import { LinkNote } from "./view/link_note.js";
import { Networks } from "./view/networks.js";
import { Problems } from "./view/problems.js";
import { Toolbar } from "./view/toolbar.js";

/**
 * What component.py sends.
 * @typedef {object} PlaygroundData
 * @property {import("../shared/loss_evaluation.js").LossData[]} losses Those that are chosen.
 * @property {string} play What the address says of the playground, as codec.js writes it.
 */

/** @type {WeakMap<Element, Playground>} */
const instances = new WeakMap();

class Playground {
  #waits = false;
  #opened = false;
  /** @type {HTMLElement} */
  #box;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#box = find(root, ".lossviz-playground");
    this.model = new Model(() => this.#redraw());
    this.address = new PlayAddress();
    /** @type {import("./model.js").View[]} */
    this.views = [
      this.address,
      new Problems(find(root, ".problems")),
      new Toolbar(find(root, ".toolbar"), this.model),
      new LinkNote(find(root, ".link-note")),
      new Networks(find(root, ".networks"), this.model),
    ];
  }

  /** @param {PlaygroundData} data */
  receive({ losses, play }) {
    if (this.#opened) return;
    this.#opened = true;
    const { state, problems } = readState(play);
    this.model.open(state, losses, problems);
  }

  close() {
    this.address.close();
    this.model.close();
  }

  #redraw() {
    if (this.#waits) return;
    this.#waits = true;
    requestAnimationFrame(() => {
      this.#waits = false;
      this.model.theme = themeOf(this.#box);
      for (const view of this.views) view.draw(this.model);
      this.model.frameIsDrawn();
    });
  }
}

/** @param {{ parentElement: HTMLElement, data: PlaygroundData }} component */
export default function ({ parentElement: root, data }) {
  const playground = instances.get(root) ?? new Playground(root);
  instances.set(root, playground);
  playground.receive(data);
  // Streamlit also calls this while the component stays, and starts again with the same root
  return () =>
    setTimeout(() => {
      if (root.isConnected) return;
      playground.close();
      instances.delete(root);
    });
}
