// A run once more, from its first step, in a worker of its own: the one on the page stays as it is.

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("../state/properties.js").PlaygroundState} PlaygroundState */
/** @typedef {import("../worker/messages.js").Frame} Frame */
/** @typedef {import("../worker/messages.js").Request} Request */

/**
 * The frames of a run after so many steps.
 * @param {PlaygroundState} state
 * @param {LossData[]} losses
 * @param {number[]} steps Rising, the first 0 or more.
 * @returns {AsyncGenerator<Frame>}
 */
export async function* replay(state, losses, steps) {
  const worker = new Worker(new URL("../worker/training_worker.js", import.meta.url), {
    type: "module",
  });
  /** @type {(request: Request) => void} */
  const send = (request) => worker.postMessage(request);
  /** @type {() => Promise<Frame>} The next at which the run waits. */
  const nextFrame = () =>
    new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }) => {
        send({ kind: "drawn" });
        // on the way there other frames come; a run in which all networks have stopped ends earlier
        if (!data.playing) resolve(data);
      };
    });
  try {
    let reached = 0;
    const first = nextFrame();
    send({ kind: "begin", run: 1, state: { ...state, at: 0 }, losses });
    let frame = await first;
    for (const wanted of steps) {
      if (wanted > reached) {
        const next = nextFrame();
        send({ kind: "steps", count: wanted - reached });
        frame = await next;
        reached = wanted;
      }
      yield frame;
    }
  } finally {
    worker.terminate();
  }
}
