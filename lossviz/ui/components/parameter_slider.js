// A slider for one parameter of a loss. Every movement goes to the charts on the page; Python hears of it on release or on a key press.

const instances = new WeakMap();

function show(instance) {
  const { input, output, data } = instance;
  const value = Number(input.value);
  const decimals = Math.max(0, Math.min(6, Math.ceil(-Math.log10(data.step))));
  output.textContent = value.toFixed(decimals);
  input.setAttribute("aria-valuetext", `${data.name} = ${value}`);
  input.style.setProperty("--filled", `${(100 * (value - data.minimum)) / (data.maximum - data.minimum)}%`);
}

function tell(instance, released) {
  const { data, input } = instance;
  hub.dispatchEvent(new CustomEvent("parameter", { detail: { id: data.id, name: data.name, value: Number(input.value), released } }));
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  let instance = instances.get(root);
  if (!instance) {
    instance = { input: root.querySelector("input"), output: root.querySelector("output"), moving: false, awaited: null };
    instances.set(root, instance);
    instance.input.addEventListener("input", () => {
      instance.moving = true;
      show(instance);
      tell(instance, false);
    });
    instance.input.addEventListener("change", () => {
      instance.moving = false;
      instance.awaited = Number(instance.input.value);
      tell(instance, true);
      instance.setTriggerValue("value", instance.awaited);
    });
  }
  // An answer to an earlier movement must not take back the ones since: the value counts again once the last one has come back, or was refused.
  if (data.value === instance.awaited || data.refusals !== instance.data?.refusals) instance.awaited = null;
  Object.assign(instance, { data, setTriggerValue });
  const { input } = instance;
  root.querySelector(".name").textContent = data.letter;
  root.querySelector(".least").textContent = data.minimum;
  root.querySelector(".greatest").textContent = data.maximum;
  input.setAttribute("aria-label", `${data.name} of ${data.owner}`);
  input.title = data.meaning;
  Object.assign(input, { min: data.minimum, max: data.maximum, step: data.step });
  if (!instance.moving && instance.awaited === null) input.value = data.value;
  root.querySelector(".parameter").style.setProperty("--color", data.color);
  show(instance);
}
