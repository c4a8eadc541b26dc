// Curves of losses, in one view or two side by side. While a parameter is dragged only its own
// paths and numbers are redrawn, from the loss's own formula; plotly receives it on release.

import { previewChanges } from "../shared/channel.js";
import { readCurve, SCALES, VIEWS } from "../shared/curves.js";
import { PLOT_OPTIONS, withTheme } from "../shared/plot_theme.js";
import { loadPlotly } from "../shared/plotly.js";
import { previewCurve } from "../shared/preview.js";
import { SliderValues } from "../shared/slider_values.js";
import { find, linePath } from "../shared/svg.js";
import { downloadButtons } from "./downloads.js";
import { Overlay } from "./overlay.js";
import { ValueTable } from "./value_table.js";

/** @typedef {import("../shared/curves.js").Curve} Curve */
/** @typedef {import("../shared/curves.js").CurveData} CurveData */
/** @typedef {import("../shared/curves.js").ViewName} ViewName */
/** @typedef {import("../shared/curves.js").ScaleName} ScaleName */
/** @typedef {import("../shared/channel.js").ParameterChange} ParameterChange */
/** @typedef {import("../shared/plotly.js").Plotly} Plotly */

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
 * @property {number} least_p Of the cursor.
 * @property {ViewName[]} columns Of the table.
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
 * @property {number[]} x The places of the curve's points on the horizontal axis.
 * @property {number[]} log Their log p.
 * @property {boolean} listens
 * @property {object | null} options plotly's. It draws anew, without the reader's zoom, where these
 *   are other objects than last time.
 */

const FAR = 1e5; // pixels: further than any screen, near enough for any renderer
const ZOOM_KEYS = ["xaxis.range[0]", "xaxis.range[1]", "xaxis.range", "xaxis.autorange"];

/** @type {WeakMap<Element, CurveChart>} */
const instances = new WeakMap();

/**
 * Where a plotly axis draws a value, in pixels; NaN where a logarithmic one cannot.
 * @type {(axis: any, value: number, sign?: number) => number}
 */
const pixelOf = (axis, value, sign = 1) => {
  const shown = axis.type === "log" ? Math.log10(sign * value) : value;
  return Number.isFinite(shown) ? Math.max(-FAR, Math.min(FAR, axis.l2p(shown))) : NaN;
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
  /** @type {number | undefined} */
  #start;
  /** @type {number | null} */
  #drawn = null;
  /** @type {{ id: string, name: string } | null} The parameter that moved last. */
  #last = null;
  /** @type {Promise<unknown>} plotly's work, one thing after the other. */
  #queue = Promise.resolve();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.table = new ValueTable(root, {
      toggle: (id) => this.toggle(id),
      read: (l) => this.moveCursor(l),
    });
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

  /** @param {ChartData} data */
  receive(data) {
    const figures = data.figures.map((text) => JSON.parse(text));
    this.#queue = this.#queue.then(async () => {
      const Plotly = await loadPlotly(data.plotly);
      this.#ready = false; // a pane may be new, and nothing can be drawn in it yet
      this.#data = data;
      this.#scale = SCALES[data.scale];
      this.readCurves(data);
      if (data.at !== this.#start) {
        this.#start = data.at;
        this.#at = Math.log(data.at);
      }
      this.table.receive(data, [...this.#curves.values()], this.#hidden);
      this.layPanes(Plotly, figures.length);
      for (const [i, pane] of this.#panes.entries())
        await this.react(Plotly, pane, figures[i], data, i);
      this.#ready = this.#drawsAll = true;
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
        x: [],
        log: [],
        listens: false,
        options: null,
      });
      pane.addEventListener("pointermove", (event) => this.point(event, node));
      pane.addEventListener("pointerdown", (event) => this.point(event, node));
    }
    holder.classList.toggle("two", count > 1);
  }

  /** @type {(Plotly: Plotly, pane: Pane, figure: any, data: ChartData, i: number) => Promise<void>} */
  async react(Plotly, pane, figure, data, i) {
    const { node } = pane;
    pane.view = data.views[i];
    pane.sign = data.signs[i];
    pane.x = JSON.parse(data.places);
    pane.log = pane.x.map(this.#scale.toLog);
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
      ),
    };
    const layout = withTheme(figure.layout, this.root);
    if (this.#zoom?.axis === this.axisOf(layout)) layout.xaxis.range = [...this.#zoom.range];
    await Plotly.react(node, figure.data, layout, pane.options);
    if (pane.listens) return;
    pane.listens = true;
    const drawOver = () => this.#ready && this.drawOver(pane);
    node.on("plotly_afterplot", drawOver);
    node.on("plotly_relayouting", drawOver);
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
        Promise.all(this.#panes.map((pane) => this.tellPlotly(pane, curve))),
      );
  }

  /** @type {(pane: Pane, curve: Curve) => Promise<unknown> | undefined} Where a curve now is. */
  tellPlotly({ node, view, log, sign }, curve) {
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
    const found = [...this.#moved].map((id) => this.#panes.map((pane) => this.drawPath(pane, id)));
    const drawn = found.flat().every(Boolean);
    const curves = [...this.#curves.values()].filter(
      ({ id }) => this.#drawsAll || this.#moved.has(id),
    );
    this.#moved.clear();
    this.#drawsAll = false;
    for (const pane of this.#panes) {
      this.drawOver(pane);
      if (drawn) pane.node.dataset.drawn = this.#drawn;
    }
    const classes = this.#classes;
    this.table.show({ l: this.#at, classes, curves, preview: previewCurve(classes) });
  }

  /** @type {(pane: Pane, curve: Curve) => number[][]} */
  pointsOf({ node, view, log, x, sign }, curve) {
    const { xaxis, yaxis } = node._fullLayout;
    return log.map((l, i) => [pixelOf(xaxis, x[i]), pixelOf(yaxis, VIEWS[view](curve, l), sign)]);
  }

  /**
   * Puts the loss's curve where its formula says; false if there is no such curve, or the reader has
   * hidden it.
   * @type {(pane: Pane, id: string) => boolean}
   */
  drawPath(pane, id) {
    const curve = this.#curves.get(id);
    if (!curve) return false;
    const path = pane.node.querySelector(`.scatterlayer .trace${curve.uid} path.js-line`);
    path?.setAttribute("d", linePath(this.pointsOf(pane, curve)));
    return Boolean(path);
  }

  /** @param {Pane} pane */
  drawOver(pane) {
    const { node, overlay, view, sign } = pane;
    const { xaxis, yaxis } = node._fullLayout;
    const preview = previewCurve(this.#classes);
    const seen = [...this.#curves.values()].filter(({ id }) => !this.#hidden.has(id));
    /** @type {(l: number) => number} */
    const placeOf = (l) => pixelOf(xaxis, this.#scale.of(l));
    overlay.draw({
      box: {
        left: xaxis._offset,
        top: yaxis._offset,
        width: xaxis._length,
        height: yaxis._length,
      },
      start: { x: placeOf(-Math.log(this.#classes)), text: `1/K = 1/${this.#classes}` },
      cursor: {
        x: placeOf(this.#at),
        dots: seen.map((curve) => ({
          y: pixelOf(yaxis, VIEWS[view](curve, this.#at), sign),
          color: curve.color,
        })),
      },
      preview: preview && linePath(this.pointsOf(pane, preview)),
    });
  }

  /** @type {(event: PointerEvent, node: any) => void} The cursor goes under the pointer. */
  point(event, node) {
    const { xaxis } = node._fullLayout ?? {};
    if (!xaxis) return;
    const pixel = event.clientX - node.getBoundingClientRect().left - xaxis._offset;
    if (pixel < 0 || pixel > xaxis._length) return;
    const place = xaxis.type === "log" ? 10 ** xaxis.p2l(pixel) : xaxis.p2l(pixel);
    const l = this.#scale.toLog(place);
    const least = Math.log(this.#data?.least_p ?? 0);
    this.moveCursor(Number.isNaN(l) ? least : Math.max(least, Math.min(0, l)));
  }

  /** @param {number} l */
  moveCursor(l) {
    this.#at = l;
    this.schedule({ all: true });
  }

  /** @param {string} id */
  toggle(id) {
    const visible = this.#hidden.delete(id);
    if (!visible) this.#hidden.add(id);
    const uid = this.#curves.get(id)?.uid ?? "";
    const { Plotly } = /** @type {any} */ (window);
    this.#queue = this.#queue.then(() =>
      Promise.all(
        this.#panes.map(({ node }) => Plotly.restyle(node, { visible }, [this.traceOf(node, uid)])),
      ),
    );
  }
}

/** @param {{ parentElement: HTMLElement, data: ChartData }} component */
export default function ({ parentElement: root, data }) {
  const chart = instances.get(root) ?? new CurveChart(root);
  instances.set(root, chart);
  chart.open();
  chart.receive(data);
  // Streamlit also calls this while the chart stays, and starts again with the same root
  return () => chart.close();
}
