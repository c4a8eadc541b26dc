// A plotly figure that takes new data without losing zoom or hidden curves.

import { PLOT_OPTIONS, withTheme } from "../shared/plot_theme.js";
import { loadPlotly } from "../shared/plotly.js";
import { find } from "../shared/svg.js";

/**
 * What component.py sends.
 * @typedef {object} LiveChartData
 * @property {string} figure plotly's, as JSON.
 * @property {string} label The chart in words.
 * @property {string} plotly The address of plotly.js.
 * @property {string} height CSS's; empty for the usual one.
 */

// Where nothing hovers the bar would always lie over the legend.
const OPTIONS = {
  ...PLOT_OPTIONS,
  displayModeBar: matchMedia("(hover: none)").matches ? false : "hover",
};

/** @type {WeakMap<Element, object>} The figure that each chart was sent last. */
const latest = new WeakMap();

/**
 * Where plotly throws while it changes the last figure into this one, the curves of the last stay
 * under a heading that is not theirs; so it is drawn from nothing then.
 * @param {import("../shared/plotly.js").Plotly} Plotly
 * @param {HTMLElement} node
 * @param {any} figure
 * @param {object} layout
 */
const draw = async (Plotly, node, figure, layout) => {
  try {
    await Plotly.react(node, figure.data, layout, OPTIONS);
  } catch (error) {
    Plotly.purge(node);
    await Plotly.newPlot(node, figure.data, layout, OPTIONS);
    throw error; // so that the console has it
  }
};

/** @param {{ parentElement: HTMLElement, data: LiveChartData }} component */
export default function ({ parentElement: root, data }) {
  const node = find(root, ".plot");
  node.setAttribute("aria-label", data.label);
  node.style.height = data.height;
  const figure = JSON.parse(data.figure);
  latest.set(root, figure);
  loadPlotly(data.plotly).then((Plotly) => {
    if (latest.get(root) !== figure) return;
    draw(Plotly, node, figure, withTheme(figure.layout, root));
    /** @type {{ x?: unknown[] }[]} */
    const traces = figure.data;
    node.dataset.points = traces.reduce((count, { x }) => count + (x?.length ?? 0), 0);
  });
}
