// A plotly figure that takes new data without losing zoom or hidden curves.

const instances = new WeakMap();

export default function ({ parentElement: root, data }) {
  const instance = instances.get(root) ?? { queue: Promise.resolve() };
  instances.set(root, instance);
  const node = root.querySelector(".plot");
  node.setAttribute("aria-label", data.label);
  const figure = JSON.parse(data.figure);
  instance.queue = instance.queue.then(async () => {
    const Plotly = await loadPlotly();
    await Plotly.react(node, figure.data, themed(figure.layout, root), PLOT_OPTIONS);
    node.dataset.points = figure.data.reduce((count, trace) => count + (trace.x?.length ?? 0), 0);
  });
}
