// Where the reader leaves the cursor: it is reported to Python, and the page's address says it. The address
// is replaced here first, so that what Python writes there is no step of the browser's Back.

const STILL_MS = 300; // of the times that it is left in between only the last is reported

const NAME = "at"; // lossviz/ui/state/page_state.py reads it, and writes it last of all

/** @type {(p: number) => void} */
const writeAddress = (p) => {
  const others = location.search
    .slice(1)
    .split("&")
    .filter((part) => part && !part.startsWith(`${NAME}=`));
  const query = [...others, `${NAME}=${p}`].join("&");
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
};

export class CursorReport {
  #timer = 0;
  #digits = 0;
  /** @type {((p: number) => void) | null} */
  #report = null;

  /**
   * @param {{ reports: boolean, cursor_digits: number }} data
   * @param {(p: number) => void} report
   */
  receive({ reports, cursor_digits }, report) {
    this.#digits = cursor_digits;
    this.#report = reports ? report : null;
  }

  /**
   * @param {number} p
   * @returns {number | undefined} The place as Python will know it; none where it is not reported.
   */
  leave(p) {
    const report = this.#report;
    if (!report) return undefined;
    const place = Number(p.toPrecision(this.#digits));
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      writeAddress(place);
      report(place);
    }, STILL_MS);
    return place;
  }
}
