// The playground's parts of the page's address, where and as lossviz/ui/state/page_state.py reads and
// writes them.

const LOSS = "loss";
const PLAY = "play";
const NO_LOSS = "none"; // an address without any loss stands for those of the start
/** Parameters that Python writes after `play`. */
const LATER = ["hide", "seed", "at"];

/** @type {(part: string) => string} */
const nameOf = (part) => part.split("=", 1)[0];

/** @type {(search: string, name: string) => string[]} The parts of an address, without one parameter. */
const partsWithout = (search, name) =>
  search
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part && nameOf(part) !== name);

/** @type {(parts: string[]) => string} */
const searchOf = (parts) => (parts.length ? `?${parts.join("&")}` : "");

/**
 * An address's search part with other losses; what it says of other things stays.
 * @type {(search: string, specs: string[], start: string[]) => string}
 *   `start` are the losses that it need not name.
 */
export const withLosses = (search, specs, start) => {
  const isStart = JSON.stringify(specs) === JSON.stringify(start);
  const named = specs.length ? specs : [NO_LOSS];
  const losses = isStart ? [] : named.map((spec) => `${LOSS}=${encodeURIComponent(spec)}`);
  return searchOf([...losses, ...partsWithout(search, LOSS)]);
};

/**
 * An address's search part with other settings of the playground.
 * @type {(search: string, play: string) => string}
 */
export const withPlay = (search, play) => {
  const parts = partsWithout(search, PLAY);
  const place = parts.findIndex((part) => LATER.includes(nameOf(part)));
  if (play) parts.splice(place < 0 ? parts.length : place, 0, `${PLAY}=${play}`);
  return searchOf(parts);
};
