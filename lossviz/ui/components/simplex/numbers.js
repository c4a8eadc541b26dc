// The numbers beside the maps: a row a loss, and the expected loss of the first map as a sum.

import { expectedLoss, logsOf, lossAt } from "../shared/loss_evaluation.js";
import {
  columnTexts,
  digitsThatCheck,
  fixed,
  penaltyText,
  plainText,
  two,
  vectorText,
} from "../shared/number_text.js";
import { find, setText } from "../shared/svg.js";
import { sumOf } from "../shared/vectors.js";
import { largestError } from "./distribution.js";
import { ARRIVED, endOf } from "./gradient_flow.js";

/** @typedef {import("./gradient_flow.js").Path} Path */
/** @typedef {import("./grid.js").Answer} Answer */
/** @typedef {import("./index.js").Computed} Computed */
/** @typedef {{ truth: number[], start: number[] }} Place */

const TABLE = `
  <table aria-label="Each loss at the prediction, and on its way to the truth"><thead><tr>
    <th scope="col">loss</th><th scope="col" class="of-loss">expected</th>
    <th scope="col" class="of-loss">best answer</th><th scope="col" class="of-flow">reached at&nbsp;τ</th>
  </tr></thead><tbody></tbody></table>`;

const WORKED = `
  <h2></h2>
  <p class="terms"></p>`;

/** @type {(arrives: number, path: Path, best: Answer, truth: number[]) => string} */
const arrivalText = (arrives, path, best, truth) => {
  if (arrives < Infinity) return plainText(arrives);
  const elsewhere = largestError(best.p, truth) > ARRIVED;
  return path.stands || elsewhere ? "never" : `> ${plainText(endOf(path).time)}`;
};

export class Numbers {
  #rowIds = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.table = find(root, ".losses");
    this.table.innerHTML = TABLE;
    this.worked = find(root, ".worked");
    this.worked.innerHTML = WORKED;
  }

  /**
   * A row a loss.
   * @param {Computed[]} all
   * @param {Place} place
   * @param {boolean} flow Whether losses are on their way.
   */
  show(all, { truth, start }, flow) {
    const logs = logsOf(start);
    const body = find(this.table, "tbody");
    const ids = all.map(({ loss }) => loss.id).join();
    if (this.#rowIds !== ids) {
      this.#rowIds = ids;
      body.replaceChildren(
        ...all.map(({ loss }) => {
          const row = document.createElement("tr");
          row.dataset.loss = loss.id;
          row.innerHTML = `<th scope="row">${loss.swatch}<span class="label"></span></th>
            <td class="of-loss"></td><td class="of-loss"></td><td class="of-flow"></td>`;
          find(row, ".label").textContent = loss.name;
          return row;
        }),
      );
    }
    const expected = columnTexts(all.map(({ loss }) => expectedLoss(loss, logs, truth)));
    all.forEach(({ best, arrives, path }, i) => {
      const cells = body.children[i].querySelectorAll("td");
      setText(cells[0], expected[i]);
      setText(cells[1], best.honest ? "the truth" : vectorText(best.p));
      if (flow) setText(cells[2], arrivalText(arrives, path, best, truth));
    });
  }

  /**
   * The expected loss of the first map as a sum.
   * @param {Computed | undefined} computed
   * @param {Place} place
   */
  showSum(computed, { truth, start }) {
    this.worked.hidden = !computed;
    if (!computed) return;
    const { loss } = computed;
    const logs = logsOf(start);
    const losses = truth.map((share, k) => (share > 0 ? lossAt(loss, logs, k) : 0));
    /** @type {(values: number[]) => string} */
    const reckon = (values) => penaltyText(sumOf(values.map((value, k) => truth[k] * value)));
    const digits = digitsThatCheck(losses, reckon, 3);
    const sums = truth.flatMap((share, k) =>
      share > 0 ? [`${two(share)} · ${fixed(losses[k], digits)}`] : [],
    );
    setText(find(this.worked, "h2"), `Expected ${loss.name} at the prediction`);
    setText(find(this.worked, ".terms"), `${sums.join(" + ")} = ${reckon(losses)}`);
  }
}
