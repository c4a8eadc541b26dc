// A plotly figure that takes new data without losing zoom or hidden curves.

import { PLOT_OPTIONS, themed } from "../shared/format.js";
import { loadPlotly } from "../shared/plotly.js";

// Where nothing hovers the bar would always lie over the legend.
const OPTIONS = {
  ...PLOT_OPTIONS,
  displayModeBar: matchMedia("(hover: none)").matches ? false : "hover",
};
const latest = new WeakMap();

export default function ({ parentElement: root, data }) {
  const node = root.querySelector(".plot");
  node.setAttribute("aria-label", data.label);
  const figure = JSON.parse(data.figure);
  latest.set(root, figure);
  loadPlotly(data.plotly).then((Plotly) => {
    if (latest.get(root) !== figure) return;
    Plotly.react(node, figure.data, themed(figure.layout, root), OPTIONS);
    node.dataset.points = figure.data.reduce((count, trace) => count + (trace.x?.length ?? 0), 0);
  });
}
