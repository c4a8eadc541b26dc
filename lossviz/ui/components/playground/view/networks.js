// A card for each loss: its name, the map of its network's decisions with the points, its numbers.

import { setText } from "../../shared/svg.js";
import { CELLS, EXTENT } from "../engine/decision_map.js";
import { CLASS_COLORS } from "./class_colors.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../worker/messages.js").NetworkFrame} NetworkFrame */

/** A card; its canvas holds map and points. */
class Card {
  #canvas = document.createElement("canvas");
  #name = document.createElement("h3");
  #numbers = document.createElement("p");
  #cells = new ImageData(CELLS, CELLS);
  #small = new OffscreenCanvas(CELLS, CELLS);

  constructor() {
    this.node = document.createElement("section");
    this.node.className = "network";
    this.node.append(this.#name, this.#canvas, this.#numbers);
  }

  /** @type {(model: Model, slot: number) => void} */
  draw(model, slot) {
    setText(this.#name, model.losses[slot].name);
    const network = model.frame?.networks[slot];
    if (!network) return;
    setText(this.#numbers, `test error ${(100 * network.test.error).toFixed(1)}%`);
    this.#drawMap(network);
    this.#drawPoints(model, network);
  }

  /** @param {NetworkFrame} network */
  #drawMap({ map }) {
    const { data } = this.#cells;
    map.classes.forEach((k, cell) => {
      const [red, green, blue] = CLASS_COLORS[k];
      data[4 * cell] = red;
      data[4 * cell + 1] = green;
      data[4 * cell + 2] = blue;
      data[4 * cell + 3] = map.confidence[cell] / 2;
    });
    const size = this.#canvas.clientWidth * devicePixelRatio;
    this.#canvas.width = size;
    this.#canvas.height = size;
    this.#small.getContext("2d")?.putImageData(this.#cells, 0, 0);
    this.#canvas.getContext("2d")?.drawImage(this.#small, 0, 0, size, size);
  }

  /** @type {(model: Model, network: NetworkFrame) => void} */
  #drawPoints({ problem: { train } }, { train: { pulls } }) {
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    const { width } = this.#canvas;
    const scale = width / (2 * EXTENT);
    let total = 0;
    for (const pull of pulls) total += pull;
    train.labels.forEach((k, i) => {
      const share = (pulls[i] * pulls.length) / total;
      context.fillStyle = `rgb(${CLASS_COLORS[k].join(" ")})`;
      context.beginPath();
      const x = (train.places[2 * i] + EXTENT) * scale;
      const y = (EXTENT - train.places[2 * i + 1]) * scale;
      context.arc(x, y, devicePixelRatio * (1 + 2 * Math.sqrt(share)), 0, 2 * Math.PI);
      context.fill();
    });
  }
}

export class Networks {
  /** @type {Card[]} */
  #cards = [];
  #root;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {Model} model */
  draw(model) {
    if (this.#cards.length !== model.losses.length) {
      this.#cards = model.losses.map(() => new Card());
      this.#root.replaceChildren(...this.#cards.map(({ node }) => node));
    }
    this.#cards.forEach((card, slot) => card.draw(model, slot));
  }
}
