// What the playground shows, as a file: a picture, a drawing, a video of the run.

import { setText } from "../../shared/svg.js";
import { download } from "../share/download.js";
import { pictureOf } from "../share/picture.js";
import { pictureSvg } from "../share/picture_svg.js";
import { pngOf } from "../share/raster.js";
import { replay } from "../share/replay.js";
import { record, videoSteps, videoSupport } from "../share/video.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../share/picture_svg.js").Drawing} Drawing */

/** @type {(label: string, press: () => void) => HTMLButtonElement} */
const makeButton = (label, press) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", press);
  return button;
};

/** @type {(model: Model) => Drawing | null} */
const drawingOf = ({ state, losses, problem, frame }) =>
  frame && frame.networks.length === losses.length
    ? pictureSvg(pictureOf({ state, losses, problem, frame }))
    : null;

/** @type {(error: unknown) => string} */
const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

export class ShareMenu {
  #model;
  #said = document.createElement("output");
  #noVideo = document.createElement("span");
  #png;
  #svg;
  #video;
  #support = videoSupport();
  /** @type {AbortController | null} While a video is made. */
  #recording = null;

  /**
   * @param {HTMLElement} root
   * @param {Model} model
   */
  constructor(root, model) {
    this.#model = model;
    this.#png = makeButton("Save as PNG", () => this.#save("png", pngOf));
    this.#svg = makeButton("Save as SVG", () =>
      this.#save("svg", async ({ text }) => new Blob([text], { type: "image/svg+xml" })),
    );
    this.#video = makeButton("Save a video", () =>
      this.#recording ? this.#recording.abort() : this.#saveVideo(),
    );
    this.#noVideo.className = "no-video";
    root.replaceChildren(this.#png, this.#svg, this.#video, this.#noVideo, this.#said);
  }

  /** @param {Model} model */
  draw({ frame }) {
    const steps = frame?.steps ?? 0;
    this.#png.disabled = !frame;
    this.#svg.disabled = !frame;
    const why = "reason" in this.#support ? this.#support.reason : "";
    const early = steps === 0 ? "A video needs a run: press Play first." : "";
    const reason = this.#recording ? "" : why || early;
    this.#video.hidden = reason !== "";
    setText(this.#noVideo, reason);
    setText(this.#video, this.#recording ? "Cancel the video" : "Save a video");
  }

  /** @type {(ending: string, make: (drawing: Drawing) => Promise<Blob>) => Promise<void>} */
  async #save(ending, make) {
    const drawing = drawingOf(this.#model);
    if (!drawing) return;
    const name = this.#nameOf(this.#model.frame?.steps ?? 0, ending);
    try {
      download(await make(drawing), name);
      this.#say(`Saved: ${name}`);
    } catch (error) {
      this.#say(`Not saved: ${reasonOf(error)}`);
    }
  }

  async #saveVideo() {
    const { state, losses, problem, frame } = this.#model;
    if ("reason" in this.#support || !frame) return;
    const { kind } = this.#support;
    const steps = videoSteps(frame.steps);
    this.#recording = new AbortController();
    this.draw(this.#model);
    const drawings = async function* () {
      for await (const seen of replay(state, losses, steps))
        yield pictureSvg(pictureOf({ state, losses, problem, frame: seen }));
    };
    try {
      const blob = await record(drawings(), kind, {
        signal: this.#recording.signal,
        progress: (drawn) => {
          const percent = Math.round(Math.min(100, (100 * drawn) / steps.length));
          this.#say(`Recording the run from step 0: ${percent}%`);
        },
      });
      const name = this.#nameOf(frame.steps, kind.startsWith("video/mp4") ? "mp4" : "webm");
      if (blob) download(blob, name);
      this.#say(blob ? `Saved: ${name}` : "Cancelled: no video was saved.");
    } catch (error) {
      this.#say(`Not saved: ${reasonOf(error)}`);
    } finally {
      this.#recording = null;
      this.draw(this.#model);
    }
  }

  /** @type {(steps: number, ending: string) => string} */
  #nameOf(steps, ending) {
    return `lossviz-playground-step-${steps}.${ending}`;
  }

  /** @param {string} text */
  #say(text) {
    setText(this.#said, text);
  }
}
