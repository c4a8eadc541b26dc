// How far each loss still is from the truth, over the time that its descent has had; and the hand on the clock.

import { lossStyle } from "../shared/angle_chart.js";
import { Parts } from "../shared/drag_handle.js";
import { numberText } from "../shared/format.js";
import { ARRIVED, FIRST_TIME, LAST_TIME } from "./gradient_flow.js";

const RACE_INSET = { left: 44, right: 14, top: 8, bottom: 40 };
const RACE_MS = 6000; // from the first moment to the last
const RACE_STILLS = 10; // pictures where the reader wants no motion
const stillWanted = matchMedia("(prefers-reduced-motion: reduce)");
const RACE = `
  <h2>The race to the truth</h2>
  <svg class="race-chart" aria-hidden="true"><path class="near"/><path class="axis"/><g class="numbers"></g>
    <text class="title x-title">time τ = learning rate × steps</text><text class="title y-title">furthest class off by</text>
    <g class="curves"></g><path class="now"/><g class="dots"></g></svg>
  <div class="clock"><button type="button" class="run"></button><span>τ = <b class="time"></b></span>
    <input class="lossviz-range" type="range" min="0" max="1" step="any" aria-label="Time of the race"></div>`;

export class Race {
  // moved(): the clock shows another time.
  constructor(node, moved) {
    node.innerHTML = RACE;
    Object.assign(this, {
      svg: node.querySelector("svg"),
      parts: new Parts(node),
      slider: node.querySelector("input"),
      button: node.querySelector(".run"),
      moved,
      share: 0.4,
      playing: 0,
    });
    this.slider.addEventListener("input", () => {
      const share = Number(this.slider.value); // stopping shows where the clock stood
      this.stop();
      this.share = share;
      moved();
    });
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    this.show();
  }

  get time() {
    return FIRST_TIME * (LAST_TIME / FIRST_TIME) ** this.share;
  }

  show() {
    this.slider.value = this.share;
    this.slider.style.setProperty("--filled", `${100 * this.share}%`);
    this.slider.setAttribute("aria-valuetext", `τ = ${numberText(this.time)}`);
    this.parts.write(".time", numberText(this.time));
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", this.playing ? "Stop the race" : "Run the race");
  }

  play() {
    const from = this.share > 0.98 ? 0 : this.share;
    let began = null;
    const tick = (now) => {
      began ??= now;
      const gone = from + (now - began) / RACE_MS;
      this.share = Math.min(
        1,
        stillWanted.matches ? Math.ceil(gone * RACE_STILLS) / RACE_STILLS : gone,
      );
      this.playing = this.share < 1 ? requestAnimationFrame(tick) : 0;
      this.moved();
    };
    this.playing = requestAnimationFrame(tick);
    this.show();
  }

  stop() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.show();
  }

  // runners: [{ field, off(time) }]; key: changes when a curve does.
  draw(runners, key) {
    const { svg } = this,
      width = svg.clientWidth,
      height = svg.clientHeight;
    if (!width) return;
    const left = RACE_INSET.left,
      right = width - RACE_INSET.right,
      bottom = height - RACE_INSET.bottom,
      top = RACE_INSET.top;
    const x = (share) => left + share * (right - left),
      y = (off) => bottom - off * (bottom - top);
    if (this.drawn !== `${key} ${width}`) {
      this.drawn = `${key} ${width}`;
      const shares = Array.from({ length: 101 }, (_, i) => i / 100),
        times = [0.01, 0.1, 1, 10, 100, 1000];
      this.parts.set(".axis", { d: `M${left} ${top}V${bottom}H${right}` });
      this.parts.set(".near", { d: `M${left} ${y(ARRIVED)}H${right}` });
      this.parts.get(".numbers").innerHTML =
        [0, 0.5, 1]
          .map(
            (value) =>
              `<text x="${left - 7}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
          )
          .join("") +
        times
          .map(
            (time, i) =>
              `<text x="${x(i / 5)}" y="${bottom + 17}" text-anchor="middle">${time}</text>`,
          )
          .join("");
      this.parts.set(".x-title", { x: (left + right) / 2, y: height - 6 });
      this.parts.set(".y-title", { transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` });
      this.parts.get(".curves").innerHTML = runners
        .map(
          ({ field, off }) =>
            `<path style="${lossStyle(field)}" d="M${shares.map((share) => `${x(share).toFixed(1)},${y(off(FIRST_TIME * (LAST_TIME / FIRST_TIME) ** share)).toFixed(1)}`).join("L")}"/>`,
        )
        .join("");
    }
    this.parts.set(".now", { d: `M${x(this.share)} ${top}V${bottom}` });
    this.parts.get(".dots").innerHTML = runners
      .map(
        ({ field, off }) =>
          `<circle r="5" cx="${x(this.share).toFixed(1)}" cy="${y(off(this.time)).toFixed(1)}" style="${lossStyle(field)}"/>`,
      )
      .join("");
    this.show();
  }
}
