// Chips with which losses are chosen. A click is seen at once and reported to Python; the charts
// follow when it answers.

import { find, svgElement } from "../shared/svg.js";
import { Choice } from "./choice.js";

/** @typedef {import("./choice.js").Report} Report */
/** @typedef {import("./catalogue.js").Card} Card */

/**
 * @typedef {object} ChipData
 * @property {string} id
 * @property {string} name
 * @property {string} color Of its curve.
 * @property {string} dash Of its curve, as SVG's `stroke-dasharray`.
 * @property {boolean} chosen
 * @property {boolean} removable Whether it can be taken off the row.
 * @property {Card | null} card Of a visitor's own loss.
 */

/**
 * What component.py sends.
 * @typedef {object} PickerData
 * @property {ChipData[]} chips
 * @property {string[]} start The ids that "Reset" chooses.
 * @property {number} most How many losses can be chosen.
 * @property {string} full What to say where they are as many already.
 * @property {number} applied Number of the last report that Python has read.
 * @property {boolean} folded Whether it is behind a button, where it has room.
 * @property {string} catalogue Address of the catalogue.
 * @property {number} width Of a card's curve, in its own units.
 * @property {number} height
 */

const KEY_WIDTH = 26;
const UNREACHABLE = "The catalogue cannot be reached. Try again, or reload the page.";
const EDGE_PX = 8;
const MOVES = ["ArrowLeft", "ArrowRight", "Home", "End"];

/** @type {WeakMap<Element, LossPicker>} */
const instances = new WeakMap();

/** @param {string} color @param {string} dash A short line as the charts draw it. */
const lineOf = (color, dash) => {
  const looks = { class: "key", width: KEY_WIDTH, height: 4, "aria-hidden": "true" };
  const svg = svgElement("svg", looks);
  const line = svgElement("line", { x1: 0, x2: KEY_WIDTH, y1: 2, y2: 2, stroke: color });
  if (dash) line.setAttribute("stroke-dasharray", dash);
  svg.append(line);
  return svg;
};

/** @param {string} className @param {string} [text] */
const button = (className, text = "") => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
};

export class LossPicker {
  /** @type {PickerData} Set before anything is drawn. */
  data = /** @type {any} */ (null);
  choice = new Choice();
  /** @type {(report: Report) => void} */
  #report = () => {};
  /** @type {Map<string, HTMLElement>} */
  #chips = new Map();
  #drawn = false;
  /** @type {Promise<import("./catalogue.js").Catalogue | null> | null} */
  #catalogue = null;
  /** @type {(() => void) | null} Draws the catalogue's marks anew, once it is there. */
  onChange = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".loss-picker");
    this.row = /** @type {HTMLElement} */ (find(root, ".chips"));
    this.note = find(root, ".note");
    this.reset = find(root, ".reset");
    this.browse = find(root, ".browse");
    this.dialog = /** @type {HTMLDialogElement} */ (find(root, "dialog"));
    this.row.addEventListener("keydown", (event) => this.press(event));
    this.row.addEventListener("focusin", (event) => this.keepTabStop(event.target));
    this.reset.addEventListener("click", () => this.chooseStart());
    this.browse.addEventListener("click", () => this.openCatalogue());
    // the catalogue is under way before the click
    for (const name of ["pointerenter", "focus"])
      this.browse.addEventListener(name, () => this.loadCatalogue());
  }

  /**
   * @param {PickerData} data
   * @param {(report: Report) => void} report
   */
  receive(data, report) {
    this.data = data;
    this.#report = report;
    const chosen = data.chips.filter((chip) => chip.chosen);
    this.choice.receive(
      chosen.map((chip) => chip.id),
      data.applied,
    );
    this.box.classList.add("ready");
    this.box.classList.toggle("folded", data.folded);
    this.drawChips();
    this.show();
    if (!this.#drawn) this.scrollToChosen();
    this.#drawn = true;
  }

  /** On a phone the row may be longer than the screen. */
  scrollToChosen() {
    const first = this.data.chips.find(({ chosen }) => chosen);
    const chip = first && this.#chips.get(first.id);
    if (chip) this.row.scrollLeft = chip.offsetLeft - this.row.offsetLeft - EDGE_PX;
  }

  drawChips() {
    const wanted = this.data.chips.map((chip) => this.chipOf(chip));
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    for (const [id, chip] of this.#chips)
      if (!wanted.includes(chip)) {
        this.#chips.delete(id);
        chip.remove();
      }
    wanted.forEach((chip, place) => {
      if (this.row.children[place] !== chip) this.row.insertBefore(chip, this.row.children[place]);
    });
    if (this.row.contains(focused)) focused.focus(); // which moving it has taken
  }

  /** @param {ChipData} data @returns {HTMLElement} */
  chipOf(data) {
    const { id, name, color, dash, removable } = data;
    const looks = JSON.stringify([name, color, dash, removable]);
    let chip = this.#chips.get(id);
    if (!chip) {
      chip = document.createElement("span");
      chip.className = "chip";
      const toggle = button("toggle");
      toggle.addEventListener("click", () => this.toggle(id));
      chip.append(toggle);
      this.#chips.set(id, chip);
    }
    if (chip.dataset.looks === looks) return chip;
    chip.dataset.looks = looks;
    chip.style.setProperty("--color", color);
    const label = document.createElement("span");
    label.className = "name";
    label.textContent = label.title = name;
    find(chip, ".toggle").replaceChildren(lineOf(color, dash), label);
    chip.querySelector(".remove")?.remove();
    if (removable) {
      const remove = button("remove", "×");
      remove.setAttribute("aria-label", `Remove ${name}`);
      remove.title = "Remove it from this row";
      remove.addEventListener("click", () => this.remove(id));
      chip.append(remove);
    }
    return chip;
  }

  /** The state of every chip, and of the catalogue's cards. */
  show() {
    for (const [id, chip] of this.#chips) {
      find(chip, ".toggle").setAttribute("aria-pressed", String(this.choice.has(id)));
      chip.hidden = this.choice.isRemoved(id);
    }
    const { start } = this.data;
    this.reset.hidden =
      this.choice.size === start.length && start.every((id) => this.choice.has(id));
    this.keepTabStop(this.stops().find((stop) => stop.tabIndex === 0) ?? this.stops()[0]);
    this.onChange?.();
  }

  /**
   * Chooses losses or leaves them; refused where they would be too many.
   * @param {[string, boolean][]} changes
   * @returns {string} Why not; empty where it is done.
   */
  change(changes, options = {}) {
    const more = changes.filter(([id, chosen]) => chosen && !this.choice.has(id)).length;
    const fewer = changes.filter(([id, chosen]) => !chosen && this.choice.has(id)).length;
    const refused = more > fewer && this.choice.size + more - fewer > this.data.most;
    this.note.textContent = refused ? this.data.full : "";
    if (!refused) {
      this.#report(this.choice.change(changes, options));
      this.show();
    }
    return this.note.textContent;
  }

  /** @param {string} id */
  toggle(id) {
    return this.change([[id, !this.choice.has(id)]]);
  }

  /** @param {string} id */
  remove(id) {
    const stops = this.stops();
    const place = stops.findIndex((stop) => this.#chips.get(id)?.contains(stop));
    this.change([[id, false]], { removed: true });
    const left = this.stops();
    left[Math.min(place, left.length - 1)]?.focus();
  }

  /** @param {string[]} ids Choose these and no others. */
  chooseOnly(ids) {
    const others = this.choice.ids.filter((id) => !ids.includes(id));
    return this.change([
      ...others.map((id) => /** @type {[string, boolean]} */ ([id, false])),
      ...ids.map((id) => /** @type {[string, boolean]} */ ([id, true])),
    ]);
  }

  chooseStart() {
    this.chooseOnly(this.data.start);
    this.stops()[0]?.focus();
  }

  /** @type {() => HTMLElement[]} What arrow keys lead to. */
  stops() {
    const shown = ".chip:not([hidden]) button, .reset:not([hidden])";
    return /** @type {HTMLElement[]} */ ([...this.row.querySelectorAll(shown)]);
  }

  /** One button of the row is reached by Tab: the one that had the focus last. @param {any} kept */
  keepTabStop(kept) {
    for (const stop of this.row.querySelectorAll("button")) stop.tabIndex = stop === kept ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const stops = this.stops();
    const place = stops.indexOf(/** @type {HTMLElement} */ (event.target));
    if (event.key === "Delete") {
      const chip = stops[place]?.closest(".chip");
      /** @type {HTMLElement | null | undefined} */ (chip?.querySelector(".remove"))?.click();
    }
    if (!MOVES.includes(event.key)) return;
    event.preventDefault();
    const last = stops.length - 1;
    const next = [Math.max(place - 1, 0), Math.min(place + 1, last), 0, last];
    stops[next[MOVES.indexOf(event.key)]]?.focus();
  }

  loadCatalogue() {
    this.#catalogue ??= import("./catalogue.js")
      .then(({ Catalogue }) => Catalogue.load(this))
      .catch(() => {
        this.#catalogue = null; // the next click tries again
        return null;
      });
    return this.#catalogue;
  }

  async openCatalogue() {
    const catalogue = await this.loadCatalogue();
    this.note.textContent = catalogue ? "" : UNREACHABLE;
    catalogue?.open();
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const picker = instances.get(root) ?? new LossPicker(root);
  instances.set(root, picker);
  picker.receive(data, (report) => setTriggerValue("change", report));
}
