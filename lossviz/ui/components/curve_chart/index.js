// Curves of losses, in one view or two side by side. While a parameter is dragged only its own paths and numbers are redrawn, from the loss's own
// formula; plotly hears of it on release.

import { PLOT_OPTIONS, routeOf, themed } from "../shared/format.js";
import { hub, loadPlotly } from "../shared/plotly.js";
import { downloads } from "./downloads.js";
import { Overlay } from "./overlay.js";
import { LEAST_P, Readout } from "./value_table.js";
import { pixelOf, previewCurve, readCurve, SCALES, VIEWS } from "./views.js";

const instances = new WeakMap();

class CurveLab {
  constructor(root) {
    Object.assign(this, {
      root,
      queue: Promise.resolve(),
      panes: [],
      curves: new Map(),
      hidden: new Set(),
      moved: new Set(),
      frame: 0,
      ready: false,
    });
    this.readout = new Readout(root, {
      toggle: (id) => this.toggle(id),
      read: (l) => this.read(l),
    });
    this.listeners = {
      parameter: (event) => this.follow(event.detail),
      preview: () => this.schedule(true),
    };
  }

  open() {
    for (const [name, listener] of Object.entries(this.listeners))
      hub.addEventListener(name, listener);
  }

  close() {
    for (const [name, listener] of Object.entries(this.listeners))
      hub.removeEventListener(name, listener);
  }

  take(data) {
    const figures = data.figures.map((text) => JSON.parse(text));
    this.queue = this.queue.then(async () => {
      const Plotly = await loadPlotly(data.plotly);
      this.ready = false; // a pane may be new, and nothing can be drawn in it yet
      Object.assign(this, { scale: SCALES[data.scale], classes: data.classes });
      this.curves = new Map(data.curves.map((curve) => [curve.id, readCurve(curve, data.classes)]));
      if (data.at !== this.start) Object.assign(this, { start: data.at, at: Math.log(data.at) });
      this.readout.take(data, [...this.curves.values()], this.hidden);
      this.layPanes(figures.length);
      for (const [i, pane] of this.panes.entries())
        await this.react(Plotly, pane, figures[i], data, i);
      Object.assign(this, { ready: true, everything: true });
      this.drawn = this.curves.get(this.last?.id)?.values[this.last.name] ?? data.drawn;
      this.redraw();
    });
  }

  // As many panes as there are views, each a plotly chart under an overlay of our own.
  layPanes(count) {
    const holder = this.root.querySelector(".plots");
    while (this.panes.length > count) {
      const { node } = this.panes.pop();
      window.Plotly.purge(node);
      node.parentElement.remove();
    }
    while (this.panes.length < count) {
      const pane = document.createElement("div");
      pane.className = "pane";
      pane.innerHTML =
        '<div class="plot" role="group"></div><svg class="overlay" aria-hidden="true"></svg>';
      holder.append(pane);
      this.panes.push({ node: pane.firstChild, overlay: new Overlay(pane.lastChild) });
      pane.addEventListener("pointermove", (event) => this.point(event, pane.firstChild));
      pane.addEventListener("pointerdown", (event) => this.point(event, pane.firstChild));
    }
    holder.classList.toggle("two", count > 1);
  }

  async react(Plotly, pane, figure, data, i) {
    const { node } = pane;
    Object.assign(pane, { view: data.views[i], sign: data.signs[i], x: JSON.parse(data.places) });
    pane.log = pane.x.map(this.scale.toLog);
    node.setAttribute("aria-label", data.labels[i]);
    for (const trace of figure.data)
      trace.visible = !this.hidden.has(data.curves.find((curve) => curve.uid === trace.uid).id);
    const saving = downloads(Plotly, `lossviz-${pane.view}`, () => this.marks());
    const options = {
      ...PLOT_OPTIONS,
      modeBarButtonsToRemove: [...PLOT_OPTIONS.modeBarButtonsToRemove, "toImage"],
      modeBarButtonsToAdd: saving,
    };
    await Plotly.react(node, figure.data, themed(figure.layout, this.root), options);
    if (pane.listens) return;
    pane.listens = true;
    node.on("plotly_afterplot", () => this.ready && this.drawOver(pane));
    node.on("plotly_relayouting", () => this.ready && this.drawOver(pane));
    node.on("plotly_relayout", (change) => this.followZoom(Plotly, pane, change));
  }

  // Panes show the same predictions: a horizontal zoom in one is one in the other.
  followZoom(Plotly, pane, change) {
    const keys = ["xaxis.range[0]", "xaxis.range[1]", "xaxis.range", "xaxis.autorange"].filter(
      (key) => key in change,
    );
    if (!keys.length || this.zooming) return;
    this.zooming = true;
    const range = [...pane.node._fullLayout.xaxis.range];
    Promise.all(
      this.panes
        .filter((other) => other !== pane)
        .map(({ node }) => Plotly.relayout(node, { "xaxis.range": range })),
    ).then(() => (this.zooming = false));
  }

  // The mark of 1/K, for a picture that is downloaded.
  marks() {
    const x = this.scale.of(-Math.log(this.classes));
    const logarithmic = this.panes[0].node._fullLayout.xaxis.type === "log";
    return {
      shapes: [
        {
          type: "line",
          x0: x,
          x1: x,
          y0: 0,
          y1: 1,
          yref: "paper",
          line: { width: 1, dash: "dot" },
        },
      ],
      annotations: [
        {
          x: logarithmic ? Math.log10(x) : x,
          y: 1,
          yref: "paper",
          text: `1/${this.classes}`,
          showarrow: false,
          xanchor: "left",
          yanchor: "top",
        },
      ],
    };
  }

  follow({ id, name, value, released }) {
    const concerned =
      name === "K"
        ? [...this.curves.values()]
        : [this.curves.get(id)].filter((curve) => curve?.names.includes(name));
    if (!concerned.length) return;
    for (const curve of concerned) {
      curve.values[name] = value;
      this.moved.add(curve.id);
    }
    if (name === "K") this.classes = value;
    else Object.assign(this, { last: { id, name }, drawn: value });
    this.schedule();
    if (released && name !== "K")
      this.queue = this.queue.then(() =>
        Promise.all(this.panes.map((pane) => this.settle(pane, concerned[0]))),
      );
  }

  // Tells plotly where a curve now is.
  settle({ node, view, log, sign }, curve) {
    const place = node.data.findIndex((trace) => trace.uid === curve.uid);
    const logarithmic = node._fullLayout.yaxis.type === "log";
    if (place >= 0)
      return window.Plotly.restyle(
        node,
        { y: [log.map((l) => VIEWS[view](curve, l) * (logarithmic ? sign : 1))] },
        [place],
      );
  }

  // Draws at the next frame: what has moved, or everything.
  schedule(everything = false) {
    this.everything ||= everything;
    if (this.ready) this.frame ||= requestAnimationFrame(() => this.redraw());
  }

  redraw() {
    this.frame = 0;
    if (!this.ready) return; // it all comes when plotly has drawn
    const drawn = [...this.moved].every((id) =>
      this.panes.map((pane) => this.drawPath(pane, id)).every(Boolean),
    );
    const curves = [...this.curves.values()].filter(
      ({ id }) => this.everything || this.moved.has(id),
    );
    this.moved.clear();
    this.everything = false;
    for (const pane of this.panes) {
      this.drawOver(pane);
      if (drawn) pane.node.dataset.drawn = this.drawn;
    }
    this.readout.show({
      l: this.at,
      classes: this.classes,
      curves,
      preview: previewCurve(this.classes),
    });
  }

  pointsOf({ node, view, log, x, sign }, curve) {
    const { xaxis, yaxis } = node._fullLayout;
    return log.map((l, i) => [pixelOf(xaxis, x[i]), pixelOf(yaxis, VIEWS[view](curve, l), sign)]);
  }

  // Puts the loss's curve where its formula says; false if there is no such curve, or the reader has hidden it.
  drawPath(pane, id) {
    const curve = this.curves.get(id);
    const path = curve && pane.node.querySelector(`.scatterlayer .trace${curve.uid} path.js-line`);
    path?.setAttribute("d", routeOf(this.pointsOf(pane, curve)));
    return Boolean(path);
  }

  drawOver(pane) {
    const { node, overlay, view, sign } = pane;
    const { xaxis, yaxis } = node._fullLayout;
    const preview = previewCurve(this.classes);
    const at = (l) => pixelOf(xaxis, this.scale.of(l));
    const seen = [...this.curves.values()].filter((curve) => !this.hidden.has(curve.id));
    overlay.draw({
      box: { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length },
      start: { x: at(-Math.log(this.classes)), text: `1/K = 1/${this.classes}` },
      cursor: {
        x: at(this.at),
        dots: seen.map((curve) => [pixelOf(yaxis, VIEWS[view](curve, this.at), sign), curve.color]),
      },
      preview: preview && routeOf(this.pointsOf(pane, preview)),
    });
  }

  point(event, node) {
    const { xaxis } = node._fullLayout ?? {};
    if (!xaxis) return;
    const pixel = event.clientX - node.getBoundingClientRect().left - xaxis._offset;
    if (pixel < 0 || pixel > xaxis._length) return;
    const place = xaxis.type === "log" ? 10 ** xaxis.p2l(pixel) : xaxis.p2l(pixel);
    const l = this.scale.toLog(place);
    this.read(Number.isNaN(l) ? Math.log(LEAST_P) : Math.max(Math.log(LEAST_P), Math.min(0, l)));
  }

  // Moves the cursor to a log p.
  read(l) {
    this.at = l;
    this.schedule(true);
  }

  toggle(id) {
    const hide = !this.hidden.has(id);
    this.hidden[hide ? "add" : "delete"](id);
    const { uid } = this.curves.get(id);
    this.queue = this.queue.then(() =>
      Promise.all(
        this.panes.map(({ node }) =>
          window.Plotly.restyle(node, { visible: !hide }, [
            node.data.findIndex((trace) => trace.uid === uid),
          ]),
        ),
      ),
    );
  }
}

export default function ({ parentElement: root, data }) {
  const lab = instances.get(root) ?? new CurveLab(root);
  instances.set(root, lab);
  lab.open();
  lab.take(data);
  return () => lab.close(); // Streamlit also calls this while the chart stays, and starts again with the same root
}
