// What an opened row holds: a line for every seed of its loss.

import { linePath, svgElement } from "../shared/svg.js";
import { element, Slot } from "./elements.js";

/**
 * A trial.
 * @typedef {object} Seed
 * @property {string} id
 * @property {number} seed
 * @property {string} state The kind of state, which decides how it looks.
 * @property {string} status The state in words.
 * @property {string} error
 * @property {string} difference
 * @property {string} brier
 * @property {string} nll
 * @property {string} seconds
 * @property {string} conditions
 * @property {string} reason Why it ended as it did.
 * @property {boolean} stoppable
 * @property {[number, number][]} curve Share of the training done, and error rate of the scale.
 */

const CURVE_WIDTH = 72;
const CURVE_HEIGHT = 20;
/** @type {[keyof Seed, string][]} */
const COLUMNS = [
  ["seed", "Seed"],
  ["status", "State"],
  ["error", "Error rate"],
  ["difference", "Difference"],
  ["curve", "Course"],
  ["brier", "Brier"],
  ["nll", "NLL"],
  ["seconds", "Seconds"],
  ["conditions", "Conditions"],
];

/** @type {(curve: [number, number][], label: string) => Node} */
const sparkline = (curve, label) => {
  const svg = svgElement("svg", {
    class: "sparkline",
    width: CURVE_WIDTH,
    height: CURVE_HEIGHT,
    role: "img",
    "aria-label": label,
  });
  const points = curve.map(([share, rate]) => [
    1 + (CURVE_WIDTH - 2) * share,
    1 + (CURVE_HEIGHT - 2) * (1 - rate),
  ]);
  svg.append(svgElement("path", { d: linePath(points) }));
  return svg;
};

/** @type {(seed: Seed, name: keyof Seed, loss: string) => Node | string} */
const cellContent = (seed, name, loss) => {
  if (name !== "curve") return String(seed[name]);
  return seed.curve.length > 1
    ? sparkline(seed.curve, `error rate of ${loss}, seed ${seed.seed}, over its training`)
    : "";
};

/** The lines of one loss's seeds. */
export class SeedTable {
  /** @type {Map<string, { line: HTMLElement, cells: Slot[], actions: Slot }>} */
  #lines = new Map();
  #body;

  /**
   * @param {string} label The loss's.
   * @param {(what: "details" | "stop", trial: string) => void} request
   */
  constructor(label, request) {
    this.label = label;
    this.request = request;
    this.#body = element("tbody");
    this.waiting = element("p", { class: "waiting", role: "status" }, "Reading its seeds …");
    const heads = COLUMNS.map(([name, title]) =>
      element("th", { scope: "col", class: String(name) }, title),
    );
    const actions = element(
      "th",
      { scope: "col" },
      element("span", { class: "unseen" }, "Actions"),
    );
    this.table = element(
      "table",
      { class: "seeds" },
      element("caption", { class: "unseen" }, `The seeds of ${label}`),
      element("thead", {}, element("tr", {}, ...heads, actions)),
      this.#body,
    );
    this.node = element(
      "div",
      { class: "seeds-box", role: "group", "aria-label": `Seeds of ${label}`, tabindex: "0" },
      this.waiting,
      this.table,
    );
  }

  /** @param {Seed[] | undefined} seeds Undefined until Python has sent them. */
  show(seeds) {
    this.waiting.hidden = seeds !== undefined;
    this.table.hidden = seeds === undefined;
    for (const seed of seeds ?? []) this.#showSeed(seed);
    const ids = new Set((seeds ?? []).map(({ id }) => id));
    for (const [id, { line }] of this.#lines)
      if (!ids.has(id)) {
        line.remove();
        this.#lines.delete(id);
      }
  }

  /** @param {Seed} seed */
  #showSeed(seed) {
    const { line, cells, actions } = this.#lines.get(seed.id) ?? this.#addLine(seed);
    line.dataset.state = seed.state;
    COLUMNS.forEach(([name], i) => {
      cells[i].show([seed[name], name === "status" && seed.reason], () => {
        const content = cellContent(seed, name, this.label);
        const reason = name === "status" && seed.reason;
        return reason ? [content, element("span", { class: "reason" }, seed.reason)] : [content];
      });
    });
    actions.show(seed.stoppable, () => this.#buttons(seed));
  }

  /** @param {Seed} seed */
  #buttons(seed) {
    const of = `seed ${seed.seed} of ${this.label}`;
    const buttons = [this.#button("details", "Details", `Details: ${of}`, seed.id)];
    if (seed.stoppable) buttons.push(this.#button("stop", "Stop", `Stop ${of}`, seed.id));
    return buttons;
  }

  /** @type {(what: "details" | "stop", text: string, label: string, id: string) => Node} */
  #button(what, text, label, id) {
    const button = element("button", { type: "button", "aria-label": label }, text);
    button.addEventListener("click", () => this.request(what, id));
    return button;
  }

  /** @param {Seed} seed */
  #addLine(seed) {
    const cells = COLUMNS.map(([name], i) =>
      i === 0
        ? element("th", { scope: "row" })
        : element("td", { class: String(name), "data-name": COLUMNS[i][1] }),
    );
    const actions = element("td", { class: "actions" });
    const line = element("tr", {}, ...cells, actions);
    this.#body.append(line);
    const entry = {
      line,
      cells: cells.map((cell) => new Slot(cell)),
      actions: new Slot(actions),
    };
    this.#lines.set(seed.id, entry);
    return entry;
  }
}
