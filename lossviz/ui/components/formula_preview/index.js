// The link between a text field and the charts: tells Python of each pause in typing and of the Enter key, and hands Python's answer to the charts.
// Streamlit's own way to hear of typing, live="50ms", would import pandas to read the "50ms": 70 MB.

import { readCurve } from "../curve_chart/views.js";
import { hub } from "../shared/plotly.js";

const PAUSE_MS = 50;
const instances = new WeakMap();

const show = (curve) => {
  hub.preview = curve ? readCurve(curve, 0) : null;
  hub.dispatchEvent(new Event("preview"));
};

class Listener {
  constructor(root) {
    this.root = root;
    this.events = { input: (event) => this.type(event), keydown: (event) => this.press(event) };
  }

  open() {
    for (const [name, listener] of Object.entries(this.events))
      document.addEventListener(name, listener);
  }

  close() {
    for (const [name, listener] of Object.entries(this.events))
      document.removeEventListener(name, listener);
  }

  type({ target, isComposing }) {
    if (target.ariaLabel !== this.field || isComposing) return;
    clearTimeout(this.pause);
    this.pause = setTimeout(
      () => this.root.isConnected && this.tell("typed", target.value),
      PAUSE_MS,
    ); // unless another page has come
  }

  press({ target, key, isComposing }) {
    if (target.ariaLabel !== this.field || key !== "Enter" || isComposing) return;
    clearTimeout(this.pause);
    this.tell("entered", target.value);
  }
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  const listener = instances.get(root) ?? new Listener(root);
  instances.set(root, listener);
  Object.assign(listener, { field: data.field, tell: setTriggerValue });
  listener.open();
  root.querySelector(".preview-note").textContent = data.note;
  show(data.curves[0]);
  return () => {
    // Streamlit also calls this while the component stays, and starts again with the same root: a key that is still to be told is not lost
    listener.close();
    show(null);
  };
}
