// A card for a loss: the map of its network's decisions with the points, its numbers.

import { setText } from "../../../shared/svg.js";
import { CELLS } from "../../engine/decision_map.js";
import { sharesOf, wrongCount, wrongShare } from "../../engine/shares.js";
import { drawFrameAround, drawTrainingPoints, trainingAreas } from "../points/point_layer.js";
import { errorText, numbersOf, percentText } from "../points/point_text.js";
import { boundaryPath, fillImage, strokeBoundary } from "./map_picture.js";
import { Numbers } from "./numbers.js";
import { stopText } from "./stop_text.js";

/** @typedef {import("../../engine/decision_map.js").DecisionMap} DecisionMap */
/** @typedef {import("../../model.js").Model} Model */
/** @typedef {import("../../worker/messages.js").NetworkFrame} NetworkFrame */
/** @typedef {import("../points/hand.js").Hand} Hand */
/** @typedef {import("./paint.js").Paint} Paint */
/** @typedef {import("../points/point_layer.js").Sheet} Sheet */
/** @typedef {import("./slow_motion.js").SlowMotion} SlowMotion */

/**
 * What all cards draw with.
 * @typedef {object} Tools
 * @property {Paint} paint
 * @property {Hand} hand
 * @property {SlowMotion} slow
 * @property {number} size Of a map, in pixels of CSS.
 */

const BOUNDARY = 1.5; // pixels of CSS
const FAINT = 0.35; // of the boundary before a step in slow motion

/** @type {[key: string, label: string][]} */
const NETWORK_NUMBERS = [
  ["train", "Training error"],
  ["test", "Test error"],
  ["wrong", "Gradient from wrong labels"],
];
/** @type {[key: string, label: string][]} */
const POINT_NUMBERS = [
  ["p", "p"],
  ["penalty", "Penalty"],
  ["weight", "Weight"],
  ["share", "Share of the gradient"],
];

/** @type {(name: string) => [HTMLCanvasElement, CanvasRenderingContext2D]} */
const newCanvas = (name) => {
  const canvas = document.createElement("canvas");
  canvas.className = name;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser cannot draw");
  return [canvas, context];
};

export class Card {
  node = document.createElement("section");
  /** Holds the choice of the loss. */
  head = document.createElement("header");
  /** Holds the loss's parameters. */
  sliders = document.createElement("div");
  /** Takes pointer and keys. */
  map = document.createElement("div");
  #stop = document.createElement("p");
  #numbers = new Numbers("numbers", NETWORK_NUMBERS);
  #point = new Numbers("point", POINT_NUMBERS);
  #picture = newCanvas("picture");
  #points = newCanvas("points");
  #image = new ImageData(CELLS, CELLS);
  /** @type {DecisionMap | null} */
  #drawnMap = null;
  /** @type {Uint32Array | null} */
  #drawnColors = null;

  constructor() {
    this.node.className = "network";
    this.map.className = "map";
    this.sliders.className = "sliders";
    this.#stop.className = "stop";
    this.#stop.hidden = true;
    const [picture] = this.#picture;
    picture.width = CELLS;
    picture.height = CELLS;
    this.map.append(picture, this.#points[0]);
    const { head, map, sliders } = this;
    this.node.append(head, map, this.#numbers.node, this.#point.node, sliders, this.#stop);
  }

  /** Whether a pointer draws on its map, or drags there. */
  get isHeld() {
    return this.map.classList.contains("held");
  }

  /** @type {(model: Model, slot: number, tools: Tools) => void} */
  draw(model, slot, tools) {
    const network = model.frame?.networks[slot];
    if (!network || !tools.size) return;
    const { problem, slowStep } = model;
    const slow = slowStep?.networks[slot];
    const after = sharesOf(network.train.pulls);
    const shares = slow ? tools.slow.sharesOf(slow, after) : after;
    const map = slow ? tools.slow.mapOf(slow) : network.map;
    this.#drawMap(map, tools.paint, problem.classes);
    const sheet = this.#cleared(tools);
    if (tools.hand.showsTest)
      sheet.context.drawImage(tools.paint.testPoints(tools.size, problem), 0, 0);
    if (slow) this.#strokeBoundary(sheet, slow.maps[0], tools.paint.theme.text, FAINT);
    this.#strokeBoundary(sheet, map, tools.paint.theme.text);
    const areas = trainingAreas(tools.size, problem.train, shares);
    drawTrainingPoints(sheet, problem, areas);
    if (slow && slowStep) tools.slow.drawArrows(sheet, tools.paint.theme, problem.train, slow);
    const shown = tools.hand.shown(problem);
    if (shown) drawFrameAround(sheet, tools.paint.theme, problem, areas, shown);
    const stopped = network.stop?.point ?? null;
    if (stopped !== null)
      drawFrameAround(sheet, tools.paint.theme, problem, areas, { part: "train", i: stopped });
    this.#writeNumbers(model, network, after, tools.hand);
    this.#stop.hidden = network.stop === null;
    setText(this.#stop, network.stop ? stopText(network.stop) : "");
  }

  /**
   * Colours the map, if it is another one than before.
   * @type {(map: DecisionMap, paint: Paint, classes: number) => void}
   */
  #drawMap(map, paint, classes) {
    const colors = paint.cellColors(classes);
    if (map === this.#drawnMap && colors === this.#drawnColors) return;
    this.#drawnMap = map;
    this.#drawnColors = colors;
    fillImage(this.#image, map, colors);
    this.#picture[1].putImageData(this.#image, 0, 0);
  }

  /** @type {(sheet: Sheet, map: DecisionMap, color: string, opacity?: number) => void} */
  #strokeBoundary({ context, size, ratio }, map, color, opacity = 1) {
    context.globalAlpha = opacity;
    const look = { size: size * ratio, width: BOUNDARY * ratio, color };
    strokeBoundary(context, boundaryPath(map), look);
    context.globalAlpha = 1;
  }

  /** @type {(tools: Tools) => Sheet} The canvas of the points, empty. */
  #cleared({ paint, size }) {
    const [canvas, context] = this.#points;
    const sheet = paint.sheet(context, size);
    const pixels = Math.round(size * sheet.ratio);
    if (canvas.width !== pixels) {
      canvas.width = pixels;
      canvas.height = pixels;
    } else context.clearRect(0, 0, pixels, pixels);
    return sheet;
  }

  /** @type {(model: Model, network: NetworkFrame, shares: Float64Array, hand: Hand) => void} */
  #writeNumbers({ problem }, network, shares, hand) {
    const { train, test } = network;
    this.#numbers.show("wrong", wrongCount(problem.train) > 0);
    this.#numbers.write({
      train: errorText(train.error),
      test: errorText(test.error),
      wrong: percentText(wrongShare(problem.train, shares)),
    });
    const shown = hand.shown(problem);
    this.node.classList.toggle("reads-point", shown !== null);
    this.#point.write(numbersOf(network, shares, shown));
  }
}
