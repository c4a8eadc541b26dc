// The charts beneath the maps: error and loss over steps, how certain the networks are, what wrong
// labels have of the gradient.

import { wrongCount } from "../../engine/shares.js";
import { BINS, PANELS } from "./chart_panels.js";
import { History } from "./history.js";

/** @typedef {import("../../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../worker/messages.js").Frame} Frame */
/** @typedef {import("./chart_panels.js").Charted} Charted */
/** @typedef {import("./chart_panels.js").Panel} Panel */

const REDRAW_MS = 160; // from one drawing of a chart to its next, while it plays

/** @type {(p: ArrayLike<number>) => number[]} The share of the probabilities in each of BINS. */
const binned = (p) => {
  const counts = new Array(BINS).fill(0);
  for (let i = 0; i < p.length; i++) counts[Math.min(BINS - 1, Math.floor(p[i] * BINS))]++;
  return counts.map((count) => count / p.length);
};

/** One chart, with its title. */
class Chart {
  #panel;
  #svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  #size = { width: 0, height: 0 };

  /**
   * @param {Panel} panel
   * @param {() => void} resized
   */
  constructor(panel, resized) {
    this.#panel = panel;
    this.node = document.createElement("figure");
    this.node.className = `chart ${panel.name}`;
    this.node.innerHTML = `<h2>${panel.title}</h2>`;
    this.#svg.setAttribute("role", "img");
    this.node.append(this.#svg);
    new ResizeObserver(([{ contentRect }]) => {
      this.#size = { width: contentRect.width, height: contentRect.height };
      resized();
    }).observe(this.#svg);
  }

  /** @param {Charted} charted */
  draw(charted) {
    const { title, isShown, draw, say } = this.#panel;
    this.node.hidden = !isShown(charted);
    if (this.node.hidden || !this.#size.width) return;
    this.#svg.innerHTML = draw(charted, this.#size);
    const { networks } = charted.moments[charted.moments.length - 1];
    const said = charted.losses.map(
      ({ name }, slot) => `${name}: ${say(networks[slot], charted, slot)}`,
    );
    this.#svg.setAttribute("aria-label", `${title}. ${said.join("; ")}.`);
  }
}

export class Charts {
  #history = new History();
  #charts;
  #legend = document.createElement("ul");
  /** @type {Model | null} */
  #model = null;
  /** @type {Frame | null} The last that the history has. */
  #added = null;
  /** @type {unknown[]} What all charts show; empty where they do not show the same. */
  #drawn = [];
  /** @type {LossData[]} */
  #named = [];
  #drawnAt = 0;
  #next = 0; // the chart that is drawn next while it plays

  /** @param {HTMLElement} root */
  constructor(root) {
    const redraw = () => {
      if (this.#model) this.#redraw(this.#model, this.#charts);
    };
    this.#charts = PANELS.map((panel) => new Chart(panel, redraw));
    this.#legend.className = "chart-legend";
    root.replaceChildren(this.#legend, ...this.#charts.map(({ node }) => node));
  }

  /** @param {Model} model While it plays one chart is drawn at a time, so that no frame is late. */
  draw(model) {
    const { frame, problem, losses, playing } = model;
    if (!frame || frame.networks.length !== losses.length) return;
    if (frame !== this.#added) this.#history.add(frame, problem.train, losses);
    this.#model = model;
    this.#added = frame;
    const now = performance.now();
    const shown = [frame, losses, problem.train];
    if (playing && now - this.#drawnAt >= REDRAW_MS / this.#charts.length) {
      this.#drawnAt = now;
      this.#drawn = [];
      this.#next = (this.#next + 1) % this.#charts.length;
      this.#redraw(model, [this.#charts[this.#next]]);
    } else if (!playing && shown.some((one, place) => one !== this.#drawn[place])) {
      this.#drawn = shown;
      this.#redraw(model, this.#charts);
    }
  }

  /** @type {(model: Model, charts: Chart[]) => void} */
  #redraw({ frame, problem: { train }, losses }, charts) {
    if (!frame || frame.networks.length !== losses.length) return;
    this.#drawLegend(losses);
    const charted = {
      losses,
      moments: this.#history.moments,
      bins: frame.networks.map((network) => binned(network.train.p)),
      wrongLabels: wrongCount(train) / train.labels.length,
    };
    for (const chart of charts) chart.draw(charted);
  }

  /** @param {LossData[]} losses */
  #drawLegend(losses) {
    if (losses === this.#named) return;
    this.#named = losses;
    const names = losses.map(({ name, swatch }) => {
      const item = document.createElement("li");
      item.innerHTML = swatch;
      item.append(name);
      return item;
    });
    const key = document.createElement("li");
    key.className = "line-key";
    key.innerHTML = `<i class="thick"></i>test points <i class="thin"></i>training points`;
    this.#legend.replaceChildren(...names, key);
  }
}
