// Curves of losses over p. While a parameter is dragged only the one path is redrawn, from the loss's own formula; plotly hears of it on release.

const VIEWS = {
  penalty: (curve, values) => curve.penalty(values),
  weight: (curve, values) => curve.weight(values),
  slope: (curve, values, p) => -curve.weight(values) / p,
};
const FAR = 1e5; // pixels: further than any screen, near enough for any renderer
const instances = new WeakMap();

function heightsOf(instance, id) {
  const curve = instance.curves.get(id);
  const view = VIEWS[instance.view];
  const height = (p, l) => view(curve, { ...curve.values, l }, p);
  return curve.x.map((p) => {
    const value = height(p, Math.log(p));
    return Number.isNaN(value) && p === 1 ? height(p, -1e-300) : value; // such as 0 * log(0) for the other classes: the limit, as Python takes it
  });
}

// Puts the loss's curve where its formula says; false if the reader has hidden it.
function drawPath(instance, id) {
  const { node } = instance;
  const path = node.querySelector(`.scatterlayer .trace${instance.curves.get(id).uid} path.js-line`);
  if (!path) return false;
  const { xaxis, yaxis } = node._fullLayout;
  const x = instance.curves.get(id).x;
  let pen = "M";
  let route = "";
  heightsOf(instance, id).forEach((height, i) => {
    if (!Number.isFinite(height)) return void (pen = "M");
    const y = Math.max(-FAR, Math.min(FAR, yaxis.l2p(height)));
    route += `${pen}${xaxis.l2p(x[i]).toFixed(1)},${y.toFixed(1)}`;
    pen = "L";
  });
  path.setAttribute("d", route || "M0,0");
  return true;
}

function redraw(instance) {
  instance.frame = 0;
  const drawn = [...instance.moved].map((id) => drawPath(instance, id));
  instance.moved.clear();
  if (drawn.every(Boolean)) instance.node.dataset.drawn = instance.drawn;
}

function follow(instance, { id, name, value, released }) {
  const curve = instance.curves.get(id);
  if (!curve || !(name in curve.values)) return;
  curve.values[name] = value;
  instance.last = { id, name };
  instance.drawn = value;
  instance.moved.add(id);
  if (instance.ready) instance.frame ||= requestAnimationFrame(() => redraw(instance));
  if (released)
    instance.queue = instance.queue.then(() => {
      const place = instance.node.data.findIndex((trace) => trace.uid === curve.uid);
      if (place >= 0) return window.Plotly.restyle(instance.node, { y: [heightsOf(instance, id)] }, [place]);
    });
}

export default function ({ parentElement: root, data }) {
  let instance = instances.get(root);
  if (!instance) {
    instance = { node: root.querySelector(".plot"), queue: Promise.resolve(), curves: new Map(), moved: new Set(), frame: 0, ready: false };
    instances.set(root, instance);
    instance.listener = (event) => follow(instance, event.detail);
    hub.addEventListener("parameter", instance.listener);
  }
  const figure = JSON.parse(data.figure);
  instance.node.setAttribute("aria-label", data.label);
  instance.queue = instance.queue.then(async () => {
    const Plotly = await loadPlotly();
    instance.view = data.view;
    instance.curves = new Map(
      data.curves.map((curve, i) => [
        curve.id,
        { uid: curve.uid, x: figure.data[i].x, values: { ...curve.values }, penalty: compileTree(curve.penalty), weight: compileTree(curve.weight) },
      ]),
    );
    await Plotly.react(instance.node, figure.data, themed(figure.layout, root), PLOT_OPTIONS);
    instance.ready = true;
    instance.drawn = instance.curves.get(instance.last?.id)?.values[instance.last.name] ?? data.drawn;
    instance.node.dataset.drawn = instance.drawn;
  });
  return () => {
    hub.removeEventListener("parameter", instance.listener);
    instances.delete(root);
  };
}
