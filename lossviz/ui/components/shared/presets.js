// Buttons that put something at a place; one is lit as long as it stands there, under the hand too.

/**
 * @typedef {object} Preset
 * @property {string} label
 * @property {() => boolean} holds Whether what it sets stands there now.
 * @property {() => void} choose
 */

/** @typedef {{ title: string, presets: Preset[] }} PresetGroup */

export class Presets {
  /** @type {{ preset: Preset, button: HTMLButtonElement }[]} */
  #shown = [];
  #node;
  #key = "";

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
    node.classList.add("presets");
  }

  /** @param {PresetGroup[]} given Those without a button are left out. */
  set(given) {
    const groups = given.filter(({ presets }) => presets.length);
    this.#node.hidden = !groups.length;
    const key = JSON.stringify(groups);
    const presets = groups.flatMap((group) => group.presets);
    if (key !== this.#key) {
      this.#key = key;
      this.#node.replaceChildren(...groups.map((group) => this.#markup(group)));
    }
    const buttons = [...this.#node.querySelectorAll("button")];
    this.#shown = presets.map((preset, i) => ({ preset, button: buttons[i] }));
    this.#shown.forEach(({ preset, button }) => {
      button.onclick = () => {
        if (!preset.holds()) preset.choose();
      };
    });
  }

  /** @param {PresetGroup} group */
  #markup({ title, presets }) {
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", title);
    const name = document.createElement("span");
    name.textContent = title;
    const buttons = presets.map(({ label }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      return button;
    });
    group.append(name, ...buttons);
    return group;
  }

  /** Lights those that hold; called at each drawing. */
  light() {
    for (const { preset, button } of this.#shown) {
      const pressed = String(preset.holds());
      if (button.getAttribute("aria-pressed") !== pressed)
        button.setAttribute("aria-pressed", pressed);
    }
  }
}

/** @type {(a: number[], b: number[]) => boolean} */
export const samePlace = (a, b) =>
  a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) < 1e-9);
