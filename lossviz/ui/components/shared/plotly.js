// plotly.js, fetched once a page.

/** @typedef {any} Plotly plotly.js has no types here. */

/** @type {Promise<Plotly> | undefined} */
let plotly;

/**
 * @param {string} address Below the app's own.
 * @returns {Promise<Plotly>}
 */
export const loadPlotly = (address) => {
  plotly ??= new Promise((resolve, reject) => {
    const page = /** @type {any} */ (window);
    if (page.Plotly) return resolve(page.Plotly);
    const tag = document.createElement("script");
    tag.src = new URL(address, document.baseURI).href;
    tag.onload = () => resolve(page.Plotly);
    tag.onerror = () => reject(new Error("plotly.js did not load"));
    document.head.appendChild(tag);
  });
  return plotly;
};
