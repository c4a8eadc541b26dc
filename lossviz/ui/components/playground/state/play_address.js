// Keeps the page's address at what the playground shows. The address is replaced, so that it adds no
// step to the browser's Back.

import { writeState } from "./codec.js";
import { stepsOfLink, withPlay } from "./link.js";

/** @typedef {import("../model.js").Model} Model */

const STILL_MS = 300; // browsers refuse an address that changes a hundred times in ten seconds

/** A view that draws nothing but the address. */
export class PlayAddress {
  #timer = 0;
  #steps = 0;
  /** @type {string | null} What the address says, or will say once nothing changes. */
  #play = null;
  #page = location.pathname;
  #written;

  /** @param {(play: string) => void} written Called when the address says something else. */
  constructor(written = () => {}) {
    this.#written = written;
  }

  /** @param {Model} model */
  draw(model) {
    // while it trains the steps are not followed: the address would never be still
    if (!model.playing || model.altered) this.#steps = stepsOfLink(model);
    const play = writeState({ ...model.state, at: this.#steps });
    if (play === this.#play) return;
    const isFirst = this.#play === null;
    this.#play = play;
    if (isFirst) return; // as the address was opened
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write(play), STILL_MS);
  }

  close() {
    clearTimeout(this.#timer);
  }

  /** @param {string} play */
  #write(play) {
    if (location.pathname !== this.#page) return; // another page has been opened
    const search = withPlay(location.search, play);
    if (search === location.search) return;
    history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
    this.#written(play);
  }
}
