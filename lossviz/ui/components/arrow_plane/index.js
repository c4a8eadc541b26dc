// Two arrows in the plane. They follow the hand on every frame, and with them every measure, curve
// and loss.

import { DragHandle } from "../shared/drag_handle.js";
import { expectedLoss, logsOf } from "../shared/loss_evaluation.js";
import {
  MeasureCharts,
  RANGE_OF_PROBABILITIES,
  RANGE_OF_VECTORS,
} from "../shared/measure_charts.js";
import { MeasureTable } from "../shared/measure_table.js";
import { MovingLosses } from "../shared/moving_losses.js";
import { columnTexts, digitsThatCheck, fixed, three, two } from "../shared/number_text.js";
import { PendingValue } from "../shared/pending_value.js";
import { Presets, samePlace } from "../shared/presets.js";
import { find, oncePerFrame } from "../shared/svg.js";
import { measure } from "../shared/vectors.js";
import { ArrowDrawing, clip, sideOf } from "./drawing.js";
import { LogitPlane, softmaxOfTwo } from "./logit_plane.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {import("../shared/vectors.js").Measures} Measures */
/** @typedef {import("../shared/moving_losses.js").ReportMove} ReportMove */

/**
 * What component.py sends.
 * @typedef {object} OwnData
 * @property {string[]} rows Keys of the measures that are shown; empty: all, curves and losses.
 * @property {number[]} prediction
 * @property {number[]} target
 * @property {number[]} logits
 * @property {"segment" | "free" | "logits"} mode How the prediction is held.
 * @property {[string, number[]][]} targets Where a button puts the target.
 * @property {[string, number][]} predictions What a button gives the target's class.
 * @property {number} least_target_length
 * @property {number} largest_logit
 * @property {[string, string][]} colors Of the measures that are losses too.
 *
 * @typedef {import("../shared/moving_losses.js").GeometryData & OwnData} PlaneData
 */

const STEP = 0.01;
const QUARTER = Math.PI / 2;
const ZERO =
  "The zero vector points nowhere: no angle, no cosine. Pull the head away from the origin.";
const OFF = "Off the line p1 + p2 = 1 these are no probabilities, so no loss is worked out.";

/** @type {WeakMap<Element, Plane>} */
const instances = new WeakMap();

/** @type {(value: number) => number} */
const round = (value) => Math.round(value / STEP) / (1 / STEP);

/**
 * The nearest point where an arrow may stand.
 * @type {(free: boolean, point: number[]) => number[]}
 */
const settle = (free, [x, y]) => {
  if (free) return [round(clip(x)), round(clip(y))];
  const first = round(clip((x - y + 1) / 2)); // the nearest point of the segment
  return [first, round(1 - first)];
};

class Plane {
  /** @type {PlaneData | null} */
  #data = null;
  /** @type {ReportMove} */
  #report = () => {};
  #refused = false; // a target that would be too short

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lossviz-plane");
    this.svg = find(root, ".plane");
    this.drawing = new ArrowDrawing(this.svg);
    this.table = new MeasureTable(find(root, ".readouts"), { zero: ZERO });
    this.charts = new MeasureCharts(find(root, ".charts"));
    this.presets = new Presets(find(root, ".places"));
    this.redraw = oncePerFrame(() => this.draw());
    this.positions = {
      prediction: new PendingValue([0, 0]),
      target: new PendingValue([0, 0]),
      logits: new PendingValue([0, 0]),
    };
    this.logitPlane = new LogitPlane(find(root, ".logits"), {
      position: this.positions.logits,
      reach: () => this.#data?.largest_logit ?? 1,
      target: () => this.target,
      moved: () => this.moved(),
      released: (moved) => this.released("logits", moved),
    });
    this.handle("target");
    const handle = this.handle("prediction");
    // A click beside the arrows sends the prediction there; a finger there scrolls the page.
    this.drawing
      .part(".ground")
      .addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
        if (event.pointerType === "mouse" && this.#data?.mode !== "logits")
          handle.start(event, { jumps: true });
      });
    new ResizeObserver(() => this.layout()).observe(this.svg);
    this.losses = new MovingLosses(() => this.redraw());
  }

  get free() {
    return this.#data?.mode === "free";
  }

  get prediction() {
    const { prediction, logits } = this.positions;
    return this.#data?.mode === "logits" ? softmaxOfTwo(logits.value) : prediction.value;
  }

  get target() {
    return this.positions.target.value;
  }

  /** @param {"prediction" | "target"} name */
  handle(name) {
    return new DragHandle(this.drawing.part(`.${name}-handle`), {
      position: this.positions[name],
      read: () => this[name],
      locate: (event) => this.drawing.locate(event),
      move: (place) => {
        const point = settle(this.free, place);
        const least = this.#data?.least_target_length ?? 0;
        const refused = name === "target" && Math.hypot(...point) < least;
        if (!refused) this.positions[name].set(point);
        this.moved({ refused });
      },
      placeOfKey: (event) => this.placeOfKey(name, event),
      released: (moved) => this.released(name, moved),
    });
  }

  /** @param {{ refused: boolean }} [options] */
  moved({ refused } = { refused: false }) {
    this.#refused = refused;
    this.redraw();
  }

  /**
   * @param {"prediction" | "target" | "logits"} name
   * @param {boolean} moved
   */
  released(name, moved) {
    if (moved) this.#report(name, this.positions[name].value);
    this.redraw();
  }

  /**
   * @param {"prediction" | "target"} name
   * @param {KeyboardEvent} event
   * @returns {number[] | undefined}
   */
  placeOfKey(name, { key, shiftKey }) {
    const [x, y] = this[name];
    const step = shiftKey ? 0.1 : STEP;
    const other = this.free ? 0 : -1;
    const isTarget = name === "target";
    /** @type {Record<string, number[]>} */
    const places = {
      ArrowRight: [x + step, y + step * other],
      ArrowLeft: [x - step, y - step * other],
      ArrowUp: [x + step * other, y + step],
      ArrowDown: [x - step * other, y - step],
      Home: isTarget ? [1, 0] : [...this.target].reverse(),
      End: isTarget ? [0, 1] : this.target,
    };
    return places[key];
  }

  /**
   * @param {PlaneData} data
   * @param {ReportMove} report
   */
  receive(data, report) {
    const { prediction, target, logits, mode, moves } = data;
    if (moves !== this.#data?.moves) this.#refused = false;
    this.#data = data;
    this.#report = report;
    this.positions.prediction.receive(prediction, moves);
    this.positions.target.receive(target, moves);
    this.positions.logits.receive(logits, moves);
    this.losses.receive(data);
    this.setPresets(data);
    for (const [name, color] of data.colors) this.box.style.setProperty(`--${name}`, color);
    this.box.classList.toggle("from-logits", mode === "logits");
    this.svg.classList.toggle("free", mode === "free");
    this.box.classList.toggle("brief", data.rows.length > 0);
    this.table.setRows(data.rows);
    this.table.setLosses(this.losses.all);
    this.layout();
  }

  /** @param {PlaneData} data */
  setPresets({ mode, targets, predictions }) {
    const groups = [
      {
        title: "Target",
        presets: targets.map(([label, place]) => this.preset("target", label, () => place)),
      },
    ];
    if (mode !== "logits")
      groups.push({
        title: "Prediction",
        presets: predictions.map(([label, p]) =>
          this.preset("prediction", label, () => {
            const rest = round(1 - p);
            return this.target[1] >= this.target[0] ? [rest, p] : [p, rest];
          }),
        ),
      });
    this.presets.set(groups);
  }

  /** @type {(name: "prediction" | "target", label: string, place: () => number[]) => import("../shared/presets.js").Preset} */
  preset(name, label, place) {
    return {
      label,
      holds: () => samePlace(this[name], place()),
      choose: () => {
        this.positions[name].set(place());
        this.moved();
        this.#report(name, this.positions[name].value);
      },
    };
  }

  layout() {
    if (!this.#data || !this.drawing.layout()) return;
    this.logitPlane.layout();
    this.draw();
  }

  draw() {
    if (!this.#data) return;
    const measures = measure(this.prediction, this.target);
    this.drawing.draw(measures, this.free ? 2 : 1);
    this.logitPlane.draw();
    this.drawCharts(measures);
    this.showNumbers(measures);
    find(this.box, ".refused").hidden = !this.#refused;
    const isOneHot = this.target.includes(0) && this.target.includes(1);
    this.box.classList.toggle("shared-target", !isOneHot);
    this.presets.light();
  }

  /** @type {(loss: Loss, p: number[]) => number} */
  costOf = (loss, p) => expectedLoss(loss, logsOf(p), this.target);

  /**
   * The curves go on to the prediction's side of the target, to the end of the segment.
   * @param {Measures} measures
   */
  drawCharts(measures) {
    const { free, target } = this;
    const side = sideOf(this.prediction, target);
    const aim = Math.atan2(target[1], target[0]);
    this.charts.draw({
      along: (angle) => {
        const direction = aim + (side * angle * Math.PI) / 180;
        const x = Math.max(0, Math.cos(direction));
        const y = Math.max(0, Math.sin(direction));
        return free ? [measures.length * x, measures.length * y] : [x / (x + y), y / (x + y)];
      },
      target,
      greatestAngle: ((side > 0 ? QUARTER - aim : aim) * 180) / Math.PI,
      key: `${target} ${side} ${free && measures.length}`,
      measures,
      losses: free ? [] : this.losses.all,
      costOf: this.costOf,
      range: free ? RANGE_OF_VECTORS : RANGE_OF_PROBABILITIES,
    });
  }

  /** @param {Measures} measures */
  showNumbers(measures) {
    // those that are dragged are hundredths, those of a softmax are not
    const least = this.#data?.mode === "logits" ? 3 : 2;
    const style = { write: least === 3 ? three : two, least };
    if (this.free) {
      this.table.show(measures, style, { none: OFF });
      return;
    }
    const { p } = measures;
    const losses = this.losses.all;
    /** @param {number[]} place */
    const costs = (place) => losses.map((loss) => this.costOf(loss, place));
    const digits = digitsThatCheck(p, (written) => columnTexts(costs(written)).join(), least);
    const [sure, texts] = [this.target.indexOf(1), p.map((value) => fixed(value, digits))];
    const terms = this.target.map((share, i) => `${two(share)}·f(${texts[i]})`);
    this.table.show(measures, style, {
      of: sure >= 0 ? `f(${texts[sure]})` : terms.join(" + "),
      rows: costs(p).map((penalty) => ({ note: "", penalty })),
    });
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const plane = instances.get(root) ?? new Plane(root);
  instances.set(root, plane);
  plane.losses.open();
  plane.receive(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  // Streamlit also calls this while the plane stays, and starts again with the same root
  return () => plane.losses.close();
}
