// The playground's state as the text of one parameter of the address, and back.

import { PROPERTIES } from "./properties.js";

/** @typedef {import("./properties.js").PlaygroundState} PlaygroundState */

// none of them is changed by URL encoding
const BETWEEN = "~";
const GIVES = ".is.";

/** @type {PlaygroundState} */
export const START = /** @type {any} */ (
  Object.fromEntries(Object.entries(PROPERTIES).map(([name, { start }]) => [name, start]))
);

/** @type {(state: PlaygroundState) => string} Without what is as at the start. */
export const writeState = (state) =>
  Object.entries(PROPERTIES)
    .map(([name, { start, print }]) => {
      const text = print(state[/** @type {keyof PlaygroundState} */ (name)]);
      return text === print(start) ? "" : `${name}${GIVES}${text}`;
    })
    .filter(Boolean)
    .join(BETWEEN);

/**
 * The state that a text names, with a sentence for each part that cannot be read.
 * @type {(text: string) => { state: PlaygroundState, problems: string[] }}
 */
export const readState = (text) => {
  /** @type {Record<string, unknown>} */
  const state = { ...START };
  const problems = [];
  for (const part of text.split(BETWEEN).filter(Boolean)) {
    const [name, value = ""] = part.split(GIVES, 2);
    const property = Object.hasOwn(PROPERTIES, name)
      ? PROPERTIES[/** @type {keyof PlaygroundState} */ (name)]
      : undefined;
    if (!property) {
      problems.push(`The link says “${name.slice(0, 40)}”, which the playground does not have.`);
      continue;
    }
    const read = property.parse(value);
    if (read === undefined)
      problems.push(
        `In the link the ${property.label} should be ${property.limits}; this part is left out.`,
      );
    else state[name] = read;
  }
  return { state: /** @type {any} */ (state), problems };
};
