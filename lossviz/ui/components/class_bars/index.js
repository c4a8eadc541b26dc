// Many classes: the prediction as bars, of which the true class's is dragged while the others share the rest; the start is p = 1/K.

import { AngleCharts } from "../shared/angle_chart.js";
import { Arrivals, atNextFrame, Handle, handleOf, Parts } from "../shared/drag_handle.js";
import { numberText } from "../shared/format.js";
import {
  descentByLogits,
  hearSliders,
  logsOf,
  lossAt,
  readFields,
} from "../shared/loss_evaluation.js";
import { MeasureTable } from "../shared/measure_table.js";
import { cosineText, fixed, measure, trimmed } from "../shared/vectors.js";

const TRUE = 1; // the article's true class is the second
const LEAST_P = 0.001;
const ARTICLE_OTHERS = [0.2, 0.1, 0.4].map((share) => share / 0.7);
const BAR_INSET = { left: 46, right: 10, top: 24, bottom: 44 };
const BAR_HEIGHT = 330,
  FEW = 12; // so few bars are numbered
const instances = new WeakMap();

const BARS = `
  <path class="axis"/><g class="numbers"></g><g class="bars"></g>
  <path class="even"/><text class="even-name"></text>
  <text class="title x-title"></text><text class="title y-title">predicted probability</text>
  <rect class="ground" fill="transparent"/>
  ${handleOf("p", "Probability of the true class", `aria-orientation="vertical"`)}`;

class Classes {
  constructor(root) {
    this.box = root.querySelector(".lossviz-classes");
    this.svg = root.querySelector(".bars-drawing");
    this.svg.innerHTML = BARS;
    this.parts = new Parts(this.svg);
    this.table = new MeasureTable(
      root.querySelector(".readouts"),
      "",
      "What each loss charges, and how it pulls",
    );
    this.charts = new AngleCharts(root.querySelector(".charts"));
    this.redraw = atNextFrame(() => this.draw());
    this.handle = new Handle(this.svg.querySelector(".handle"), {
      locate: (event) => [
        (this.bottom - (event.clientY - this.svg.getBoundingClientRect().top)) / this.tall,
      ],
      read: () => [this.p],
      move: ([p]) => {
        this.chosen = Math.round(Math.max(LEAST_P, Math.min(1, p)) * 1000) / 1000;
        this.redraw();
      },
      press: ({ key, shiftKey }) => {
        const step = shiftKey ? 0.1 : 0.01;
        const p = {
          ArrowUp: this.p + step,
          ArrowRight: this.p + step,
          ArrowDown: this.p - step,
          ArrowLeft: this.p - step,
          Home: LEAST_P,
          End: 1,
        }[key];
        return p === undefined ? null : [p];
      },
      release: (moved) => {
        if (moved) this.report("p_true", [this.p]);
        this.arrivals.end(moved);
        this.redraw();
      },
    });
    this.svg
      .querySelector(".ground")
      .addEventListener(
        "pointerdown",
        (event) => event.pointerType === "mouse" && this.handle.start(event, false),
      );
    new ResizeObserver(() => this.redraw()).observe(this.svg);
    this.arrivals = new Arrivals(
      () => [this.handle],
      ({ p_true }) => (this.chosen = p_true),
    );
    this.sliders = hearSliders(
      () => this.fields ?? [],
      (name, value) => {
        if (name === "K") Object.assign(this, { classes: value, others: "even" });
        this.redraw();
      },
    );
  }

  take(data, report) {
    this.arrivals.take(data);
    const fields = readFields(data, this.sliders),
      classes = this.sliders.newest("", "K", data.classes);
    Object.assign(this, {
      data,
      report,
      fields,
      classes,
      others: classes === data.classes ? data.others : "even",
    });
    for (const [name, color] of data.colors) this.box.style.setProperty(`--${name}`, color);
    this.table.take(this.fields);
    this.redraw();
  }

  // Until somebody moves it, the bar stands at the start.
  get p() {
    return this.chosen ?? 1 / this.classes;
  }

  draw() {
    const { classes, parts, p } = this,
      width = this.svg.clientWidth;
    if (!width || !this.data) return;
    const shares =
      this.others === "article" ? ARTICLE_OTHERS : Array(classes - 1).fill(1 / (classes - 1));
    const vectorOf = (own) => shares.map((share) => (1 - own) * share).toSpliced(TRUE, 0, own);
    const target = vectorOf(1),
      prediction = vectorOf(p),
      m = measure(prediction, target);

    const [left, right, top] = [BAR_INSET.left, width - BAR_INSET.right, BAR_INSET.top];
    this.bottom = BAR_HEIGHT - BAR_INSET.bottom;
    this.tall = this.bottom - top;
    const y = (value) => this.bottom - value * this.tall,
      slot = (right - left) / classes,
      bar = slot * (classes > 40 ? 0.8 : 0.62);
    parts.set(".axis", { d: `M${left} ${top}V${this.bottom}H${right}` });
    parts.get(".numbers").innerHTML = [0, 0.5, 1]
      .map((value) => `<text x="${left - 8}" y="${y(value) + 5}" text-anchor="end">${value}</text>`)
      .join("");
    parts.get(".bars").innerHTML = prediction
      .map((value, i) => {
        const x = left + (i + 0.5) * slot,
          name =
            classes <= FEW
              ? `<text x="${x}" y="${this.bottom + 18}" text-anchor="middle">${i + 1}</text>`
              : "";
        const number =
          classes <= 6 && i !== TRUE
            ? `<text x="${x}" y="${y(value) - 6}" text-anchor="middle">${trimmed(value)}</text>`
            : "";
        return `<rect class="${i === TRUE ? "true" : "other"}" x="${(x - bar / 2).toFixed(2)}" width="${bar.toFixed(2)}" y="${y(value).toFixed(2)}" height="${(value * this.tall).toFixed(2)}"/>${name}${number}`;
      })
      .join("");
    parts.set(".even", { d: `M${left} ${y(1 / classes)}H${right}` });
    parts.set(".even-name", { x: right, y: top + 4, "text-anchor": "end" });
    parts.write(".even-name", `dotted: the start, 1/K = ${trimmed(1 / classes)}`);
    parts.set(".x-title", { x: (left + right) / 2, y: BAR_HEIGHT - 6 });
    parts.write(".x-title", `${classes} classes, of which class 2 is right`);
    parts.set(".y-title", { transform: `translate(12 ${(top + this.bottom) / 2}) rotate(-90)` });
    parts.set(".ground", { x: left, y: top - 20, width: right - left, height: this.tall + 20 });
    parts.set(".handle", {
      transform: `translate(${left + (TRUE + 0.5) * slot} ${y(p)})`,
      "aria-valuenow": trimmed(p),
      "aria-valuetext": `p ${trimmed(p)}; dot product ${trimmed(m.dot)}, cosine ${cosineText(m.cosine)}, angle ${fixed(m.angle, 1)} degrees`,
    });

    const spread = Math.hypot(...shares),
      charge = (field, q) => lossAt(field, logsOf(q), TRUE);
    this.charts.draw({
      along: (angle) => vectorOf(spread / (spread + Math.tan((angle * Math.PI) / 180))),
      target,
      most: 90,
      key: `${classes} ${this.others}`,
      m,
      fields: this.fields,
      charge,
    });
    const pull = (field) => descentByLogits(field, logsOf(prediction), target)[TRUE];
    this.table.tell(m, trimmed, {
      charged: this.fields.map((field) => [
        `pulls ${numberText(pull(field))}, charges`,
        charge(field, prediction),
      ]),
    });
    this.svg.dataset.drawn = `${classes} ${trimmed(p)}`;
  }
}

export default function ({ parentElement: root, data, setTriggerValue }) {
  const classes = instances.get(root) ?? new Classes(root);
  instances.set(root, classes);
  classes.sliders.open();
  classes.take(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  return () => classes.sliders.close(); // Streamlit also calls this while the bars stay, and starts again with the same root
}
