// Brings a part of the page into view, while what lies above it is still being drawn.

const FOLLOWED_MS = 4000; // charts and tables above it may take as long
const EVERY_MS = 200;
const BY_HAND = ["wheel", "touchstart", "keydown", "pointerdown"];

/**
 * Scrolls to an element until the page has settled, or the reader scrolls.
 * @param {string} selector
 */
export function bringIntoView(selector) {
  const until = performance.now() + FOLLOWED_MS;
  let followed = true;
  for (const kind of BY_HAND)
    document.addEventListener(kind, () => (followed = false), { once: true, passive: true });
  const follow = () => {
    if (!followed || performance.now() > until) return;
    document.querySelector(selector)?.scrollIntoView({ block: "start" });
    setTimeout(follow, EVERY_MS);
  };
  follow();
}
