// A slider for one number, which reports to Python.

import { ParameterSlider } from "./slider.js";

/** @type {WeakMap<Element, ParameterSlider>} */
const instances = new WeakMap();

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const slider = instances.get(root) ?? new ParameterSlider(root);
  instances.set(root, slider);
  slider.receive(data, (value) => setTriggerValue("value", value));
  // Streamlit also calls this while the slider stays, and starts again with the same root
  return () => setTimeout(() => root.isConnected || slider.stop());
}
