// Three classes: one loss or two as maps over all predictions, and the paths of all chosen losses
// from one prediction to the truth.

import { DragHandle } from "../shared/drag_handle.js";
import { expectedLoss, logsOf, throughSoftmax } from "../shared/loss_evaluation.js";
import { lossStyle } from "../shared/measure_charts.js";
import { MovingLosses } from "../shared/moving_losses.js";
import { penaltyText, two, vectorText } from "../shared/number_text.js";
import { PendingValue } from "../shared/pending_value.js";
import { themeOf } from "../shared/plot_theme.js";
import { Presets, samePlace } from "../shared/presets.js";
import { find, oncePerFrame, setText } from "../shared/svg.js";
import { ConvergenceChart } from "./convergence_chart.js";
import { largestError, nearestHundredths } from "./distribution.js";
import { arrivalTime, equalisingFactor, followGradient, pointAt, SPACES } from "./gradient_flow.js";
import { bestAnswer, expectedAtNodes, lossAtNodes } from "./grid.js";
import { SimplexMap } from "./map.js";
import { starPath, trailPath } from "./marks.js";
import { Numbers } from "./numbers.js";
import { Shares } from "./shares.js";
import { SHOWN } from "./steps.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {import("../shared/moving_losses.js").ReportMove} ReportMove */
/** @typedef {import("../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./convergence_chart.js").Scaling} Scaling */
/** @typedef {import("./gradient_flow.js").Path} Path */
/** @typedef {import("./gradient_flow.js").SpaceName} SpaceName */
/** @typedef {import("./grid.js").Answer} Answer */
/** @typedef {import("./steps.js").StepName} StepName */

/**
 * What component.py sends.
 * @typedef {object} OwnData
 * @property {number[]} truth
 * @property {number[]} start
 * @property {number} least_start_p Of each class.
 * @property {SpaceName} by What the gradient moves.
 * @property {Scaling} race
 * @property {string[]} maps Ids of the one or two losses that are drawn as maps.
 * @property {StepName} step What is shown.
 * @property {[string, number[]][]} truths Where a button puts the truth.
 * @property {[string, number[]][]} starts Where a button puts the prediction.
 * @property {number} least_gain See bestAnswer.
 *
 * @typedef {import("../shared/moving_losses.js").GeometryData & OwnData} SimplexData
 */

/**
 * What is kept of a loss until its parameters, the truth, the prediction or the space change.
 * @typedef {object} Computed
 * @property {Loss} loss
 * @property {string} values Its parameters, as JSON.
 * @property {string} truth The one for which the following two hold.
 * @property {number[]} atNodes
 * @property {number[]} expected At every node.
 * @property {Answer & { honest: boolean }} best
 * @property {string} run The start, space and race for which the following hold.
 * @property {SpaceName} space
 * @property {Path} path
 * @property {number} arrives
 * @property {number} took_ms
 */

/** @typedef {{ map: SimplexMap, drawn: string, trails: string }} DrawnMap */

const STEP = 0.01;
const SLOW_MS = 25; // a path that takes longer is computed only when the hand is off

/** @type {WeakMap<Element, Simplex>} */
const instances = new WeakMap();

class Simplex {
  /** @type {SimplexData} Set before anything is drawn. */
  #data = /** @type {any} */ (null);
  /** @type {ReportMove} */
  #report = () => {};
  /** @type {DrawnMap[]} */
  #maps = [];
  /** @type {Map<string, Computed>} */
  #computed = new Map();
  /** @type {number[] | null} The prediction under the pointer. */
  #cursor = null;
  /** @type {Theme} */
  #theme = { text: "", background: "", border: "" };
  #layouts = 0; // 0: there is no room yet

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lossviz-simplex");
    this.holder = find(root, ".maps");
    this.numbers = new Numbers(root);
    this.hint = find(root, ".hint");
    this.shares = new Shares(find(root, ".shares"));
    this.presets = new Presets(find(root, ".places"));
    this.redraw = oncePerFrame(() => this.draw());
    this.chart = new ConvergenceChart(find(root, ".convergence"), () => this.redraw());
    this.positions = {
      truth: new PendingValue([1, 0, 0]),
      start: new PendingValue([1 / 3, 1 / 3, 1 / 3]),
    };
    this.losses = new MovingLosses(() => this.redraw());
    new ResizeObserver(() => this.layout()).observe(this.holder);
  }

  close() {
    this.losses.close();
    setTimeout(() => this.box.isConnected || this.chart.stop());
  }

  get held() {
    return this.positions.truth.held || this.positions.start.held;
  }

  /** @param {SimplexMap} map */
  addHandles(map) {
    this.addHandle(map, "truth", () => 0);
    const start = this.addHandle(map, "start", () => this.#data.least_start_p);
    map.parts
      .get(".ground")
      .addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
        if (event.pointerType === "mouse") start.start(event, { jumps: true });
      });
    map.svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!this.#layouts) return;
      const p = map.locate(event);
      this.#cursor = p.every((value) => value >= 0) ? p : null;
      this.redraw();
    });
    map.svg.addEventListener("pointerleave", () => {
      this.#cursor = null;
      this.redraw();
    });
  }

  /** @type {(map: SimplexMap, name: "truth" | "start", least: () => number) => DragHandle} */
  addHandle(map, name, least) {
    const node = map.parts.get(`.${name}-handle`);
    if (this.#maps.length) {
      node.setAttribute("tabindex", "-1"); // the first map's is enough for a keyboard
      node.setAttribute("aria-hidden", "true");
    }
    const position = this.positions[name];
    return new DragHandle(node, {
      position,
      read: () => position.value,
      locate: map.locate,
      move: (p) => {
        position.set(nearestHundredths(p, least()));
        this.redraw();
      },
      placeOfKey: (event) => this.placeOfKey(name, event),
      released: (moved) => {
        if (moved) this.#report(name, position.value);
        this.redraw();
      },
    });
  }

  /**
   * @param {"truth" | "start"} name
   * @param {KeyboardEvent} event
   * @returns {number[] | undefined}
   */
  placeOfKey(name, { key, shiftKey }) {
    const [a, b, c] = this.positions[name].value;
    const step = shiftKey ? 0.1 : STEP;
    /** @type {Record<string, number[]>} */
    const places = {
      ArrowUp: [a + 2 * step, b - step, c - step],
      ArrowDown: [a - 2 * step, b + step, c + step],
      ArrowLeft: [a, b + step, c - step],
      ArrowRight: [a, b - step, c + step],
      Home: [1 / 3, 1 / 3, 1 / 3],
      End: name === "start" ? this.positions.truth.value : [1, 0, 0],
    };
    return places[key];
  }

  /**
   * @param {SimplexData} data
   * @param {ReportMove} report
   */
  receive(data, report) {
    this.#data = data;
    this.#report = report;
    this.#theme = themeOf(this.box);
    this.positions.truth.receive(data.truth, data.moves);
    this.positions.start.receive(data.start, data.moves);
    this.losses.receive(data);
    const shown = SHOWN[data.step];
    const count = Math.max(1, Math.min(shown.maps, data.maps.length));
    this.box.dataset.step = data.step;
    setText(this.hint, shown.hint);
    this.setPresets(data);
    for (const { map } of this.#maps.splice(count)) map.node.remove();
    while (this.#maps.length < count) {
      const map = new SimplexMap(this.holder);
      this.addHandles(map);
      this.#maps.push({ map, drawn: "", trails: "" });
    }
    this.holder.classList.toggle("two", count > 1);
    this.layout();
  }

  get shown() {
    return SHOWN[this.#data.step];
  }

  /** @param {SimplexData} data */
  setPresets({ step, truths, starts }) {
    /** @type {(name: "truth" | "start", places: [string, number[]][]) => import("../shared/presets.js").Preset[]} */
    const presets = (name, places) =>
      places.map(([label, place]) => ({
        label,
        holds: () => samePlace(this.positions[name].value, place),
        choose: () => {
          this.positions[name].set(place);
          this.redraw();
          this.#report(name, place);
        },
      }));
    this.presets.set([
      SHOWN[step].loss
        ? { title: "Class 1 is right", presets: presets("truth", truths) }
        : { title: "Put the point", presets: presets("start", starts) },
    ]);
  }

  layout() {
    if (!this.#data) return;
    const wide = !this.shown.loss;
    this.#layouts = this.#maps.every(({ map }) => map.layout({ wide })) ? this.#layouts + 1 : 0;
    this.draw();
  }

  /** @type {(loss: Loss) => Computed} */
  compute(loss) {
    const truth = this.positions.truth.value;
    const start = this.positions.start.value;
    const { by: space, race } = this.#data;
    const kept = this.#computed.get(loss.id) ?? /** @type {Computed} */ ({});
    const values = JSON.stringify(loss.values);
    kept.loss = loss;
    if (kept.values !== values) {
      kept.values = values;
      kept.atNodes = lossAtNodes(loss);
      kept.truth = "";
    }
    if (kept.truth !== `${truth}`) {
      kept.truth = `${truth}`;
      kept.expected = expectedAtNodes(kept.atNodes, truth);
      kept.best = bestAnswer(loss, kept.expected, truth, this.#data.least_gain);
      kept.run = "";
    }
    const run = `${start} ${space} ${race}`;
    const waits = this.held && kept.took_ms > SLOW_MS;
    if (this.shown.flow && kept.run !== run && !waits) {
      const began = performance.now();
      kept.run = run;
      kept.space = space;
      const factor = race === "equal" ? equalisingFactor(loss, { space, start, truth }) : 1;
      kept.path = followGradient(loss, { space, start, truth, factor });
      kept.took_ms = performance.now() - began;
      kept.arrives = arrivalTime(kept.path, space, truth);
    }
    this.#computed.set(loss.id, kept);
    return kept;
  }

  draw() {
    if (!this.#layouts) return;
    const truth = this.positions.truth.value;
    const start = this.positions.start.value;
    const { loss: hasLoss, flow } = this.shown;
    const all = hasLoss ? this.losses.all.map((loss) => this.compute(loss)) : [];
    const runs = all.map(({ loss, values, truth: t, run }) => `${loss.id} ${values} ${t} ${run}`);
    const key = `${runs} ${this.#layouts}`;
    this.presets.light();
    this.shares.draw(start);
    this.#maps.forEach((drawn, i) => {
      if (!hasLoss) {
        this.drawPoint(drawn);
        return;
      }
      const computed = all.find(({ loss }) => loss.id === this.#data.maps[i]);
      if (!computed) return;
      this.drawLoss(drawn, computed);
      this.drawTrails(drawn, flow ? all : [], `${flow} ${key}`);
      this.drawMarks(drawn.map, computed);
    });
    if (flow)
      this.chart.draw(
        all.map(({ loss, path, space }) => ({
          loss,
          errorAt: (time) => largestError(pointAt(path, space, time), truth),
        })),
        key,
        this.#data.race,
      );
    this.numbers.show(all, { truth, start }, flow);
    const first = all.find(({ loss }) => loss.id === this.#data.maps[0]);
    this.numbers.showSum(first, { truth, start });
    this.box.dataset.drawn = `${truth.map(two)} ${start.map(two)}`;
  }

  /** @param {DrawnMap} drawn The first step: a prediction, and no loss yet. */
  drawPoint(drawn) {
    const { map } = drawn;
    if (drawn.drawn !== "point") {
      drawn.drawn = "point";
      drawn.trails = "";
      map.parts.get(".trails").innerHTML = map.parts.get(".runners").innerHTML = "";
      map.svg.setAttribute("aria-label", "All predictions over three classes");
    }
    map.clear();
    map.drawHeights(this.positions.start.value);
    this.describeHandles(map, { truth: "the truth", start: "the prediction" });
  }

  /** @type {(drawn: DrawnMap, computed: Computed) => void} What the loss alone determines. */
  drawLoss(drawn, { loss, values, truth, expected, best }) {
    const { map } = drawn;
    const { by } = this.#data;
    const theme = JSON.stringify(this.#theme);
    const { flow } = this.shown;
    const key = `${loss.id} ${values} ${truth} ${by} ${flow} ${this.#layouts} ${theme}`;
    if (drawn.drawn === key) return;
    drawn.drawn = key;
    const shares = this.positions.truth.value;
    map.paint(expected, loss.color, this.#theme);
    if (flow)
      map.drawDescent((p) => {
        const rate = SPACES[by].descent(loss, logsOf(p), shares);
        return by === "logits" ? throughSoftmax(p, rate) : rate;
      });
    else map.parts.set(".descent", { d: "" });
    map.svg.setAttribute("aria-label", `${loss.name} over all predictions`);
    const name = map.parts.get(".name");
    name.innerHTML = loss.swatch;
    const what = document.createElement("small");
    what.textContent = "expected loss";
    name.append(loss.name, what);
    const verdict = best.honest ? "the truth itself" : `${vectorText(best.p)}, not the truth`;
    map.parts.write(".verdict", `Best answer: ${verdict}.`);
    map.node.dataset.honest = best.honest;
  }

  /** @type {(drawn: DrawnMap, all: Computed[], key: string) => void} */
  drawTrails(drawn, all, key) {
    const { map } = drawn;
    if (drawn.trails !== key) {
      drawn.trails = key;
      map.parts.get(".trails").innerHTML = all
        .map(({ loss, path, space }) => {
          return `<path style="${lossStyle(loss)}" d="${trailPath(map, path, space)}"/>`;
        })
        .join("");
    }
    map.parts.get(".runners").innerHTML = all
      .map(({ loss, path, space }) => {
        const [x, y] = map.at(pointAt(path, space, this.chart.time));
        return `<circle r="6" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" style="fill:${loss.color}"/>`;
      })
      .join("");
  }

  /** @type {(map: SimplexMap, computed: Computed) => void} Star, cursor, handles. */
  drawMarks(map, { loss, best }) {
    const { parts } = map;
    const truth = this.positions.truth.value;
    const start = this.positions.start.value;
    const read = this.#cursor ?? start;
    /** @type {(p: number[]) => string} */
    const expected = (p) => penaltyText(expectedLoss(loss, logsOf(p), truth));
    parts.get(".heights").textContent = "";
    parts.set(".best", { d: starPath(map.at(best.p)) });
    const [cx, cy] = map.at(read);
    parts.set(".cursor", { cx, cy, visibility: this.#cursor ? "visible" : "hidden" });
    const where = this.#cursor ? "At the cursor" : "At the prediction";
    parts.write(".here", `${where} ${vectorText(read)}: ${expected(read)}`);
    const error = two(largestError(start, truth));
    this.describeHandles(map, {
      truth: "the truth",
      start: `the prediction; expected ${loss.name} ${expected(start)}, largest error in any class ${error}`,
    });
    map.nameHandles({ truth, start });
  }

  /** @type {(map: SimplexMap, texts: Record<"truth" | "start", string>) => void} */
  describeHandles({ parts, at }, texts) {
    const truth = this.positions.truth.value;
    const start = this.positions.start.value;
    for (const [name, p] of Object.entries({ truth, start })) {
      const classes = p.map((value, i) => `class ${i + 1} ${two(value)}`).join(", ");
      parts.set(`.${name}-handle`, {
        transform: `translate(${at(p)})`,
        "aria-valuenow": two(p[0]),
        "aria-valuetext": `${classes}: ${name === "truth" ? texts.truth : texts.start}`,
      });
    }
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const simplex = instances.get(root) ?? new Simplex(root);
  instances.set(root, simplex);
  simplex.losses.open();
  simplex.receive(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  // Streamlit also calls this while the simplex stays, and starts again with the same root
  return () => simplex.close();
}
