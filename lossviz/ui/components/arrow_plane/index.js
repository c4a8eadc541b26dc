// Two arrows in the plane. They follow the hand on every frame, and with them every measure, curve and loss.

import { ANYWHERE, AngleCharts, SURE } from "../shared/angle_chart.js";
import { Arrivals, atNextFrame, Handle, handleOf, Parts } from "../shared/drag_handle.js";
import { expectedLoss, hearSliders, logsOf, readFields } from "../shared/loss_evaluation.js";
import { MeasureTable } from "../shared/measure_table.js";
import { cosineText, fixed, measure, two, vectorText } from "../shared/vectors.js";
import { LogitPlane, ofLogits } from "./logit_plane.js";

const LOW = -0.03,
  HIGH = 1.15,
  STEP = 0.01,
  LEAST_TARGET = 0.05;
const GAP = { left: 52, bottom: 44 }; // pixels for the numbers and titles of the axes
const QUARTER = Math.PI / 2;
const instances = new WeakMap();

const DRAWING = `
  <g class="frame" aria-hidden="true">
    <rect class="unit"/><path class="axis"/><path class="ticks"/>
    <g class="numbers"></g>
    <text class="title x-title">p1, probability of class 1</text><text class="title y-title">p2, probability of class 2</text>
    <path class="segment"/><text class="segment-name">p1 + p2 = 1</text>
  </g>
  <rect class="ground" fill="transparent"/>
  <g class="arrows" aria-hidden="true">
    <path class="wedge"/><path class="shadow"/><path class="fall"/><path class="square"/>
    <path class="target-line"/><path class="target-head"/><text class="target-name">target</text>
    <path class="prediction-line"/><path class="prediction-head"/><circle class="foot" r="5"/>
    <text class="angle-name"></text><text class="prediction-name"></text>
  </g>
  ${handleOf("target", "Target", `aria-roledescription="arrow head"`)}
  ${handleOf("prediction", "Prediction", `aria-roledescription="arrow head"`)}`;
const ZERO =
  "The zero vector points nowhere: no angle, no cosine. Pull the head away from the origin.";
const OFF = "Off the line p1 + p2 = 1 these are no probabilities, so nothing is charged.";

const clip = (value) => Math.min(1, Math.max(0, value));
const round = (value) => Math.round(value / STEP) / (1 / STEP);
const settle = (free, [x, y]) => {
  if (free) return [round(clip(x)), round(clip(y))];
  const first = round(clip((x - y + 1) / 2)); // the nearest point of the segment
  return [first, round(1 - first)];
};

class Plane {
  constructor(root) {
    this.box = root.querySelector(".lossviz-plane");
    this.svg = root.querySelector(".plane");
    this.svg.innerHTML = DRAWING;
    this.table = new MeasureTable(root.querySelector(".readouts"), ZERO);
    this.charts = new AngleCharts(root.querySelector(".charts"));
    this.parts = new Parts(this.svg);
    this.redraw = atNextFrame(() => this.draw());
    this.logitPlane = new LogitPlane(
      root.querySelector(".logits"),
      (logits) => this.move("logits", logits),
      (moved) => this.release("logits", moved),
      () => this.target,
    );
    this.handles = [this.logitPlane.handle, this.handle("target"), this.handle("prediction")];
    // A click beside the arrows sends the prediction there; a finger there scrolls the page.
    this.svg
      .querySelector(".ground")
      .addEventListener(
        "pointerdown",
        (event) =>
          event.pointerType === "mouse" &&
          this.data.mode !== "logits" &&
          this.handles[2].start(event, false),
      );
    new ResizeObserver(() => this.layout()).observe(this.svg);
    this.arrivals = new Arrivals(
      () => this.handles,
      ({ logits, prediction, target }) =>
        Object.assign(this, { logits, prediction, target, refused: false }),
    );
    this.sliders = hearSliders(
      () => this.fields ?? [],
      () => this.redraw(),
    );
  }

  handle(name) {
    return new Handle(this.svg.querySelector(`.${name}-handle`), {
      locate: (event) => {
        const box = this.svg.getBoundingClientRect();
        return [
          (event.clientX - box.left - GAP.left) / this.scale + LOW,
          HIGH - (event.clientY - box.top) / this.scale,
        ];
      },
      read: () => this[name],
      move: (point) => this.move(name, settle(this.data.mode === "free", point)),
      press: (event) => this.press(name, event),
      release: (moved) => this.release(name, moved),
    });
  }

  release(name, moved) {
    if (moved) this.report(name, this[name]);
    this.arrivals.end(moved);
    if (this.data.mode === "logits") this.prediction = ofLogits(this.logits);
    this.redraw();
  }

  move(name, point) {
    if (name === "target" && Math.hypot(...point) < LEAST_TARGET)
      return ((this.refused = true), this.redraw());
    this.refused = false;
    this[name] = point;
    if (name === "logits") this.prediction = ofLogits(point);
    this.redraw();
  }

  press(name, { key, shiftKey }) {
    const [x, y] = this[name],
      step = shiftKey ? 0.1 : STEP,
      other = this.data.mode === "free" ? 0 : -1;
    return {
      ArrowRight: [x + step, y + step * other],
      ArrowLeft: [x - step, y - step * other],
      ArrowUp: [x + step * other, y + step],
      ArrowDown: [x - step * other, y - step],
      Home: name === "target" ? [1, 0] : [...this.target].reverse(),
      End: name === "target" ? [0, 1] : this.target,
    }[key];
  }

  take(data, report) {
    this.arrivals.take(data);
    Object.assign(this, { data, report, fields: readFields(data, this.sliders) });
    if (data.mode === "logits") this.prediction = ofLogits(this.logits);
    for (const [name, color] of data.colors) this.box.style.setProperty(`--${name}`, color);
    this.box.classList.toggle("from-logits", data.mode === "logits");
    this.svg.classList.toggle("free", data.mode === "free");
    this.table.take(this.fields);
    this.layout();
  }

  // What changes only with the size.
  layout() {
    const width = this.svg.clientWidth;
    if (!width || !this.data) return;
    this.scale = (width - GAP.left) / (HIGH - LOW);
    this.svg.style.height = `${width - GAP.left + GAP.bottom}px`;
    const { at, parts } = this,
      [left, bottom] = at([0, 0]),
      [right, top] = at([1, 1]),
      [edge, roof] = at([HIGH, HIGH]),
      [, floor] = at([0, LOW]);
    parts.set(".unit", { x: left, y: top, width: right - left, height: bottom - top });
    parts.set(".ground", { x: GAP.left, y: roof, width: edge - GAP.left, height: floor - roof });
    parts.set(".axis", { d: `M${left} ${at([0, 1.04])[1]}V${bottom}H${at([1.04, 0])[0]}` });
    parts.set(".ticks", {
      d: [0.5, 1].map((value) => `M${at([value, 0])}v5M${at([0, value])}h-5`).join(""),
    });
    const number = (x, y, value, anchor) =>
      `<text x="${x}" y="${y}" text-anchor="${anchor}">${value}</text>`;
    parts.get(".numbers").innerHTML =
      number(left - 8, bottom + 18, 0, "end") +
      [0.5, 1]
        .map(
          (value) =>
            number(at([value, 0])[0], bottom + 20, value, "middle") +
            number(left - 19, at([0, value])[1] + 5, value, "end"),
        )
        .join("");
    parts.set(".x-title", { x: (left + right) / 2, y: bottom + 44 });
    parts.set(".y-title", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
    parts.set(".segment", { d: `M${at([0, 1])}L${at([1, 0])}` });
    parts.set(".segment-name", {
      transform: `translate(${at([0.74, 0.26])}) rotate(45) translate(0 -9)`,
    });
    this.logitPlane.layout();
    this.draw();
  }

  at = ([x, y]) => [GAP.left + (x - LOW) * this.scale, (HIGH - y) * this.scale];

  draw() {
    if (!this.scale) return;
    const { prediction, target, parts, at } = this,
      m = measure(prediction, target);
    const head = at(prediction),
      goal = at(target),
      foot = at(target.map((value) => (value * m.projection) / m.targetLength)),
      origin = at([0, 0]);
    const turn = Math.atan2(prediction[1], prediction[0]),
      aim = Math.atan2(target[1], target[0]),
      radius = 0.26 * Math.min(1, Math.max(0.35, m.length / 0.5));
    const around = (angle, r) => at([r * Math.cos(angle), r * Math.sin(angle)]);
    const arrow = (name, end, angle, size) => {
      const [c, s] = [Math.cos(angle), -Math.sin(angle)],
        back = [end[0] - size * c, end[1] - size * s],
        w = size * 0.42;
      parts.set(`.${name}-line`, { d: `M${origin}L${back}` });
      parts.set(`.${name}-head`, {
        d: `M${end}L${back[0] - w * s} ${back[1] + w * c}L${back[0] + w * s} ${back[1] - w * c}Z`,
      });
    };
    arrow("target", goal, aim, Math.min(15, m.targetLength * this.scale));
    arrow("prediction", head, turn, Math.min(18, m.length * this.scale));
    const beyond = around(aim, m.targetLength + 30 / this.scale);
    parts.set(".target-name", {
      x: beyond[0] + (aim < 0.8 ? 2 : 0),
      y: beyond[1] + 5 * Math.cos(aim) + 2 * Math.sin(aim),
      "text-anchor": aim > 0.8 ? "middle" : "start",
    });

    // The angle: its name stands between the arrows, or outside them where they leave no room.
    const arc = radius * this.scale,
      clockwise = turn > aim ? 0 : 1,
      narrow = m.angle < 30,
      out = Math.sign(turn - aim) || (aim > QUARTER / 2 ? -1 : 1);
    parts.set(".wedge", {
      d: m.directed
        ? `M${origin}L${around(turn, radius)}A${arc} ${arc} 0 0 ${1 - clockwise} ${around(aim, radius)}Z`
        : "",
    });
    const spot = around(
      narrow ? turn + out * Math.min(0.3, 24 / arc) : (turn + aim) / 2,
      narrow ? radius * 1.1 : radius * 0.66,
    );
    parts.set(".angle-name", {
      x: spot[0],
      y: spot[1] + 5,
      "text-anchor": narrow && out < 0 ? "start" : narrow ? "end" : "middle",
    });
    parts.write(".angle-name", m.directed ? `${fixed(m.angle, 1)}°` : "");

    // The projection: how far the prediction reaches along the target.
    parts.set(".shadow", { d: m.projection > 0 ? `M${origin}L${foot}` : "" });
    parts.set(".fall", { d: m.directed ? `M${head}L${foot}` : "" });
    const corner = 9,
      along = [-Math.cos(aim) * corner, Math.sin(aim) * corner],
      away = Math.hypot(head[0] - foot[0], head[1] - foot[1]);
    const side = [((head[0] - foot[0]) / away) * corner, ((head[1] - foot[1]) / away) * corner];
    parts.set(".square", {
      d:
        away > 24 && m.projection * this.scale > 24
          ? `M${foot[0] + along[0]} ${foot[1] + along[1]}l${side}l${-along[0]} ${-along[1]}`
          : "",
    });
    parts.set(".foot", { cx: foot[0], cy: foot[1], visibility: m.directed ? "visible" : "hidden" });

    const lean = clip((prediction[0] - 0.6) / 0.2) * QUARTER; // the label moves from the head's right to its top before it leaves the square
    parts.set(".prediction-name", {
      x: head[0] + Math.cos(lean) * 64,
      y: head[1] + 5 - Math.sin(lean) * 27,
    });
    parts.write(".prediction-name", vectorText(prediction));
    parts.get(".segment-name").style.opacity = [prediction, target].some(
      ([x, y]) => Math.hypot(x - 0.74, y - 0.26) < 0.26,
    )
      ? 0
      : 1;
    const said =
      `dot product ${two(m.dot)}` +
      (m.directed
        ? `, cosine ${cosineText(m.cosine)}, angle ${fixed(m.angle, 1)} degrees`
        : ", no direction");
    for (const [name, [x, y]] of [
      ["prediction", prediction],
      ["target", target],
    ])
      parts.set(`.${name}-handle`, {
        transform: `translate(${at([x, y])})`,
        "aria-valuemax": this.data.mode === "free" ? 2 : 1,
        "aria-valuenow": two(m.dot),
        "aria-valuetext": `p1 ${two(x)}, p2 ${two(y)}; ${said}`,
      });
    this.logitPlane.draw(this.logits);
    this.tell(m, turn - aim ? Math.sign(turn - aim) : out, aim);
    this.svg.dataset.drawn = prediction.map(two).join();
  }

  // side: to which side of the target the prediction lies. The curves go on there, to the end of the segment.
  tell(m, side, aim) {
    const { target, fields, data } = this,
      free = data.mode === "free";
    const charge = (field, p) => expectedLoss(field, logsOf(p), target);
    const onto = (angle) => {
      const [x, y] = [Math.max(0, Math.cos(angle)), Math.max(0, Math.sin(angle))];
      return free ? [m.length * x, m.length * y] : [x / (x + y), y / (x + y)];
    };
    this.charts.draw({
      along: (angle) => onto(aim + (side * angle * Math.PI) / 180),
      target,
      most: ((side > 0 ? QUARTER - aim : aim) * 180) / Math.PI,
      key: `${target} ${side} ${free && m.length}`,
      m,
      fields: free ? [] : fields,
      charge,
      range: free ? ANYWHERE : SURE,
    });
    const sure = target.indexOf(1),
      of =
        sure >= 0
          ? `f(${two(m.p[sure])})`
          : target.map((share, i) => `${two(share)}·f(${two(m.p[i])})`).join(" + ");
    this.table.tell(
      m,
      two,
      free ? { off: OFF } : { of, charged: fields.map((field) => ["", charge(field, m.p)]) },
    );
    this.box.querySelector(".refused").hidden = !this.refused;
  }
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  const plane = instances.get(root) ?? new Plane(root);
  instances.set(root, plane);
  plane.sliders.open();
  plane.take(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  return () => plane.sliders.close(); // Streamlit also calls this while the plane stays, and starts again with the same root
}
