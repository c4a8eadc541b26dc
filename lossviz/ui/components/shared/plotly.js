// plotly.js, fetched once; and a line that the components have to each other.

export const hub = (window.lossvizHub ??= new EventTarget());

// url: of plotly.js, below the app's own address.
export const loadPlotly = (url) =>
  (hub.plotly ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const tag = document.createElement("script");
    tag.src = new URL(url, document.baseURI).href;
    tag.onload = () => resolve(window.Plotly);
    tag.onerror = () => reject(new Error("plotly.js did not load"));
    document.head.appendChild(tag);
  }));
