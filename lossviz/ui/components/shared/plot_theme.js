// How a plotly chart looks on a page of Streamlit's.

/**
 * The page's neutral colours, which Streamlit hands down as CSS variables.
 * @typedef {{ text: string, background: string, border: string }} Theme
 */

/**
 * @param {Element} node
 * @returns {Theme}
 */
export const themeOf = (node) => {
  const style = getComputedStyle(node);
  /** @type {(name: string, fallback: string) => string} */
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: read("--st-text-color", "#222"),
    background: read("--st-background-color", "#fff"),
    border: read("--st-border-color", "#ccc"),
  };
};

/**
 * A layout with the colours of the page that it is drawn in.
 * @param {any} layout plotly's
 * @param {Element} node
 */
export const withTheme = (layout, node) => {
  const { text, background, border } = themeOf(node);
  const font = { ...layout.font, color: text };
  const lines = {
    gridcolor: border,
    linecolor: border,
    tickcolor: border,
    zerolinecolor: border,
  };
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key));
  return {
    ...layout,
    ...Object.fromEntries(axes.map((name) => [name, { ...layout[name], ...lines }])),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font,
    hoverlabel: { bgcolor: background, bordercolor: border, font },
    modebar: { bgcolor: background, color: border, activecolor: text },
  };
};

export const PLOT_OPTIONS = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};
