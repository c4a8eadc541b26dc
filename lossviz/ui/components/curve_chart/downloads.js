// Buttons that save a plot as it stands, with the legend that the page shows beside it.

import { themeOf } from "../shared/format.js";

export const downloads = (Plotly, name, marks) =>
  ["png", "svg"].map((format) => ({
    name: `download-${format}`,
    title: `Download as ${format.toUpperCase()}`,
    icon: format === "png" ? Plotly.Icons.camera : Plotly.Icons.disk,
    click: (node) => {
      const { background } = themeOf(node);
      const layout = {
        ...node.layout,
        ...marks(),
        showlegend: true,
        paper_bgcolor: background,
        plot_bgcolor: background,
        autosize: false,
      };
      const size = { width: node.clientWidth, height: node.clientHeight + 60 }; // room for the legend
      return Plotly.downloadImage(
        { data: node.data.filter((trace) => trace.visible), layout: { ...layout, ...size } },
        { format, filename: name, ...size, scale: format === "png" ? 2 : 1 },
      );
    },
  }));
