// Three classes: one loss or two as maps over all predictions, and all chosen losses racing from one prediction to the truth.

import { lossStyle } from "../shared/angle_chart.js";
import { Arrivals, atNextFrame, Handle } from "../shared/drag_handle.js";
import { numberText, themeOf } from "../shared/format.js";
import {
  expectedLoss,
  hearSliders,
  logsOf,
  readFields,
  throughSoftmax,
} from "../shared/loss_evaluation.js";
import { costText } from "../shared/measure_table.js";
import { sumOf, two, vectorText } from "../shared/vectors.js";
import { ARRIVED, arrival, follow, offBy, placeAt, SPACES } from "./gradient_flow.js";
import { basisOf, bestAnswer, expectedAll, SimplexMap } from "./map.js";
import { Race } from "./race.js";

const LEAST_START = 0.01,
  HUNDREDTH = 0.01;
const SLOW_MS = 25; // a way that takes longer is followed only when the hand lets go
const instances = new WeakMap();

// The nearest distribution of hundredths that gives each class at least so much; lossviz/ui/state/geometry_view.py settles on the same.
export const settleDistribution = (p, least = 0) => {
  const free = 1 - p.length * least,
    v = p.map((value) => (value - least) / free),
    falling = [...v].sort((a, b) => b - a);
  let total = 0,
    tau = 0;
  falling.forEach((value, i) => {
    total += value;
    if (value > (total - 1) / (i + 1)) tau = (total - 1) / (i + 1);
  });
  const hundredths = v.map((value) => Math.round((Math.max(0, value - tau) * free + least) * 100));
  hundredths[hundredths.indexOf(Math.max(...hundredths))] += 100 - sumOf(hundredths);
  return hundredths.map((value) => value / 100);
};

const SIMPLEX_TABLE = `
  <table aria-label="Each loss at the prediction, and on its way to the truth"><thead><tr>
    <th scope="col">loss</th><th scope="col">charges</th><th scope="col">best answer</th><th scope="col">arrives at&nbsp;τ</th>
  </tr></thead><tbody></tbody></table>`;

class Simplex {
  constructor(root) {
    this.box = root.querySelector(".lossviz-simplex");
    this.holder = root.querySelector(".maps");
    this.table = root.querySelector(".losses");
    this.table.innerHTML = SIMPLEX_TABLE;
    this.race = new Race(root.querySelector(".race"), () => this.redraw());
    Object.assign(this, { maps: [], known: new Map(), fields: [], cursor: null });
    this.redraw = atNextFrame(() => this.draw());
    new ResizeObserver(() => this.layout()).observe(this.holder);
    this.arrivals = new Arrivals(
      () => this.handles,
      ({ truth, start }) => Object.assign(this, { truth, start }),
    );
    this.sliders = hearSliders(
      () => this.fields,
      () => this.redraw(),
    );
  }

  close() {
    this.sliders.close();
    setTimeout(() => this.box.isConnected || this.race.stop());
  }

  get handles() {
    return this.maps.flatMap(({ handles }) => handles);
  }

  get held() {
    return this.handles.some(({ busy }) => busy);
  }

  wire(map) {
    const first = !this.maps.length;
    const handle = (name, least) => {
      const node = map.svg.querySelector(`.${name}-handle`);
      if (!first) {
        node.setAttribute("tabindex", "-1"); // the first map's is enough for a keyboard
        node.setAttribute("aria-hidden", "true");
      }
      return new Handle(node, {
        locate: map.from,
        read: () => this[name],
        move: (p) => {
          this[name] = settleDistribution(p, least);
          this.redraw();
        },
        press: (event) => this.press(name, event),
        release: (moved) => {
          if (moved) this.report(name, this[name]);
          this.arrivals.end(moved);
          this.redraw();
        },
      });
    };
    map.handles = [handle("truth", 0), handle("start", LEAST_START)];
    const ground = map.svg.querySelector(".ground");
    ground.addEventListener(
      "pointerdown",
      (event) => event.pointerType === "mouse" && map.handles[1].start(event, false),
    );
    const look = (event) => {
      const p = map.corners && map.from(event);
      this.cursor = p?.every((value) => value >= 0) ? p : null;
      this.redraw();
    };
    map.svg.addEventListener("pointermove", look);
    map.svg.addEventListener("pointerleave", () => {
      this.cursor = null;
      this.redraw();
    });
  }

  press(name, { key, shiftKey }) {
    const [a, b, c] = this[name],
      step = shiftKey ? 0.1 : HUNDREDTH;
    return {
      ArrowUp: [a + 2 * step, b - step, c - step],
      ArrowDown: [a - 2 * step, b + step, c + step],
      ArrowLeft: [a, b + step, c - step],
      ArrowRight: [a, b - step, c + step],
      Home: [1 / 3, 1 / 3, 1 / 3],
      End: name === "start" ? this.truth : [1, 0, 0],
    }[key];
  }

  take(data, report) {
    this.arrivals.take(data);
    Object.assign(this, {
      data,
      report,
      fields: readFields(data, this.sliders),
      theme: themeOf(this.box),
    });
    while (this.maps.length > data.maps.length) this.maps.pop().node.remove();
    while (this.maps.length < data.maps.length)
      this.maps.push(new SimplexMap(this.holder, (map) => this.wire(map)));
    this.holder.classList.toggle("two", data.maps.length > 1);
    this.layout();
  }

  layout() {
    if (!this.data) return;
    this.laid = this.maps.every((map) => map.layout()) && (this.laid ?? 0) + 1;
    this.draw();
  }

  // What is kept of a loss until its parameters, the truth, the prediction or the space change.
  of(field) {
    const kept = this.known.get(field.id) ?? {},
      values = JSON.stringify(field.values);
    kept.field = field;
    if (kept.values !== values) Object.assign(kept, { values, basis: basisOf(field), truth: null });
    if (kept.truth !== `${this.truth}`) {
      Object.assign(kept, {
        truth: `${this.truth}`,
        expected: expectedAll(kept.basis, this.truth),
        run: null,
      });
      kept.best = bestAnswer(field, kept.expected, this.truth);
    }
    const run = `${this.start} ${this.data.by}`;
    if (kept.run !== run && !(this.held && kept.ms > SLOW_MS)) {
      const began = performance.now(),
        space = this.data.by;
      kept.way = follow(field, { space, start: this.start, truth: this.truth });
      Object.assign(kept, {
        run,
        space,
        ms: performance.now() - began,
        arrives: arrival(kept.way, space, this.truth),
      });
    }
    this.known.set(field.id, kept);
    return kept;
  }

  draw() {
    if (!this.laid) return;
    const { truth, start, data } = this,
      space = SPACES[data.by];
    const kept = this.fields.map((field) => this.of(field));
    const key = kept
      .map(({ field, values, truth: t, run }) => `${field.id} ${values} ${t} ${run}`)
      .join();
    const runners = kept.map(({ field, way, space: of }) => ({
      field,
      way,
      of,
      off: (time) => offBy(placeAt(way, of, time), truth),
    }));
    const read = this.cursor ?? start,
      logs = logsOf(read);
    this.maps.forEach((map, i) => {
      const { field, values, expected, best } = kept.find(
        ({ field: { id } }) => id === data.maps[i],
      );
      const { parts, at } = map,
        look = `${field.id} ${values} ${truth} ${data.by} ${this.laid} ${JSON.stringify(this.theme)}`;
      if (map.drawn !== look) {
        map.drawn = look;
        map.paint(expected, field.color, this.theme);
        map.point((p) => {
          const rate = space.descent(field, logsOf(p), truth);
          return data.by === "logits" ? throughSoftmax(p, rate) : rate;
        });
        map.svg.setAttribute("aria-label", `${field.name} over all predictions`);
        map.node.querySelector(".name").innerHTML = field.swatch;
        map.node.querySelector(".name").append(field.name);
        parts.write(
          ".verdict",
          best.honest
            ? "Best answer: the truth itself."
            : `Best answer: ${vectorText(best.p)}, not the truth.`,
        );
        map.node.dataset.honest = best.honest;
      }
      if (map.ways !== `${key} ${this.laid}`) {
        map.ways = `${key} ${this.laid}`;
        parts.get(".trails").innerHTML = runners
          .map(
            ({ field: one, way, of }) =>
              `<path style="${lossStyle(one)}" d="${routeOfWay(way, of, at)}"/>`,
          )
          .join("");
      }
      parts.get(".runners").innerHTML = runners
        .map(({ field: one, way, of }) => {
          const [x, y] = at(placeAt(way, of, this.race.time));
          return `<circle r="6" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" style="fill:${one.color}"/>`;
        })
        .join("");
      parts.set(".best", { d: starAt(at(best.p)) });
      const [x, y] = at(read);
      parts.set(".cursor", { cx: x, cy: y, visibility: this.cursor ? "visible" : "hidden" });
      parts.write(
        ".here",
        `${this.cursor ? "At the cursor" : "At the prediction"} ${vectorText(read)}: ${costText(expectedLoss(field, logs, truth))}`,
      );
      for (const [name, p, said] of [
        ["truth", truth, "the truth"],
        [
          "start",
          start,
          `the prediction; ${field.name} charges ${costText(expectedLoss(field, logsOf(start), truth))}, furthest class off by ${two(offBy(start, truth))}`,
        ],
      ])
        parts.set(`.${name}-handle`, {
          transform: `translate(${at(p)})`,
          "aria-valuenow": two(p[0]),
          "aria-valuetext": `class 1 ${two(p[0])}, class 2 ${two(p[1])}, class 3 ${two(p[2])}: ${said}`,
        });
    });
    this.race.draw(runners, `${key} ${this.laid}`);
    this.tell(kept, logsOf(start));
    this.box.dataset.drawn = `${truth.map(two)} ${start.map(two)}`;
  }

  tell(kept, logs) {
    const body = this.table.querySelector("tbody"),
      ids = kept.map(({ field }) => field.id).join();
    if (this.told !== ids) {
      this.told = ids;
      body.innerHTML = kept
        .map(
          ({ field }) =>
            `<tr data-loss=""><th scope="row">${field.swatch}<span class="label"></span></th><td></td><td></td><td></td></tr>`,
        )
        .join("");
      kept.forEach(({ field }, i) => {
        body.children[i].dataset.loss = field.id;
        body.children[i].querySelector(".label").textContent = field.name;
      });
    }
    kept.forEach(({ field, best, arrives, way }, i) => {
      const never = way.stands || offBy(best.p, this.truth) > ARRIVED; // it stands still, or goes elsewhere
      const cells = body.children[i].querySelectorAll("td");
      const texts = [
        costText(expectedLoss(field, logs, this.truth)),
        best.honest ? "the truth" : best.p.map(two).join(" "),
        arrives < Infinity
          ? numberText(arrives)
          : never
            ? "never"
            : `> ${numberText(way.at(-1).time)}`,
      ];
      texts.forEach((text, j) => cells[j].textContent !== text && (cells[j].textContent = text));
    });
  }
}

// The way as a route in the triangle: some points between every two steps, as the steps are long where nothing bends.
const routeOfWay = (way, space, at) => {
  const times = way.flatMap(({ time }, i) =>
    i
      ? [0.25, 0.5, 0.75, 1].map((share) => way[i - 1].time + share * (time - way[i - 1].time))
      : [time],
  );
  let route = "",
    before = null;
  for (const time of times) {
    const [x, y] = at(placeAt(way, space, time));
    if (before && Math.hypot(x - before[0], y - before[1]) < 1) continue;
    before = [x, y];
    route += `${route ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`;
  }
  return route;
};

const starAt = ([x, y]) =>
  `M${Array.from({ length: 10 }, (_, i) => {
    const r = i % 2 ? 4 : 9,
      angle = (i * Math.PI) / 5 - Math.PI / 2;
    return `${(x + r * Math.cos(angle)).toFixed(1)},${(y + r * Math.sin(angle)).toFixed(1)}`;
  }).join("L")}Z`;

export default function ({ parentElement: root, data, setTriggerValue }) {
  const simplex = instances.get(root) ?? new Simplex(root);
  instances.set(root, simplex);
  simplex.sliders.open();
  simplex.take(data, (name, to) => setTriggerValue("moved", [name, ...to]));
  return () => simplex.close(); // Streamlit also calls this while the simplex stays, and starts again with the same root
}
