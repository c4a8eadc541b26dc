// The link between a text field and the charts: tells Python of each pause in typing and of the
// Enter key, and hands Python's answer to the charts. Streamlit's own live="50ms" would import
// pandas to read the "50ms": 70 MB.

import { readCurve } from "../shared/curves.js";
import { setPreview } from "../shared/preview.js";
import { find } from "../shared/svg.js";

/**
 * What component.py sends.
 * @typedef {object} PreviewData
 * @property {import("../shared/curves.js").CurveData[]} curves The loss that is being typed, if any.
 * @property {string} field Label of the text field.
 * @property {string} note
 */

/** @typedef {(name: "typed" | "entered", text: string) => void} ReportText */

const PAUSE_MS = 50;

/** @type {WeakMap<Element, FieldListener>} */
const instances = new WeakMap();

class FieldListener {
  #field = "";
  /** @type {ReportText} */
  #report = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  #root;
  #listeners = {
    input: (/** @type {Event} */ event) => this.#type(/** @type {InputEvent} */ (event)),
    keydown: (/** @type {Event} */ event) => this.#press(/** @type {KeyboardEvent} */ (event)),
  };

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @type {(field: string, report: ReportText) => void} */
  receive(field, report) {
    this.#field = field;
    this.#report = report;
  }

  open() {
    for (const [name, listener] of Object.entries(this.#listeners))
      document.addEventListener(name, listener);
  }

  close() {
    for (const [name, listener] of Object.entries(this.#listeners))
      document.removeEventListener(name, listener);
  }

  /**
   * The field, where an event comes from it and no input method is composing.
   * @param {InputEvent | KeyboardEvent} event
   */
  #fieldOf({ target, isComposing }) {
    const field = /** @type {HTMLInputElement} */ (target);
    return field.ariaLabel === this.#field && !isComposing ? field : null;
  }

  /** @param {InputEvent} event */
  #type(event) {
    const field = this.#fieldOf(event);
    if (!field) return;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      // unless another page has come
      if (this.#root.isConnected) this.#report("typed", field.value);
    }, PAUSE_MS);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const field = this.#fieldOf(event);
    if (!field || event.key !== "Enter") return;
    clearTimeout(this.#pause);
    this.#report("entered", field.value);
  }
}

/** @param {{ parentElement: HTMLElement, data: PreviewData, setTriggerValue: ReportText }} component */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const listener = instances.get(root) ?? new FieldListener(root);
  instances.set(root, listener);
  listener.receive(data.field, setTriggerValue);
  listener.open();
  find(root, ".preview-note").textContent = data.note;
  const [curve] = data.curves;
  setPreview(curve ? readCurve(curve, 0) : null);
  return () => {
    // Streamlit also calls this while the component stays, and starts again with the same root: what
    // has been typed and not yet reported is not lost.
    listener.close();
    setPreview(null);
  };
}
