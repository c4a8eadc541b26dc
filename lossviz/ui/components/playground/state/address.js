// The losses in the page's address, where and as lossviz/ui/state/page_state.py reads them.

const NAME = "loss";
const NO_LOSS = "none"; // an address without any loss stands for those of the start

/**
 * An address's search part with other losses; what it says of other things stays.
 * @type {(search: string, specs: string[], start: string[]) => string}
 *   `start` are the losses that it need not name.
 */
export const withLosses = (search, specs, start) => {
  const others = search
    .slice(1)
    .split("&")
    .filter((part) => part && part.split("=", 1)[0] !== NAME);
  const isStart = JSON.stringify(specs) === JSON.stringify(start);
  const named = specs.length ? specs : [NO_LOSS];
  const losses = isStart ? [] : named.map((spec) => `${NAME}=${encodeURIComponent(spec)}`);
  const parts = [...losses, ...others];
  return parts.length ? `?${parts.join("&")}` : "";
};
