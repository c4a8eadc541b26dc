// Asks Python to run a fragment again, from time to time, while the page is seen.

/** @type {WeakMap<Element, number>} */
const timers = new WeakMap();

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  clearInterval(timers.get(root));
  const timer = window.setInterval(() => {
    if (!root.isConnected) clearInterval(timer);
    else if (document.visibilityState === "visible") setTriggerValue("tick", Date.now());
  }, data.every_ms);
  timers.set(root, timer);
  // Streamlit also calls this while the clock stays, and starts again with the same root
  return () => clearInterval(timer);
}
