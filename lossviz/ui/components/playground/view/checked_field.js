// A number that is typed: checked as a link's would be, with the reason beside it where it is wrong.

/** @typedef {import("../state/properties.js").Property<number>} NumberProperty */

/**
 * @typedef {object} CheckedField
 * @property {HTMLElement} node
 * @property {(value: number) => void} show What it is now, unless the reader is typing.
 */

let fields = 0;

/**
 * @param {string} label
 * @param {NumberProperty} property
 * @param {(value: number) => void} changed Called with a new value that is allowed.
 * @returns {CheckedField}
 */
export const checkedField = (label, property, changed) => {
  const node = document.createElement("span");
  node.className = "checked-field";
  const id = `lossviz-checked-field-${fields++}`;
  node.innerHTML = `<label>${label} <input inputmode="numeric" autocomplete="off"
    aria-describedby="${id}"></label><span class="wrong" id="${id}" role="alert"></span>`;
  const input = /** @type {HTMLInputElement} */ (node.querySelector("input"));
  const wrong = /** @type {HTMLElement} */ (node.querySelector(".wrong"));
  let shown = Number.NaN;
  const take = () => {
    const value = property.parse(input.value.trim());
    input.setAttribute("aria-invalid", String(value === undefined));
    wrong.textContent = value === undefined ? `${label} should be ${property.limits}.` : "";
    if (value !== undefined && value !== shown) changed(value);
  };
  input.addEventListener("change", take);
  return {
    node,
    show: (value) => {
      if (value === shown) return;
      shown = value;
      input.value = String(value);
      take();
    },
  };
};
