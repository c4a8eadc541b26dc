// A slider for one number. Every movement goes to the charts on the page; Python hears of it on release, on a key press, or when a number is typed.

import { hub } from "../shared/plotly.js";

const instances = new WeakMap();
const SWEEP_MS = 5000; // from where it stands up to the end, down to the other and back
const STILLS = 10; // pictures in a sweep where the reader wants no motion
const unwelcome = matchMedia("(prefers-reduced-motion: reduce)");

class ParameterSlider {
  constructor(root) {
    const part = (selector) => root.querySelector(selector);
    Object.assign(this, {
      box: part(".parameter"),
      slider: part("input[type=range]"),
      typed: part("input[type=number]"),
      playing: 0,
      moving: false,
      awaited: null,
    });
    Object.assign(this, {
      name: part(".name"),
      button: part(".play"),
      ticks: part(".ticks"),
      marks: part(".marks"),
      refusal: part(".refusal"),
    });
    [this.least, this.greatest] = [part(".least"), part(".greatest")];
    this.slider.addEventListener("input", () => {
      this.stop();
      this.moving = true;
      this.move(this.valueAt(this.slider.value));
    });
    this.slider.addEventListener("change", () => this.settle(this.value));
    this.slider.addEventListener("keydown", (event) => this.press(event));
    this.slider.addEventListener("dblclick", () => this.settle(this.data.start));
    this.typed.addEventListener("change", () => this.type());
    this.typed.addEventListener("keydown", (event) => event.key === "Escape" && this.show());
    this.button.addEventListener("click", () =>
      this.playing ? this.settle(this.value) : this.play(),
    );
  }

  take(data, report) {
    // An answer to an earlier movement must not take back the ones since: the value counts again once the last one has come back, or was refused.
    if (data.value === this.awaited || data.refusals !== this.data?.refusals) this.awaited = null;
    const [least, greatest] = data.logarithmic
      ? [Math.log(data.least), Math.log(data.greatest)]
      : [data.least, data.greatest];
    const step = data.logarithmic ? "any" : data.step;
    Object.assign(this, { data, report });
    this.box.querySelector(".caption").textContent = data.caption;
    this.name.textContent = data.letter;
    this.least.textContent = numberOf(data.least);
    this.greatest.textContent = numberOf(data.greatest);
    this.slider.setAttribute("aria-label", data.label);
    this.typed.setAttribute("aria-label", `${data.label}, typed`);
    this.slider.title = [data.meaning, "Double-click: back to the start."].join(" ").trim();
    this.button.hidden = !data.playable;
    Object.assign(this.slider, { min: least, max: greatest, step });
    this.typed.step = data.step;
    this.box.style.setProperty("--color", data.color);
    this.drawMarks();
    if (!this.moving && !this.playing && this.awaited === null) this.value = data.value;
    this.show();
  }

  valueAt(position) {
    const value = this.data.logarithmic ? Math.exp(Number(position)) : Number(position);
    return this.data.whole ? Math.round(value) : value;
  }

  shareOf(value) {
    const [place, least, greatest] = [value, this.data.least, this.data.greatest].map((number) =>
      this.data.logarithmic ? Math.log(number) : number,
    );
    return (place - least) / (greatest - least);
  }

  // Specials of the parameter: a tick on the track, and a button that goes there.
  drawMarks() {
    const drawn = JSON.stringify(this.data.marks);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    this.ticks.replaceChildren(
      ...this.data.marks.map(([value]) =>
        Object.assign(document.createElement("i"), { style: `--at: ${this.shareOf(value)}` }),
      ),
    );
    this.marks.replaceChildren(
      ...this.data.marks.map(([value, name]) => {
        const mark = Object.assign(document.createElement("button"), {
          type: "button",
          textContent: name,
          title: `${this.data.name} = ${numberOf(value)}`,
        });
        mark.addEventListener("click", () => this.settle(value));
        return mark;
      }),
    );
  }

  show() {
    const { data, value } = this;
    this.slider.value = data.logarithmic ? Math.log(value) : value;
    this.typed.value = value;
    this.refusal.textContent = "";
    this.typed.removeAttribute("aria-invalid");
    const special = data.marks.find(([place]) => place === value);
    this.slider.setAttribute(
      "aria-valuetext",
      `${data.name} = ${numberOf(value)}${special ? `, ${special[1]}` : ""}`,
    );
    data.marks.forEach(([place], i) =>
      this.marks.children[i].classList.toggle("here", place === value),
    );
    this.slider.style.setProperty("--filled", `${100 * this.shareOf(value)}%`);
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute(
      "aria-label",
      `${this.playing ? "Stop" : "Play"}: sweep ${data.label}`,
    );
  }

  tell(released) {
    hub.dispatchEvent(
      new CustomEvent("parameter", {
        detail: { id: this.data.id, name: this.data.name, value: this.value, released },
      }),
    );
  }

  move(value) {
    this.value = value;
    this.show();
    this.tell(false);
  }

  // Here it stays: charts and Python hear of it.
  settle(value) {
    this.stop();
    Object.assign(this, { moving: false, value, awaited: value });
    this.show();
    this.tell(true);
    this.report(value);
  }

  // On a logarithmic track the browser's own steps would be of no use.
  press(event) {
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key];
    if (!this.data.logarithmic || !steps) return;
    event.preventDefault();
    this.settle(
      Math.max(this.data.least, Math.min(this.data.greatest, this.value + steps * this.data.step)),
    );
  }

  type() {
    const { minimum, maximum, whole, name } = this.data;
    const value = this.typed.valueAsNumber;
    const inside = value >= minimum && value <= maximum;
    if (inside && (!whole || Number.isInteger(value))) return this.settle(value);
    const range = `from ${numberOf(minimum)} to ${numberOf(maximum)}`;
    this.refusal.textContent = `${name} must be a ${whole ? "whole " : ""}number ${range}. It is still ${numberOf(this.value)}; Escape brings that back.`;
    this.typed.setAttribute("aria-invalid", "true");
  }

  play() {
    const [start, least, greatest] = [this.slider.value, this.slider.min, this.slider.max].map(
      Number,
    );
    const [value, span] = [this.value, greatest - least];
    let began = null;
    const tick = (now) => {
      began ??= now;
      const share = (now - began) / SWEEP_MS;
      if (share >= 1) {
        this.stop();
        this.value = value; // where it came from: nothing new for Python
        this.show();
        return this.tell(true);
      }
      const way =
        (start -
          least +
          2 * span * (unwelcome.matches ? Math.floor(share * STILLS) / STILLS : share)) %
        (2 * span);
      this.slider.value = least + (way <= span ? way : 2 * span - way);
      this.move(this.valueAt(this.slider.value));
      this.playing = requestAnimationFrame(tick);
    };
    this.playing = requestAnimationFrame(tick);
    this.show();
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
  }
}

const numberOf = (value) => String(Number(value.toPrecision(6))).replace("-", "−");

export default function ({ parentElement: root, data, setTriggerValue }) {
  const slider = instances.get(root) ?? new ParameterSlider(root);
  instances.set(root, slider);
  slider.take(data, (value) => setTriggerValue("value", value));
  return () => setTimeout(() => root.isConnected || slider.stop()); // Streamlit also calls this while the slider stays, and starts again with the same root
}
