// Many classes: the prediction as bars, of which the true class's is dragged while the others share
// the rest; the start is p = 1/K.

import { DragHandle, handleMarkup } from "../shared/drag_handle.js";
import { descentByLogits, logsOf, lossAt } from "../shared/loss_evaluation.js";
import { MeasureCharts } from "../shared/measure_charts.js";
import { MeasureTable } from "../shared/measure_table.js";
import { MovingLosses } from "../shared/moving_losses.js";
import { cosineText, fixed, numberText, trimmed } from "../shared/number_text.js";
import { PendingValue } from "../shared/pending_value.js";
import { find, oncePerFrame, Parts } from "../shared/svg.js";
import { measure } from "../shared/vectors.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {import("../shared/vectors.js").Measures} Measures */
/** @typedef {import("../shared/moving_losses.js").ReportMove} ReportMove */

/**
 * What component.py sends.
 * @typedef {object} OwnData
 * @property {number | null} p_true Of the true class; null: at the start.
 * @property {number} least_p
 * @property {number} classes
 * @property {number} true_class
 * @property {"even" | "article"} others How the other classes share the rest.
 * @property {number[]} article_shares Of the other classes, as in the article.
 * @property {[string, string][]} colors Of the measures that are losses too.
 *
 * @typedef {import("../shared/moving_losses.js").GeometryData & OwnData} BarsData
 */

const INSET = { left: 46, right: 10, top: 24, bottom: 44 }; // pixels
const HEIGHT = 330;
const FEW = 12; // so many bars are still numbered
const VERY_FEW = 6; // and so many have their value above them
const MANY = 40; // from here on the gaps are narrow

/** @type {WeakMap<Element, ClassBars>} */
const instances = new WeakMap();

const DRAWING = `
  <path class="axis"/><g class="numbers"></g><g class="bars"></g>
  <path class="even"/><text class="even-name"></text>
  <text class="title x-title"></text>
  <text class="title y-title">predicted probability</text>
  <rect class="ground" fill="transparent"/>
  ${handleMarkup("p", "Probability of the true class", `aria-orientation="vertical"`)}`;

class ClassBars {
  /** @type {BarsData | null} */
  #data = null;
  /** @type {ReportMove} */
  #report = () => {};
  #classes = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lossviz-classes");
    this.svg = find(root, ".bars-drawing");
    this.svg.innerHTML = DRAWING;
    this.parts = new Parts(this.svg);
    this.table = new MeasureTable(find(root, ".readouts"), {
      title: "What each loss charges, and how it pulls",
    });
    this.charts = new MeasureCharts(find(root, ".charts"));
    this.redraw = oncePerFrame(() => this.draw());
    /** @type {PendingValue<number | null>} */
    this.chosen = new PendingValue(null);
    const handle = new DragHandle(this.parts.get(".handle"), {
      position: this.chosen,
      read: () => [this.p],
      locate: (event) => {
        const y = event.clientY - this.svg.getBoundingClientRect().top;
        return [(this.bottom - y) / this.tall];
      },
      move: ([p]) => {
        this.chosen.set(Math.round(Math.max(this.leastP, Math.min(1, p)) * 1000) / 1000);
        this.redraw();
      },
      placeOfKey: (event) => this.placeOfKey(event),
      released: (moved) => {
        if (moved) this.#report("p_true", [this.p]);
        this.redraw();
      },
    });
    this.parts
      .get(".ground")
      .addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
        if (event.pointerType === "mouse") handle.start(event, { jumps: true });
      });
    new ResizeObserver(() => this.redraw()).observe(this.svg);
    this.losses = new MovingLosses(
      () => this.redraw(),
      (classes) => {
        this.#classes = classes;
      },
    );
  }

  get leastP() {
    return this.#data?.least_p ?? 0;
  }

  /** Until it is moved, the bar stands at the start. */
  get p() {
    return this.chosen.value ?? 1 / this.#classes;
  }

  get bottom() {
    return HEIGHT - INSET.bottom;
  }

  get tall() {
    return this.bottom - INSET.top;
  }

  /** The others' shares of what the true class leaves; evenly for any K but the one Python has. */
  get shares() {
    const count = this.#classes;
    if (this.#data?.others === "article" && count === this.#data.classes)
      return this.#data.article_shares;
    return /** @type {number[]} */ (Array(count - 1).fill(1 / (count - 1)));
  }

  /** @param {KeyboardEvent} event @returns {number[] | null} */
  placeOfKey({ key, shiftKey }) {
    const step = shiftKey ? 0.1 : 0.01;
    /** @type {Record<string, number>} */
    const places = {
      ArrowUp: this.p + step,
      ArrowRight: this.p + step,
      ArrowDown: this.p - step,
      ArrowLeft: this.p - step,
      Home: this.leastP,
      End: 1,
    };
    return key in places ? [places[key]] : null;
  }

  /**
   * @param {BarsData} data
   * @param {ReportMove} report
   */
  receive(data, report) {
    this.#data = data;
    this.#report = report;
    this.chosen.receive(data.p_true, data.moves);
    this.losses.receive(data);
    this.#classes = this.losses.receiveClasses(data.classes, data.refusals);
    for (const [name, color] of data.colors) this.box.style.setProperty(`--${name}`, color);
    this.table.setLosses(this.losses.all);
    this.redraw();
  }

  draw() {
    const width = this.svg.clientWidth;
    if (!width || !this.#data) return;
    const { shares, p } = this;
    const { true_class: trueClass } = this.#data;
    /** @type {(own: number) => number[]} */
    const vectorWith = (own) =>
      shares.map((share) => (1 - own) * share).toSpliced(trueClass, 0, own);
    const target = vectorWith(1);
    const prediction = vectorWith(p);
    const measures = measure(prediction, target);
    this.drawBars(width, prediction, trueClass, measures);

    const spread = Math.hypot(...shares);
    /** @type {(loss: Loss, q: number[]) => number} */
    const charge = (loss, q) => lossAt(loss, logsOf(q), trueClass);
    this.charts.draw({
      along: (angle) => vectorWith(spread / (spread + Math.tan((angle * Math.PI) / 180))),
      target,
      greatestAngle: 90,
      key: `${this.#classes} ${shares.length && shares[0]}`,
      measures,
      losses: this.losses.all,
      charge,
    });
    this.table.show(measures, trimmed, {
      rows: this.losses.all.map((loss) => {
        const pull = descentByLogits(loss, logsOf(prediction), target)[trueClass];
        return {
          note: `pull ${numberText(pull)}, charges`,
          penalty: charge(loss, prediction),
        };
      }),
    });
    this.svg.dataset.drawn = `${this.#classes} ${trimmed(p)}`;
  }

  /** @type {(width: number, prediction: number[], trueClass: number, m: Measures) => void} */
  drawBars(width, prediction, trueClass, m) {
    const { parts, bottom, tall, p } = this;
    const classes = this.#classes;
    const left = INSET.left;
    const right = width - INSET.right;
    const slot = (right - left) / classes;
    const bar = slot * (classes > MANY ? 0.8 : 0.62);
    /** @type {(value: number) => number} */
    const y = (value) => bottom - value * tall;
    parts.set(".axis", { d: `M${left} ${INSET.top}V${bottom}H${right}` });
    parts.get(".numbers").innerHTML = [0, 0.5, 1]
      .map((value) => `<text x="${left - 8}" y="${y(value) + 5}" text-anchor="end">${value}</text>`)
      .join("");
    parts.get(".bars").innerHTML = prediction
      .map((value, i) => {
        const x = left + (i + 0.5) * slot;
        const isTrue = i === trueClass;
        /** @type {(at: number, text: string) => string} */
        const label = (at, text) => `<text x="${x}" y="${at}" text-anchor="middle">${text}</text>`;
        const name = classes <= FEW ? label(bottom + 18, String(i + 1)) : "";
        const number = classes <= VERY_FEW && !isTrue ? label(y(value) - 6, trimmed(value)) : "";
        return `<rect class="${isTrue ? "true" : "other"}" x="${(x - bar / 2).toFixed(2)}"
          width="${bar.toFixed(2)}" y="${y(value).toFixed(2)}"
          height="${(value * tall).toFixed(2)}"/>${name}${number}`;
      })
      .join("");
    parts.set(".even", { d: `M${left} ${y(1 / classes)}H${right}` });
    parts.set(".even-name", { x: right, y: INSET.top + 4, "text-anchor": "end" });
    parts.write(".even-name", `dotted: the start, 1/K = ${trimmed(1 / classes)}`);
    parts.set(".x-title", { x: (left + right) / 2, y: HEIGHT - 6 });
    parts.write(".x-title", `${classes} classes, of which class ${trueClass + 1} is right`);
    parts.set(".y-title", {
      transform: `translate(12 ${(INSET.top + bottom) / 2}) rotate(-90)`,
    });
    parts.set(".ground", {
      x: left,
      y: INSET.top - 20,
      width: right - left,
      height: tall + 20,
    });
    const numbers = [
      `dot product ${trimmed(m.dot)}`,
      `cosine ${cosineText(m.cosine)}`,
      `angle ${fixed(m.angle, 1)} degrees`,
    ];
    parts.set(".handle", {
      transform: `translate(${left + (trueClass + 0.5) * slot} ${y(p)})`,
      "aria-valuenow": trimmed(p),
      "aria-valuetext": `p ${trimmed(p)}; ${numbers.join(", ")}`,
    });
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const bars = instances.get(root) ?? new ClassBars(root);
  instances.set(root, bars);
  bars.losses.open();
  bars.receive(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  // Streamlit also calls this while the bars stay, and starts again with the same root
  return () => bars.losses.close();
}
