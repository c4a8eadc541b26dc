// Which loss the reader points at. It stands out everywhere: in charts, which listen to the event,
// and in every element with the loss's spec as `data-loss`, which gets a class.

export const HIGHLIGHT = "lossviz:highlight";
const LIT = "lossviz-lit";

/** @type {string | null} */
let pointedAt = null;
let watching = false;

/**
 * Let a loss stand out, or none.
 * @param {string | null} loss Its spec.
 */
export const highlight = (loss) => {
  if (loss === pointedAt) return;
  pointedAt = loss;
  document.dispatchEvent(new CustomEvent(HIGHLIGHT, { detail: { loss } }));
  lightElements();
};

export const highlighted = () => pointedAt;

/** Give the class to the elements that are there now: a page that is drawn anew loses it. */
export const lightElements = () => {
  for (const node of document.querySelectorAll("[data-loss]"))
    node.classList.toggle(LIT, pointedAt !== null && node.getAttribute("data-loss") === pointedAt);
};

/** Follow pointer and focus over the whole page; once is enough. */
export const watchElements = () => {
  if (watching) return;
  watching = true;
  /** @param {Event} event */
  const follow = (event) => {
    const path = event.composedPath().filter((node) => node instanceof Element);
    if (path.some((node) => node.matches(".plot"))) return; // the chart knows which line it is
    highlight(path.find((node) => node.matches("[data-loss]"))?.getAttribute("data-loss") ?? null);
  };
  document.addEventListener("pointerover", follow);
  document.addEventListener("focusin", follow);
};
