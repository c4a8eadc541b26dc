// The numbers beside the arrows: each measure with the sum that makes it, and what each chosen loss costs.

import { Parts } from "./drag_handle.js";
import { LONG, MEASURES, short, three, vectorText } from "./vectors.js";

export class MeasureTable {
  constructor(node, zero, title = "What each loss charges") {
    const rows = MEASURES.map(
      ({ key, name, symbol }) =>
        `<div class="row" data-measure="${key}"><dt><i class="mark ${key}"></i>${name} <span>${symbol}</span></dt><dd><span class="sum"></span> <b></b></dd></div>`,
    );
    node.innerHTML = `
      <p class="vectors"><span>prediction <b>p</b> = <output class="p"></output></span><span>target <b>t</b> = <output class="t"></output></span></p>
      <dl>${rows.join("")}</dl>
      <p class="zero" role="status" hidden>${zero}</p>
      <h2>${title} <span class="of"></span></h2>
      <dl class="charges"></dl>
      <p class="off"></p>`;
    Object.assign(this, { node, parts: new Parts(node), charges: node.querySelector(".charges") });
  }

  // The losses, whenever Python sends them.
  take(fields) {
    this.charges.replaceChildren(
      ...fields.map(({ id, name, swatch }) => {
        const row = document.createElement("div");
        row.className = "row";
        row.dataset.loss = id;
        row.innerHTML = `<dt>${swatch}<span class="label"></span></dt><dd><span class="sum"></span> <b></b></dd>`;
        row.querySelector(".label").textContent = name;
        return row;
      }),
    );
  }

  // A measurement; write: how its numbers are written; charged: per loss [more, value]; of: what it is charged for; off: why there is none.
  tell(m, write, { charged = [], of = "", off = "" }) {
    this.parts.write(".p", shortened(m.p, write));
    this.parts.write(".t", shortened(m.t, short));
    for (const { key, directed, sum, value } of MEASURES) {
      const known = m.directed || !directed;
      this.parts.write(
        `[data-measure=${key}] .sum`,
        known && sum(m, write) ? `${sum(m, write)} =` : "",
      );
      this.parts.write(`[data-measure=${key}] b`, known ? value(m, write) : "none");
    }
    this.parts.get(".zero").hidden = m.directed;
    this.charges.hidden = Boolean(off);
    this.parts.write(".of", of);
    this.parts.write(".off", off);
    [...this.charges.children].forEach((row, i) => {
      const [more, value] = charged[i] ?? ["", NaN];
      row.querySelector(".sum").textContent = more;
      row.querySelector("b").textContent = costText(value);
    });
  }
}

export const costText = (value) => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "none" : value > 0 ? "∞" : "−∞";
  return Math.abs(value) >= 1000
    ? value.toExponential(1).replace("e+", "e").replace("-", "−")
    : three(value);
};

const shortened = (values, write) =>
  values.length > LONG
    ? `[${values.slice(0, 3).map(write).join(", ")}, …]`
    : vectorText(values, write);
