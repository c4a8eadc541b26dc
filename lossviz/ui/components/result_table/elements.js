// Elements in few words; whatever stands in a text appears as text.

/**
 * @param {string} name
 * @param {{ [attribute: string]: string }} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElement}
 */
export const element = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  node.append(...children);
  return node;
};

/**
 * Draws a part of the table anew where what it shows has changed, and leaves it alone where not: a
 * focus in it stays, and nothing flickers.
 */
export class Slot {
  #drawn = "";

  /** @param {HTMLElement} node */
  constructor(node) {
    this.node = node;
  }

  /**
   * @param {unknown} shown Plain data that decides what is drawn.
   * @param {() => (Node | string)[]} draw
   */
  show(shown, draw) {
    const text = JSON.stringify(shown);
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.node.replaceChildren(...draw());
  }
}
