// The fields of settings_table.js, each with its control, its help and, where it does not apply, the
// reason.

import { setText } from "../../../shared/svg.js";
import { GROUPS } from "./settings_table.js";

/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("./settings_table.js").Field} Field */
/** @typedef {import("./settings_table.js").Group} Group */

/**
 * What a reader moves.
 * @typedef {object} Control
 * @property {HTMLInputElement | HTMLSelectElement} node
 * @property {() => string | number} read
 * @property {(value: any, text: string) => void} show
 */

/** @type {(options: Record<string, string>) => Control} */
const menu = (options) => {
  const node = document.createElement("select");
  for (const [key, name] of Object.entries(options)) node.append(new Option(name, key));
  return {
    node,
    read: () => node.value,
    show: (key) => {
      node.value = key;
    },
  };
};

/** @type {(values: number[], value: number) => number} The place of the value that is closest. */
const nearest = (values, value) => {
  let best = 0;
  values.forEach((other, place) => {
    if (Math.abs(other - value) < Math.abs(values[best] - value)) best = place;
  });
  return best;
};

/** @type {(values: number[]) => Control} */
const slider = (values) => {
  const node = document.createElement("input");
  node.type = "range";
  node.className = "lossviz-range";
  node.max = String(values.length - 1);
  return {
    node,
    read: () => values[Number(node.value)],
    show: (value, text) => {
      const place = nearest(values, value);
      node.value = String(place);
      node.style.setProperty("--filled", `${(100 * place) / (values.length - 1)}%`);
      node.setAttribute("aria-valuetext", text);
    },
  };
};

/** A field as it is drawn. */
class FieldView {
  #field;
  #control;
  #value = document.createElement("span");
  #help = document.createElement("span");
  #reason = document.createElement("span");

  /**
   * @param {Field} field
   * @param {Model} model
   */
  constructor(field, model) {
    const { id, label, options, values = [] } = field;
    this.#field = field;
    this.#control = options ? menu(options) : slider(values);
    const control = this.#control.node;
    control.id = `lossviz-${id}`;
    control.setAttribute("aria-describedby", `${control.id}-help ${control.id}-reason`);
    control.addEventListener("input", () =>
      model.set(field.change(this.#control.read(), model.state)),
    );
    this.node = document.createElement("div");
    this.node.className = "field";
    this.node.innerHTML = `<label for="${control.id}">${label}</label>`;
    this.#help.className = "help";
    this.#help.id = `${control.id}-help`;
    this.#value.className = "value";
    this.#value.ariaHidden = "true"; // the control says it
    this.#reason.className = "reason";
    this.#reason.id = `${control.id}-reason`;
    this.node.append(this.#value, control, this.#reason, this.#help);
  }

  /** @param {PlaygroundState} state */
  draw(state) {
    const { help, read, write, isShown, off } = this.#field;
    const value = read(state);
    const text = write?.(value, state) ?? "";
    const reason = off?.(state) ?? "";
    this.node.hidden = isShown?.(state) === false;
    this.#control.show(value, text);
    this.#control.node.disabled = reason !== "";
    setText(this.#value, text);
    setText(this.#reason, reason);
    setText(this.#help, typeof help === "function" ? help(state) : help);
  }
}

/** @type {(group: Group, fields: FieldView[]) => HTMLElement} */
const drawGroup = ({ title, note }, fields) => {
  const node = document.createElement("div");
  const id = `lossviz-settings-${title.toLowerCase()}`;
  node.className = "group";
  node.setAttribute("role", "group");
  node.setAttribute("aria-labelledby", id);
  node.innerHTML = `<h2 id="${id}">${title}</h2><p class="note">${note}</p>`;
  node.children[0].after(...fields.map((field) => field.node));
  return node;
};

const narrow = matchMedia("(max-width: 900px)"); // as in style.css: then the settings lie below

export class Settings {
  /** @type {FieldView[]} */
  #fields = [];
  /** @type {PlaygroundState | null} */
  #drawn = null;

  /**
   * @param {HTMLDetailsElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    const groups = GROUPS.map((group) => {
      const fields = group.fields.map((field) => new FieldView(field, model));
      this.#fields.push(...fields);
      return drawGroup(group, fields);
    });
    root.querySelector(".fields")?.replaceChildren(...groups);
    const fold = () => {
      root.open = !narrow.matches;
    };
    fold();
    narrow.addEventListener("change", fold);
  }

  /** @param {Model} model */
  draw({ state }) {
    if (state === this.#drawn) return;
    this.#drawn = state;
    for (const field of this.#fields) field.draw(state);
  }
}
