// Whether two trainings had the same settings.

/** @typedef {import("../../shared/loss_evaluation.js").LossData} LossData */
/** @typedef {import("./properties.js").PlaygroundState} PlaygroundState */

/** What the page does, and what stays the same over all seeds. @type {(keyof PlaygroundState)[]} */
const WITHOUT_EFFECT = ["seed", "speed", "at", "story"];

/**
 * A text that differs where a training over several seeds would.
 * @type {(state: PlaygroundState, losses: LossData[], without?: (keyof PlaygroundState)[]) => string}
 */
export const settingsKey = (state, losses, without = []) => {
  const left = Object.entries(state).filter(
    ([name]) => ![...WITHOUT_EFFECT, ...without].some((other) => other === name),
  );
  return JSON.stringify([left, losses.map(({ id, values }) => [id, values])]);
};
