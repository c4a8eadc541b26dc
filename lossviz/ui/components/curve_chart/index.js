// Curves of losses, in one view or two side by side. While a parameter is dragged only its own
// paths and numbers are redrawn, from the loss's own formula; plotly receives it on release.

import { previewChanges } from "../shared/channel.js";
import { readCurve, SCALES, VIEWS } from "../shared/curves.js";
import { PLOT_OPTIONS, withTheme } from "../shared/plot_theme.js";
import { loadPlotly } from "../shared/plotly.js";
import { previewCurve } from "../shared/preview.js";
import { SliderValues } from "../shared/slider_values.js";
import { find, linePath } from "../shared/svg.js";
import { CursorReport } from "./cursor_report.js";
import { downloadButtons } from "./downloads.js";
import { DrawnCurves } from "./drawn_curves.js";
import { Overlay, startBox } from "./overlay.js";
import { Reader } from "./reader.js";
import { Shares } from "./shares.js";
import { ValueTable } from "./value_table.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").CurveData} CurveData */
/** @typedef {import("../shared/curves.js").ViewName} ViewName */
/** @typedef {import("../shared/curves.js").ScaleName} ScaleName */
/** @typedef {import("../shared/channel.js").ParameterChange} ParameterChange */
/** @typedef {import("../shared/plotly.js").Plotly} Plotly */
/** @typedef {import("../shared/label_places.js").Box} Box */

/**
 * What component.py sends.
 * @typedef {object} ChartData
 * @property {string} plotly The address of plotly.js.
 * @property {string[]} figures plotly's, as JSON, one a view.
 * @property {string[]} labels The figures in words.
 * @property {CurveData[]} curves
 * @property {string} places JSON: where on the horizontal axis the curves are drawn.
 * @property {ViewName[]} views
 * @property {number[]} signs By which values are multiplied on a logarithmic axis, one a view.
 * @property {ScaleName} scale
 * @property {number} classes
 * @property {number} at The p at which the cursor stands until the reader moves it.
 * @property {boolean} shares Whether it says who gets the gradient.
 * @property {boolean} bare Whether it is a picture only, with neither cursor nor numbers.
 * @property {number} least_p Of the cursor.
 * @property {number} cursor_digits Significant ones of the cursor's place, as it is reported.
 * @property {string[]} hidden Ids of the curves that are hidden until the reader shows them.
 * @property {boolean} reports Whether Python wants to know of the cursor and of hidden curves.
 * @property {boolean} reports_rest Whether it wants to know where the cursor rests.
 * @property {ViewName[]} columns Of the table.
 * @property {string} words The glossary's words that its heads mark, as JSON.
 * @property {number[]} examples Predictions among which the gradient is divided.
 * @property {number | null} drawn The value that `data-drawn` has until a parameter moves.
 * @property {number} refusals How many values of sliders Python has refused.
 */

/**
 * A plotly chart under an overlay of our own.
 * @typedef {object} Pane
 * @property {any} node plotly's.
 * @property {Overlay} overlay
 * @property {ViewName} view
 * @property {number} sign
 * @property {number[]} log The log p at which plotly has the curves' values.
 * @property {DrawnCurves} curves
 * @property {Box[]} notes What plotly has written in the plot.
 * @property {boolean} listens
 * @property {object | null} options plotly's. It draws anew, without the reader's zoom, where these
 *   are other objects than last time.
 */

const REST_MS = 250; // without a movement, and the cursor rests
const REST_DIGITS = 3; // as its place is written: what is computed of that agrees with the table
const ZOOM_KEYS = ["xaxis.range[0]", "xaxis.range[1]", "xaxis.range", "xaxis.autorange"];

/** @type {WeakMap<Element, CurveChart>} */
const instances = new WeakMap();

/** @type {(node: any) => Box[]} Where plotly has written something in its plot. */
const notesIn = (node) => {
  const { xaxis, yaxis } = node._fullLayout;
  const plot = node.getBoundingClientRect();
  return [...node.querySelectorAll(".annotation")].map((note) => {
    const { left, top, width, height } = note.getBoundingClientRect();
    return {
      x: left - plot.left - xaxis._offset,
      y: top - plot.top - yaxis._offset,
      width,
      height,
    };
  });
};

class CurveChart {
  /** @type {ChartData | null} */
  #data = null;
  /** @type {Pane[]} */
  #panes = [];
  /** @type {Map<string, Curve>} */
  #curves = new Map();
  /** @type {Set<string>} Ids of the curves that the reader has hidden. */
  #hidden = new Set();
  #hiddenSent = ""; // what Python has said of them
  #cursorReport = new CursorReport();
  /** @type {(ids: string[]) => void} */
  #reportHidden = () => {};
  /** @type {(p: number) => void} */
  #reportRest = () => {};
  #rest = 0; // the timer after which the cursor rests
  /** @type {Set<string>} Ids of the curves that have moved since they were drawn. */
  #moved = new Set();
  #drawsAll = false;
  #frame = 0;
  #ready = false;
  #zooming = false;
  /** @type {{ axis: string, range: number[] } | null} What the reader sees of a horizontal axis. */
  #zoom = null;
  #scale = SCALES.p;
  #classes = 0;
  #at = 0; // log p of the cursor
  /** @type {number | undefined} Where Python has put the cursor. */
  #start;
  /** @type {number | undefined} Where the reader has left it, as it was reported. */
  #left;
  /** @type {number | null} */
  #drawn = null;
  /** @type {{ id: string, name: string } | null} The parameter that moved last. */
  #last = null;
  /** @type {Promise<unknown>} plotly's work, one thing after the other. */
  #queue = Promise.resolve();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.table = new ValueTable(root, (id) => this.toggle(id));
    this.reader = new Reader(root, (l) => this.moveCursor(l));
    this.shares = new Shares(root);
    this.reader.input.addEventListener("change", () => this.leaveCursor());
    this.sliders = new SliderValues({
      accepts: (id, name) => name === "K" || Boolean(this.#curves.get(id)?.names.includes(name)),
      changed: (change) => this.follow(change),
    });
    this.previewChanged = () => this.schedule({ all: true });
  }

  open() {
    this.sliders.open();
    previewChanges.add(this.previewChanged);
  }

  close() {
    this.sliders.close();
    previewChanges.remove(this.previewChanged);
  }

  /**
   * @param {ChartData} data
   * @param {(name: string, value: unknown) => void} report
   */
  receive(data, report) {
    this.#cursorReport.receive(data, (p) => report("cursor", p));
    this.#reportHidden = (ids) => data.reports && report("hidden", ids);
    this.#reportRest = (p) => this.root.isConnected && report("rest", p);
    const figures = data.figures.map((text) => JSON.parse(text));
    this.#queue = this.#queue.then(async () => {
      const Plotly = await loadPlotly(data.plotly);
      this.#ready = false; // a pane may be new, and nothing can be drawn in it yet
      this.#data = data;
      this.#scale = SCALES[data.scale];
      this.readCurves(data);
      if (data.at !== this.#start) {
        this.#start = data.at;
        if (data.at !== this.#left) this.#at = Math.log(data.at);
      }
      this.takeHidden(data.hidden);
      find(this.root, ".curve-lab").classList.toggle("bare", data.bare);
      const curves = [...this.#curves.values()];
      this.table.receive(data, curves, this.#hidden);
      this.reader.receive(data);
      this.shares.receive(data, curves);
      this.layPanes(Plotly, figures.length);
      for (const [i, pane] of this.#panes.entries())
        await this.react(Plotly, pane, figures[i], data, i);
      this.#ready = this.#drawsAll = true;
      for (const pane of this.#panes) this.drawAll(pane);
      const last = this.#last && this.#curves.get(this.#last.id)?.values[this.#last.name];
      this.#drawn = last ?? data.drawn;
      this.redraw();
    });
  }

  /**
   * The curves with the values that count; those that Python has not caught up with have moved.
   * @param {ChartData} data
   */
  readCurves({ curves, classes, refusals }) {
    this.#classes = this.sliders.receive("", "K", classes, refusals);
    this.#curves = new Map(curves.map((curve) => [curve.id, readCurve(curve, this.#classes)]));
    for (const { id, names, values } of this.#curves.values()) {
      if (this.#classes !== classes) this.#moved.add(id);
      for (const name of names) {
        const sent = values[name];
        values[name] = this.sliders.receive(id, name, sent, refusals);
        if (values[name] !== sent) this.#moved.add(id);
      }
    }
  }

  /** @param {string[]} ids Those that are hidden, where Python says so anew. */
  takeHidden(ids) {
    if (ids.join("\n") === this.#hiddenSent) return;
    this.#hiddenSent = ids.join("\n");
    this.#hidden = new Set(ids);
  }

  /** @type {(Plotly: Plotly, count: number) => void} As many panes as there are views. */
  layPanes(Plotly, count) {
    const holder = find(this.root, ".plots");
    for (const { node } of this.#panes.splice(count)) {
      Plotly.purge(node);
      node.parentElement.remove();
    }
    while (this.#panes.length < count) {
      const pane = document.createElement("div");
      pane.className = "pane";
      pane.innerHTML =
        '<div class="plot" role="group"></div><svg class="overlay" aria-hidden="true"></svg>';
      holder.append(pane);
      const node = find(pane, ".plot");
      this.#panes.push({
        node,
        overlay: new Overlay(find(pane, ".overlay")),
        view: "penalty",
        sign: 1,
        log: [],
        curves: new DrawnCurves(node),
        notes: [],
        listens: false,
        options: null,
      });
      pane.addEventListener("pointermove", (event) => this.point(event, node));
      pane.addEventListener("pointerdown", (event) => this.point(event, node));
      for (const name of ["pointerleave", "pointerup", "pointercancel"])
        pane.addEventListener(name, () => this.leaveCursor());
    }
    holder.classList.toggle("two", count > 1);
  }

  /** @type {(Plotly: Plotly, pane: Pane, figure: any, data: ChartData, i: number) => Promise<void>} */
  async react(Plotly, pane, figure, data, i) {
    const { node } = pane;
    pane.view = data.views[i];
    pane.sign = data.signs[i];
    pane.log = JSON.parse(data.places).map(this.#scale.toLog);
    pane.curves.receive({ scale: this.#scale, view: pane.view, sign: pane.sign });
    node.setAttribute("aria-label", data.labels[i]);
    for (const trace of figure.data) {
      const curve = data.curves.find(({ uid }) => uid === trace.uid);
      trace.visible = !(curve && this.#hidden.has(curve.id));
    }
    pane.options ??= {
      ...PLOT_OPTIONS,
      modeBarButtonsToRemove: [...PLOT_OPTIONS.modeBarButtonsToRemove, "toImage"],
      modeBarButtonsToAdd: downloadButtons(
        Plotly,
        () => `lossviz-${pane.view}`,
        () => this.marks(),
        (uid) => this.dataOf(pane, uid),
      ),
    };
    const layout = withTheme(figure.layout, this.root);
    if (this.#zoom?.axis === this.axisOf(layout)) layout.xaxis.range = [...this.#zoom.range];
    await Plotly.react(node, figure.data, layout, pane.options);
    if (pane.listens) return;
    pane.listens = true;
    node.on("plotly_afterplot", () => this.#ready && this.drawAll(pane));
    node.on("plotly_relayouting", () => this.#ready && this.followHand(pane));
    node.on("plotly_relayout", (/** @type {object} */ change) =>
      this.followZoom(Plotly, pane, change),
    );
  }

  /**
   * Panes show the same predictions: a horizontal zoom in one is one in the other.
   * @type {(Plotly: Plotly, pane: Pane, change: object) => Promise<void>}
   */
  async followZoom(Plotly, pane, change) {
    if (this.#zooming || !ZOOM_KEYS.some((key) => key in change)) return;
    this.#zooming = true;
    const range = [...pane.node._fullLayout.xaxis.range];
    this.#zoom = { axis: this.axisOf(pane.node._fullLayout), range };
    const others = this.#panes.filter((other) => other !== pane);
    await Promise.all(others.map(({ node }) => Plotly.relayout(node, { "xaxis.range": range })));
    this.#zooming = false;
  }

  /** @type {(layout: any) => string} What a range of the horizontal axis is of. */
  axisOf({ xaxis }) {
    return `${this.#data?.scale} ${xaxis.type ?? "linear"}`;
  }

  /** The mark of 1/K, for a picture that is downloaded. */
  marks() {
    const x = this.#scale.of(-Math.log(this.#classes));
    const logarithmic = this.#panes[0].node._fullLayout.xaxis.type === "log";
    const line = { width: 1, dash: "dot" };
    const text = `1/${this.#classes}`;
    return {
      shapes: [{ type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line }],
      annotations: [
        {
          x: logarithmic ? Math.log10(x) : x,
          y: 1,
          yref: "paper",
          text,
          showarrow: false,
          xanchor: "left",
          yanchor: "top",
        },
      ],
    };
  }

  /** @param {ParameterChange} change */
  follow({ id, name, value, phase }) {
    const curve = this.#curves.get(id);
    if (name === "K") this.#classes = value;
    else {
      this.#last = { id, name };
      this.#drawn = value;
    }
    for (const moved of name === "K" ? this.#curves.values() : [curve]) {
      if (!moved) continue;
      moved.values[name] = value;
      this.#moved.add(moved.id);
    }
    this.schedule();
    if (phase !== "moving" && name !== "K" && curve)
      this.#queue = this.#queue.then(() =>
        Promise.all(this.#panes.map((pane) => this.updatePlotly(pane, curve))),
      );
  }

  /** @type {(pane: Pane, curve: Curve) => Promise<unknown> | undefined} Where a curve now is. */
  updatePlotly({ node, view, log, sign }, curve) {
    const place = this.traceOf(node, curve.uid);
    const factor = node._fullLayout.yaxis.type === "log" ? sign : 1;
    const y = log.map((l) => VIEWS[view](curve, l) * factor);
    return place < 0
      ? undefined
      : /** @type {any} */ (window).Plotly.restyle(node, { y: [y] }, [place]);
  }

  /** @type {(node: any, uid: string) => number} The place of a curve among plotly's, or −1. */
  traceOf(node, uid) {
    return node.data.findIndex((/** @type {{ uid: string }} */ trace) => trace.uid === uid);
  }

  /** Draws at the next frame: what has moved, or everything. */
  schedule({ all } = { all: false }) {
    this.#drawsAll ||= all;
    if (this.#ready && !this.#frame) this.#frame = requestAnimationFrame(() => this.redraw());
  }

  redraw() {
    this.#frame = 0;
    if (!this.#ready) return; // it all comes when plotly has drawn
    const moved = [...this.#moved];
    const found = moved.map((id) => this.#panes.map((pane) => this.drawCurve(pane, id)));
    const drawn = found.flat().every(Boolean);
    const curves = [...this.#curves.values()].filter(
      ({ id }) => this.#drawsAll || this.#moved.has(id),
    );
    const hasMoved = (/** @type {string} */ id) => moved.includes(id);
    this.#moved.clear();
    this.#drawsAll = false;
    for (const pane of this.#panes) {
      if (moved.length) this.drawNames(pane, hasMoved);
      this.drawOver(pane);
      if (drawn) pane.node.dataset.drawn = this.#drawn;
    }
    const preview = previewCurve(this.#classes);
    this.table.show({ l: this.#at, curves, preview });
    this.shares.show({ curves, preview });
    this.reader.show(this.#at, this.#classes);
  }

  /** The curves that the reader has not hidden. */
  get #seen() {
    return [...this.#curves.values()].filter(({ id }) => !this.#hidden.has(id));
  }

  /** @type {(pane: Pane, id: string) => boolean} False if there is no such curve in sight. */
  drawCurve(pane, id) {
    const curve = this.#curves.get(id);
    return Boolean(curve && pane.curves.draw(curve));
  }

  /** @param {Pane} pane Where plotly has drawn everything anew. */
  drawAll(pane) {
    for (const curve of this.#seen) pane.curves.draw(curve);
    pane.notes = notesIn(pane.node);
    this.drawNames(pane, () => true);
    this.drawOver(pane);
  }

  /** @param {Pane} pane Where plotly moves all that it has drawn, under the reader's hand. */
  followHand(pane) {
    pane.curves.sampleAll(this.#seen);
    this.drawNames(pane, () => true);
    this.drawOver(pane);
  }

  /** @type {(pane: Pane, moves: (id: string) => boolean) => void} */
  drawNames(pane, moves) {
    const start = pane.curves.placeOf(-Math.log(this.#classes));
    const taken = [startBox(start, pane.node._fullLayout.xaxis._length), ...pane.notes];
    pane.overlay.drawNames(pane.curves.names(this.#seen, taken, moves));
  }

  /** @type {(pane: Pane, uid: string) => object} */
  dataOf(pane, uid) {
    const curve = this.#seen.find((seen) => seen.uid === uid);
    return curve ? pane.curves.dataOf(curve) : {};
  }

  /** @param {Pane} pane */
  drawOver({ node, overlay, curves }) {
    this.reader.lay(this.#panes.map((each) => each.node));
    const { xaxis, yaxis } = node._fullLayout;
    const preview = previewCurve(this.#classes);
    overlay.draw({
      box: {
        left: xaxis._offset,
        top: yaxis._offset,
        width: xaxis._length,
        height: yaxis._length,
      },
      start: { x: curves.placeOf(-Math.log(this.#classes)), text: `1/K = 1/${this.#classes}` },
      cursor: {
        x: curves.placeOf(this.#at),
        dots: this.#seen.map((curve) => ({
          y: curves.heightOf(curve, this.#at),
          color: curve.color,
        })),
      },
      preview: preview && linePath(curves.sample(preview)),
    });
  }

  /** @type {(event: PointerEvent, node: any) => void} The cursor goes under the pointer. */
  point(event, node) {
    const { xaxis } = node._fullLayout ?? {};
    if (!xaxis) return;
    const pixel = event.clientX - node.getBoundingClientRect().left - xaxis._offset;
    if (pixel < 0 || pixel > xaxis._length) return;
    this.moveCursor(this.reader.logAt(xaxis.p2l(pixel)));
  }

  /** @param {number} l */
  moveCursor(l) {
    this.#at = l;
    this.schedule({ all: true });
    clearTimeout(this.#rest);
    if (this.#data?.reports_rest) this.#rest = window.setTimeout(() => this.rest(), REST_MS);
  }

  /** The reader leaves the cursor where it is, or as near to that as a link can say. */
  leaveCursor() {
    this.#left = this.#cursorReport.leave(Math.exp(this.#at));
    if (this.#left !== undefined) this.moveCursor(Math.log(this.#left));
  }

  /** The cursor rests, at a place that can be written. */
  rest() {
    const place = Number(Math.exp(this.#at).toPrecision(REST_DIGITS));
    this.#at = Math.log(place);
    this.schedule({ all: true });
    this.#reportRest(place);
  }

  /** @param {string} id */
  toggle(id) {
    const visible = this.#hidden.delete(id);
    if (!visible) this.#hidden.add(id);
    this.#reportHidden([...this.#hidden]);
    const uid = this.#curves.get(id)?.uid ?? "";
    const { Plotly } = /** @type {any} */ (window);
    this.#queue = this.#queue.then(() =>
      Promise.all(
        this.#panes.map(({ node }) => Plotly.restyle(node, { visible }, [this.traceOf(node, uid)])),
      ),
    );
  }
}

/** @param {any} component As Streamlit calls it, again for each change of the data. */
export default function ({ parentElement: root, data, setTriggerValue }) {
  const chart = instances.get(root) ?? new CurveChart(root);
  instances.set(root, chart);
  chart.open();
  chart.receive(data, setTriggerValue);
  // Streamlit also calls this while the chart stays, and starts again with the same root
  return () => chart.close();
}
