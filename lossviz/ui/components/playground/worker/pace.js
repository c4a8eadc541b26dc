// When steps are due.

const MOST_BEHIND_MS = 100; // time that was lost beyond it is not made up for

/** Counts the steps that a speed allows. Times are in ms, of one clock. */
export class Pace {
  #owed = 0;
  #last = 0;

  /** @type {(now: number) => void} From now on; the first step is due at once. */
  start(now) {
    this.#owed = 1;
    this.#last = now;
  }

  /** @type {(now: number, speed: number) => number} How many steps are due, with a part of the next. */
  due(now, speed) {
    if (speed === Infinity) return Infinity;
    const most = Math.max(1, (MOST_BEHIND_MS * speed) / 1000);
    this.#owed = Math.min(this.#owed + ((now - this.#last) * speed) / 1000, most);
    this.#last = now;
    return this.#owed;
  }

  /** Says that a step was taken. */
  take() {
    this.#owed = Math.max(0, this.#owed - 1);
  }
}
