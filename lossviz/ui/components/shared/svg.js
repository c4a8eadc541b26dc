// What the drawings do to their SVG again and again.

/**
 * The `d` of a line through points; a point that is not finite interrupts it.
 * @param {Iterable<number[]>} points
 */
export const linePath = (points) => {
  let command = "M";
  let path = "";
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) command = "M";
    else {
      path += `${command}${x.toFixed(1)},${y.toFixed(1)}`;
      command = "L";
    }
  }
  return path || "M0,0";
};

/**
 * @param {Element} node
 * @param {Record<string, string | number>} attributes
 */
export const setAttributes = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
};

/** @type {(name: string, attributes?: Record<string, string | number>) => SVGElement} */
export const svgElement = (name, attributes = {}) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(node, attributes);
  return node;
};

/** @type {(node: Node, text: string) => void} Leaves a text alone that is there already. */
export const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

/**
 * The one element that a selector finds.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {any} HTMLElement or SVGElement, of the kind that the markup has there.
 */
export const find = (root, selector) => {
  const node = root.querySelector(selector);
  if (!node) throw new Error(`there is no ${selector}`);
  return node;
};

/** The parts of a drawing, each searched once. */
export class Parts {
  /** @type {Map<string, any>} */
  #found = new Map();
  #root;

  /** @param {ParentNode} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {string} selector @returns {any} */
  get(selector) {
    if (!this.#found.has(selector)) this.#found.set(selector, find(this.#root, selector));
    return this.#found.get(selector);
  }

  /** @type {(selector: string, attributes: Record<string, string | number>) => void} */
  set(selector, attributes) {
    setAttributes(this.get(selector), attributes);
  }

  /** @type {(selector: string, text: string) => void} */
  write(selector, text) {
    setText(this.get(selector), text);
  }
}

/**
 * A function that calls `draw` at the next frame, once however often it is called before.
 * @param {() => void} draw
 */
export const oncePerFrame = (draw) => {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
};
