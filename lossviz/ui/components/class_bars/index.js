// Many classes: the prediction as bars, of which the right class's is dragged while the others share
// the rest; the start is p = 1/K.

import { DragHandle, handleMarkup } from "../shared/drag_handle.js";
import { descentByLogits, logsOf, lossAt } from "../shared/loss_evaluation.js";
import { MeasureCharts } from "../shared/measure_charts.js";
import { MeasureTable } from "../shared/measure_table.js";
import { MovingLosses } from "../shared/moving_losses.js";
import { columnTexts, cosineText, fixed, three, trimmed } from "../shared/number_text.js";
import { PendingValue } from "../shared/pending_value.js";
import { Presets } from "../shared/presets.js";
import { find, oncePerFrame, Parts } from "../shared/svg.js";
import { measure } from "../shared/vectors.js";
import { AngleDrawing } from "./angle_drawing.js";
import { BARS_MARKUP, BarsDrawing, LINEAR, LOGARITHMIC } from "./bars_drawing.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {import("../shared/vectors.js").Measures} Measures */
/** @typedef {import("../shared/moving_losses.js").ReportMove} ReportMove */

/**
 * What component.py sends.
 * @typedef {object} OwnData
 * @property {string[]} rows Keys of the measures that are shown; empty: all, curves and losses.
 * @property {number | null} p_true Of the right class; null: at the start.
 * @property {number} least_p
 * @property {number} classes
 * @property {number} true_class
 * @property {"even" | "article"} others How the other classes share the rest.
 * @property {number[]} article_shares Of the other classes, as in the article.
 * @property {[string, number | null, "even" | "article"][]} places Where a button puts the bars.
 * @property {[string, string][]} colors Of the measures that are losses too.
 *
 * @typedef {import("../shared/moving_losses.js").GeometryData & OwnData} BarsData
 */

const PULL_SAMPLES = 24;

/** @type {WeakMap<Element, ClassBars>} */
const instances = new WeakMap();

const DRAWING = `${BARS_MARKUP}
  ${handleMarkup("p", "Probability of the right class", `aria-orientation="vertical"`)}`;

class ClassBars {
  /** @type {BarsData | null} */
  #data = null;
  /** @type {ReportMove} */
  #report = () => {};
  #classes = 0;
  #strongest = { key: "", pull: 0 };
  #pulling = ""; // id of the loss whose pull is drawn

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lossviz-classes");
    this.svg = find(root, ".bars-drawing");
    this.svg.innerHTML = DRAWING;
    this.parts = new Parts(this.svg);
    this.bars = new BarsDrawing(this.svg);
    this.angle = new AngleDrawing(find(root, ".angle-drawing"));
    this.table = new MeasureTable(find(root, ".readouts"), { title: "Loss" });
    this.charts = new MeasureCharts(find(root, ".charts"));
    this.presets = new Presets(find(root, ".places"));
    this.pullChoice = new Presets(find(root, ".pull-choice"));
    this.redraw = oncePerFrame(() => this.draw());
    /** @type {PendingValue<number | null>} */
    this.chosen = new PendingValue(null);
    const handle = new DragHandle(this.parts.get(".handle"), {
      position: this.chosen,
      read: () => [this.bars.scale.share(this.p)],
      locate: (event) => [this.bars.locate(event)],
      move: ([share]) => this.move(this.bars.scale.p(share)),
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

  get others() {
    const { others = "even", classes = 0 } = this.#data ?? {};
    return this.#classes === classes ? others : "even";
  }

  /** The others' shares of what the right class leaves; evenly for any K but the one Python has. */
  get shares() {
    const count = this.#classes;
    if (this.#data && this.others === "article") return this.#data.article_shares;
    return /** @type {number[]} */ (Array(count - 1).fill(1 / (count - 1)));
  }

  /** @param {number} p */
  move(p) {
    this.chosen.set(Math.round(Math.max(this.leastP, Math.min(1, p)) * 1000) / 1000);
    this.redraw();
  }

  /**
   * As a share of the axis.
   * @param {KeyboardEvent} event
   * @returns {number[] | null}
   */
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
    const { share } = this.bars.scale;
    return key in places ? [share(Math.max(this.leastP, places[key]))] : null;
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
    this.box.classList.toggle("brief", data.rows.length > 0);
    this.table.setRows(data.rows);
    this.bars.scale = data.rows.length ? LINEAR : LOGARITHMIC;
    this.table.setLosses(this.losses.all);
    this.setChoices(data);
    this.redraw();
  }

  /** @param {BarsData} data */
  setChoices({ places }) {
    this.presets.set([
      {
        title: "Prediction",
        presets: places.map(([label, p, others], i) => ({
          label,
          holds: () => this.others === others && Math.abs(this.p - (p ?? 1 / this.#classes)) < 5e-4,
          // Python answers, as others and K may change too
          choose: () => this.#report("preset", [i]),
        })),
      },
    ]);
    if (!this.losses.all.some(({ id }) => id === this.#pulling))
      this.#pulling = this.losses.all[0]?.id ?? "";
    this.pullChoice.set(
      this.losses.all.length
        ? [
            {
              title: "Pull of",
              presets: this.losses.all.map(({ id, name }) => ({
                label: name,
                holds: () => this.#pulling === id,
                choose: () => {
                  this.#pulling = id;
                  this.redraw();
                },
              })),
            },
          ]
        : [],
    );
  }

  /**
   * A loss's strongest pull on the right class's logit from the start on, where all others are
   * alike: what its arrows are measured by.
   * @param {Loss} loss
   */
  strongestPull(loss) {
    const count = this.#classes;
    const key = `${count} ${loss.id} ${JSON.stringify(loss.values)}`;
    if (this.#strongest.key !== key) {
      const target = Array(count).fill(0).with(0, 1);
      const pulls = Array.from({ length: PULL_SAMPLES }, (_, i) => {
        const own = count ** (i / PULL_SAMPLES - 1); // from 1/K up to nearly 1
        const logs = logsOf(
          Array(count)
            .fill((1 - own) / (count - 1))
            .with(0, own),
        );
        return Math.abs(descentByLogits(loss, logs, target)[0]);
      });
      this.#strongest = { key, pull: Math.max(...pulls.filter(Number.isFinite), 0) };
    }
    return this.#strongest.pull;
  }

  draw() {
    if (!this.svg.clientWidth || !this.#data) return;
    const { shares, p } = this;
    const { true_class: trueClass } = this.#data;
    /** @type {(own: number) => number[]} */
    const vectorWith = (own) =>
      shares.map((share) => (1 - own) * share).toSpliced(trueClass, 0, own);
    const target = vectorWith(1);
    const prediction = vectorWith(p);
    const measures = measure(prediction, target);
    const spread = Math.hypot(...shares);
    /** @type {(loss: Loss, q: number[]) => number} */
    const costOf = (loss, q) => lossAt(loss, logsOf(q), trueClass);
    /** @type {(loss: Loss) => number[]} */
    const pullsOf = (loss) => descentByLogits(loss, logsOf(prediction), target);
    const pulling = this.losses.all.find(({ id }) => id === this.#pulling);
    const [x, y] = this.bars.draw({
      prediction,
      trueClass,
      pulls: pulling ? pullsOf(pulling) : [],
      strongest: pulling ? this.strongestPull(pulling) : 0,
      color: pulling?.color ?? "",
    });
    this.tellHandle(measures, x, y);
    this.angle.draw(measures, { p, spread });
    this.charts.draw({
      along: (angle) => vectorWith(spread / (spread + Math.tan((angle * Math.PI) / 180))),
      target,
      greatestAngle: 90,
      key: `${this.#classes} ${shares.length && shares[0]}`,
      measures,
      losses: this.losses.all,
      costOf,
    });
    const pulls = this.losses.all.map((loss) => pullsOf(loss)[trueClass]);
    const pullTexts = columnTexts(pulls).map((text, i) => (pulls[i] > 0 ? `+${text}` : text));
    this.table.show(
      measures,
      { write: this.others === "article" ? trimmed : three, least: 1 },
      {
        of: "and its pull on the right class's logit",
        rows: this.losses.all.map((loss, i) => ({
          note: `pull ${pullTexts[i]}`,
          penalty: costOf(loss, prediction),
        })),
      },
    );
    this.presets.light();
    this.pullChoice.light();
    this.svg.dataset.drawn = `${this.#classes} ${trimmed(p)}`;
  }

  /** @type {(m: Measures, x: number, y: number) => void} */
  tellHandle(m, x, y) {
    const numbers = [
      `dot product ${trimmed(m.dot)}`,
      `cosine ${cosineText(m.cosine)}`,
      `angle ${fixed(m.angle, 1)} degrees`,
    ];
    this.parts.set(".handle", {
      transform: `translate(${x} ${y})`,
      "aria-valuenow": trimmed(this.p),
      "aria-valuetext": `p ${trimmed(this.p)}; ${numbers.join(", ")}`,
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
