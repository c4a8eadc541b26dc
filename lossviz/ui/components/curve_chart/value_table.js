// The numbers beside the curves, as a real table: each loss's values where the cursor stands, and who gets its gradient. The table's row heads are
// the legend: pressed, they hide a curve.

import { numberText } from "../shared/format.js";
import { SCALES, sharesOf, VIEWS } from "./views.js";

export const LEAST_P = 1e-4; // of the cursor
const READER_STEPS = 1000;
const COLUMNS = ["penalty", "slope", "weight", "pull"];
const EXAMPLES = [0.01, 0.1, 0.5, 0.9];
const PREVIEW = "preview"; // the id of the row of a formula that is being typed

const percent = (share) =>
  share > 0 && share < 0.005
    ? "under 1 %"
    : share < 1 && share > 0.995
      ? "over 99 %"
      : `${Math.round(100 * share)} %`;
const labelOf = (curve) =>
  [curve.name, ...curve.names.map((name) => `${name} = ${numberText(curve.values[name])}`)].join(
    ", ",
  );
const placeText = (p) => (p > 0.99995 ? "1" : p > 0.99 ? p.toFixed(4) : numberText(p));
const sentenceOf = (shares) =>
  shares
    ? `gives ${EXAMPLES.map((p, i) => `${percent(shares[i])} to ${p}`).join(", ")}`
    : "gives nothing to any of them";

export class Readout {
  constructor(root, { toggle, read }) {
    Object.assign(this, { root, rows: new Map(), toggle });
    this.reader = root.querySelector(".reader input");
    this.reader.max = READER_STEPS;
    // evenly over the logit margin: both ends matter, and p would crowd them
    const reach = Math.log((1 - LEAST_P) / LEAST_P);
    this.toLog = (step) => SCALES.margin.toLog(((2 * step) / READER_STEPS - 1) * reach);
    this.toStep = (l) =>
      Math.round(((Math.max(-1, Math.min(1, SCALES.margin.of(l) / reach)) + 1) / 2) * READER_STEPS);
    this.reader.addEventListener("input", () => read(this.toLog(Number(this.reader.value))));
  }

  take(data, curves, hidden) {
    this.root.querySelector(".shares").hidden = !data.shares;
    for (const row of this.rows.values())
      if (row.id !== PREVIEW && !curves.some((curve) => curve.id === row.id)) this.drop(row);
    for (const curve of curves) {
      const row = this.rows.get(curve.id) ?? this.add(curve.id);
      row.swatch.innerHTML = curve.swatch;
      row.button.setAttribute("aria-pressed", String(!hidden.has(curve.id)));
      for (const bar of row.bars) bar.style.background = curve.color;
      this.body.append(row.values);
      this.list.append(row.share);
    }
  }

  get body() {
    return this.root.querySelector(".values tbody");
  }

  get list() {
    return this.root.querySelector(".shares ul");
  }

  add(id) {
    const values = document.createElement("tr");
    values.innerHTML = `<th scope="row"><button type="button" aria-pressed="true"><span class="swatch"></span><span class="label"></span></button></th>${COLUMNS.map(() => "<td></td>").join("")}`;
    const share = document.createElement("li");
    share.innerHTML = `<span class="label"></span> <span class="sentence"></span><span class="bar" aria-hidden="true">${EXAMPLES.map(() => "<i></i>").join("")}</span>`;
    const button = values.querySelector("button");
    const row = {
      id,
      values,
      share,
      button,
      swatch: values.querySelector(".swatch"),
      labels: [values.querySelector(".label"), share.querySelector(".label")],
      cells: [...values.querySelectorAll("td")],
      bars: [...share.querySelectorAll("i")],
      sentence: share.querySelector(".sentence"),
    };
    if (id === PREVIEW) button.disabled = true;
    else
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
        this.toggle(id);
      });
    this.rows.set(id, row);
    return row;
  }

  drop(row) {
    row.values.remove();
    row.share.remove();
    this.rows.delete(row.id);
  }

  // Writes the numbers: of the curves that have moved, or of all where the cursor has.
  show({ l, classes, curves, preview }) {
    const p = Math.exp(l);
    const place = `p = ${placeText(p)}`;
    this.root.querySelector(".place").textContent = place;
    this.root.querySelector(".reader .start").textContent =
      Math.abs(p * classes - 1) < 1e-6 ? `= 1/${classes}, where training starts` : "";
    if (document.activeElement !== this.reader) this.reader.value = this.toStep(l);
    this.reader.style.setProperty("--filled", `${(100 * this.toStep(l)) / READER_STEPS}%`);
    this.reader.setAttribute("aria-valuetext", place);
    for (const curve of curves) this.write(this.rows.get(curve.id), curve, l);
    const row = this.rows.get(PREVIEW);
    if (preview) this.write(row ?? this.addPreview(), preview, l);
    else if (row) this.drop(row);
  }

  addPreview() {
    const row = this.add(PREVIEW);
    row.swatch.innerHTML = '<span class="typed"></span>';
    this.body.prepend(row.values);
    this.list.prepend(row.share);
    return row;
  }

  write(row, curve, l) {
    const label = labelOf(curve);
    for (const node of row.labels) if (node.textContent !== label) node.textContent = label;
    COLUMNS.forEach((view, i) => (row.cells[i].textContent = numberText(VIEWS[view](curve, l))));
    const shares = sharesOf(curve, EXAMPLES);
    row.bars.forEach((bar, i) => (bar.style.width = `${100 * (shares?.[i] ?? 0)}%`));
    row.sentence.textContent = sentenceOf(shares);
  }
}
