// Who gets the gradient: for each loss four columns, one an example, with each one's share of all
// that pushes the true class's logit. A share below the line pushes it down.

import { curveLabel, sharesOf } from "../shared/curves.js";
import { PREVIEW } from "../shared/preview.js";
import { find, setText } from "../shared/svg.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */

/**
 * @typedef {object} Picture
 * @property {HTMLElement} item
 * @property {HTMLElement} label
 * @property {HTMLElement} swatch
 * @property {HTMLElement} columns
 * @property {HTMLElement[]} bars
 * @property {HTMLElement[]} shares
 * @property {number} down The greatest share below the line.
 */

/** @type {(share: number) => string} In words, without its sign. */
const percent = (share) => {
  if (share > 0 && share < 0.005) return "under 1%";
  if (share < 1 && share > 0.995) return "over 99%";
  return `${Math.round(100 * share)}%`;
};

/** @type {(share: number) => string} The same where there is little room. */
const shortPercent = (share) =>
  (share < 0 ? "−" : "") + percent(Math.abs(share)).replace("under ", "<").replace("over ", ">");

export class Shares {
  /** @type {Map<string, Picture>} */
  #pictures = new Map();
  /** @type {number[]} */
  #examples = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.section = find(root, ".shares");
    this.list = find(this.section, "ul");
  }

  /**
   * @param {object} data
   * @param {boolean} data.shares
   * @param {number[]} data.examples
   * @param {Curve[]} curves
   */
  receive({ shares, examples }, curves) {
    this.section.hidden = !shares;
    this.#examples = examples;
    setText(
      find(this.section, ".about"),
      `Four examples, from badly wrong (p = ${examples[0]}) to nearly right (p = ${examples.at(-1)}),` +
        " and each one’s share of all their pull.",
    );
    for (const id of this.#pictures.keys())
      if (id !== PREVIEW && !curves.some((curve) => curve.id === id)) this.#drop(id);
    for (const curve of curves) {
      const picture = this.#pictures.get(curve.id) ?? this.#add(curve.id);
      picture.swatch.innerHTML = curve.swatch;
      picture.item.style.setProperty("--color", curve.color);
      this.list.append(picture.item);
    }
  }

  /** @param {string} id @returns {Picture} */
  #add(id) {
    const item = document.createElement("li");
    const columns = this.#examples.map(
      (p) => `<span class="column"><i><b></b></i><span class="example">${p}</span></span>`,
    );
    item.innerHTML =
      '<span class="name"><span class="swatch"></span><span class="label"></span></span>' +
      `<span class="columns" role="img">${columns.join("")}</span>`;
    const picture = {
      item,
      label: find(item, ".label"),
      swatch: find(item, ".swatch"),
      columns: find(item, ".columns"),
      bars: /** @type {HTMLElement[]} */ ([...item.querySelectorAll("i")]),
      shares: /** @type {HTMLElement[]} */ ([...item.querySelectorAll("b")]),
      down: 0,
    };
    this.#pictures.set(id, picture);
    return picture;
  }

  /** @param {string} id */
  #drop(id) {
    this.#pictures.get(id)?.item.remove();
    this.#pictures.delete(id);
  }

  /**
   * Draws the curves that have moved.
   * @param {object} content
   * @param {Curve[]} content.curves
   * @param {Curve | null} content.preview
   */
  show({ curves, preview }) {
    if (this.section.hidden) return;
    for (const curve of curves) {
      const picture = this.#pictures.get(curve.id);
      if (picture) this.#draw(picture, curve);
    }
    if (preview) this.#draw(this.#pictures.get(PREVIEW) ?? this.#addPreview(), preview);
    else this.#drop(PREVIEW);
    const down = Math.max(0, ...[...this.#pictures.values()].map((picture) => picture.down));
    this.section.classList.toggle("has-down", down > 0); // all lines at one height
    this.list.style.setProperty("--down", String(down));
  }

  #addPreview() {
    const picture = this.#add(PREVIEW);
    picture.swatch.innerHTML = '<span class="typed"></span>';
    this.list.prepend(picture.item);
    return picture;
  }

  /** @type {(picture: Picture, curve: Curve) => void} */
  #draw(picture, curve) {
    const { label, columns, bars, shares } = picture;
    setText(label, curveLabel(curve));
    const found = sharesOf(curve, this.#examples);
    bars.forEach((bar, i) => {
      const share = found?.[i] ?? 0;
      bar.style.setProperty("--share", String(Math.abs(share)));
      bar.classList.toggle("down", share < 0);
      setText(shares[i], found ? shortPercent(share) : "none");
    });
    picture.down = -Math.min(0, ...(found ?? []));
    columns.setAttribute("aria-label", this.#sentenceOf(found));
  }

  /** @param {number[] | null} shares */
  #sentenceOf(shares) {
    if (!shares) return "pulls on none of them";
    return this.#examples
      .map((p, i) => {
        const down = shares[i] < 0 ? ", downwards" : "";
        return `p = ${p}: ${percent(Math.abs(shares[i]))}${down}`;
      })
      .join("; ");
  }
}
