// One training in the background: a worker that lives as long as it.

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../engine/seeds.js").Outcome} Outcome */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */

/**
 * @typedef {{ kind: "seeds", state: PlaygroundState, losses: LossData[], seeds: number[] }} OverSeeds
 * @typedef {{ kind: "rate", state: PlaygroundState, loss: LossData }} ForRate
 * @typedef {OverSeeds | ForRate} BackgroundRequest
 *
 * @typedef {{ kind: "seed", seed: number, outcomes: Outcome[] }} SeedReport One for each seed.
 * @typedef {{ kind: "end" }} EndReport
 * @typedef {{ kind: "progress", done: number, of: number }} ProgressReport
 * @typedef {{ kind: "rate", rate: number }} RateReport The last of a search.
 * @typedef {{ kind: "failed" }} FailedReport The worker could not be loaded; the last, as the end is.
 * @typedef {SeedReport | EndReport | ProgressReport | RateReport | FailedReport} BackgroundReport
 */

const WORKER = new URL("./seeds_worker.js", import.meta.url);
fetch(WORKER).catch(() => {}); // the browser keeps it for when the server is away

const LAST = new Set(["end", "rate", "failed"]);
export const FAILED =
  "The training in the background could not be loaded. Try again when the server can be reached.";

export class Background {
  /** @type {Worker | null} */
  #worker = null;

  get isBusy() {
    return this.#worker !== null;
  }

  /**
   * Begins, and ends what was going on.
   * @param {BackgroundRequest} request
   * @param {(report: BackgroundReport) => void} receive
   */
  start(request, receive) {
    this.cancel();
    const worker = new Worker(WORKER, { type: "module" });
    this.#worker = worker;
    /** @param {BackgroundReport} report */
    const take = (report) => {
      if (worker !== this.#worker) return; // it was under way when the worker was ended
      if (LAST.has(report.kind)) this.cancel();
      receive(report);
    };
    worker.addEventListener("message", ({ data }) => take(data));
    worker.addEventListener("error", () => take({ kind: "failed" }));
    worker.postMessage(request);
  }

  /** Ends what is going on, if anything is. */
  cancel() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
