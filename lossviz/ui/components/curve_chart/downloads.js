// Buttons that save a plot as it stands, with the legend that the page shows beside it.

import { themeOf } from "../shared/plot_theme.js";

/** @typedef {import("../shared/plotly.js").Plotly} Plotly */

const LEGEND_HEIGHT = 60; // pixels

/**
 * plotly's description of the buttons.
 * @param {Plotly} Plotly
 * @param {() => string} filename
 * @param {() => object} marks What else the picture shows, as a part of a layout.
 * @param {(uid: string) => object} dataOf A curve's points as they stand on the screen.
 */
export const downloadButtons = (Plotly, filename, marks, dataOf) =>
  ["png", "svg"].map((format) => ({
    name: `download-${format}`,
    title: `Download as ${format.toUpperCase()}`,
    icon: format === "png" ? Plotly.Icons.camera : Plotly.Icons.disk,
    /** @param {any} node */
    click: (node) => {
      const { background } = themeOf(node);
      const size = { width: node.clientWidth, height: node.clientHeight + LEGEND_HEIGHT };
      const layout = {
        ...node.layout,
        ...marks(),
        ...size,
        showlegend: true,
        paper_bgcolor: background,
        plot_bgcolor: background,
        autosize: false,
      };
      const data = node.data
        .filter((/** @type {any} */ trace) => trace.visible)
        .map((/** @type {any} */ trace) => ({ ...trace, ...dataOf(trace.uid) }));
      const scale = format === "png" ? 2 : 1;
      return Plotly.downloadImage(
        { data, layout },
        { format, filename: filename(), ...size, scale },
      );
    },
  }));
