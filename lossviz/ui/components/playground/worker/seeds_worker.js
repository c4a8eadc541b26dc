// Trains over several seeds beside the run that is watched, in a thread of its own. It takes one
// request; who wants no more of it ends it.

import { searchRate } from "../engine/rate_search.js";
import { trainSeed } from "../engine/seeds.js";

/** @typedef {import("./background.js").BackgroundRequest} BackgroundRequest */
/** @typedef {import("./background.js").BackgroundReport} BackgroundReport */

/** @type {(report: BackgroundReport) => void} */
const report = (said) => postMessage(said);

/** @type {Record<BackgroundRequest["kind"], (request: any) => void>} */
const HANDLERS = {
  seeds: ({ state, losses, seeds }) => {
    for (const seed of seeds)
      report({ kind: "seed", seed, outcomes: trainSeed(state, losses, seed) });
    report({ kind: "end" });
  },
  rate: ({ state, loss }) => {
    const search = searchRate(state, loss);
    let next = search.next();
    for (; !next.done; next = search.next()) report({ kind: "progress", ...next.value });
    report({ kind: "rate", rate: next.value.rate });
  },
};

addEventListener("message", ({ data }) =>
  HANDLERS[/** @type {BackgroundRequest} */ (data).kind](data),
);
