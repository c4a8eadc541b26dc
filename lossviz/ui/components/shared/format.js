// What the charts share: numbers as text, routes of curves, colours of the theme, and plotly's options.

export const numberText = (value) => {
  if (Number.isNaN(value)) return "none";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? value.toExponential(1).replace("e+", "e")
      : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
};

// The route of an SVG path through points; a point that is not finite interrupts it.
export const routeOf = (points) => {
  let pen = "M";
  let route = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) pen = "M";
    else {
      route += `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
      pen = "L";
    }
  }
  return route || "M0,0";
};

// Streamlit hands its theme down as CSS variables; a chart takes its neutral colours from them.
export const themeOf = (node) => {
  const style = getComputedStyle(node);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    text: read("--st-text-color", "#222"),
    background: read("--st-background-color", "#fff"),
    border: read("--st-border-color", "#ccc"),
  };
};

export const themed = (layout, node) => {
  const theme = themeOf(node);
  const result = {
    ...layout,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { ...layout.font, color: theme.text },
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key)))
    result[name] = {
      ...layout[name],
      gridcolor: theme.border,
      linecolor: theme.border,
      tickcolor: theme.border,
      zerolinecolor: theme.border,
    };
  result.hoverlabel = {
    bgcolor: theme.background,
    bordercolor: theme.border,
    font: { ...layout.font, color: theme.text },
  };
  result.modebar = { bgcolor: theme.background, color: theme.border, activecolor: theme.text };
  return result;
};

export const PLOT_OPTIONS = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};
