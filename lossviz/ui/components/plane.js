// Two arrows in the plane. The prediction follows the pointer on every frame; Python hears of it when it is let go.

const LOW = -0.03, HIGH = 1.15, STEP = 0.01;
const GAP = { left: 40, bottom: 44 }; // pixels for the numbers and titles of the axes
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
  <g class="handle" role="slider" tabindex="0" aria-label="Prediction" aria-roledescription="arrow head" aria-valuemin="0" aria-valuemax="1"><circle class="touch" r="24"/><circle class="grip" r="15"/></g>`;

const rows = (table) =>
  table.map((row) => `<div class="row" data-measure="${row.key}"><dt>${row.mark ? `<i class="${row.mark}"></i>` : ""}${row.name} <span>${row.symbol}</span></dt><dd><span class="sum"></span> <b></b></dd></div>`).join("");
const READOUTS = `
  <p class="vectors"><span>prediction <b>p</b> = <output class="p"></output></span><span>target <b>t</b> = <output class="t"></output></span></p>
  <dl>${rows(MEASURES)}</dl>
  <p class="zero" role="status" hidden>The zero vector points nowhere: no angle, no cosine. Pull the head away from the origin.</p>
  <h2>What the true class’s p costs</h2>
  <dl class="penalties">${rows(PENALTIES)}</dl>
  <p class="off" hidden>Off the segment these are no probabilities, so nothing is charged.</p>`;

const clip = (value) => Math.min(1, Math.max(0, value));
const round = (value) => Math.round(value / STEP) / (1 / STEP);
const settle = (instance, [x, y]) => {
  if (!instance.data.on_segment) return [round(clip(x)), round(clip(y))];
  const first = round(clip((x - y + 1) / 2)); // the nearest point of the segment
  return [first, round(1 - first)];
};

class Plane {
  constructor(root) {
    this.svg = root.querySelector(".plane");
    this.svg.innerHTML = DRAWING;
    this.panel = root.querySelector(".readouts");
    this.panel.innerHTML = READOUTS;
    this.handle = this.svg.querySelector(".handle");
    this.parts = new Map();
    this.listen();
    new ResizeObserver(() => this.layout()).observe(this.svg);
  }

  part(selector) {
    if (!this.parts.has(selector)) this.parts.set(selector, this.svg.querySelector(selector) ?? this.panel.querySelector(selector));
    return this.parts.get(selector);
  }

  set(selector, attributes) {
    for (const [name, value] of Object.entries(attributes)) this.part(selector).setAttribute(name, value);
  }

  write(selector, text) {
    const part = this.part(selector);
    if (part.textContent !== text) part.textContent = text;
  }

  take(data, report) {
    const moved = this.data?.moves !== data.moves && !this.held;
    this.data = data;
    this.report = report;
    if (moved) this.prediction = settle(this, data.prediction);
    this.layout();
  }

  // What changes only with the size, the mode or the target.
  layout() {
    const width = this.svg.clientWidth;
    if (!width || !this.data) return;
    this.scale = (width - GAP.left) / (HIGH - LOW);
    this.height = width - GAP.left + GAP.bottom;
    this.svg.style.height = `${this.height}px`;
    const at = this.at, [left, bottom] = at([0, 0]), [right, top] = at([1, 1]), [edge, roof] = at([HIGH, HIGH]), [, floor] = at([0, LOW]);
    this.set(".unit", { x: left, y: top, width: right - left, height: bottom - top });
    this.set(".ground", { x: GAP.left, y: roof, width: edge - GAP.left, height: floor - roof });
    this.set(".axis", { d: `M${left} ${roof}V${bottom}H${edge}` });
    this.set(".ticks", { d: [0.5, 1].map((value) => `M${at([value, 0])}v5M${at([0, value])}h-5`).join("") });
    const number = (x, y, value, anchor) => `<text x="${x}" y="${y}" text-anchor="${anchor}">${value}</text>`;
    this.part(".numbers").innerHTML =
      number(left - 8, bottom + 18, 0, "end") + [0.5, 1].map((value) => number(at([value, 0])[0], bottom + 20, value, "middle") + number(left - 9, at([0, value])[1] + 5, value, "end")).join("");
    this.set(".x-title", { x: (left + right) / 2, y: bottom + 44 });
    this.set(".y-title", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
    this.set(".segment", { d: `M${at([0, 1])}L${at([1, 0])}` });
    this.set(".segment-name", { transform: `translate(${at([0.74, 0.26])}) rotate(45) translate(0 -9)` });
    this.svg.classList.toggle("free", !this.data.on_segment);
    this.part(".penalties").hidden = !this.data.on_segment;
    this.part(".off").hidden = this.data.on_segment;
    for (const [name, color] of this.data.colors) this.svg.parentNode.parentNode.style.setProperty(`--${name}`, color);
    this.draw();
  }

  at = ([x, y]) => [GAP.left + (x - LOW) * this.scale, (HIGH - y) * this.scale];
  from = (event) => {
    const box = this.svg.getBoundingClientRect();
    return [(event.clientX - box.left - GAP.left) / this.scale + LOW, HIGH - (event.clientY - box.top) / this.scale];
  };

  draw() {
    this.frame = 0;
    const { prediction, data: { target } } = this, m = measure(prediction, target), at = this.at, directed = m.length > 0;
    const head = at(prediction), goal = at(target), foot = at(m.foot), origin = at([0, 0]);
    const turn = Math.atan2(m.y, m.x), aim = Math.atan2(m.b, m.a), radius = 0.26 * Math.min(1, Math.max(0.35, m.length / 0.5));
    const around = (angle, r) => at([r * Math.cos(angle), r * Math.sin(angle)]);
    const arrow = (name, end, angle, size) => {
      const [c, s] = [Math.cos(angle), -Math.sin(angle)], back = [end[0] - size * c, end[1] - size * s], w = size * 0.42;
      this.set(`.${name}-line`, { d: `M${origin}L${back}` });
      this.set(`.${name}-head`, { d: `M${end}L${back[0] - w * s} ${back[1] + w * c}L${back[0] + w * s} ${back[1] - w * c}Z` });
    };
    arrow("target", goal, aim, 15);
    arrow("prediction", head, turn, Math.min(18, m.length * this.scale));
    const beyond = around(aim, m.targetLength + 12 / this.scale);
    this.set(".target-name", { x: beyond[0], y: beyond[1] + 5 * Math.cos(aim) - 2, "text-anchor": aim > 0.8 ? "middle" : "start" });

    // The angle: its name stands between the arrows, or outside them where they leave no room.
    const arc = radius * this.scale, clockwise = turn > aim ? 0 : 1, narrow = m.angle < 30, out = Math.sign(turn - aim) || -1;
    this.set(".wedge", { d: directed ? `M${origin}L${around(turn, radius)}A${arc} ${arc} 0 0 ${1 - clockwise} ${around(aim, radius)}Z` : "" });
    const spot = around(narrow ? turn + out * Math.min(0.3, 24 / arc) : (turn + aim) / 2, narrow ? radius * 1.1 : radius * 0.66);
    this.set(".angle-name", { x: spot[0], y: spot[1] + 5, "text-anchor": narrow && out < 0 ? "start" : "middle" });
    this.write(".angle-name", directed ? `${fixed(m.angle, 1)}°` : "");

    // The projection: how far the prediction reaches along the target.
    this.set(".shadow", { d: m.projection > 0 ? `M${origin}L${foot}` : "" });
    this.set(".fall", { d: directed ? `M${head}L${foot}` : "" });
    const corner = 9, along = [-Math.cos(aim) * corner, Math.sin(aim) * corner], away = Math.hypot(head[0] - foot[0], head[1] - foot[1]);
    const side = [((head[0] - foot[0]) / away) * corner, ((head[1] - foot[1]) / away) * corner];
    this.set(".square", { d: away > 24 && m.projection * this.scale > 24 ? `M${foot[0] + along[0]} ${foot[1] + along[1]}l${side}l${-along[0]} ${-along[1]}` : "" });
    this.set(".foot", { cx: foot[0], cy: foot[1], visibility: directed ? "visible" : "hidden" });

    const lean = clip((m.x - 0.6) / 0.2) * (Math.PI / 2); // the label moves from the head's right to its top before it leaves the square
    this.set(".prediction-name", { x: head[0] + Math.cos(lean) * 64, y: head[1] + 5 - Math.sin(lean) * 27 });
    this.write(".prediction-name", `[${two(m.x)}, ${two(m.y)}]`);
    this.part(".segment-name").style.opacity = Math.hypot(m.x - 0.74, m.y - 0.26) < 0.26 ? 0 : 1;
    this.set(".handle", {
      transform: `translate(${head})`,
      "aria-valuenow": two(m.dot),
      "aria-valuetext": `p1 ${two(m.x)}, p2 ${two(m.y)}; dot product ${two(m.dot)}` + (directed ? `, cosine ${cosineText(m.cosine)}, angle ${fixed(m.angle, 1)} degrees` : ", no direction"),
    });
    this.svg.dataset.drawn = `${two(m.x)},${two(m.y)}`;
    this.tell(m, directed);
  }

  tell(m, directed) {
    this.write(".p", `[${two(m.x)}, ${two(m.y)}]`);
    this.write(".t", `[${short(m.a)}, ${short(m.b)}]`);
    for (const row of [...MEASURES, ...PENALTIES]) {
      const known = directed || !row.directed, sum = known ? row.sum(m) : "";
      this.write(`[data-measure=${row.key}] .sum`, sum && `${sum} =`);
      this.write(`[data-measure=${row.key}] b`, known ? row.value(m) : "none");
    }
    this.part(".zero").hidden = directed;
  }

  move(point) {
    this.prediction = settle(this, point);
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  // Python hears only of what is new to it.
  release() {
    this.held = false;
    this.svg.classList.remove("held");
    if (this.dirty) this.report(this.prediction);
    this.dirty = false;
  }

  listen() {
    const start = (event, grip) => {
      if (event.button !== 0) return;
      event.preventDefault();
      this.handle.focus({ preventScroll: true });
      this.handle.setPointerCapture(event.pointerId);
      const [x, y] = this.from(event);
      this.grip = grip ? [this.prediction[0] - x, this.prediction[1] - y] : [0, 0]; // the head does not jump under the finger
      this.held = true;
      this.svg.classList.add("held");
      if (!grip) this.drag(event);
    };
    this.handle.addEventListener("pointerdown", (event) => start(event, true));
    // Chromium does not heed touch-action on a part of an SVG: it scrolls, and cancels the drag at its second move.
    this.handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    // A click beside the arrow sends it there; a finger there scrolls the page.
    this.svg.querySelector(".ground").addEventListener("pointerdown", (event) => event.pointerType === "mouse" && start(event, false));
    this.handle.addEventListener("pointermove", (event) => this.held && this.drag(event));
    this.handle.addEventListener("lostpointercapture", () => this.release());
    this.handle.addEventListener("keydown", (event) => this.press(event));
    this.handle.addEventListener("keyup", () => this.held || this.release());
    this.handle.addEventListener("blur", () => this.held || this.release());
  }

  drag(event) {
    const [x, y] = this.from(event);
    this.dirty = true;
    this.move([x + this.grip[0], y + this.grip[1]]);
  }

  press(event) {
    const [x, y] = this.prediction, [a, b] = this.data.target, step = event.shiftKey ? 0.1 : STEP, other = this.data.on_segment ? -1 : 0;
    const next = {
      ArrowRight: [x + step, y + step * other],
      ArrowLeft: [x - step, y - step * other],
      ArrowUp: [x + step * other, y + step],
      ArrowDown: [x - step * other, y - step],
      Home: [b, a],
      End: [a, b],
    }[event.key];
    if (!next) return;
    event.preventDefault();
    this.dirty = true;
    this.move(next);
  }
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  const plane = instances.get(root) ?? new Plane(root);
  instances.set(root, plane);
  plane.take(data, (prediction) => setTriggerValue("prediction", prediction));
}
