// The losses of the race, as buttons: pointing at one lets it stand out, pressing it hides it.

/**
 * @typedef {import("./traces.js").Loss & { swatch: string }} LegendLoss With its line, as HTML.
 */

/**
 * Draw the buttons; those that are there stay, so that focus and pointer do.
 * @param {HTMLElement} node
 * @param {LegendLoss[]} losses
 * @param {ReadonlySet<string>} hidden Specs.
 * @param {Map<string, number>} diverged How many seeds of a loss have diverged, by spec.
 * @param {(spec: string) => void} onToggle
 */
export const drawLegend = (node, losses, hidden, diverged, onToggle) => {
  const specs = losses.map(({ spec }) => spec).join("\n");
  if (node.dataset.specs !== specs) {
    node.dataset.specs = specs;
    node.replaceChildren(...losses.map((loss) => button(loss, onToggle)));
  }
  losses.forEach(({ spec }, place) => {
    const child = node.children[place];
    child.setAttribute("aria-pressed", String(!hidden.has(spec)));
    const count = diverged.get(spec) ?? 0;
    const note = child.querySelector(".race-diverged");
    if (note) note.textContent = count ? ` (${count} diverged)` : "";
  });
};

/**
 * @param {LegendLoss} loss
 * @param {(spec: string) => void} onToggle
 */
const button = ({ spec, label, swatch }, onToggle) => {
  const child = document.createElement("button");
  child.type = "button";
  child.dataset.loss = spec;
  child.innerHTML = swatch; // made by us, of numbers and colours
  const diverged = document.createElement("span");
  diverged.className = "race-diverged";
  child.append(label, diverged);
  child.addEventListener("click", () => onToggle(spec));
  return child;
};
