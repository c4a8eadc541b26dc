// Three classes: one loss or two as maps over all predictions, and the paths of all chosen losses
// from one prediction to the truth.

import { DragHandle } from "../shared/drag_handle.js";
import { expectedLoss, logsOf, throughSoftmax } from "../shared/loss_evaluation.js";
import { lossStyle } from "../shared/measure_charts.js";
import { MovingLosses } from "../shared/moving_losses.js";
import { numberText, penaltyText, two, vectorText } from "../shared/number_text.js";
import { PendingValue } from "../shared/pending_value.js";
import { themeOf } from "../shared/plot_theme.js";
import { find, oncePerFrame, setText } from "../shared/svg.js";
import { ConvergenceChart } from "./convergence_chart.js";
import { largestError, nearestHundredths } from "./distribution.js";
import {
  ARRIVED,
  arrivalTime,
  endOf,
  equalisingFactor,
  followGradient,
  pointAt,
  SPACES,
} from "./gradient_flow.js";
import { bestAnswer, expectedAtNodes, lossAtNodes } from "./grid.js";
import { SimplexMap } from "./map.js";

/** @typedef {import("../shared/loss_evaluation.js").Loss} Loss */
/** @typedef {import("../shared/moving_losses.js").ReportMove} ReportMove */
/** @typedef {import("../shared/plot_theme.js").Theme} Theme */
/** @typedef {import("./convergence_chart.js").Race} Race */
/** @typedef {import("./gradient_flow.js").Path} Path */
/** @typedef {import("./gradient_flow.js").SpaceName} SpaceName */
/** @typedef {import("./grid.js").Answer} Answer */

/**
 * What component.py sends.
 * @typedef {object} OwnData
 * @property {number[]} truth
 * @property {number[]} start
 * @property {number} least_start_p Of each class.
 * @property {SpaceName} by What the gradient moves.
 * @property {Race} race
 * @property {string[]} maps Ids of the one or two losses that are drawn as maps.
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

const TABLE = `
  <table aria-label="Each loss at the prediction, and on its way to the truth"><thead><tr>
    <th scope="col">loss</th><th scope="col">charges</th>
    <th scope="col">best answer</th><th scope="col">arrives at&nbsp;τ</th>
  </tr></thead><tbody></tbody></table>`;

/** @type {(map: SimplexMap, path: Path, space: SpaceName) => string} */
const trailPath = (map, path, space) => {
  // some points between every two steps, as the steps are long where nothing bends
  const times = path.steps.flatMap(({ time }, i) => {
    if (!i) return [time];
    const before = path.steps[i - 1].time;
    return [0.25, 0.5, 0.75, 1].map((share) => before + share * (time - before));
  });
  let trail = "";
  /** @type {number[] | null} */
  let before = null;
  for (const time of times) {
    const [x, y] = map.at(pointAt(path, space, time));
    if (before && Math.hypot(x - before[0], y - before[1]) < 1) continue;
    before = [x, y];
    trail += `${trail ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
  }
  return trail;
};

/** @type {(point: number[]) => string} */
const starPath = ([x, y]) => {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 ? 4 : 9;
    const angle = (i * Math.PI) / 5 - Math.PI / 2;
    return `${(x + radius * Math.cos(angle)).toFixed(1)},${(y + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${corners.join("L")}Z`;
};

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
  #rowIds = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = find(root, ".lossviz-simplex");
    this.holder = find(root, ".maps");
    this.table = find(root, ".losses");
    this.table.innerHTML = TABLE;
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
    for (const { map } of this.#maps.splice(data.maps.length)) map.node.remove();
    while (this.#maps.length < data.maps.length) {
      const map = new SimplexMap(this.holder);
      this.addHandles(map);
      this.#maps.push({ map, drawn: "", trails: "" });
    }
    this.holder.classList.toggle("two", data.maps.length > 1);
    this.layout();
  }

  layout() {
    if (!this.#data) return;
    this.#layouts = this.#maps.every(({ map }) => map.layout()) ? this.#layouts + 1 : 0;
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
    if (kept.run !== run && !waits) {
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
    const all = this.losses.all.map((loss) => this.compute(loss));
    const runs = all.map(({ loss, values, truth: t, run }) => `${loss.id} ${values} ${t} ${run}`);
    const key = `${runs} ${this.#layouts}`;
    this.#maps.forEach((drawn, i) => {
      const computed = all.find(({ loss }) => loss.id === this.#data.maps[i]);
      if (!computed) return;
      this.drawLoss(drawn, computed);
      this.drawTrails(drawn, all, key);
      this.drawMarks(drawn.map, computed);
    });
    this.chart.draw(
      all.map(({ loss, path, space }) => ({
        loss,
        errorAt: (time) => largestError(pointAt(path, space, time), truth),
      })),
      key,
      this.#data.race,
    );
    this.showNumbers(all, logsOf(start));
    this.box.dataset.drawn = `${truth.map(two)} ${start.map(two)}`;
  }

  /** @type {(drawn: DrawnMap, computed: Computed) => void} What the loss alone determines. */
  drawLoss(drawn, { loss, values, truth, expected, best }) {
    const { map } = drawn;
    const { by } = this.#data;
    const theme = JSON.stringify(this.#theme);
    const key = `${loss.id} ${values} ${truth} ${by} ${this.#layouts} ${theme}`;
    if (drawn.drawn === key) return;
    drawn.drawn = key;
    const shares = this.positions.truth.value;
    map.paint(expected, loss.color, this.#theme);
    map.drawDescent((p) => {
      const rate = SPACES[by].descent(loss, logsOf(p), shares);
      return by === "logits" ? throughSoftmax(p, rate) : rate;
    });
    map.svg.setAttribute("aria-label", `${loss.name} over all predictions`);
    const name = map.parts.get(".name");
    name.innerHTML = loss.swatch;
    name.append(loss.name);
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
    const charge = (p) => penaltyText(expectedLoss(loss, logsOf(p), truth));
    parts.set(".best", { d: starPath(map.at(best.p)) });
    const [cx, cy] = map.at(read);
    parts.set(".cursor", { cx, cy, visibility: this.#cursor ? "visible" : "hidden" });
    const where = this.#cursor ? "At the cursor" : "At the prediction";
    parts.write(".here", `${where} ${vectorText(read)}: ${charge(read)}`);
    const error = two(largestError(start, truth));
    const texts = {
      truth: "the truth",
      start: `the prediction; ${loss.name} charges ${charge(start)}, furthest class off by ${error}`,
    };
    for (const [name, p] of Object.entries({ truth, start })) {
      const classes = p.map((value, i) => `class ${i + 1} ${two(value)}`).join(", ");
      parts.set(`.${name}-handle`, {
        transform: `translate(${map.at(p)})`,
        "aria-valuenow": two(p[0]),
        "aria-valuetext": `${classes}: ${name === "truth" ? texts.truth : texts.start}`,
      });
    }
  }

  /** @type {(all: Computed[], logs: number[]) => void} */
  showNumbers(all, logs) {
    const body = find(this.table, "tbody");
    const ids = all.map(({ loss }) => loss.id).join();
    if (this.#rowIds !== ids) {
      this.#rowIds = ids;
      body.replaceChildren(
        ...all.map(({ loss }) => {
          const row = document.createElement("tr");
          row.dataset.loss = loss.id;
          row.innerHTML = `<th scope="row">${loss.swatch}<span class="label"></span></th>
            <td></td><td></td><td></td>`;
          find(row, ".label").textContent = loss.name;
          return row;
        }),
      );
    }
    const truth = this.positions.truth.value;
    all.forEach(({ loss, best, arrives, path }, i) => {
      const cells = body.children[i].querySelectorAll("td");
      setText(cells[0], penaltyText(expectedLoss(loss, logs, truth)));
      setText(cells[1], best.honest ? "the truth" : best.p.map(two).join(" "));
      setText(cells[2], this.arrivalText(arrives, path, best));
    });
  }

  /** @type {(arrives: number, path: Path, best: Answer) => string} */
  arrivalText(arrives, path, best) {
    if (arrives < Infinity) return numberText(arrives);
    const elsewhere = largestError(best.p, this.positions.truth.value) > ARRIVED;
    return path.stands || elsewhere ? "never" : `> ${numberText(endOf(path).time)}`;
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
